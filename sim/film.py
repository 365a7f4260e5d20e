"""The clips of one trial: simulated, filmed from every camera, and described."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.body.landmarks import LOW_BACK, NAMES
from sim.lifter_truth import lifter_truth
from sim.lot import draw_shooting_for
from sim.mask import MaskWriter
from sim.plan import PlannedTrial
from sim.population import parts_of
from sim.render.clip import RenderedFrame, Shot, frame_times, render_views
from sim.render.labels import behind_load
from sim.render.shooting import Shooting
from sim.setup import setup_from
from sim.splits import Splits
from sim.squat import simulate_squat
from sim.truth import frame_truth
from sim.video import VideoWriter
from wink.causes import CauseShares
from wink.config import build
from wink.dataset_writer import clip_id, worst_reversal_deg
from wink.files import file_sha256
from wink.onset import Repetition, find_repetitions
from wink.repetition_table import repetition_rows
from wink.trial import SquatTrial

CLIP_LICENSE = "CC0-1.0"

#: A set that ended in a fall or a stall is kept and labelled as such; whether it winked is left unknown.
JUDGED = ("completed", "stopped_short")


@dataclass(frozen=True)
class TrialPlace:
    """Where the clips of a trial go, and what they are called."""

    spec_hash: str
    trial: PlannedTrial
    folder: Path  # what names of files start from
    shard: str
    masks: bool
    depth_maps: bool = False

    def clip_id(self, view: str) -> str:
        """Opaque id of the trial's clip from one camera."""
        return clip_id(self.spec_hash, self.trial.index, view)

    def video(self, view: str) -> Path:
        """Where the clip goes, from `folder`."""
        return Path("videos", self.shard, f"{self.clip_id(view)}.mp4")

    def mask(self, view: str) -> Path | None:
        """Where its mask goes, if there are masks."""
        return Path("masks", self.shard, f"{self.clip_id(view)}.npz") if self.masks else None


@dataclass(frozen=True)
class FilmedClip:
    """One camera's clip of a trial: what was drawn, without the pictures."""

    view: str
    shot: Shot  # as used: the camera may have stepped back
    keypoints: pa.Table
    behind_load: float = 0.0  # share of the low back's landmarks that bar, plates or rack hide, over all frames


@dataclass(frozen=True)
class TrialClips:
    """Everything about the clips of one trial but the media files, which are in place."""

    metadata: Sequence[Mapping[str, Any]]
    repetitions: Sequence[Mapping[str, Any]]
    frames: pa.Table
    seconds: Mapping[str, float] = field(default_factory=dict)  # CPU time by stage


def make_clips(settings: Mapping[str, Any], splits: Splits, place: TrialPlace) -> TrialClips:
    """Simulate a trial, film it from every camera drawn for it, and put the media files in place."""
    planned, seconds = place.trial, dict[str, float]()
    setup = setup_from(planned.parts)
    with timed(seconds, "simulate"):
        squat = simulate_squat(setup, planned.seed, build(settings["engine"]))
    with timed(seconds, "explain"):
        lifter = lifter_truth(parts_of(setup), settings["neutral_depth"], settings["attribution"])
    trial = from_zero(squat, planned.subject_id)
    repetitions = explained(find_repetitions(trial), lifter.causes) if trial.outcome in JUDGED else ()
    shooting = draw_shooting_for(settings, planned, trial.subject.sex, splits)
    shooting = shooting.in_shoes(setup.shoe.drop_m, setup.stance.heel_wedge_m)
    fps = shooting.filming.fps
    with timed(seconds, "film"):
        clips = film(place, trial, shooting)
    tables = [frame_truth(place.clip_id(c.view), trial, repetitions, c.keypoints, fps) for c in clips]
    drawn = {"case": planned.case, "seed": planned.seed, **parts_of(setup)}
    rows = [
        metadata_row(
            place,
            c,
            trial,
            repetitions,
            drawn | shooting.factors(c.view) | seen_of(c.keypoints) | {"low_back_behind_load": round(c.behind_load, 4)},
        )
        for c in clips
    ]
    rows = [row | lifter.neutral_depths for row in rows]
    return TrialClips(
        metadata=rows,
        repetitions=[row for c in clips for row in repetition_rows(place.clip_id(c.view), repetitions, fps)],
        frames=pa.concat_tables(tables),
        seconds=seconds,
    )


@contextmanager
def timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Note the CPU time of a stage."""
    began = time.process_time()
    yield
    seconds[stage] = time.process_time() - began


def explained(repetitions: Sequence[Repetition], causes: CauseShares | None) -> tuple[Repetition, ...]:
    """The repetitions with what is known of why this lifter winks."""
    return tuple(
        replace(one, simulated=replace(one.simulated, causes=causes)) if one.simulated else one for one in repetitions
    )


def from_zero(trial: SquatTrial, subject_id: str) -> SquatTrial:
    """The trial with its first sample at 0 s, as clips have it, and the lifter's name in the dataset."""
    subject = replace(trial.subject, subject_id=subject_id)
    return replace(trial, time_s=trial.time_s - trial.time_s[0], subject=subject)


def film(place: TrialPlace, trial: SquatTrial, shooting: Shooting) -> list[FilmedClip]:
    """Film a trial from every camera; videos and masks are in place when it returns."""
    views, shots = list(shooting.shots), list(shooting.shots.values())
    n_frames = len(frame_times(trial, shooting.filming.fps))
    seen: list[list[RenderedFrame]] = [[] for _ in shots]
    hidden: list[list[float]] = [[] for _ in shots]
    none = np.empty((0, 0), dtype=np.uint8)  # a view of a picture would keep the picture
    with ExitStack() as stack:
        films = [stack.enter_context(Film(place, v, shot, n_frames)) for v, shot in zip(views, shots, strict=True)]
        for moment in render_views(trial, shots, shooting.look, place.trial.seed, place.depth_maps):
            for film_, frames, shares, frame in zip(films, seen, hidden, moment, strict=True):
                film_.add(frame)
                shares.append(low_back_behind_load(frame))
                frames.append(replace(frame, image=none, labels=none, depth_m=None))
    return [
        FilmedClip(view, replace(shot, camera=frames[0].camera), keypoint_columns(frames), float(np.mean(shares)))
        for view, shot, frames, shares in zip(views, shots, seen, hidden, strict=True)
    ]


class Film:
    """The video and, if wanted, the mask of one clip in the making."""

    def __init__(self, place: TrialPlace, view: str, shot: Shot, n_frames: int) -> None:
        camera, filming = shot.camera, shot.filming
        self._stack = ExitStack()
        video, mask = place.folder / place.video(view), place.mask(view)
        video.parent.mkdir(parents=True, exist_ok=True)
        self._video = self._stack.enter_context(
            VideoWriter(video, filming.fps, camera.width, camera.height, filming.crf)
        )
        self._mask = mask and self._stack.enter_context(
            MaskWriter(place.folder / mask, n_frames, camera.height, camera.width)
        )

    def add(self, frame: RenderedFrame) -> None:
        """Append one picture with its labels."""
        self._video.add(frame.image)
        if self._mask:
            self._mask.add(frame.labels, frame.depth_m)

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


def low_back_behind_load(frame: RenderedFrame) -> float:
    """Share of the low back's landmarks that bar, plates or rack hide in one frame."""
    hidden = behind_load(frame.labels, frame.keypoints_2d, frame.visible)
    return float(hidden[np.isin(NAMES, LOW_BACK)].mean())


def seen_of(seen: pa.Table) -> dict[str, float]:
    """`low_back_visible`: share of the low back's landmarks that the camera sees, over all frames of the clip."""
    shown = np.stack(seen["visible"].to_numpy(zero_copy_only=False))
    return {"low_back_visible": round(float(shown[:, [NAMES.index(name) for name in LOW_BACK]].mean()), 4)}


def metadata_row(
    place: TrialPlace,
    clip: FilmedClip,
    trial: SquatTrial,
    repetitions: Sequence[Repetition],
    factors: Mapping[str, Any],
) -> dict[str, Any]:
    """The clip's row of `metadata.parquet`."""
    planned, mask, video = place.trial, place.mask(clip.view), place.video(clip.view)
    camera = clip.shot.camera
    return {
        "file_name": str(video),
        "clip_id": place.clip_id(clip.view),
        "source": "synthetic",
        "subject_id": planned.subject_id,
        "split": planned.split,
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
        "sha256": file_sha256(place.folder / video),
        "factors": json.dumps({**factors, "view": clip.view, "camera": asdict(camera)}),
    }
