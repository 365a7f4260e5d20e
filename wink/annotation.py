"""What an annotator said of a clip."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from wink.tables import read_rows, write_table

Grade = Literal["none", "mild", "clear", "marked", "cannot_tell"]
#: Why a clip cannot be graded.
Reason = Literal["view", "clothing", "hidden", "picture", "other"]

#: First number: another meaning of a column. Second: columns were added that may be null. 1.1: reasons, created_at.
SCHEMA_VERSION = "1.1"

SCHEMA = pa.schema(
    [
        pa.field("clip_id", pa.string(), nullable=False),
        pa.field("annotation_id", pa.string(), nullable=False),
        pa.field("annotator", pa.string(), nullable=False),
        pa.field("onset_frame", pa.int64()),
        pa.field("onset_s", pa.float64()),
        pa.field("grade", pa.string()),
        pa.field("relation_to_parallel", pa.string()),
        pa.field("spans", pa.string(), nullable=False),  # JSON: label -> [[first frame, last frame], ...]
        pa.field("pain", pa.string()),
        pa.field("load_kg", pa.float64()),
        pa.field("injury_history", pa.list_(pa.string())),
        pa.field("confidence", pa.int64()),
        pa.field("note", pa.string()),
        pa.field("lead_time_s", pa.float64()),
        pa.field("updated_at", pa.string(), nullable=False),
        pa.field("primed", pa.bool_(), nullable=False),  # began from a prediction
        pa.field("problem", pa.string()),  # why it breaks the rules of marking; null = valid
        pa.field("reasons", pa.list_(pa.string())),  # why the clip cannot be graded
        pa.field("created_at", pa.string()),  # when it was submitted first
    ],
    metadata={"winklab_annotations": SCHEMA_VERSION},
)


@dataclass(frozen=True)
class Annotation:
    """One annotator's marks on one clip; frames count from 0, spans include both ends."""

    clip_id: str
    annotation_id: str
    annotator: str
    onset_frame: int | None
    onset_s: float | None
    grade: Grade | None
    relation_to_parallel: str | None
    spans: str
    pain: str | None
    load_kg: float | None
    injury_history: tuple[str, ...]
    confidence: int | None
    note: str | None
    lead_time_s: float | None
    updated_at: str
    primed: bool
    problem: str | None
    reasons: tuple[str, ...] = ()
    created_at: str | None = None

    @property
    def made_at(self) -> str:
        """When it was made, as ISO 8601: when submitted first, or, in older files, changed last."""
        return self.created_at or self.updated_at


#: Columns that hold several words.
_LISTS = ("injury_history", "reasons")


def write_annotations(path: Path, annotations: tuple[Annotation, ...]) -> None:
    """Write annotations to a Parquet file, whole or not at all; what it held before is gone."""
    rows = [{**vars(a), **{name: list(getattr(a, name)) for name in _LISTS}} for a in annotations]
    write_table(path, pa.Table.from_pylist(rows, schema=SCHEMA))


def read_annotations(path: Path) -> tuple[Annotation, ...]:
    """Read annotations from a Parquet file, of an older version too; none where there is no file.

    Raises:
        DatasetError: the file holds something else.
    """
    rows = read_rows(path, SCHEMA, "remove it and run `wink pull` again")
    return tuple(Annotation(**{**row, **{name: tuple(row[name] or ()) for name in _LISTS}}) for row in rows)
