"""A filmed clip gets the truth of a recording of the same movement: repetitions, winks, angles of every frame."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wink.dataset import Dataset
from wink.dataset_writer import DatasetWriter, worst_reversal_deg
from wink.errors import DatasetError
from wink.files import write_atomically
from wink.mocap import rules_for
from wink.onset import Repetition, find_repetitions
from wink.repetition_table import repetition_rows
from wink.tables import write_table
from wink.trial import SquatTrial

#: Columns of `frames/` that a recording of a person gives, as for simulated clips.
_ANGLES = (
    *("pelvic_tilt_deg", "pelvic_obliquity_deg", "pelvic_rotation_deg", "lumbar_flexion_deg", "trunk_lean_deg"),
    *("thigh_inclination_deg", "shank_lean_deg", "knee_flexion_deg"),
)


def in_clip_time(trial: SquatTrial, offset_s: float) -> SquatTrial:
    """The trial on the clock of a clip whose first frame was taken `offset_s` into the recording."""
    return replace(trial, time_s=trial.time_s - offset_s)


def repetitions_within(trial: SquatTrial, duration_s: float) -> tuple[Repetition, ...]:
    """Repetitions of a trial in clip time that the clip shows whole, numbered anew."""
    whole = [r for r in find_repetitions(trial, rules_for(trial)) if r.start_s >= -0.1 and r.end_s <= duration_s + 0.1]
    return tuple(replace(r, rep=k, start_s=max(0.0, r.start_s)) for k, r in enumerate(whole))


def angles_of_frames(clip_id: str, trial: SquatTrial, n_frames: int, fps: float) -> pa.Table:
    """A row a frame with the angles [deg] at its moment, null where the recording does not reach."""
    times = np.arange(n_frames) / fps
    recorded = (times >= trial.time_s[0]) & (times <= trial.time_s[-1])
    columns: dict[str, Any] = {
        "clip_id": pa.array([clip_id] * n_frames),
        "frame": pa.array(np.arange(n_frames)),
        "time_s": pa.array(times),
    }
    for name in _ANGLES:
        values = getattr(trial, name)
        one = values.mean(axis=1) if values.ndim == 2 else values
        seen = np.where(recorded, np.interp(times, trial.time_s, one), np.nan)
        columns[name] = pa.array(seen, pa.float64(), from_pandas=True)
    return pa.table(columns)


def attach(dataset: Dataset, clip_id: str, trial: SquatTrial, origin: dict[str, Any]) -> tuple[Repetition, ...]:
    """Write the truth of a trial, in clip time, to a clip of a dataset of real people; return its repetitions.

    Args:
        dataset: of real clips.
        clip_id: the clip.
        trial: on the clip's clock.
        origin: of the truth, kept in the clip's `factors` under `mocap`.

    Raises:
        DatasetError: the clip is no real one, or is not there.
    """
    clip, row = dataset.clip(clip_id), dataset.row(clip_id)
    if clip.source != "real":
        raise DatasetError(f"{clip_id} is {clip.source}, not a filmed person: its truth is known already")
    repetitions = repetitions_within(trial, clip.duration_s)
    writer = DatasetWriter(dataset.path, dataset.spec)
    _write_frames(
        dataset.path / "frames" / f"{Path(row['file_name']).parts[1]}.parquet",
        angles_of_frames(clip_id, trial, clip.n_frames, clip.fps),
    )
    known = {"n_repetitions": len(repetitions), "max_pelvic_reversal_deg": worst_reversal_deg(repetitions)}
    factors = json.dumps({**json.loads(row["factors"]), "mocap": origin})
    _record(dataset.path, clip_id, {**known, "factors": factors}, repetition_rows(clip_id, repetitions, clip.fps))
    writer.finish((dataset.path / "README.md").read_text())
    return repetitions


def _write_frames(file: Path, table: pa.Table) -> None:
    """Put a clip's rows into a file that may hold those of other clips."""
    file.parent.mkdir(exist_ok=True)
    if file.exists():
        drop_frames(file, table["clip_id"][0].as_py())
        table = pa.concat_tables([pq.read_table(file), table], promote_options="default")
    write_table(file, table)


def drop_frames(file: Path, clip_id: str) -> None:
    """Take a clip's rows out of a file of frames, if there is one."""
    if file.exists():
        table = pq.read_table(file)
        write_table(file, table.filter(pc.not_equal(table["clip_id"], clip_id)))


def _record(folder: Path, clip_id: str, known: dict[str, Any], repetitions: list[dict[str, Any]]) -> None:
    """Change the clip's row in the record of the shard it is in."""
    for file in sorted((folder / ".shards").glob("*.json")):
        record = json.loads(file.read_text())
        if any(row["clip_id"] == clip_id for row in record["metadata"]):
            record["metadata"] = [row | known if row["clip_id"] == clip_id else row for row in record["metadata"]]
            kept = [row for row in record["repetitions"] if row["clip_id"] != clip_id]
            record["repetitions"] = [*kept, *repetitions]
            write_atomically(file, json.dumps(record))
            return
    raise DatasetError(f"{folder} has no record of {clip_id}; import it again")
