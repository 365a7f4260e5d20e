"""Verdicts as files: JSON with everything, CSV with a row a repetition."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from detect.features import Array
from detect.verdict import NO_DIAGNOSIS, Verdict, depth_to_stop_at
from detect.watching import Watched
from wink.files import file_sha256

#: Of the JSON files; raised when a key changes its meaning.
FORMAT = "winklab detect 1"
#: Columns of the table of repetitions.
COLUMNS = ("video", "detector", "repetition", *(field.name for field in fields(Verdict) if field.name != "rep"))


def told(watched: Watched) -> dict[str, Any]:
    """Everything found in a video as plain data; curves a value a frame, NaN as null."""
    body, curves = watched.body, watched.curves
    read = {name: _numbers(values) for name, values in vars(curves).items() if values is not None}
    if watched.edge is not None:
        read["low_back_edge_lean_deg"] = _numbers(watched.edge.lean_deg)
    return {
        "format": FORMAT,
        "video": watched.video.name,
        "sha256": file_sha256(watched.video),
        "detector": watched.detector,
        "fps": watched.fps,
        "n_frames": watched.pose.n_frames,
        "off_side_deg": None if body is None else round(body.off_side_deg, 1),
        "near_side": None if body is None else body.near_side,
        "person_seen_share": round(float(watched.pose.seen.mean()), 4),
        "remarks": list(watched.remarks),
        "depth_to_stop_at": depth_to_stop_at(watched.verdicts),
        "meaning": NO_DIAGNOSIS,
        "repetitions": [{**_rounded(asdict(v)), "words": str(v)} for v in watched.verdicts],
        "time_s": _numbers(watched.times_s, 4),
        "curves": read,
    }


def repetition_rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the table of repetitions, from what `told` gives; for people, so `repetition` counts from 1."""
    named = {"video": data["video"], "detector": data["detector"]}
    return [{**named, "repetition": row["rep"] + 1, **row} for row in data["repetitions"]]


def table_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV, one a repetition."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read_told(file: Path) -> dict[str, Any] | None:
    """What an earlier run told of a video; None where the file is something else."""
    try:
        data = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) and data.get("format") == FORMAT else None


def _numbers(values: Array, digits: int = 2) -> list[float | None]:
    return [round(float(v), digits) if np.isfinite(v) else None for v in values]


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()}
