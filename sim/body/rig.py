"""The rig: which affine map moves each bone of the mesh so that it lies on the physical segment.

The mesh rests with arms half raised and legs apart. Each bone is turned to the physics' zero pose (limbs hanging),
stretched along itself to the physical segment's length, and put where the segment is, so joints of mesh and
physics coincide at every moment and feet cannot slide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.body.rotations import shortest, stretch
from wink.trial import SquatTrial

Array = NDArray[np.float64]
DOWN = np.array([0.0, 0.0, -1.0])
SIDES = ("left", "right")
TRUNK = ("pelvis", "lumbar_lower", "lumbar_upper", "thorax", "neck")


@dataclass(frozen=True)
class Bone:
    """One bone at rest: where it turns, and what brings it to the zero pose at its physical size."""

    head: Array  # (3,) in the mesh at rest
    to_zero: Array  # (3, 3)
    length_m: float = 0.0

    def placed(self, rotation: Array, position: Array) -> Array:
        """The map (3, 4) of mesh points at rest to the world."""
        linear = rotation @ self.to_zero
        return np.concatenate([linear, (position - linear @ self.head)[:, None]], axis=1)


@dataclass(frozen=True)
class Rig:
    """All bones of one subject, and the points that ride on them."""

    bones: Mapping[str, Bone]
    rest_joints: Mapping[str, Array]

    def carried(self, transform: Array, joint: str) -> Array:
        """World position of a joint of the mesh at rest that rides on a bone's map (3, 4)."""
        return np.asarray(transform[:, :3] @ self.rest_joints[joint] + transform[:, 3])


def build_rig(joints: Mapping[str, NDArray[np.floating]], trial: SquatTrial, sole_m: float) -> Rig:
    """Fit the rig to the segment lengths of a trial.

    Args:
        joints: joints of the mesh at rest.
        trial: gives lengths, and where the spine's joints lie from one another.
        sole_m: height of the ankle over the sole of the shoe, in the mesh at rest.
    """
    rest = {name: np.asarray(p, dtype=float) for name, p in joints.items()}
    lengths = trial.subject.segment_lengths_m
    bones = _trunk(rest, trial)
    for side in SIDES:
        out = 1.0 if side == "left" else -1.0
        hip = np.array([rest[f"thigh_{side}"][0], out * 0.5 * lengths["hip_width"], rest[f"thigh_{side}"][2]])
        knee, ankle = rest[f"shank_{side}"], rest[f"foot_{side}"]
        bones[f"thigh_{side}"] = thigh = _hanging(hip, knee, np.eye(3), lengths["thigh"])
        bones[f"shank_{side}"] = _hanging(knee, ankle, _turn(thigh), lengths["shank"])
        bones[f"foot_{side}"] = Bone(ankle, _foot_scale(lengths, sole_m))
        shoulder, elbow, wrist = (rest[f"{n}_{side}"] for n in ("upper_arm", "forearm", "hand"))
        bones[f"upper_arm_{side}"] = arm = _hanging(shoulder, elbow, np.eye(3), lengths["upper_arm"])
        bones[f"forearm_{side}"] = _hanging(elbow, wrist, _turn(arm), lengths["forearm"])
        bones[f"hand_{side}"] = Bone(wrist, np.eye(3))
    return Rig(bones, rest)


def _trunk(rest: Mapping[str, Array], trial: SquatTrial) -> dict[str, Bone]:
    """Pelvis to neck: stretched upwards only, each joint where the physical one is in quiet standing."""
    hips = 0.5 * (rest["thigh_left"] + rest["thigh_right"])
    at = np.array([hips[0], 0.0, hips[2]])
    heights = {name: rest[name][2] for name in TRUNK} | {"pelvis": hips[2]}
    bones: dict[str, Bone] = {}
    for name, above in pairwise(TRUNK):
        offset = _offset(trial, name, above)
        factor = offset[2] / (heights[above] - heights[name])
        bones[name] = Bone(at, np.diag([1.0, 1.0, factor]), float(offset[2]))
        at = np.array([at[0] + offset[0], 0.0, heights[above]])
    bones["neck"] = Bone(rest["neck"], np.eye(3))
    bones["head"] = Bone(rest["head"], np.eye(3))
    return bones


def _offset(trial: SquatTrial, name: str, above: str) -> Array:
    """Where the next joint up lies in a trunk segment's own frame [m]."""
    if above == "neck":
        return np.array([0.0, 0.0, trial.subject.segment_lengths_m["thorax"]])
    pose, child = trial.segment(name)[0], trial.segment(above)[0]
    return np.asarray(pose[:3, :3].T @ (child[:3, 3] - pose[:3, 3]))


def _hanging(head: Array, tail: Array, parent: Array, length_m: float) -> Bone:
    """A limb bone turned as its parent was, then to hang straight down, and stretched to its length."""
    axis = tail - head
    turn = shortest(parent @ axis, DOWN) @ parent
    factor = length_m / float(np.linalg.norm(axis))
    return Bone(head, turn @ stretch(axis, factor), length_m)


def _turn(bone: Bone) -> Array:
    """The rotation inside a bone's map to the zero pose."""
    u, _, vt = np.linalg.svd(bone.to_zero)
    return np.asarray(u @ vt)


def _foot_scale(lengths: Mapping[str, float], sole_m: float) -> Array:
    """Feet: as high as the physical ankle stands over its sole; their length is the mesh's own."""
    return np.diag([1.0, 1.0, lengths["ankle_height"] / sole_m])
