"""Training examples: what a network is shown of each clip of a dataset, and the truth it is to read off it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detect.pose import PoseTrack
from detect.pose_cache import find_poses
from detect.sight import CLOSE_PX, RATE_HZ, Sight, close_places, samples_at_rate, see, small_pictures
from wink.clip import Clip
from wink.dataset import Dataset
from wink.errors import DatasetError
from wink.holdout import Holdout, is_held_out
from wink.onset import Repetition
from wink.progress import progress

ANGLES = ("pelvic_tilt_deg", "lumbar_flexion_deg", "trunk_lean_deg", "thigh_inclination_deg")
#: Truth at `RATE_HZ` beside the angles: how far tilt has fallen from its greatest, whether past the onset, how near it.
TARGETS = (*ANGLES, "fallen_deg", "past_onset", "at_onset", "in_descent")
#: Marks of the skeleton in the picture, which a network is taught to find; on both sides the nearer one first.
MARKS = (
    *("joint_l5s1", "joint_l3l4", "joint_t12l1", "t12", "l1", "l3", "l5", "s1", "sacrum"),
    *("hip_near", "hip_far", "asis_near", "asis_far", "psis_near", "psis_far", "knee_near", "knee_far"),
)
_PORTION = 64  # clips whose poses are in memory at a time
_ONSET_WIDTH = 1.5  # samples, standard deviation of the hill about the onset


@dataclass(frozen=True)
class Example:
    """One clip: pictures and curves at the video's rate, truth at the video's rate and at `RATE_HZ`."""

    clip_id: str
    subject_id: str
    view: str
    fps: float
    seen: NDArray[np.bool_]  # (T,)
    pictures: NDArray[np.uint8]  # (T, 2, 64, 64) silhouette, grey
    curves: NDArray[np.float32]  # (T, 8)
    angles_deg: NDArray[np.float32]  # (T, 4) `ANGLES`; NaN = unknown
    targets: NDArray[np.float32]  # (n, 8) `TARGETS` at RATE_HZ; NaN = unknown
    marks: NDArray[np.float32]  # (T, K, 2) `MARKS` in the pictures [px]; NaN = unknown

    @property
    def known(self) -> NDArray[np.bool_]:
        """Frames (T,) of which every angle is known."""
        return np.asarray(np.isfinite(self.angles_deg).all(axis=1))


@dataclass(frozen=True)
class Watched:
    """A clip with what a detector is shown of it, and what is learned from it."""

    clip: Clip
    sight: Sight
    example: Example


def read_examples(dataset: Dataset, split: str, holdout: Holdout, cache: Path, workers: int) -> list[Watched]:
    """Every clip of a split with known truth and a person in it, but for what is held out.

    Raises:
        DatasetError: the split has no clip with truth.
    """
    clips = [clip for clip in dataset.clips() if clip.split == split and clip.repetitions is not None]
    if not clips:
        splits = ", ".join(sorted({clip.split for clip in dataset.clips()}))
        raise DatasetError(f"{dataset.name} has no labelled clip in split {split!r}; its splits are {splits}")
    unseen = {r["clip_id"] for r in dataset.metadata() if is_held_out(json.loads(r["factors"] or "{}"), holdout)}
    clips = [clip for clip in clips if clip.clip_id not in unseen]
    if not clips:
        raise DatasetError(f"every clip of split {split!r} of {dataset.name} shows something held out: {dict(holdout)}")
    examples = []
    for clip, pose, sight in watched(clips, cache, workers):
        assert clip.repetitions is not None
        table = _truth(dataset, clip)
        angles_deg = np.stack([np.asarray(table[name], np.float32) for name in ANGLES], axis=1)
        targets = make_targets(angles_deg, clip.fps, clip.repetitions)
        marks = _marks(table, dataset.keypoint_names, pose, sight)
        examples.append(Watched(clip, sight, make_example(clip, sight, angles_deg, targets, marks)))
    return examples


def watched(clips: Sequence[Clip], cache: Path, workers: int) -> Iterator[tuple[Clip, PoseTrack, Sight]]:
    """The clips with a person in them, some at a time: their poses do not all fit into memory."""
    starts = range(0, len(clips), _PORTION)
    for start in progress(starts, "examples", total=len(starts), unit=f"{_PORTION} clips") if clips else ():
        some = clips[start : start + _PORTION]
        poses = find_poses([clip.video for clip in some], cache, workers)
        for clip in some:
            sight = see(poses[clip.video])
            if sight is not None:
                yield clip, poses[clip.video], sight


def make_example(
    clip: Clip,
    sight: Sight,
    angles_deg: NDArray[np.float32],
    targets: NDArray[np.float32],
    marks: NDArray[np.float32] | None = None,
) -> Example:
    """What a network sees of a clip beside what is true of it.

    Args:
        clip: from which the sight is.
        sight: of it.
        angles_deg: (T, 4) `ANGLES` at the video's rate; NaN = unknown.
        targets: (n, 8) `TARGETS` at `RATE_HZ`; NaN = unknown.
        marks: (T, K, 2) `MARKS` in the close pictures [px]; None = unknown.
    """
    unknown = np.full((len(angles_deg), len(MARKS), 2), np.nan, np.float32)
    return Example(
        clip_id=clip.clip_id,
        subject_id=clip.subject_id,
        view=clip.view,
        fps=clip.fps,
        seen=sight.body.seen,
        pictures=small_pictures(sight.pictures, CLOSE_PX),
        curves=sight.curves,
        angles_deg=angles_deg,
        targets=targets,
        marks=unknown if marks is None else marks,
    )


def make_targets(angles_deg: NDArray[np.float32], fps: float, repetitions: Sequence[Repetition]) -> NDArray[np.float32]:
    """Truth (n, 8) at `RATE_HZ` out of angles (T, 4) at the video's rate and the repetitions."""
    n = samples_at_rate(len(angles_deg), fps)
    time_s = np.arange(n) / RATE_HZ
    frames = np.arange(len(angles_deg)) / fps
    targets = np.zeros((n, len(TARGETS)), np.float32)
    targets[:, :4] = np.stack([np.interp(time_s, frames, column) for column in angles_deg.T], axis=1)
    for repetition in repetitions:
        inside = (time_s >= repetition.start_s) & (time_s <= repetition.bottom_s + 0.5 / RATE_HZ)
        targets[inside, 7] = 1
        tilt = targets[inside, 0]
        targets[inside, 4] = np.maximum.accumulate(tilt) - tilt if inside.any() else tilt
        wink = repetition.wink("pelvic_reversal_onset")
        if wink is not None:
            targets[inside & (time_s >= wink.onset_s), 5] = 1
            targets[:, 6] = np.maximum(targets[:, 6], hill(time_s, wink.onset_s))
    return targets


def hill(time_s: NDArray[np.float64], onset_s: float) -> NDArray[np.float64]:
    """How near each moment is to an onset, 1 at it."""
    return np.asarray(np.exp(-0.5 * ((time_s - onset_s) * RATE_HZ / _ONSET_WIDTH) ** 2))


def _truth(dataset: Dataset, clip: Clip) -> pa.Table:
    table = dataset.frames(clip.clip_id)
    if table.num_rows != clip.n_frames:
        raise DatasetError(
            f"{dataset.name}/{clip.clip_id} has {table.num_rows} frames of truth for {clip.n_frames} of video; "
            "networks are trained on simulated clips (`wink generate`)"
        )
    return table


def _marks(table: pa.Table, keypoints: Sequence[str], pose: PoseTrack, sight: Sight) -> NDArray[np.float32] | None:
    """Where the marks lie in the close pictures; None where a dataset does not say, as of real people."""
    near = sight.body.near_side
    far = "right" if near == "left" else "left"
    names = [name.replace("near", near).replace("far", far) for name in MARKS]
    if "keypoints_2d" not in table.column_names or not set(names) <= set(keypoints):
        return None
    points = np.array(table["keypoints_2d"].to_pylist(), float).reshape(table.num_rows, -1, 2)
    named = points[:, [keypoints.index(name) for name in names]]
    return close_places(pose, sight.body.facing, named).astype(np.float32)
