"""What a dataset holds, counted: clips, lifters, winks, hours, bytes; what is missing; what leaks between splits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wink.angles import Severity, severity
from wink.annotation import read_annotations
from wink.dataset import Dataset
from wink.detection import read_detections
from wink.holdout import find_leaks
from wink.onset import DEFINITIONS

#: Edges of the classes of depth, by the deepest thigh inclination of a repetition [deg]; 90 = parallel.
DEPTH_EDGES_DEG = (60.0, 70.0, 80.0, 90.0, 100.0)

#: The part of `factors` that names the case a simulated clip belongs to.
_CASE = r'"case": "(?P<case>[^"]*)"'


def census(dataset: Dataset) -> dict[str, Any]:
    """Count everything in a dataset; repetitions once a trial, not once a camera. Plain data, ready for JSON."""
    table = dataset.table
    case = pc.struct_field(pc.extract_regex(table["factors"], _CASE), "case")
    groups = {**{name: table[name] for name in ("split", "source", "view", "outcome")}, "case": case}
    return {
        "name": dataset.name,
        "path": str(dataset.path.resolve()),
        "schema_version": dataset.schema_version,
        "clips": table.num_rows,
        "trials": _distinct(table["trial_id"]),
        "measured_trials": sum(1 for _ in dataset.path.glob("trials/*.parquet")),
        "twins": _distinct(table.filter(pc.is_valid(table["counterfactual_of"]))["trial_id"]),
        "subjects": _distinct(table["subject_id"]),
        "frames": int(pc.sum(table["n_frames"]).as_py() or 0),
        "hours": float(pc.sum(pc.divide(table["n_frames"], table["fps"])).as_py() or 0.0) / 3600.0,
        "sizes": _counted(pc.binary_join_element_wise(*(table[n].cast(pa.string()) for n in ("width", "height")), "x")),
        **{name: _counted(values) for name, values in groups.items()},
        "clips_without_labels": table["n_repetitions"].null_count,
        "repetitions": _repetitions(dataset),
        "bytes": _bytes(dataset),
        "annotations": len(read_annotations(dataset.path / "annotations.parquet")),
        "detections": len(read_detections(dataset.path / "detections.parquet")),
        "quarantined": quarantined(dataset.path),
        "missing": missing_files(dataset),
        "leaks": leaks(dataset),
    }


def _distinct(column: pa.ChunkedArray) -> int:
    return int(pc.count_distinct(column).as_py())


def _counted(values: pa.ChunkedArray) -> dict[str, int]:
    """How many clips have each value, most frequent first."""
    found = [(entry["values"], entry["counts"]) for entry in pc.value_counts(values).to_pylist()]
    return {str(value): count for value, count in sorted(found, key=lambda e: (-e[1], str(e[0]))) if value is not None}


def _repetitions(dataset: Dataset) -> dict[str, Any]:
    """Repetitions of all trials by size, onset and depth."""
    table = _once_a_trial(dataset)
    reversal = table["pelvic_reversal_deg"].to_numpy()
    depth = table["max_thigh_inclination_deg"].to_numpy()
    sizes = [severity(float(value)) for value in reversal]
    return {
        "count": table.num_rows,
        "pelvic_reversal_deg": _spread(reversal),
        "severity": {name: sizes.count(name) for name in get_args(Severity)},
        "onsets": {name: _onsets(table, name) for name in DEFINITIONS},
        "depth_deg": {name: _spread(reversal[inside]) for name, inside in _depth_classes(depth)},
    }


def _once_a_trial(dataset: Dataset) -> pa.Table:
    """Rows of repetitions.parquet, of one clip a trial: cameras show the same movement."""
    clips = dataset.index.select(["clip_id", "trial_id"]).to_pydict()
    first = {trial or clip: clip for clip, trial in zip(clips["clip_id"][::-1], clips["trial_id"][::-1], strict=True)}
    table = dataset.repetitions()
    return table.filter(pc.is_in(table["clip_id"], pa.array(first.values(), pa.string())))


def _onsets(table: pa.Table, definition: str) -> dict[str, Any]:
    return {
        "count": table.num_rows - table[f"{definition}_onset_s"].null_count,
        "thigh_inclination_deg": _spread(
            pc.drop_null(table[f"{definition}_thigh_inclination_at_onset_deg"]).to_numpy()
        ),
        "relation_to_parallel": _counted(table[f"{definition}_relation_to_parallel"]),
    }


def _depth_classes(depth_deg: np.ndarray[Any, Any]) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    edges = [-np.inf, *DEPTH_EDGES_DEG, np.inf]
    for low, high in pairwise(edges):
        name = f"under {high:g}" if low == -np.inf else f"from {low:g}" if high == np.inf else f"{low:g} to {high:g}"
        yield name, (depth_deg >= low) & (depth_deg < high)


def _spread(values: np.ndarray[Any, Any]) -> dict[str, Any]:
    """How many values, their median and 10th and 90th percentile."""
    if not len(values):
        return {"count": 0, "p10": None, "median": None, "p90": None}
    p10, median, p90 = np.percentile(values, [10, 50, 90])
    return {"count": len(values), "p10": float(p10), "median": float(median), "p90": float(p90)}


def _bytes(dataset: Dataset) -> dict[str, int]:
    """Size on disk by kind of file."""
    kinds = {
        "videos": "videos/*/*",
        "masks": "masks/*/*",
        "frames": "frames/*",
        "tables": "*.parquet",
        "trials": "trials/*",
    }
    return {kind: sum(f.stat().st_size for f in dataset.path.glob(pattern)) for kind, pattern in kinds.items()}


def quarantined(path: Path) -> int:
    """How many trials were given up while the dataset was made, by its records."""
    records = (file.read_bytes() for file in (path / ".shards").glob("*.json"))
    return sum(len(json.loads(text)["quarantined"]) for text in records if b'"quarantined"' in text)


def missing_files(dataset: Dataset) -> list[str]:
    """Videos and masks that the table names and that are not there, or are empty."""
    table = dataset.index
    named = [*table["file_name"].to_pylist(), *pc.drop_null(table["mask_file"]).to_pylist()]
    return [name for name in named if not _holds_something(dataset.path / name)]


def _holds_something(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except OSError:
        return False


def leaks(dataset: Dataset) -> list[str]:
    """What joins splits of a dataset that should be apart, in words; nothing where there is one split only."""
    if pc.count_distinct(dataset.index["split"]).as_py() < 2:
        return []
    return find_leaks(dataset.table.to_pylist(), dataset.spec.get("settings", {}).get("holdout"))


def total_bytes(counted: Mapping[str, Any]) -> int:
    """Size on disk of everything counted [bytes]."""
    return sum(counted["bytes"].values())
