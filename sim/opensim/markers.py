"""Virtual markers: where a laboratory would put them on this lifter, fixed to the bones.

Names are those published with OpenCap (Uhlrich 2023), so that what reads its files reads these. The pelvic markers are
placed so that the hip centres of Harrington (2007) are the model's own; the widths are those the marker set assumes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.opensim.tree import TO_OPENSIM
from sim.skeleton import Skeleton
from wink.joint_centres import HARRINGTON
from wink.marker_set import MarkerSet
from wink.trc import Markers
from wink.trial import SquatTrial

Array = NDArray[np.float64]

#: Depth of the pelvis, front to back markers, against its width; and spread of the back ones, likewise. Ours.
PELVIS_DEPTH, BACK_SPREAD = 0.65, 0.4
#: Places on the thorax as shares of its length (forward, up), and half the gap between the breastbone's two [m]; ours.
C7, STERNUM, STERNUM_HALF_M = (-0.20, 1.0), (0.35, 0.78), 0.03
SHOULDER_UP_M, ELBOW_OUT_M, TOE_UP_M = 0.04, 0.045, 0.02
SIDES = (("left", "L", "L", 1.0), ("right", "r", "R", -1.0))  # side, its letter in two habits, outward along y


@dataclass(frozen=True)
class Marker:
    """A point fixed to a segment."""

    name: str
    segment: str
    place_m: Array  # (3,) our axes, from the segment's origin


def markers_of(skeleton: Skeleton, names: MarkerSet) -> tuple[Marker, ...]:
    """Every marker of a lifter; `names` says how wide the joints under them are taken to be."""
    thorax = skeleton.body.length_m["thorax"]
    found = [Marker("C7", "thorax", np.array([C7[0], 0.0, C7[1]]) * thorax)]
    for side, small, large, out in SIDES:
        found += [*_pelvis(skeleton, small, large, out), *_leg(skeleton, names, side, small, out)]
        found += _upper(skeleton, side, large, out)
    return tuple(found)


def trajectories(trial: SquatTrial, markers: tuple[Marker, ...]) -> Markers:
    """Where the markers are over time, in OpenSim's axes."""
    places = []
    for marker in markers:
        pose = trial.segment(marker.segment)
        places.append((pose[:, :3, :3] @ marker.place_m + pose[:, :3, 3]) @ TO_OPENSIM.T)
    return Markers(tuple(marker.name for marker in markers), trial.time_s, np.stack(places, axis=1))


def _pelvis(skeleton: Skeleton, small: str, large: str, out: float) -> list[Marker]:
    """Iliac markers from which Harrington's equations give back this hip's centre."""
    (ahead, ahead_rest), (up, up_rest), (aside, aside_rest) = HARRINGTON
    half = skeleton.body.length_m["hip_width"] / 2
    width = (half - aside_rest) / aside
    depth = PELVIS_DEPTH * width
    front = np.array([-(ahead * depth + ahead_rest), out * width / 2, -(up * width + up_rest)])
    back = front * np.array([1.0, BACK_SPREAD, 1.0]) - np.array([depth, 0.0, 0.0])
    return [
        Marker(f"{small}.ASIS", "pelvis", front),
        Marker(f"{small}.PSIS", "pelvis", back),
        Marker(f"{large}_HJC", "pelvis", np.array([0.0, out * half, 0.0])),
    ]


def _leg(skeleton: Skeleton, names: MarkerSet, side: str, letter: str, out: float) -> list[Marker]:
    length, sole = skeleton.body.length_m, skeleton.sole
    knee = out * (names.knee_width_m / 2 + names.marker_radius_m)
    ankle = out * (names.ankle_width_m / 2 + names.marker_radius_m)
    return [
        Marker(f"{letter}_knee", f"thigh_{side}", np.array([0.0, knee, -length["thigh"]])),
        Marker(f"{letter}_mknee", f"thigh_{side}", np.array([0.0, -knee, -length["thigh"]])),
        Marker(f"{letter}_ankle", f"shank_{side}", np.array([0.0, ankle, -length["shank"]])),
        Marker(f"{letter}_mankle", f"shank_{side}", np.array([0.0, -ankle, -length["shank"]])),
        Marker(f"{letter}_calc", f"foot_{side}", np.array([sole.heel_m, 0.0, TOE_UP_M - sole.height_m])),
        Marker(f"{letter}_toe", f"foot_{side}", np.array([sole.toe_m, 0.0, TOE_UP_M - sole.height_m])),
        Marker(
            f"{letter}_5meta",
            f"foot_{side}",
            np.array([sole.ball_m, out * sole.half_width_m, TOE_UP_M - sole.height_m]),
        ),
    ]


def _upper(skeleton: Skeleton, side: str, letter: str, out: float) -> list[Marker]:
    length = skeleton.body.length_m
    breast = np.array([STERNUM[0] * length["thorax"], out * STERNUM_HALF_M, STERNUM[1] * length["thorax"]])
    return [
        Marker(f"{letter}_Sternum", "thorax", breast),
        Marker(f"{letter}_Shoulder", f"upper_arm_{side}", np.array([0.0, 0.0, SHOULDER_UP_M])),
        Marker(f"{letter}_elbow_lat", f"upper_arm_{side}", np.array([0.0, out * ELBOW_OUT_M, -length["upper_arm"]])),
    ]
