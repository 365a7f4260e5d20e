"""Points of the body's surface that stand for palpable landmarks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]

#: (where to look from, where to look to) relative to a joint, in units of stature; forward, left, up.
#: ASIS 0.07 above and 0.13 to the side of the hip centres, PSIS at the same height 0.05 wide (Wu 2002, Bell 1990
#: proportions, rounded; confidence C): points on a graphic mesh, not on bone.
RAYS: Mapping[str, tuple[str, tuple[float, float, float], tuple[float, float, float]]] = {
    "asis": ("hip_centre", (0.20, 0.066, 0.045), (-1, 0, 0)),
    "psis": ("hip_centre", (-0.20, 0.026, 0.047), (1, 0, 0)),
    "acromion": ("upper_arm", (0.0, -0.004, 0.12), (0, 0, -1)),
}
MIDLINE = {
    "sacrum": ("hip_centre", 0.028),
    "l5": ("lumbar_lower", 0.0),
    "l3": ("lumbar_upper", 0.0),
    "t12": ("thorax", 0.0),
    "c7": ("neck", -0.004),
}


def landmarks(points: Array, body: Array, joints: Mapping[str, Array]) -> dict[str, int]:
    """Vertex index of every landmark, on one shape; `body` are the indices of skin vertices."""
    stature = float(np.ptp(points[body, 2]))
    found: dict[str, int] = {}
    for name, (joint, start, direction) in RAYS.items():
        for side, sign in (("left", 1.0), ("right", -1.0)):
            mirror = np.array([1.0, sign, 1.0])
            centre = joints.get(f"{joint}_{side}", joints.get(joint, np.zeros(3)))
            base = np.array([centre[0], centre[1] if joint == "upper_arm" else 0.0, centre[2]])
            base = base if joint != "upper_arm" else joints[f"upper_arm_{side}"]
            found[f"{name}_{side}"] = _first_hit(points, body, base + mirror * start * stature, np.array(direction))
    for name, (joint, up) in MIDLINE.items():
        start = np.array([-0.3, 0.0, joints[joint][2] + up * stature])
        found[name] = _first_hit(points, body, start, np.array([1.0, 0.0, 0.0]))
    return found | _extremes(points, body, joints)


def _first_hit(points: Array, body: Array, start: Array, direction: Array) -> int:
    """The vertex a thin ray meets first."""
    offset = points[body] - start
    along = offset @ direction
    aside = np.linalg.norm(offset - along[:, None] * direction, axis=1)
    near = np.flatnonzero(aside < max(0.012, aside.min() + 0.002))
    return int(body[near[np.argmin(along[near])]])


def _extremes(points: Array, body: Array, joints: Mapping[str, Array]) -> dict[str, int]:
    """Nose, ears, by where the head sticks out furthest."""
    p = points[body]
    eye = joints["eye_left"]
    face = p[:, 2] > eye[2] - 0.08
    nose = np.argmax(np.where(face & (p[:, 2] < eye[2]) & (np.abs(p[:, 1]) < 0.01), p[:, 0], -9))
    ears = face & (np.abs(p[:, 2] - eye[2]) < 0.03)
    left, right = np.argmax(np.where(ears, p[:, 1], -9)), np.argmin(np.where(ears, p[:, 1], 9))
    return {"nose": int(body[nose]), "ear_left": int(body[left]), "ear_right": int(body[right])}


def selection(indices: Mapping[str, int], n: int) -> sparse.csr_matrix:
    """Rows that pick the landmarks out of the base mesh."""
    columns = list(indices.values())
    return sparse.csr_matrix((np.ones(len(columns)), (np.arange(len(columns)), columns)), shape=(len(columns), n))
