"""A measured person in space: where joints and segments are, for putting the movement on a body that is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wink.errors import MocapError
from wink.joint_centres import chord_centre, hip_centres, pelvis_frame, unit
from wink.marker_posture import Points, smoothed, without_gaps
from wink.marker_set import MarkerSet, marker_set_of
from wink.mocap import MARKER_FILES
from wink.posture import SIDE_SIGN, heading_rad, standing_samples, tilt_deg, turned
from wink.trc import Markers
from wink.trial import Array


@dataclass(frozen=True)
class MeasuredBody:
    """Joint centres [m] and segments over time, left before right.

    World axes x forward, y left, z up; the person faces x in quiet standing, the middle between the ankles then lies
    over the origin, and z is that of the recording.
    """

    time_s: Array  # (T,)
    standing: NDArray[np.bool_]  # (T,) quiet standing
    pelvis: Array  # (T, 3, 3) columns forward, left, up; level in quiet standing
    thorax: Array  # (T, 3, 3) likewise
    hips: Array  # (T, 2, 3)
    knees: Array  # (T, 2, 3)
    ankles: Array  # (T, 2, 3)
    heels: Array  # (T, 2, 3) markers
    toes: Array  # (T, 2, 3) markers
    c7: Array  # (T, 3) marker
    asis: Array  # (T, 2, 3) markers
    psis: Array  # (T, 2, 3) markers
    wrists: Array | None  # (T, 2, 3); None = not known


def read_body(path: Path, names: MarkerSet | None = None) -> MeasuredBody:
    """Read the body of a file of markers: the same samples, smoothing and joint centres as its angles.

    Raises:
        MocapError: it is no file of markers, breaks its format, or lacks markers that are needed.
    """
    suffix = path.suffix.lower()
    if suffix not in MARKER_FILES:
        raise MocapError(f"{path.name}: a body needs markers ({', '.join(MARKER_FILES)}); joint angles alone are none")
    markers = MARKER_FILES[suffix](path)
    known = names or marker_set_of(markers)
    whole, _ = without_gaps(markers, known.needed)
    return _body(smoothed(whole), _arms(markers, known, whole), known)


def _arms(markers: Markers, names: MarkerSet, whole: Markers) -> Markers | None:
    """Shoulders and wrists over the same samples, if they were seen throughout."""
    if not names.arms or any(name not in markers.names for name in names.arms):
        return None
    try:
        seen, _ = without_gaps(markers, (*names.needed, *names.arms))
    except MocapError:
        return None
    return smoothed(seen) if np.array_equal(seen.time_s, whole.time_s) else None


def _body(markers: Markers, arms: Markers | None, names: MarkerSet) -> MeasuredBody:
    points = Points(markers, names)
    asis, psis = points.pair(names.asis), points.pair(names.psis)
    pelvis = pelvis_frame(asis, psis)
    hips = hip_centres(pelvis, asis, psis)
    outward = pelvis[:, None, :, 1] * SIDE_SIGN[:, None]
    outer, radius = points.pair(names.knee_outer), names.marker_radius_m
    knees = chord_centre(hips, outer, outward, names.knee_width_m / 2 + radius)
    ankles = chord_centre(knees, points.pair(names.ankle_outer), outer - knees, names.ankle_width_m / 2 + radius)
    thigh = unit(knees - hips)
    standing = standing_samples(np.degrees(np.arccos(np.clip(-thigh[..., 2], -1, 1))).mean(axis=1))
    turn = heading_rad(pelvis[standing, :, 1])
    place = _Placing(turn, turned(ankles[standing].mean(axis=(0, 1)), turn) * [1.0, 1.0, 0.0])
    thorax = thorax_frame(points, names, pelvis)
    return MeasuredBody(
        time_s=markers.time_s - markers.time_s[0],
        standing=standing,
        pelvis=_level(place.frames(pelvis), standing),
        thorax=place.frames(thorax) @ _mean_rotation(place.frames(thorax)[standing]).T,
        hips=place.points(hips),
        knees=place.points(knees),
        ankles=place.points(ankles),
        heels=place.points(points.pair(names.heel)),
        toes=place.points(points.pair(names.toe)),
        c7=place.points(points.middle(names.thorax_upper_back)),
        asis=place.points(asis),
        psis=place.points(psis),
        wrists=None if arms is None else place.points(_wrists(Points(arms, names), names)),
    )


@dataclass(frozen=True)
class _Placing:
    """From the laboratory's axes to the person's: turned about the vertical, then moved along the floor."""

    turn_rad: float
    origin_m: Array

    def points(self, points: Array) -> Array:
        return turned(points, self.turn_rad) - self.origin_m

    def frames(self, frames: Array) -> Array:
        return np.asarray(np.swapaxes(turned(np.swapaxes(frames, 1, 2), self.turn_rad), 1, 2))


def thorax_frame(points: Points, names: MarkerSet, pelvis: Array) -> Array:
    """Axes of the thorax (T, 3, 3), columns forward, left, up; of the upper thorax where nothing else is marked."""
    back, front = points.middle(names.thorax_upper_back), points.middle(names.thorax_upper_front)
    if names.thorax_lower_back is None or names.thorax_lower_front is None:
        forward = unit(front - back)
        shoulders = None if names.shoulder is None else points.known(names.shoulder)
        across: Array = pelvis[:, :, 1] if shoulders is None else np.asarray(shoulders[:, 0] - shoulders[:, 1])
        up = unit(np.asarray(np.cross(forward, across)))
        return np.stack([forward, np.cross(up, forward), up], axis=-1)
    low_back, low_front = points.middle(names.thorax_lower_back), points.middle(names.thorax_lower_front)
    up = unit((back + front) / 2 - (low_back + low_front) / 2)
    left = unit(np.asarray(np.cross(up, (front + low_front) / 2 - (back + low_back) / 2)))
    return np.stack([np.cross(left, up), left, up], axis=-1)


def _level(frames: Array, standing: NDArray[np.bool_]) -> Array:
    """The pelvis with the slope of quiet standing taken out, as the trial's tilt has it."""
    slope = -np.radians(float(np.median(tilt_deg(frames)[standing])))
    c, s = np.cos(slope), np.sin(slope)
    return np.asarray(frames @ np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]]))


def _mean_rotation(frames: Array) -> Array:
    """The rotation nearest to the mean of some (n, 3, 3)."""
    u, _, vt = np.linalg.svd(frames.mean(axis=0))
    return np.asarray(u @ vt)


def _wrists(points: Points, names: MarkerSet) -> Array:
    assert names.wrist_left is not None
    assert names.wrist_right is not None
    return np.stack([points.middle(names.wrist_left), points.middle(names.wrist_right)], axis=1)
