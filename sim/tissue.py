"""All limits of a lifter together: the passive torque on every joint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from sim.limits.ankle_dorsiflexion import AnkleDorsiflexion
from sim.limits.hip_abduction import HipAbduction
from sim.limits.hip_bone import HipBone
from sim.limits.hip_external_rotation import HipExternalRotation
from sim.limits.hip_flexion import HipFlexion
from sim.limits.hip_impingement import HipImpingement
from sim.limits.limit import Limit
from sim.limits.lumbar import Lumbar
from sim.limits.subtalar import Subtalar
from sim.limits.thigh_calf import ThighCalf
from sim.limits.tibial_rotation import TibialRotation
from sim.limits.trunk_bending import TrunkBending
from sim.limits.two_joint import TwoJoint
from sim.skeleton import JOINTS, SIDES

Array = NDArray[np.float64]

#: Every kind of limit, in the order of all limit arrays.
KINDS: tuple[type[Limit], ...] = (
    HipImpingement,
    HipBone,
    HipFlexion,
    HipAbduction,
    HipExternalRotation,
    TwoJoint,
    AnkleDorsiflexion,
    Subtalar,
    TibialRotation,
    ThighCalf,
    Lumbar,
    TrunkBending,
)
#: Their names in a trial.
LIMIT_NAMES = (
    "hip_rotation",
    "hip_bone",
    "hip_flexion",
    "hip_abduction",
    "hip_external_rotation",
    "hamstrings",
    "ankle_dorsiflexion",
    "subtalar",
    "tibial_rotation",
    "thigh_calf",
    "lumbar",
    "trunk_bending",
)
_COUNTS = tuple(len(kind().values()) for kind in KINDS)
N_VALUES = sum(_COUNTS)


def limit_values(limits: Mapping[type[Limit], Limit]) -> Array:
    """The numbers of all limits in one vector; kinds not given are those of the mean adult."""
    return np.concatenate([limits.get(kind, kind()).values() for kind in KINDS])


def split_values(values: ca.SX) -> list[ca.SX]:
    """The part of the vector that belongs to each kind."""
    ends = np.cumsum((0, *_COUNTS))
    return [values[int(a) : int(b)] for a, b in zip(ends[:-1], ends[1:], strict=True)]


def passive_torques(angle_deg: Mapping[str, ca.SX], values: ca.SX, side: str) -> list[dict[str, ca.SX]]:
    """Torque [Nm] by joint of each kind, for the trunk and one side; joints absent from `angle_deg` are left out."""
    torques: list[dict[str, ca.SX]] = []
    for kind, own in zip(KINDS, split_values(values), strict=True):
        names = {joint: joint if joint.startswith("lumbar") else f"{joint}_{side}" for joint in kind.joints}
        if not all(name in angle_deg for name in names.values()):
            torques.append({})
            continue
        found = kind.torques({joint: angle_deg[name] for joint, name in names.items()}, own)
        torques.append({names[joint]: torque for joint, torque in found.items()})
    return torques


@lru_cache(maxsize=1)
def passive_law() -> ca.Function:
    """(angles (J,) [rad], limit values) -> torque (J, L) [Nm] of every limit on every joint of the whole body."""
    angles, values = ca.SX.sym("angles", len(JOINTS)), ca.SX.sym("limits", N_VALUES)
    degrees = {name: angles[i] * (180 / np.pi) for i, name in enumerate(JOINTS)}
    out = ca.SX.zeros(len(JOINTS), len(KINDS))
    for side in SIDES:
        for column, torques in enumerate(passive_torques(degrees, values, side)):
            for joint, torque in torques.items():
                out[JOINTS.index(joint), column] = torque
    return ca.Function("passive", [angles, values], [ca.densify(out)])


class Tissue:
    """The passive torques of one lifter, fast enough for every physics step."""

    def __init__(self, values: Sequence[float] | Array) -> None:
        law = passive_law()
        self._in = np.zeros(len(JOINTS))
        self._values = np.array(values, dtype=float)
        self._out = np.zeros((len(JOINTS), len(KINDS)), order="F")
        self._buffer, self._run = law.buffer()
        self._buffer.set_arg(0, memoryview(self._in))
        self._buffer.set_arg(1, memoryview(self._values))
        self._buffer.set_res(0, memoryview(self._out.T))

    def by_limit(self, angles_rad: Array) -> Array:
        """Torque (J, L) [Nm] of each limit."""
        self._in[:] = angles_rad
        self._run()
        return self._out

    def torque(self, angles_rad: Array) -> Array:
        """Torque (J,) [Nm] of all limits together."""
        return np.asarray(self.by_limit(angles_rad).sum(axis=1))
