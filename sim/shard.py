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
from sim.render.clip import RenderedFrame, Shot, frame_times, render_views
from sim.render.shooting import Shooting, draw_shooting
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
    engine: Mapping[str, Any]
    looks: Mapping[str, Any]  # scene, filming, quality, appearance
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
    shot: Shot  # as used: the camera may have stepped back
    keypoints: pa.Table


def make_shard(job: ShardJob) -> Shard:
    """Simulate the job's trial, film it from every camera, and put the media files in place."""
    squat = simulate_squat(setup_from(job.trial.parts), job.trial.seed, build(job.engine))
    trial = from_zero(squat, job.trial.subject_id)
    repetitions = find_repetitions(trial) if trial.outcome in JUDGED else ()
    shooting = draw_shooting(job.looks, job.cameras, job.trial.seed, trial.subject.sex)
    fps = shooting.filming.fps
    clips = film(job, trial, shooting)
    tables = [frame_truth(job.clip_id(c.view), trial, repetitions, c.keypoints, fps) for c in clips]
    return Shard(
        name=job.name,
        metadata=[metadata_row(job, clip, trial, repetitions, shooting) for clip in clips],
        repetitions=[row for c in clips for row in repetition_rows(job.clip_id(c.view), repetitions, fps)],
        frames=pa.concat_tables(tables),
    )


def from_zero(trial: SquatTrial, subject_id: str) -> SquatTrial:
    """The trial with its first sample at 0 s, as clips have it, and the lifter's name in the dataset."""
    subject = replace(trial.subject, subject_id=subject_id)
    return replace(trial, time_s=trial.time_s - trial.time_s[0], subject=subject)


def film(job: ShardJob, trial: SquatTrial, shooting: Shooting) -> list[FilmedClip]:
    """Film a trial from every camera; videos and masks are in place when it returns."""
    views, shots = list(shooting.shots), list(shooting.shots.values())
    n_frames = len(frame_times(trial, shooting.filming.fps))
    seen: list[list[RenderedFrame]] = [[] for _ in shots]
    none = np.empty((0, 0), dtype=np.uint8)  # a view of a picture would keep the picture
    with ExitStack() as stack:
        films = [stack.enter_context(Film(job, v, shot, n_frames)) for v, shot in zip(views, shots, strict=True)]
        for moment in render_views(trial, shots, shooting.look, job.trial.seed):
            for film_, frames, frame in zip(films, seen, moment, strict=True):
                film_.add(frame)
                frames.append(replace(frame, image=none, labels=none))
    return [
        FilmedClip(view, replace(shot, camera=frames[0].camera), keypoint_columns(frames))
        for view, shot, frames in zip(views, shots, seen, strict=True)
    ]


class Film:
    """The video and, if wanted, the mask of one clip in the making."""

    def __init__(self, job: ShardJob, view: str, shot: Shot, n_frames: int) -> None:
        camera, filming = shot.camera, shot.filming
        self._stack = ExitStack()
        video, mask = job.folder / job.video(view), job.mask(view)
        video.parent.mkdir(parents=True, exist_ok=True)
        self._video = self._stack.enter_context(
            VideoWriter(video, filming.fps, camera.width, camera.height, filming.crf)
        )
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
            "bar_2d": [frame.bar_2d.astype(np.float32) for frame in frames],
        }
    )


def metadata_row(
    job: ShardJob, clip: FilmedClip, trial: SquatTrial, repetitions: Sequence[Repetition], shooting: Shooting
) -> dict[str, Any]:
    """The clip's row of `metadata.parquet`."""
    camera, planned, mask = clip.shot.camera, job.trial, job.mask(clip.view)
    drawn = shooting.factors(clip.view) | {"camera": asdict(camera)}
    factors = {"case": planned.case, **planned.parts, **drawn}
    return {
        "file_name": str(job.video(clip.view)),
        "clip_id": job.clip_id(clip.view),
        "source": "synthetic",
        "subject_id": planned.subject_id,
        "split": job.split,
        "view": clip.view,
        "fps": clip.shot.filming.fps,
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
