"""One shard: a trial simulated, filmed from every camera, and written with its truth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.mask import MaskWriter
from sim.plan import PlannedTrial
from sim.render.appearance import Appearance
from sim.render.camera import Camera
from sim.render.clip import RenderedFrame, frame_times, render_views
from sim.setup import setup_from
from sim.squat import simulate_squat
from sim.truth import frame_truth
from sim.video import VideoWriter
from wink.config import build
from wink.dataset_writer import Shard, clip_id, worst_reversal_deg
from wink.files import file_sha256
from wink.onset import Repetition, find_repetitions
from wink.repetition_table import repetition_rows
from wink.trial import SquatTrial

CLIP_LICENSE = "CC0-1.0"

#: A set that ended in a fall or a stall is kept and labelled as such; whether it winked is left unknown.
JUDGED = ("completed", "stopped_short")


@dataclass(frozen=True)
class ShardJob:
    """All a worker needs to know to make one shard, in plain data."""

    name: str
    folder: Path
    spec_hash: str
    trial: PlannedTrial
    cameras: Mapping[str, Mapping[str, Any]]
    appearance: Mapping[str, Any]
    engine: Mapping[str, Any]
    fps: float
    split: str
    masks: bool

    def clip_id(self, view: str) -> str:
        """Opaque id of the trial's clip from one camera."""
        return clip_id(self.spec_hash, self.trial.index, view)

    def video(self, view: str) -> Path:
        """Where the clip goes, from the dataset's folder."""
        return Path("videos", self.name, f"{self.clip_id(view)}.mp4")

    def mask(self, view: str) -> Path | None:
        """Where its mask goes, if there are masks."""
        return Path("masks", self.name, f"{self.clip_id(view)}.npz") if self.masks else None


@dataclass(frozen=True)
class FilmedClip:
    """One camera's clip of a trial: what was drawn, without the pictures."""

    view: str
    camera: Camera  # as used: it may have stepped back
    keypoints: pa.Table


def make_shard(job: ShardJob) -> Shard:
    """Simulate the job's trial, film it from every camera, and put the media files in place."""
    squat = simulate_squat(setup_from(job.trial.parts), job.trial.seed, build(job.engine))
    trial = from_zero(squat, job.trial.subject_id)
    repetitions = find_repetitions(trial) if trial.outcome in JUDGED else ()
    appearance = build(job.appearance)(np.random.default_rng([job.trial.seed, 1]), trial.subject.sex)
    clips = film(job, trial, appearance)
    tables = [frame_truth(job.clip_id(c.view), trial, repetitions, c.keypoints, job.fps) for c in clips]
    return Shard(
        name=job.name,
        metadata=[metadata_row(job, clip, trial, repetitions, appearance) for clip in clips],
        repetitions=[row for c in clips for row in repetition_rows(job.clip_id(c.view), repetitions, job.fps)],
        frames=pa.concat_tables(tables),
    )


def from_zero(trial: SquatTrial, subject_id: str) -> SquatTrial:
    """The trial with its first sample at 0 s, as clips have it, and the lifter's name in the dataset."""
    subject = replace(trial.subject, subject_id=subject_id)
    return replace(trial, time_s=trial.time_s - trial.time_s[0], subject=subject)


def film(job: ShardJob, trial: SquatTrial, appearance: Appearance) -> list[FilmedClip]:
    """Film a trial from every camera; videos and masks are in place when it returns."""
    cameras = [build(camera) for camera in job.cameras.values()]
    n_frames = len(frame_times(trial, job.fps))
    seen: list[list[RenderedFrame]] = [[] for _ in cameras]
    none = np.empty((0, 0), dtype=np.uint8)  # a view of a picture would keep the picture
    with ExitStack() as stack:
        films = [
            stack.enter_context(Film(job, view, c, n_frames)) for view, c in zip(job.cameras, cameras, strict=True)
        ]
        for moment in render_views(trial, cameras, appearance, job.fps, job.trial.seed):
            for film_, frames, frame in zip(films, seen, moment, strict=True):
                film_.add(frame)
                frames.append(replace(frame, image=none, labels=none))
    return [
        FilmedClip(view, frames[0].camera, keypoint_columns(frames))
        for view, frames in zip(job.cameras, seen, strict=True)
    ]


class Film:
    """The video and, if wanted, the mask of one clip in the making."""

    def __init__(self, job: ShardJob, view: str, camera: Camera, n_frames: int) -> None:
        self._stack = ExitStack()
        video, mask = job.folder / job.video(view), job.mask(view)
        video.parent.mkdir(parents=True, exist_ok=True)
        self._video = self._stack.enter_context(VideoWriter(video, job.fps, camera.width, camera.height))
        self._mask = mask and self._stack.enter_context(
            MaskWriter(job.folder / mask, n_frames, camera.height, camera.width)
        )

    def add(self, frame: RenderedFrame) -> None:
        """Append one picture with its labels."""
        self._video.add(frame.image)
        if self._mask:
            self._mask.add(frame.labels)

    def __enter__(self) -> Film:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)


def keypoint_columns(frames: Sequence[RenderedFrame]) -> pa.Table:
    """What the camera saw of the body, a row a frame."""
    return pa.table(
        {
            "keypoints_2d": [frame.keypoints_2d.astype(np.float32).ravel() for frame in frames],
            "keypoints_3d": [frame.keypoints_3d.astype(np.float32).ravel() for frame in frames],
            "visible": [frame.visible for frame in frames],
            "box": [frame.box.astype(np.float32) for frame in frames],
        }
    )


def metadata_row(
    job: ShardJob, clip: FilmedClip, trial: SquatTrial, repetitions: Sequence[Repetition], appearance: Appearance
) -> dict[str, Any]:
    """The clip's row of `metadata.parquet`."""
    camera, planned, mask = clip.camera, job.trial, job.mask(clip.view)
    factors = {"case": planned.case, **planned.parts, "camera": asdict(camera), "appearance": asdict(appearance)}
    return {
        "file_name": str(job.video(clip.view)),
        "clip_id": job.clip_id(clip.view),
        "source": "synthetic",
        "subject_id": planned.subject_id,
        "split": job.split,
        "view": clip.view,
        "fps": job.fps,
        "n_frames": clip.keypoints.num_rows,
        "width": camera.width,
        "height": camera.height,
        "trial_id": planned.trial_id,
        "counterfactual_of": planned.counterfactual_of,
        "outcome": trial.outcome,
        "n_repetitions": len(repetitions) if trial.outcome in JUDGED else None,
        "max_pelvic_reversal_deg": worst_reversal_deg(repetitions),
        "load_kg": trial.load_kg,
        "mask_file": None if mask is None else str(mask),
        "license": CLIP_LICENSE,
        "sha256": file_sha256(job.folder / job.video(clip.view)),
        "factors": json.dumps(factors),
    }
