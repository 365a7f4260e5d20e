"""A body whose angles are chosen, with markers on it: truth for tests of what is read from markers."""

from dataclasses import dataclass

import numpy as np
from curves import squat_curve
from scipy.spatial.transform import Rotation

from wink.mot import Columns
from wink.trc import Markers

#: Pelvis 0.25 m wide and 0.15 m deep; its hip centres by Harrington's equations, worked out by hand.
ASIS = np.array([[0.0, 0.125, 0.0], [0.0, -0.125, 0.0]])
PSIS = np.array([[-0.15, 0.05, 0.0], [-0.15, -0.05, 0.0]])
HIPS = np.array([[-0.0459, 0.0898, -0.0859], [-0.0459, -0.0898, -0.0859]])
THIGH_M, SHANK_M = 0.42, 0.43
KNEE_M, ANKLE_M = 0.057, 0.042  # half the joint's width and the marker's radius
STANDING_TILT_DEG = 9.0  # slope of the pelvis' markers in quiet standing
SIDES = np.array([1.0, -1.0])


@dataclass(frozen=True)
class Angles:
    """Every angle (T,) [deg], with the signs of the notation."""

    time_s: np.ndarray
    tilt: np.ndarray
    obliquity: np.ndarray
    rotation: np.ndarray
    lumbar: np.ndarray
    flexion: np.ndarray  # of both hips
    abduction: np.ndarray
    internal: np.ndarray
    knee: np.ndarray

    @property
    def pelvis(self):
        """Rotation of the pelvis against quiet standing: rotation, obliquity, tilt about z, x, y."""
        return Rotation.from_euler("ZXY", np.stack([self.rotation, self.obliquity, self.tilt], 1), degrees=True)


def squat_angles(wink_deg=14.0, obliquity=2.0, rotation=3.0, abduction=18.0, internal=0.0, depth_deg=100.0) -> Angles:
    """Stand a second, squat, stand a second; the pelvis turns back by `wink_deg` from a thigh of 60 deg on."""
    time = np.arange(0, 6.0, 0.01)
    thigh = squat_curve(time, depth_deg, start_s=1.0, bottom_s=3.0, end_s=5.0, standing_deg=0.0)
    share = thigh / thigh.max()
    back = wink_deg * np.clip((thigh - 60.0) / (thigh.max() - 60.0), 0, 1)
    tilt = 0.3 * np.minimum(thigh, 60.0) - back
    return Angles(
        time, tilt, obliquity * share, rotation * share, 1.2 * back,
        thigh + tilt, abduction * share, internal * share, thigh + 25.0 * share,
    )  # fmt: skip


def marked(angles: Angles, *, heading_deg=0.0, up="z") -> Markers:
    """The Plug-in Gait markers of a body, in the axes of a laboratory."""
    bare = angles.pelvis * Rotation.from_euler("y", STANDING_TILT_DEG, degrees=True)
    points = {}
    for k, side in enumerate("LR"):
        points[f"{side}ASI"], points[f"{side}PSI"] = bare.apply(ASIS[k]), bare.apply(PSIS[k])
        points |= _leg(angles, side, SIDES[k], bare.apply(HIPS[k]))
    thorax = Rotation.from_euler("y", (angles.tilt + angles.lumbar)[:, None], degrees=True)
    for name, place in {
        "C7": (-0.1, 0, 0.5),
        "CLAV": (0.1, 0, 0.5),
        "T10": (-0.1, 0, 0.2),
        "STRN": (0.1, 0, 0.2),
    }.items():
        points[name] = thorax.apply(place)
    world = np.stack(list(points.values()), axis=1) + np.array([0.3, -0.2, 1.0])
    world = Rotation.from_euler("z", heading_deg, degrees=True).apply(world.reshape(-1, 3)).reshape(world.shape)
    if up == "y":
        world = np.stack([world[..., 0], world[..., 2], -world[..., 1]], axis=-1)
    return Markers(tuple(points), angles.time_s, world)


def _leg(angles, side, sign, hip):
    thigh = angles.pelvis * Rotation.from_euler(
        "YXZ", np.stack([-angles.flexion, sign * angles.abduction, -sign * angles.internal], 1), degrees=True
    )
    shank = thigh * Rotation.from_euler("y", angles.knee[:, None], degrees=True)
    knee = hip + thigh.apply([0, 0, -THIGH_M])
    ankle = knee + shank.apply([0, 0, -SHANK_M])
    foot = ankle[0] + np.array([0, 0, -0.06])
    return {
        f"{side}KNE": knee + thigh.apply([0, sign * KNEE_M, 0]),
        f"{side}ANK": ankle + shank.apply([0, sign * ANKLE_M, 0]),
        f"{side}HEE": np.tile(foot - np.array([0.05, 0, 0]), (len(hip), 1)),
        f"{side}TOE": np.tile(foot + np.array([0.15, 0, 0]), (len(hip), 1)),
    }


def coordinates(angles: Angles, *, in_degrees=False) -> Columns:
    """The same body as OpenSim's coordinates (turned about z, x, y of x forward, y up, z right; tilt + backward)."""
    bare = angles.pelvis * Rotation.from_euler("y", STANDING_TILT_DEG, degrees=True)
    axes = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])  # ours in theirs
    tilt, list_, rotation = Rotation.from_matrix(axes @ bare.as_matrix() @ axes.T).as_euler("ZXY", degrees=True).T
    columns = {"pelvis_tilt": tilt, "pelvis_list": list_, "pelvis_rotation": rotation}
    for side in "lr":
        columns[f"hip_flexion_{side}"] = angles.flexion + STANDING_TILT_DEG
        columns[f"hip_adduction_{side}"] = -angles.abduction
        columns[f"hip_rotation_{side}"] = angles.internal
        columns[f"knee_angle_{side}"] = angles.knee
        columns[f"ankle_angle_{side}"] = 0.2 * angles.knee
    columns |= {"lumbar_extension": -angles.lumbar, "lumbar_bending": 0 * tilt, "lumbar_rotation": 0 * tilt}
    values = np.stack(list(columns.values()), axis=1)
    return Columns(tuple(columns), angles.time_s, values if in_degrees else np.radians(values), in_degrees)
