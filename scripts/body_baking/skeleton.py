"""Our few bones out of the 163 of the MakeHuman rig."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from body_baking.makehuman import MakeHuman

Array = NDArray[np.float64]

CENTRAL = {
    "pelvis": ("root", "pelvis.L", "pelvis.R", "spine05"),
    "lumbar_lower": ("spine04",),
    "lumbar_upper": ("spine03",),
    "thorax": ("spine02", "spine01", "breast.L", "breast.R"),
    "neck": ("neck01", "neck02", "neck03"),
}
PAIRED = {
    "clavicle": ("clavicle", "shoulder01"),
    "upper_arm": ("upperarm01", "upperarm02"),
    "forearm": ("lowerarm01", "lowerarm02"),
    "thigh": ("upperleg01", "upperleg02"),
    "shank": ("lowerleg01", "lowerleg02"),
    "foot": ("foot", "toe"),
    "hand": ("wrist", "metacarpal", "finger"),
}
SIDES = (("left", ".L"), ("right", ".R"))
BONES = (*CENTRAL, "head", *(f"{name}_{side}" for name in PAIRED for side, _ in SIDES))

#: MakeHuman bone whose head is the joint of our bone.
JOINTS = {
    "hip_centre": "pelvis.L",
    "pelvis": "spine05",
    "lumbar_lower": "spine04",
    "lumbar_upper": "spine03",
    "thorax": "spine02",
    "neck": "neck01",
    "head": "head",
    **{f"{ours}_{side}": f"{theirs[0]}{end}" for ours, theirs in PAIRED.items() for side, end in SIDES},
    **{f"knuckles_{side}": f"finger3-1{end}" for side, end in SIDES},
    **{f"index_{side}": f"finger2-1{end}" for side, end in SIDES},
    **{f"little_{side}": f"finger5-1{end}" for side, end in SIDES},
    **{f"eye_{side}": f"eye{end}" for side, end in SIDES},
}


def bone_of(makehuman_bone: str) -> str:
    """Our bone that carries what a MakeHuman bone carries."""
    for ours, theirs in CENTRAL.items():
        if makehuman_bone in theirs:
            return ours
    for side, end in SIDES:
        if makehuman_bone.endswith(end):
            for ours, theirs in PAIRED.items():
                if makehuman_bone.startswith(theirs):
                    return f"{ours}_{side}"
    return "head"


def merged_weights(mh: MakeHuman) -> sparse.csr_matrix:
    """Skinning weights (N, B) on our bones."""
    columns = [BONES.index(bone_of(name)) for name in mh.bones]
    merge = sparse.csr_matrix(
        (np.ones(len(columns)), (np.arange(len(columns)), columns)), shape=(len(columns), len(BONES))
    )
    return sparse.csr_matrix(mh.weights @ merge)


def joints(mh: MakeHuman, shape: Array) -> dict[str, Array]:
    """Joint positions (3,) of one body shape."""
    heads = mh.heads @ shape
    return {ours: heads[mh.bones.index(theirs)] for ours, theirs in JOINTS.items()}


def curled_hands(mh: MakeHuman, shape: Array, curl_deg: tuple[float, float, float], thumb_deg: float) -> Array:
    """The shape with fingers bent at their three joints, thumb across; everything else stays."""
    heads = mh.heads @ shape
    at = {name: heads[i] for i, name in enumerate(mh.bones)}
    moved = shape.copy()
    for _, end in SIDES:
        moved += _curl_shift(mh, shape, at, end, (curl_deg, thumb_deg))
    return moved


def _curl_shift(
    mh: MakeHuman, shape: Array, at: dict[str, Array], end: str, curls: tuple[tuple[float, float, float], float]
) -> Array:
    curl_deg, thumb_deg = curls
    sign = 1.0 if end == ".L" else -1.0
    across = sign * (at[f"finger5-1{end}"] - at[f"finger2-1{end}"])
    shift = np.zeros_like(shape)
    along = at[f"finger3-1{end}"] - at[f"wrist{end}"]
    opposed = 0.85 * along / np.linalg.norm(along) * sign
    thumb_axis = opposed - 0.42 * across / np.linalg.norm(across)
    for finger in range(1, 6):
        axis, angles = (thumb_axis, (thumb_deg,) * 3) if finger == 1 else (across, curl_deg)
        turn, origin = np.eye(3), np.zeros(3)
        for k, angle in enumerate(angles, start=1):
            bone = f"finger{finger}-{k}{end}"
            local = rotation(axis, angle)
            origin = origin + turn @ (at[bone] - local @ at[bone])
            turn = turn @ local
            weight = np.asarray(mh.weights[:, mh.bones.index(bone)].todense())
            shift += weight * (shape @ turn.T + origin - shape)
    return shift


def rotation(axis: Array, angle_deg: float) -> Array:
    """Rotation matrix about an axis (Rodrigues)."""
    x, y, z = axis / np.linalg.norm(axis)
    angle = np.radians(angle_deg)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)
