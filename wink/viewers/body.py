"""Which named points of the body are joined, to draw it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_LEG = ("hip", "knee", "ankle", "toe", "heel", "ankle")
_ARM = ("c7", "shoulder", "elbow", "wrist")
_SPINE = ("joint_l5s1", "joint_l3l4", "joint_t12l1", "c7", "nose")
_HEAD = ("ear_left", "nose", "ear_right", "c7", "ear_left")
_PELVIS = ("psis_left", "asis_left", "asis_right", "psis_right", "psis_left")

#: Lines of the body by the part they belong to: pelvis and spine are what is looked at.
_LINES = (
    *(("left" if side == "left" else "right", [f"{p}_{side}" for p in _LEG]) for side in ("left", "right")),
    *((side, [p if p == "c7" else f"{p}_{side}" for p in _ARM]) for side in ("left", "right")),
    ("head", list(_HEAD)),
    ("pelvis", list(_PELVIS)),
    ("pelvis", ["hip_left", "joint_l5s1", "hip_right", "hip_left"]),
    ("spine", list(_SPINE[:-1])),
)


def limbs(names: Sequence[str]) -> list[tuple[int, int, str]]:
    """Pairs of points to join, by their numbers, with the part of the body; points that are missing are left out."""
    number = {name: k for k, name in enumerate(names)}
    found = []
    for part, line in _LINES:
        there = [number[name] for name in line if name in number]
        found += [(a, b, part) for a, b in pairwise(there) if a != b]
    return found
