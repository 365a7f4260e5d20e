"""What a detector said of one repetition of a clip."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from wink.angles import RelationToParallel
from wink.tables import read_rows, write_table

SCHEMA = pa.schema(
    [
        pa.field("detector", pa.string(), nullable=False),
        pa.field("clip_id", pa.string(), nullable=False),
        pa.field("rep", pa.int64(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
        pa.field("onset_s", pa.float64()),
        pa.field("magnitude_deg", pa.float64()),
        pa.field("bottom_s", pa.float64()),
        pa.field("runtime_s", pa.float64(), nullable=False),
        pa.field("error", pa.string()),
        pa.field("onset_low_s", pa.float64()),
        pa.field("onset_high_s", pa.float64()),
        pa.field("magnitude_low_deg", pa.float64()),
        pa.field("magnitude_high_deg", pa.float64()),
        pa.field("relation_to_parallel", pa.string()),
        pa.field("stop_at_thigh_deg", pa.float64()),
        pa.field("cannot_tell", pa.string()),
        pa.field("likely_onset_s", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Detection:
    """One detector's answer for one repetition; score 0 to 1, higher = surer of a wink; onset None = no wink found."""

    detector: str
    clip_id: str
    rep: int
    score: float
    onset_s: float | None
    magnitude_deg: float | None
    bottom_s: float | None  # deepest moment the detector found, to match repetitions by
    runtime_s: float
    error: str | None = None
    onset_low_s: float | None = None  # 90 % interval of the onset
    onset_high_s: float | None = None
    magnitude_low_deg: float | None = None  # 90 % interval of the magnitude
    magnitude_high_deg: float | None = None
    relation_to_parallel: RelationToParallel | None = None  # where the thigh is at the onset
    stop_at_thigh_deg: float | None = None  # deepest thigh inclination to go to without a wink
    cannot_tell: str | None = None  # why the picture does not allow a call
    likely_onset_s: float | None = None  # where the wink would begin, were this one: ranked below the calls


def write_detections(path: Path, detections: tuple[Detection, ...]) -> None:
    """Write detections to a Parquet file, whole or not at all; what it held before is gone."""
    write_table(path, pa.Table.from_pylist([asdict(d) for d in detections], schema=SCHEMA))


def read_detections(path: Path) -> tuple[Detection, ...]:
    """Read detections from a Parquet file; none where there is no file.

    Raises:
        DatasetError: the file holds something else.
    """
    return tuple(Detection(**row) for row in read_rows(path, SCHEMA, "remove it and benchmark again"))
