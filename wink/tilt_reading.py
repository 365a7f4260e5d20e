"""The pelvic tilt a detector read off a clip, frame by frame: what it saw, beside what it said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from wink.tables import read_rows, write_table
from wink.trial import Array

#: The file of a dataset that holds them, beside `detections.parquet`.
FILE = "tilt_readings.parquet"
SCHEMA = pa.schema(
    [
        pa.field("detector", pa.string(), nullable=False),
        pa.field("clip_id", pa.string(), nullable=False),
        pa.field("pelvic_tilt_deg", pa.list_(pa.float32()), nullable=False),
    ]
)


@dataclass(frozen=True)
class TiltReading:
    """One detector's reading of one clip."""

    detector: str
    clip_id: str
    pelvic_tilt_deg: Array  # (n_frames,), + anterior; NaN where nothing could be read


def write_tilt_readings(path: Path, readings: tuple[TiltReading, ...]) -> None:
    """Write readings to a Parquet file, whole or not at all; what it held before is gone."""
    rows = [
        {"detector": r.detector, "clip_id": r.clip_id, "pelvic_tilt_deg": np.asarray(r.pelvic_tilt_deg, np.float32)}
        for r in readings
    ]
    write_table(path, pa.Table.from_pylist(rows, schema=SCHEMA))


def read_tilt_readings(path: Path) -> tuple[TiltReading, ...]:
    """Read readings from a Parquet file; none where there is no file.

    Raises:
        DatasetError: the file holds something else.
    """
    rows = read_rows(path, SCHEMA, "remove it and benchmark again")
    return tuple(TiltReading(r["detector"], r["clip_id"], np.asarray(r["pelvic_tilt_deg"], float)) for r in rows)
