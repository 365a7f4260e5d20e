"""When a film and a recording of the same movement ran together: by the height of the hips, which both show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from detect.blazepose import INDEX
from detect.features import Array
from detect.pose import PoseTrack
from wink.errors import ClipError

#: Offsets are tried in steps of this [s], and smoothed like this before [s].
_STEP_S, _SMOOTHING_S = 0.005, 0.05
#: Of the film, this share at least must lie within the recording.
_OVERLAP = 0.8
#: A film of the same movement agrees at least like this; and no other offset, farther away than the second, as well.
MIN_AGREEMENT, _APART_S, _CLEARLY = 0.97, 0.3, 0.02
#: Each half of the film, matched alone, must find the same offset within this [s]: else one of the clocks is wrong.
MAX_DRIFT_S = 0.05


@dataclass(frozen=True)
class Sync:
    """How a film lies in a recording."""

    offset_s: float  # the film's first frame was taken so long after the recording began
    agreement: float  # correlation of both heights of the hips
    runner_up: float  # the best agreement at another offset
    drift_s: float  # offset of the second half less that of the first

    def __str__(self) -> str:
        return (
            f"the film begins {self.offset_s:+.3f} s into the recording (hip heights agree with r = "
            f"{self.agreement:.3f}, elsewhere {self.runner_up:.3f}; the halves differ by {1000 * self.drift_s:+.0f} ms)"
        )


def find_sync(pose: PoseTrack, fps: float, time_s: Array, hip_height_m: Array) -> Sync:
    """Find the offset at which both agree best.

    Args:
        pose: found in the film.
        fps: of the film.
        time_s: of the recording (n,).
        hip_height_m: in it (n,).

    Raises:
        ClipError: the two do not show the same movement, fit at several offsets, or their clocks drift apart.
    """
    film = _hips(pose, fps)
    clock = np.arange(len(film)) / fps
    offsets, agreement = _scan(clock, film, time_s, hip_height_m)
    best = int(np.argmax(agreement))
    apart = np.abs(offsets - offsets[best]) > _APART_S
    runner_up = float(agreement[apart].max()) if apart.any() else -1.0
    half = len(film) // 2
    near = [_scan(clock[part], film[part], time_s, hip_height_m) for part in (slice(0, half), slice(half, None))]
    first, second = (_best_near(o, a, float(offsets[best])) for o, a in near)
    found = Sync(float(offsets[best]), float(agreement[best]), runner_up, second - first)
    _refuse(found)
    return found


def _refuse(found: Sync) -> None:
    if found.agreement < MIN_AGREEMENT:
        raise ClipError(f"film and recording do not show the same movement: {found}")
    if found.agreement - found.runner_up < _CLEARLY:
        raise ClipError(f"film and recording fit at several offsets; give offset_s=: {found}")
    if abs(found.drift_s) > MAX_DRIFT_S:
        raise ClipError(f"the clocks of film and recording drift apart; is the frame rate right? {found}")


def agreement_at(pose: PoseTrack, fps: float, time_s: Array, hip_height_m: Array, offset_s: float) -> float:
    """Correlation of both heights of the hips at a given offset."""
    film = _hips(pose, fps)
    return _correlation(np.arange(len(film)) / fps + offset_s, film, time_s, hip_height_m)


def _hips(pose: PoseTrack, fps: float) -> Array:
    """Height of the hips in the picture (T,) [px], + up, smoothed; lost frames bridged."""
    height = -pose.points_px[:, [INDEX["left_hip"], INDEX["right_hip"]], 1].mean(axis=1)
    good = pose.seen & np.isfinite(height)
    if good.sum() < 2:
        raise ClipError("nobody is seen in the film, so it cannot be laid beside a recording")
    frames = np.arange(len(height))
    return np.asarray(gaussian_filter1d(np.interp(frames, frames[good], height[good]), _SMOOTHING_S * fps))


def _scan(clock: Array, film: Array, time_s: Array, height_m: Array) -> tuple[Array, Array]:
    """Offsets, and how well both agree at each."""
    length = float(clock[-1] - clock[0])
    earliest = float(time_s[0] - clock[0]) - (1 - _OVERLAP) * length
    latest = float(time_s[-1] - clock[0]) - _OVERLAP * length
    offsets = np.asarray(np.arange(earliest, max(latest, earliest) + _STEP_S, _STEP_S), dtype=np.float64)
    return offsets, np.array([_correlation(clock + offset, film, time_s, height_m) for offset in offsets])


def _best_near(offsets: Array, agreement: Array, about_s: float) -> float:
    near = np.where(np.abs(offsets - about_s) <= _APART_S, agreement, -np.inf)
    return float(offsets[int(np.argmax(near))])


def _correlation(at_s: Array, film: Array, time_s: Array, height_m: Array) -> float:
    inside = (at_s >= time_s[0]) & (at_s <= time_s[-1])
    if inside.sum() < max(3, 0.5 * len(film)):
        return -1.0
    recorded = np.interp(at_s[inside], time_s, height_m)
    seen = film[inside]
    if np.ptp(recorded) == 0 or np.ptp(seen) == 0:
        return -1.0
    return float(np.corrcoef(seen, recorded)[0, 1])
