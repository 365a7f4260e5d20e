"""What a learned detector is shown of a clip: pictures of pelvis and low back and the pose's curves, facing right.

Pictures stay at the video's own rate; whatever is read off them is brought to `RATE_HZ` (`Sight.at_rate`), so that a
network over time sees the same squat alike at 24 and at 60 frames a second. Frames in which the person was lost carry
no picture that is believed: `at_rate` bridges them from their neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detect.blazepose import INDEX
from detect.features import BodyCurves, Squat, find_squats, measure_body
from detect.pose import GREY_PX, SILHOUETTE_PX, PoseTrack
from wink.errors import DetectorError

Array = NDArray[np.float64]
Pictures = NDArray[np.uint8]

RATE_HZ = 30.0  # of everything a network over time is given
WHOLE_PX = 48  # side of a picture of the middle of the body: 1.2 leg lengths, 2 cm a pixel
CLOSE_PX = 64  # ... of pelvis and low back: 0.8 leg lengths, 1 cm a pixel, as fine as the pose network's mask
_BEHIND_PX, _ABOVE_PX = 40, 36  # of the close one behind and above the hips: low back and buttock rather than the knees
CURVES = ("trunk_lean", "thigh_inclination", "hip_height", "hip_angle", "knee_angle", "trunk_length", "turned", "seen")
GUESSED_SHARE = 0.3  # of a descent's frames seen: enough to say that there was a repetition, if not what it was
_ABOUT = np.array([30.0, 50.0, 0.7, 120.0, 120.0, 0.6, 0.0, 0.0])
CURVES_SPREAD = np.array([15.0, 40.0, 0.25, 40.0, 40.0, 0.1, 40.0, 1.0])


@dataclass(frozen=True)
class Sight:
    """A clip as a network sees it; time is the first axis, at the video's own rate."""

    body: BodyCurves
    squats: tuple[Squat, ...]  # those too that were hardly seen
    pictures: Pictures  # (T, 2, 96, 96) silhouette (probability of person x 255) and grey picture, 1 cm a pixel
    curves: NDArray[np.float32]  # (T, 8) `CURVES`, of about unit size

    @property
    def n_at_rate(self) -> int:
        """Samples of the clip at `RATE_HZ`."""
        return samples_at_rate(len(self.pictures), self.body.fps)

    def at_rate(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Values (T, n) of the frames brought to `RATE_HZ`, frames without a person bridged in a straight line."""
        return resampled(values, self.body.fps, self.body.seen)


def see(pose: PoseTrack) -> Sight | None:
    """What a network is shown of a clip; None if hardly anybody was in it.

    Raises:
        DetectorError: the pose has no finite scale, so that pictures would be black and curves meaningless.
    """
    body = measure_body(pose)
    if body is None:
        return None
    if not np.isfinite(pose.leg_length_px):
        raise DetectorError("the pose has no length of a leg: pictures about the hips have no scale")
    columns = (
        body.trunk_lean_deg,
        body.thigh_inclination_deg,
        body.hip_height,
        body.hip_angle_deg,
        body.knee_angle_deg,
        body.trunk_length,
        np.full(pose.n_frames, turned_deg(pose)),
        body.seen.astype(float),
    )
    curves = unit_curves(np.stack(columns, axis=1))
    if not np.isfinite(curves).all():
        bad = [name for name, column in zip(CURVES, curves.T, strict=True) if not np.isfinite(column).all()]
        raise DetectorError(f"the pose's {', '.join(bad)} is no finite number; such a clip cannot be judged")
    margin = (SILHOUETTE_PX - GREY_PX) // 2
    both = np.stack([pose.silhouette[:, margin:-margin, margin:-margin], pose.grey], axis=1)
    return Sight(body, find_squats(body, min_seen_share=GUESSED_SHARE), facing_right(both, body.facing), curves)


def unit_curves(columns: Array) -> NDArray[np.float32]:
    """Curves (…, 8) as they are measured, in the order of `CURVES`, brought to about unit size."""
    return np.asarray((columns - _ABOUT) / CURVES_SPREAD, np.float32)


def turned_deg(pose: PoseTrack) -> float:
    """How far the person is turned off a side view: + towards the camera, - away from it, 0 side view."""
    across = (
        pose.world_m[pose.seen][:, [23, 11]] - pose.world_m[pose.seen][:, [24, 12]]
    )  # hips, shoulders: left - right
    forward_x, towards = across[..., 2], across[..., 0]
    return float(np.median(np.degrees(np.arctan2(towards, np.abs(forward_x)))))


def samples_at_rate(n_frames: int, fps: float) -> int:
    """How many samples at `RATE_HZ` lie within the frames of a clip."""
    return int((n_frames - 1) / fps * RATE_HZ + 1e-6) + 1


def resampled(values: NDArray[np.float32], fps: float, seen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Values (T, n) of frames at `RATE_HZ`, straight lines between the frames that were seen."""
    frames = np.flatnonzero(seen)
    at = np.arange(samples_at_rate(len(values), fps)) / RATE_HZ * fps
    return np.stack([np.interp(at, frames, column[frames]) for column in values.T], axis=1).astype(np.float32)


def facing_right(pictures: Pictures, facing: int) -> Pictures:
    """Pictures (..., S, S), mirrored so that everybody faces right, the hips on the same pixel either way."""
    if facing < 0:
        return np.ascontiguousarray(pictures[..., ::-1])  # torch takes no negative strides
    # The hips lie on the first pixel right of the middle, mirrored on the last left of it.
    return np.concatenate([pictures[..., 1:], pictures[..., -1:]], axis=-1)


def close_places(pose: PoseTrack, facing: int, points_px: Array) -> Array:
    """Where points (T, K, 2) of the video's pictures lie in the close pictures [px]; NaN where nobody was seen."""
    hips = pose.points_px[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1)
    off = (points_px - hips[:, None]) * pose.silhouette_px_per_leg / pose.leg_length_px
    # As in `facing_right` the hips lie on the last pixel left of where the mirror stands.
    return np.stack([_BEHIND_PX - 1 + facing * off[..., 0], _ABOVE_PX + off[..., 1]], axis=-1)


def small_pictures(pictures: Pictures, side_px: int) -> Pictures:
    """Of pictures (..., 96, 96) that face right, what a network that takes `side_px` pixels is shown.

    Raises:
        DetectorError: no such size is known.
    """
    if side_px == CLOSE_PX:
        top, left = GREY_PX // 2 - _ABOVE_PX, GREY_PX // 2 - _BEHIND_PX
        return pictures[..., top : top + CLOSE_PX, left : left + CLOSE_PX]
    if side_px == WHOLE_PX:
        blocks = pictures.reshape(*pictures.shape[:-2], WHOLE_PX, 2, WHOLE_PX, 2).astype(np.uint16)
        return np.asarray((blocks.sum(axis=(-3, -1)) + 2) // 4, np.uint8)
    raise DetectorError(f"the network takes pictures of {side_px} pixels; known are {WHOLE_PX} and {CLOSE_PX}")
