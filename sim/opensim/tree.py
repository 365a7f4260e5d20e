"""The simulator's tree in OpenSim's words: bodies, joints of up to three turns, coordinates with their signs.

OpenSim's world is x forward, y up, z right. Names, and the signs of coordinates, are those of Rajagopal's full-body
model (2016): tilt + backward, adduction and extension of the back positive. The links between the turns of one joint,
there to keep the engine regular, are parts of the body they lead to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.skeleton import HINGES, LINKS, Link, Skeleton, combine

Array = NDArray[np.float64]

#: Our axes (x forward, y left, z up) in OpenSim's.
TO_OPENSIM = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])

SUFFIX = {"left": "l", "right": "r"}

#: Our segment -> OpenSim's body; `{}` is the side.
BODIES = {
    "pelvis": "pelvis",
    "lumbar_lower": "lumbar_lower",
    "lumbar_upper": "lumbar_upper",
    "thorax": "torso",
    "upper_arm": "arm_{}",
    "thigh": "femur_{}",
    "shank": "tibia_{}",
    "talus": "talus_{}",
    "foot": "calcn_{}",
}
#: Our joint -> OpenSim's coordinate and its sign against ours.
COORDINATES = {
    "lumbar_flexion_l5s1": ("l5s1_extension", -1.0),
    "lumbar_flexion_l3l4": ("l3l4_extension", -1.0),
    "lumbar_lateral": ("l3l4_bending", 1.0),
    "lumbar_axial": ("l3l4_rotation", 1.0),
    "lumbar_flexion_t12l1": ("t12l1_extension", -1.0),
    "shoulder_flexion": ("arm_flex_{}", 1.0),
    "hip_flexion": ("hip_flexion_{}", 1.0),
    "hip_abduction": ("hip_adduction_{}", -1.0),
    "hip_rotation": ("hip_rotation_{}", 1.0),
    "knee_flexion": ("knee_angle_{}", 1.0),
    "tibial_rotation": ("tibial_rotation_{}", 1.0),
    "ankle_dorsiflexion": ("ankle_angle_{}", 1.0),
    "subtalar_inversion": ("subtalar_angle_{}", 1.0),
}
#: What OpenSim calls the joint that leads to a body.
JOINTS = {
    "lumbar_lower": "l5s1",
    "lumbar_upper": "l3l4",
    "torso": "t12l1",
    "arm": "shoulder",
    "femur": "hip",
    "tibia": "knee",
    "talus": "ankle",
    "calcn": "subtalar",
}


@dataclass(frozen=True)
class Turn:
    """One coordinate of a joint."""

    coordinate: str
    axis: Array  # (3,) OpenSim's axes, positive in the coordinate's direction
    ours: str  # our joint
    sign: float  # coordinate = sign * our angle


@dataclass(frozen=True)
class Joint:
    """The joint that leads to a body: its place in the parent, and its turns one after another."""

    name: str
    parent: str
    child: str
    place_m: Array  # (3,) in the parent's axes
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Tree:
    """A lifter for OpenSim."""

    bodies: tuple[Link, ...]  # OpenSim's names and axes
    joints: tuple[Joint, ...]  # parents first


def named(table: dict[str, str], ours: str) -> str:
    """OpenSim's name of one of our segments or joints."""
    stem, _, side = ours.rpartition("_")
    return table[stem].format(SUFFIX[side]) if side in SUFFIX else table[ours]


def tree_of(skeleton: Skeleton) -> Tree:
    """The tree of a lifter, with the same masses, places and inertia."""
    joints, bodies = [], []
    links = dict(zip(LINKS, skeleton.links, strict=True))
    waiting: list[tuple[int, Turn]] = []
    between: list[Link] = []
    bodies.append(_body([links["pelvis"]], "pelvis"))
    for i, hinge in enumerate(HINGES):
        waiting.append((i, _turn(hinge.name, hinge.axis)))
        between.append(links[hinge.child])
        if not _is_body(hinge.child):
            continue
        first = HINGES[waiting[0][0]]
        child = named(BODIES, hinge.child)
        place = TO_OPENSIM @ skeleton.offsets_m[waiting[0][0]]
        turns = tuple(turn for _, turn in waiting)
        joints.append(Joint(_joint_name(child), named(BODIES, first.parent), child, place, turns))
        bodies.append(_body(between, child))
        waiting, between = [], []
    return Tree(tuple(bodies), tuple(joints))


def _is_body(link: str) -> bool:
    stem, _, side = link.rpartition("_")
    return (stem if side in SUFFIX else link) in BODIES


def _turn(joint: str, axis: tuple[float, float, float]) -> Turn:
    stem, _, side = joint.rpartition("_")
    name, sign = COORDINATES[stem if side in SUFFIX else joint]
    return Turn(name.format(SUFFIX.get(side, "")), sign * (TO_OPENSIM @ np.array(axis)), joint, sign)


def _joint_name(body: str) -> str:
    stem, _, side = body.rpartition("_")
    return f"{JOINTS[stem]}_{side}" if stem in JOINTS else JOINTS[body]


def _body(links: list[Link], name: str) -> Link:
    """Links whose frames coincide in the neutral pose, as one body in OpenSim's axes."""
    whole = combine(name, [(link.mass_kg, link.centre_m, link.inertia) for link in links])
    return Link(name, whole.mass_kg, TO_OPENSIM @ whole.centre_m, TO_OPENSIM @ whole.inertia @ TO_OPENSIM.T)
