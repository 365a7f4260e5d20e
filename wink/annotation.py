"""What an annotator said of a clip."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from wink.files import write_table

Grade = Literal["none", "mild", "clear", "marked", "cannot_tell"]

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
    ]
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


def write_annotations(path: Path, annotations: tuple[Annotation, ...]) -> None:
    """Write annotations to a Parquet file, whole or not at all; what it held before is gone."""
    rows = [{**vars(a), "injury_history": list(a.injury_history)} for a in annotations]
    write_table(path, pa.Table.from_pylist(rows, schema=SCHEMA))


def read_annotations(path: Path) -> tuple[Annotation, ...]:
    """Read annotations from a Parquet file; none where there is no file."""
    if not path.exists():
        return ()
    rows = pq.read_table(path, schema=SCHEMA).to_pylist()
    return tuple(Annotation(**{**row, "injury_history": tuple(row["injury_history"] or ())}) for row in rows)
