"""A table of predictions made elsewhere: one CSV row a repetition."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detect.plugins.outsider import Question, detection_of
from wink.detection import Detection
from wink.errors import ConfigError, DetectorError


@dataclass(frozen=True)
class TableFile:
    """Predictions in a CSV file: clip_id, rep, score, onset_s (empty = no wink), magnitude_deg, runtime_s, error.

    Any other column of a detection may stand there too (bottom_s, likely_onset_s, onset_low_s ...).
    """

    path: str

    def __post_init__(self) -> None:
        """ConfigError where there is no such file."""
        if not Path(self.path).is_file():
            raise ConfigError(f"there is no table {self.path}")

    def answer(self, questions: Sequence[Question]) -> list[Detection]:  # noqa: ARG002 - a table does not ask
        """Every row of the table.

        Raises:
            DetectorError: a row that cannot be read, with its line.
        """
        text = Path(self.path).read_text(encoding="utf-8-sig")
        try:
            return [self._row(row) for row in read_rows(text)]
        except DetectorError as error:
            raise DetectorError(f"{self.path}: {error}") from None

    @staticmethod
    def _row(row: Mapping[str, Any]) -> Detection:
        if not str(row.get("clip_id") or "").strip():
            raise DetectorError("a row names no clip_id")
        return detection_of(row, "", 0)


def read_rows(text: str) -> list[dict[str, Any]]:
    """Rows of CSV with a heading, or of JSON lines; nothing from nothing.

    Raises:
        DetectorError: neither can be read from it.
    """
    if not text.strip():
        return []
    if text.lstrip()[0] in "{[":
        return _json_rows(text)
    reader = csv.DictReader(io.StringIO(text))
    rows = list(reader)
    if "score" not in (reader.fieldnames or ()) and "error" not in (reader.fieldnames or ()):
        raise DetectorError(f"expected a heading with score in it, or JSON lines; got {text.splitlines()[0][:80]!r}")
    broken = next((i for i, row in enumerate(rows) if None in row), None)
    if broken is not None:
        raise DetectorError(f"line {broken + 2} has more cells than the heading")
    return rows


def _json_rows(text: str) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise DetectorError(f"line {number} is no JSON ({error.msg}): {line[:80]!r}") from None
        some = row if isinstance(row, list) else [row]
        if not all(isinstance(one, dict) for one in some):
            raise DetectorError(f"line {number}: one object a repetition is expected, got {line[:80]!r}")
        rows += some
    return rows
