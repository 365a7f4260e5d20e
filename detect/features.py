"""What a squat looks like from the side: angles, heights and repetitions out of a pose track.

Angles are in degrees with the signs of `docs/notation.md` (trunk lean + forward, thigh 0 hanging, 90 parallel);
lengths in leg lengths of the person, so that neither stature nor distance from the camera matters. Time first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from detect.blazepose import INDEX
from detect.pose import PoseTrack
from wink.onset import OnsetRules, repetition_windows

Array = NDArray[np.float64]
Answer = TypeVar("Answer")

SMOOTHING_S = 0.05  # Gaussian; landmark jitter is faster, a squat slower
MIN_SEEN_S = 0.5  # less of a person than this is no squat
MIN_SEEN_SHARE = 0.7  # of a descent's frames, else its repetition is not believed
DESCENT_BEGINS = 0.1  # share of the way down
MIN_TRUNK_RISE = 0.15  # shoulder above hip [leg lengths], a lean of some 75 degrees; less is no squat
_SIDES = ("left", "right")


@dataclass(frozen=True)
class BodyCurves:
    """The nearer side of the body over time, (T,) each; frames without a person are bridged linearly."""

    fps: float
    near_side: str  # left or right: the side turned to the camera
    facing: int  # +1 looks to the right of the picture, -1 to the left
    off_side_deg: float  # how far the view is from a true side view, 0..90; front or rear = 90
    seen: NDArray[np.bool_]  # a person in the pose of one who squats
    hip_height: Array  # hip above ankle [leg lengths]
    trunk_lean_deg: Array
    trunk_length: Array  # hip to shoulder in the picture [leg lengths]
    thigh_inclination_deg: Array  # from the height of the hip above the knee: right from any side
    hip_angle_deg: Array  # shoulder - hip - knee, 180 straight
    knee_angle_deg: Array  # hip - knee - ankle, 180 straight

    @property
    def time_s(self) -> Array:
        """Time of each frame [s]."""
        return np.arange(len(self.seen)) / self.fps


@dataclass(frozen=True)
class Squat:
    """One repetition as the camera saw it; frame numbers, both ends included."""

    rep: int
    start: int
    bottom: int
    end: int

    @property
    def descent(self) -> slice:
        """Frames from standing to the bottom, bottom included."""
        return slice(self.start, self.bottom + 1)


def measure_body(pose: PoseTrack) -> BodyCurves | None:
    """Curves of the person's nearer side; None if hardly anybody was seen."""
    if pose.seen.sum() < MIN_SEEN_S * pose.fps or not pose.leg_length_px > 0:
        return None
    near = _near_side(pose)
    seen = pose.seen & _upright(pose, near)
    if seen.sum() < MIN_SEEN_S * pose.fps:
        return None
    joints = {name: _smooth(pose, INDEX[f"{near}_{name}"], seen) for name in ("shoulder", "hip", "knee", "ankle")}
    facing = _facing(pose)
    trunk = joints["shoulder"] - joints["hip"]
    thigh = joints["knee"] - joints["hip"]
    leg = pose.leg_length_px
    return BodyCurves(
        fps=pose.fps,
        near_side=near,
        facing=facing,
        off_side_deg=_off_side_deg(pose),
        seen=seen,
        hip_height=(joints["ankle"] - joints["hip"])[:, 1] / leg,
        trunk_lean_deg=np.degrees(np.arctan2(facing * trunk[:, 0], -trunk[:, 1])),
        trunk_length=np.linalg.norm(trunk, axis=1) / leg,
        thigh_inclination_deg=_inclination_deg(thigh[:, 1], seen),
        hip_angle_deg=angle_deg(trunk, thigh),
        knee_angle_deg=angle_deg(-thigh, joints["ankle"] - joints["knee"]),
    )


def judge_squats(pose: PoseTrack, judging: Callable[[BodyCurves], Callable[[Squat], Answer]]) -> tuple[Answer, ...]:
    """One answer for every repetition seen, in time order; none where hardly anybody was seen.

    Args:
        pose: of the clip.
        judging: from the curves of the clip to what judges one repetition of it.
    """
    body = measure_body(pose)
    if body is None:
        return ()
    judge = judging(body)
    return tuple(judge(squat) for squat in find_squats(body))


def find_squats(
    body: BodyCurves, rules: OnsetRules | None = None, min_seen_share: float = MIN_SEEN_SHARE
) -> tuple[Squat, ...]:
    """Every repetition whose descent was seen, in time order: the depth rules of the truth, on what was seen."""
    squats: list[Squat] = []
    for earliest, bottom, end in repetition_windows(body.thigh_inclination_deg, rules):
        start = _descent_start(body, earliest, bottom)
        if bottom > start and body.seen[start : bottom + 1].mean() >= min_seen_share:
            squats.append(Squat(len(squats), start, bottom, end))
    return tuple(squats)


def _descent_start(body: BodyCurves, start: int, bottom: int) -> int:
    """Last frame at which the hip had not yet sunk by a tenth: a pose network sways while a person stands."""
    height = body.hip_height[start : bottom + 1]
    down = height[-1] + (1 - DESCENT_BEGINS) * (np.percentile(height, 90) - height[-1])
    return start + int(np.flatnonzero(height >= down)[-1])


def smooth_curve(values: Array, fps: float, seen: NDArray[np.bool_], smoothing_s: float = SMOOTHING_S) -> Array:
    """Bridge the frames that were not seen (or are NaN) linearly, then smooth with a Gaussian in time."""
    good = seen & np.isfinite(values)
    frames = np.arange(len(values))
    bridged = np.interp(frames, frames[good], values[good])
    return np.asarray(gaussian_filter1d(bridged, smoothing_s * fps, mode="nearest"))


def _smooth(pose: PoseTrack, landmark: int, seen: NDArray[np.bool_]) -> Array:
    """One landmark's path (T, 2) [px], bridged and smoothed."""
    points = pose.points_px[:, landmark]
    return np.stack([smooth_curve(points[:, axis], pose.fps, seen) for axis in (0, 1)], axis=1)


def _upright(pose: PoseTrack, side: str) -> NDArray[np.bool_]:
    """Frames with the shoulder well above the hip: behind a plate the network folds the trunk downwards."""
    shoulder, hip = (pose.points_px[:, INDEX[f"{side}_{joint}"], 1] for joint in ("shoulder", "hip"))
    return np.asarray(hip - shoulder > MIN_TRUNK_RISE * pose.leg_length_px)


def _near_side(pose: PoseTrack) -> str:
    """The side of the body nearer to the camera, by the depth of shoulder, hip and knee."""
    depth = {
        side: np.mean([pose.world_m[pose.seen, INDEX[f"{side}_{j}"], 2] for j in ("shoulder", "hip", "knee")])
        for side in _SIDES
    }
    return min(depth, key=lambda side: depth[side])


def _facing(pose: PoseTrack) -> int:
    """Which way the toes point in the picture: +1 right, -1 left."""
    feet = [
        pose.points_px[pose.seen, INDEX[f"{side}_foot_index"], 0] - pose.points_px[pose.seen, INDEX[f"{side}_heel"], 0]
        for side in _SIDES
    ]
    return 1 if np.median(feet) >= 0 else -1


def _off_side_deg(pose: PoseTrack) -> float:
    """Median angle between the line through both hips (and shoulders) and the line of sight."""
    across = np.concatenate(
        [
            pose.world_m[pose.seen, INDEX[f"left_{joint}"]] - pose.world_m[pose.seen, INDEX[f"right_{joint}"]]
            for joint in ("hip", "shoulder")
        ]
    )
    return float(np.median(np.degrees(np.arctan2(np.abs(across[:, 0]), np.abs(across[:, 2])))))


def _inclination_deg(hip_above_knee_px: Array, seen: NDArray[np.bool_]) -> Array:
    """Thigh inclination from the hip's height over the knee, against that height while standing."""
    standing = max(float(np.percentile(hip_above_knee_px[seen], 95)), 1.0)
    return np.asarray(np.degrees(np.arccos(np.clip(hip_above_knee_px / standing, -1, 1))))


def angle_deg(a: Array, b: Array) -> Array:
    """Angle between two rows of vectors, 0..180."""
    cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return np.asarray(np.degrees(np.arctan2(np.abs(cross), np.sum(a * b, axis=1))))
