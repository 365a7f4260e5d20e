"""Named points of the body: COCO-17, joint centres, surface landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.body.figure import Figure
from sim.body.rig import SIDES, Rig

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Keypoint:
    """One named point: which bone carries it, from which joint or vertex, and how deep under the skin it lies."""

    name: str
    kind: (
        str  # joint: of the rig; skin: moves with the skin; bony: fixed to a bone; sole: end of the shoe; between: two
    )
    source: str  # joint of the rig, landmark of the mesh, end of the sole, or an earlier keypoint
    bone: str  # or the keypoint it lies towards
    depth_m: float
    share: float = 0.0  # of the way there


def _joint(name: str, source: str, bone: str, depth_m: float) -> Keypoint:
    return Keypoint(name, "joint", source, bone, depth_m)


def _skin(name: str) -> Keypoint:
    return Keypoint(name, "skin", name, "head", 0.03)


def _bony(name: str, bone: str) -> Keypoint:
    return Keypoint(name, "bony", name, bone, 0.06)


def _between(name: str, start: str, end: str, share: float, depth_m: float = 0.06) -> Keypoint:
    return Keypoint(name, "between", start, end, depth_m, share)


def _both(name: str, source: str, depth_m: float) -> list[Keypoint]:
    return [_joint(f"{name}_{side}", f"{source}_{side}", f"{source}_{side}", depth_m) for side in SIDES]


_GIRDLES = (("asis", "pelvis"), ("psis", "pelvis"), ("acromion", "thorax"))

#: COCO-17 first, in COCO's order; hips are the joint centres. Then spine joints and surface landmarks.
#: ASIS, PSIS, sacrum and spinous processes start on the skin of a graphic mesh, standing, and then move with their
#: bone as palpated landmarks do, not with the skin over it. L1, L2, L4 and S1 lie evenly between their neighbours.
#: `hip_marked` is where people who mark COCO's hips on pictures tend to put them, outside and above the joint centre:
#: four tenths of the way to the ASIS, ours, confidence C.
KEYPOINTS: tuple[Keypoint, ...] = (
    _skin("nose"),
    *(_joint(f"eye_{side}", f"eye_{side}", "head", 0.03) for side in SIDES),
    *(_skin(f"ear_{side}") for side in SIDES),
    *_both("shoulder", "upper_arm", 0.09),
    *_both("elbow", "forearm", 0.07),
    *_both("wrist", "hand", 0.05),
    *_both("hip", "thigh", 0.14),
    *_both("knee", "shank", 0.09),
    *_both("ankle", "foot", 0.07),
    _joint("joint_l5s1", "lumbar_lower", "lumbar_lower", 0.16),
    _joint("joint_l3l4", "lumbar_upper", "lumbar_upper", 0.16),
    _joint("joint_t12l1", "thorax", "thorax", 0.16),
    _bony("c7", "thorax"),
    _bony("t12", "thorax"),
    _bony("l3", "lumbar_upper"),
    _bony("l5", "lumbar_lower"),
    _bony("sacrum", "pelvis"),
    *(_bony(f"{name}_{side}", bone) for name, bone in _GIRDLES for side in SIDES),
    *(Keypoint(f"{end}_{side}", "sole", end, f"foot_{side}", 0.03) for end in ("heel", "toe") for side in SIDES),
    _between("l1", "t12", "l3", 1 / 3),
    _between("l2", "t12", "l3", 2 / 3),
    _between("l4", "l3", "l5", 1 / 2),
    _between("s1", "l5", "sacrum", 1 / 3),
    *(_between(f"hip_marked_{side}", f"hip_{side}", f"asis_{side}", 0.4, 0.14) for side in SIDES),
)
#: What a wink bends, behind: hidden by plates, arms or cloth it cannot be seen.
LOW_BACK = ("t12", "l1", "l2", "l3", "l4", "l5", "s1", "sacrum", "psis_left", "psis_right")
NAMES = tuple(point.name for point in KEYPOINTS)
DEPTHS_M = np.array([point.depth_m for point in KEYPOINTS])
#: How much farther the loosest top stands off the low back [m].
CLOTH_M = 0.06


def depths_m(looseness: float) -> Array:
    """How deep every keypoint (K,) lies under skin and cloth [m], in a top that hangs so loosely (0 to 1)."""
    return np.asarray(DEPTHS_M + CLOTH_M * looseness * np.isin(NAMES, LOW_BACK))


def keypoints(figure: Figure, rig: Rig, transforms: Mapping[str, Array], vertices: NDArray[np.float32]) -> Array:
    """World positions (K, 3) of all keypoints [m]."""
    at: dict[str, Array] = {}
    for point in KEYPOINTS:
        if point.kind == "between":
            at[point.name] = (1.0 - point.share) * at[point.source] + point.share * at[point.bone]
        else:
            at[point.name] = _position(point, figure, rig, transforms, vertices)
    return np.array(list(at.values()))


def _position(
    point: Keypoint, figure: Figure, rig: Rig, transforms: Mapping[str, Array], vertices: NDArray[np.float32]
) -> Array:
    if point.kind == "skin":
        return np.asarray(vertices[figure.landmarks[point.source]], dtype=float)
    transform = transforms[point.bone]
    if point.kind == "sole":
        rest = _sole_end(figure, point.source, point.bone)
    elif point.kind == "bony":
        rest = figure.rest[figure.landmarks[point.source]].astype(float)
    else:
        rest = rig.bones[point.bone].head if point.source == point.bone else rig.rest_joints[point.source]
    return np.asarray(transform[:, :3] @ rest + transform[:, 3])


def _sole_end(figure: Figure, end: str, bone: str) -> Array:
    """Hindmost or foremost point of the sole, in the mesh at rest."""
    points = figure.rest[figure.vertices_of(bone.replace("foot", "sole"))]
    chosen = np.argmin(points[:, 0]) if end == "heel" else np.argmax(points[:, 0])
    return np.asarray(points[chosen], dtype=float)
