"""One shard: a trial simulated, filmed from every camera, and written with its truth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.plan import PlannedTrial
from sim.render.appearance import Appearance
from sim.render.camera import Camera
from sim.render.clip import RenderedFrame, render_views
from sim.squat import setup_from, simulate_squat
from sim.truth import frame_truth
from sim.video import VideoWriter
from wink.config import build
from wink.dataset import Shard, clip_id, file_sha256, repetition_rows, worst_reversal_deg
from wink.onset import Repetition, find_repetitions
from wink.trial import SquatTrial

CLIP_LICENSE = "CC0-1.0"


@dataclass(frozen=True)
class ShardJob:
    """All a worker needs to know to make one shard, in plain data."""

    name: str
    folder: Path
    spec_hash: str
    trial: PlannedTrial
    cameras: Mapping[str, Mapping[str, Any]]
    appearance: Mapping[str, Any]
    fps: float
    split: str
    masks: bool


def make_shard(job: ShardJob) -> Shard:
    """Simulate the job's trial, film it from every camera, and put the media files in place."""
    trial = simulate_squat(setup_from(job.trial.parts), job.trial.seed)
    trial = replace(
        trial, time_s=trial.time_s - trial.time_s[0], subject=replace(trial.subject, subject_id=job.trial.subject_id)
    )
    repetitions = find_repetitions(trial)
    appearance: Appearance = build({**job.appearance, "seed": job.trial.seed, "sex": trial.subject.sex})
    cameras = {view: build(camera) for view, camera in job.cameras.items()}
    filmed = film(job, trial, cameras, appearance)
    sampled = trial.sampled_at(np.arange(len(next(iter(filmed.values())))) / job.fps)
    tables = [frame_truth(_clip_id(job, view), sampled, repetitions, frames) for view, frames in filmed.items()]
    return Shard(
        name=job.name,
        metadata=[metadata_row(job, view, trial, repetitions, len(frames)) for view, frames in filmed.items()],
        repetitions=[row for view in filmed for row in repetition_rows(_clip_id(job, view), repetitions, job.fps)],
        frames=pa.concat_tables(tables),
    )
