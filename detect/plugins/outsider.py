"""What a detector outside this program is asked, and how its rows are taken in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

from detect.detectors.detector import Finding, check_findings
from wink.detection import SCHEMA, Detection
from wink.errors import DetectorError, unknown_name

MISSING = "missing: there is no row for this clip"

_TEXT = ("relation_to_parallel", "cannot_tell", "error")
_OURS = ("detector", "clip_id", "rep")


@dataclass(frozen=True)
class Question:
    """All that is told of a clip: neither truth, nor lifter, nor a name that says anything."""

    clip_id: str
    video: Path
    pose: Path  # .npz: presence (T,), points_px (T, 33, 2), world_m, visibility, silhouette, fps
    fps: float
    n_frames: int

    @property
    def duration_s(self) -> float:
        """Length of the clip [s]."""
        return self.n_frames / self.fps


@runtime_checkable
class Outsider(Protocol):
    """A detector that answers for many clips at once, in rows."""

    def answer(self, questions: Sequence[Question]) -> list[Detection]:
        """Rows of any of the clips, the name of the detector left empty."""
        ...


def detection_of(row: Mapping[str, Any], clip_id: str, rep: int) -> Detection:
    """A row of somebody's table as a detection; empty cells are unknown.

    Args:
        row: column -> value, numbers possibly as text.
        clip_id: where the row names none.
        rep: where the row names none.

    Raises:
        DetectorError: an unknown column, or something that is no number.
    """
    filled = {str(k).strip(): v for k, v in row.items() if v is not None and str(v).strip() != ""}
    for name in filled:
        if name not in SCHEMA.names:
            raise DetectorError(unknown_name("column of a prediction table", name, SCHEMA.names))
    values = {name: v if name in (*_TEXT, *_OURS) else _number(name, v) for name, v in filled.items()}
    known: dict[str, Any] = {"onset_s": None, "magnitude_deg": None, "bottom_s": None, "runtime_s": 0.0, **values}
    if not {"score", "error"} & known.keys():
        raise DetectorError(f"a row of clip {known.get('clip_id', clip_id)} has no score; 0 = no wink, 1 = sure of one")
    named = {
        "detector": "",
        "clip_id": str(known.get("clip_id", clip_id)),
        "rep": int(_number("rep", known.get("rep", rep))),
    }
    return Detection(**{"score": 0.0, **known, **named})


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise DetectorError(f"{name} is {value!r}; a number is expected, nothing where it is unknown") from None


def admitted(name: str, rows: Iterable[Detection], questions: Sequence[Question]) -> list[Detection]:
    """Rows under the detector's name, clip by clip; what breaks the contract and what is missing become failures.

    Raises:
        DetectorError: a row of a clip nobody asked for, or two rows of one repetition.
    """
    asked = {question.clip_id: question for question in questions}
    by_clip: dict[str, list[Detection]] = {clip_id: [] for clip_id in asked}
    for row in rows:
        if row.clip_id not in asked:
            raise DetectorError(f"{name}: {unknown_name('clip of these datasets', row.clip_id, list(asked)[:20])}")
        by_clip[row.clip_id].append(replace(row, detector=name))
    for clip_id, some in by_clip.items():
        twice = [rep for rep, times in Counter(row.rep for row in some).items() if times > 1]
        if twice:
            raise DetectorError(f"{name} has clip {clip_id}, repetition {twice[0]} more than once; one row each")
    return [row for clip_id, some in by_clip.items() for row in _checked(name, asked[clip_id], some)]


def _checked(name: str, question: Question, rows: Sequence[Detection]) -> list[Detection]:
    """The rows of a clip in order; one row with the reason where they cannot be used."""
    if not rows:
        return [failure(name, question.clip_id, MISSING)]
    failed = next((row for row in rows if row.error is not None), None)
    if failed is not None:
        return [failure(name, question.clip_id, str(failed.error), sum(row.runtime_s for row in rows))]
    ordered = sorted(rows, key=lambda row: row.rep)
    if ordered[0].rep == NO_REPETITION:
        return []
    try:
        check_findings(cast("Sequence[Finding]", ordered), question.duration_s)
    except DetectorError as error:
        return [failure(name, question.clip_id, f"DetectorError: {error}", sum(row.runtime_s for row in rows))]
    return ordered


#: Number of the row that says that a clip was looked at and holds no repetition.
NO_REPETITION = -1


def failure(name: str, clip_id: str, reason: str, runtime_s: float = 0.0) -> Detection:
    """The row of a clip a detector failed on: no wink, score 0, counted."""
    return Detection(name, clip_id, 0, 0.0, None, None, None, runtime_s, reason)


def nothing_found(clip_id: str, runtime_s: float) -> Detection:
    """The row of a clip that was looked at and holds no repetition."""
    return Detection("", clip_id, NO_REPETITION, 0.0, None, None, None, runtime_s)
