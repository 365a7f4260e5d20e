"""Where the links of a mirrored squat are, as CasADi expressions of posture and skeleton.

The planner thinks in one half: the trunk, and one leg and arm that stand for both. Virtual work of a mirrored
displacement makes the halved equations exact for a mirrored posture.
"""

from __future__ import annotations

from dataclasses import dataclass

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from sim.skeleton import HINGES, LEG, LINKS, LUMBAR_FLEXION, Hinge, Skeleton

#: Joints of the half model, left standing for both sides, in the order of its joint vector.
HALF_JOINTS = (*LUMBAR_FLEXION, "shoulder_flexion_left", *(f"{joint}_left" for joint in LEG))
HALF_HINGES = tuple(h for h in HINGES if not h.name.endswith("_right") and not h.child.endswith("_right"))
HALF_LINKS = ("pelvis", *(h.child for h in HALF_HINGES))
#: How many joints of the whole body one half joint stands for.
HALF_WEIGHT = np.array([2.0 if name.endswith("_left") else 1.0 for name in HALF_JOINTS])
N_HALF = 3 + len(HALF_JOINTS)  # pelvis forward, up, pitch, then the joints

GRAVITY_M_S2 = 9.81


def rotation(axis: tuple[float, float, float], angle: ca.SX) -> ca.SX:
    """Rotation by an angle [rad] about a fixed unit axis (Rodrigues)."""
    x, y, z = axis
    cross = ca.DM([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return ca.DM.eye(3) + ca.sin(angle) * cross + (1 - ca.cos(angle)) * (cross @ cross)


def skeleton_values(skeleton: Skeleton) -> NDArray[np.float64]:
    """The numbers of a skeleton the half model needs, in the order of `HalfModel.values`."""
    by_link = dict(zip(LINKS, skeleton.links, strict=True))
    offset = dict(zip((h.name for h in HINGES), skeleton.offsets_m, strict=True))
    sole = skeleton.sole
    return np.concatenate(
        [
            np.concatenate([offset[h.name] for h in HALF_HINGES]),
            np.concatenate([[by_link[name].mass_kg, *by_link[name].centre_m] for name in HALF_LINKS]),
            [sole.heel_m, sole.ball_m, sole.half_width_m, sole.height_m, skeleton.body.length_m["thigh"]],
        ]
    )


@dataclass(frozen=True)
class HalfModel:
    """Symbols of the half model and what follows from them; metres, radians, newtons."""

    values: ca.SX  # the skeleton's numbers
    posture: ca.SX  # (N_HALF,) pelvis x, z, pitch, then HALF_JOINTS
    places: dict[str, ca.SX]  # origin of each link in the world
    turns: dict[str, ca.SX]  # its rotation
    energy: ca.SX  # of gravity, whole body
    centre_of_mass: ca.SX  # (3,) of the whole body
    sole: ca.SX  # heel, ball, half width, height
    thigh_m: ca.SX

    def joint(self, name: str) -> ca.SX:
        """Angle [rad] of a half joint."""
        return self.posture[3 + HALF_JOINTS.index(name)]


def half_model() -> HalfModel:
    """Build the symbols once; every lifter is only other numbers for `values`."""
    n_hinges, n_links = len(HALF_HINGES), len(HALF_LINKS)
    values = ca.SX.sym("skeleton", 3 * n_hinges + 4 * n_links + 5)
    posture = ca.SX.sym("posture", N_HALF)
    places: dict[str, ca.SX] = {"pelvis": ca.vertcat(posture[0], 0, posture[1])}
    turns: dict[str, ca.SX] = {"pelvis": rotation((0, 1, 0), posture[2])}
    for i, hinge in enumerate(HALF_HINGES):
        parent = turns[hinge.parent]
        places[hinge.child] = places[hinge.parent] + parent @ values[3 * i : 3 * i + 3]
        turns[hinge.child] = parent @ _turn(hinge, posture)
    inertial = ca.reshape(values[3 * n_hinges : 3 * n_hinges + 4 * n_links], 4, n_links)
    energy, moment, total = ca.SX(0), ca.SX.zeros(3), ca.SX(0)
    for i, name in enumerate(HALF_LINKS):
        both = 2.0 if name.endswith("_left") else 1.0
        mass = both * inertial[0, i]
        centre = places[name] + turns[name] @ inertial[1:4, i]
        energy += mass * GRAVITY_M_S2 * centre[2]
        moment += mass * centre
        total += mass
    centre_of_mass = ca.vertcat(moment[0] / total, 0, moment[2] / total)
    return HalfModel(values, posture, places, turns, energy, centre_of_mass, values[-5:-1], values[-1])


def _turn(hinge: Hinge, posture: ca.SX) -> ca.SX:
    if hinge.name not in HALF_JOINTS:  # lateral and axial bending are zero in a mirrored posture
        return ca.SX.eye(3)
    return rotation(hinge.axis, posture[3 + HALF_JOINTS.index(hinge.name)])
