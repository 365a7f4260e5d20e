"""From markers to the body under them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.signal import butter, filtfilt

from wink.errors import MocapError
from wink.joint_centres import chord_centre, hip_centres, pelvis_frame, unit
from wink.marker_set import MarkerSet, Pair
from wink.posture import SIDE_SIGN, Posture, heading_rad, lean_deg, standing_samples, turned
from wink.trc import Markers
from wink.trial import Array

#: Movement of a squat lies below this; markers on skin shake above it [Hz].
CUTOFF_HZ = 6.0
#: A marker unseen for no longer than this is interpolated [s]; ours.
LONGEST_GAP_S = 0.2
#: Below this the plane of thigh and shank says little of the knee's axis [deg]; ours.
BENT_KNEE_DEG = 30.0
#: Less than this in one piece holds no squat [s].
SHORTEST_S = 0.5


@dataclass(frozen=True)
class Gaps:
    """What was missing from a recording and what was done about it."""

    filled: dict[str, int]  # marker -> samples interpolated
    kept: tuple[int, int]  # samples [first, stop) used: the longest stretch with every marker
    of: int  # samples of the recording

    def __str__(self) -> str:
        said = [f"{name} interpolated in {n} of {self.of} samples" for name, n in self.filled.items()]
        if self.kept != (0, self.of):
            said.append(f"only samples {self.kept[0]} to {self.kept[1] - 1} of {self.of} have every marker needed")
        return "; ".join(said) or "no gaps"


def without_gaps(markers: Markers, needed: tuple[str, ...]) -> tuple[Markers, Gaps]:
    """The markers needed, short gaps interpolated, cut to the longest stretch in which all are seen.

    Raises:
        MocapError: a marker is lacking, or no stretch is long enough.
    """
    positions = np.stack([markers.of(name) for name in needed], axis=1)
    limit = round(LONGEST_GAP_S * markers.rate_hz)
    before: NDArray[np.bool_] = np.asarray(np.isnan(positions).any(axis=2))
    for k in range(len(needed)):
        positions[:, k] = _bridged(markers.time_s, positions[:, k], limit)
    seen: NDArray[np.bool_] = np.asarray(~np.isnan(positions).any(axis=2))
    first, stop = _longest_run(np.asarray(seen.all(axis=1)))
    if (stop - first) < SHORTEST_S * markers.rate_hz:
        worst = needed[int(np.argmin(seen.sum(axis=0)))]
        raise MocapError(
            f"no {SHORTEST_S:g} s in which every marker needed is seen (gaps up to {LONGEST_GAP_S:g} s are bridged); "
            f"{worst} is missing most: seen in {int((~before[:, needed.index(worst)]).sum())} of {len(seen)} samples"
        )
    bridged = (before[first:stop] & seen[first:stop]).sum(axis=0)
    filled = {name: int(n) for name, n in zip(needed, bridged, strict=True) if n}
    part = slice(first, stop)
    return Markers(needed, markers.time_s[part], positions[part]), Gaps(filled, (first, stop), len(seen))


def smoothed(markers: Markers, cutoff_hz: float = CUTOFF_HZ) -> Markers:
    """Low-passed without delay: second-order Butterworth, forward and back.

    Raises:
        MocapError: the recording is too slow for the cut-off.
    """
    if markers.rate_hz <= 2 * cutoff_hz:
        raise MocapError(
            f"recorded at {markers.rate_hz:g} Hz; a low-pass of {cutoff_hz:g} Hz needs more than twice that"
        )
    b, a = butter(2, cutoff_hz, fs=markers.rate_hz)
    return replace(markers, positions_m=filtfilt(b, a, markers.positions_m, axis=0))


def posture_of(markers: Markers, names: MarkerSet) -> Posture:
    """The body under markers that have no gaps; it faces x where it stands upright."""
    points = Points(markers, names)
    pelvis = pelvis_frame(points.pair(names.asis), points.pair(names.psis))
    thigh, shank = _legs(points, names, pelvis)
    standing = standing_samples(np.degrees(np.arccos(np.clip(-thigh[..., 2], -1, 1))).mean(axis=1))
    turn = heading_rad(pelvis[standing, :, 1])
    return Posture(
        time_s=markers.time_s,
        pelvis=np.swapaxes(turned(np.swapaxes(pelvis, 1, 2), turn), 1, 2),
        trunk_lean_deg=_trunk_lean(points, names, turn, standing),
        thigh=turned(thigh, turn),
        thigh_left=turned(knee_axes(thigh, shank), turn),
        shank=turned(shank, turn),
        ankle_dorsiflexion_deg=_dorsiflexion(shank, points.pair(names.toe) - points.pair(names.heel), standing),
    )


def knee_axes(thigh: Array, shank: Array) -> Array:
    """The axis of each knee to the left (T, 2, 3), square to thigh and shank a hinge's; NaN where nearly straight."""
    across = np.cross(thigh, -shank)
    sine = np.linalg.norm(across, axis=-1, keepdims=True)
    bent = (sine > np.sin(np.radians(BENT_KNEE_DEG))) | (np.sum(thigh * shank, axis=-1, keepdims=True) > 0)
    return np.asarray(np.where(bent, across / np.maximum(sine, 1e-9), np.nan))


def _legs(points: Points, names: MarkerSet, pelvis: Array) -> tuple[Array, Array]:
    """Directions from hip to knee and from ankle to knee, each (T, 2, 3)."""
    hips = hip_centres(pelvis, points.pair(names.asis), points.pair(names.psis))
    # Thigh markers slip by 10 to 25 deg round a deeply bent thigh; the pelvis' own side is nearer to the knee's axis.
    outward = pelvis[:, None, :, 1] * SIDE_SIGN[:, None]
    radius = names.marker_radius_m
    outer = points.pair(names.knee_outer)
    knees = chord_centre(hips, outer, outward, names.knee_width_m / 2 + radius)
    ankles = chord_centre(knees, points.pair(names.ankle_outer), outer - knees, names.ankle_width_m / 2 + radius)
    return unit(knees - hips), unit(knees - ankles)


class Points:
    """Markers by name, in world axes."""

    def __init__(self, markers: Markers, names: MarkerSet) -> None:
        x, y, z = np.moveaxis(markers.positions_m, -1, 0)
        world = np.stack([x, y, z] if names.up == "z" else [x, -z, y], axis=-1)
        self._markers = replace(markers, positions_m=world)

    def pair(self, names: Pair) -> Array:
        """Left and right, (T, 2, 3)."""
        return np.stack([self._markers.of(name) for name in names], axis=1)

    def known(self, names: Pair) -> Array | None:
        """Left and right, (T, 2, 3); None where they were not kept."""
        return self.pair(names) if all(name in self._markers.names for name in names) else None

    def middle(self, names: Pair) -> Array:
        """Mean of some markers, (T, 3)."""
        return np.asarray(self.pair(names).mean(axis=1))


def _trunk_lean(points: Points, names: MarkerSet, turn: float, standing: NDArray[np.bool_]) -> Array:
    """Pitch of the thorax from quiet standing [deg]; of the upper thorax where nothing else is marked."""
    back, front = points.middle(names.thorax_upper_back), points.middle(names.thorax_upper_front)
    if names.thorax_lower_back is None or names.thorax_lower_front is None:
        across = turned(front - back, turn)
        pitch = np.degrees(np.arctan2(-across[:, 2], across[:, 0]))
    else:
        low = (points.middle(names.thorax_lower_back) + points.middle(names.thorax_lower_front)) / 2
        pitch = lean_deg(turned((back + front) / 2 - low, turn))
    return np.asarray(pitch - np.median(pitch[standing]))


def _dorsiflexion(shank: Array, foot: Array, standing: NDArray[np.bool_]) -> Array:
    """Shank against the sole (T, 2) [deg] in the plane of each foot; the sole is flat in quiet standing."""
    ahead = unit(foot * np.array([1.0, 1.0, 0.0]))
    lean = np.degrees(np.arctan2(np.sum(shank * ahead, axis=-1), shank[..., 2]))
    slope = np.degrees(np.arcsin(unit(foot)[..., 2]))
    return np.asarray(lean + slope - np.median(slope[standing], axis=0))


def _bridged(time_s: Array, points: Array, limit: int) -> Array:
    """One marker (T, 3) with gaps of up to `limit` samples interpolated; none at the ends."""
    missing = np.asarray(np.isnan(points).any(axis=1))
    if not missing.any() or (~missing).sum() < 2:
        return points
    edges = np.flatnonzero(np.diff(np.r_[False, missing, False].astype(int))).reshape(-1, 2)
    short = np.zeros_like(missing)
    for first, stop in edges:
        short[first:stop] = first > 0 and stop < len(missing) and stop - first <= limit
    filled = points.copy()
    filled[short] = PchipInterpolator(time_s[~missing], points[~missing])(time_s[short])
    return filled


def _longest_run(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """Start and stop of the longest run of True; (0, 0) without one."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(int))).reshape(-1, 2)
    if not len(edges):
        return 0, 0
    first, stop = edges[int(np.argmax(edges[:, 1] - edges[:, 0]))]
    return int(first), int(stop)
