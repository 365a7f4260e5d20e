"""All limits of a lifter together: the passive torque on every joint, each side by its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Self

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from sim.law import Law
from sim.limits.limit import Limit, find_kinds
from sim.setup import SquatSetup
from sim.skeleton import JOINTS, SIDES

Array = NDArray[np.float64]

#: Every kind of limit, in the order of all limit arrays, and their names in a trial.
KINDS: tuple[type[Limit], ...] = find_kinds()
LIMIT_NAMES = tuple(kind.name for kind in KINDS)
_COUNTS = tuple(len(kind().values()) for kind in KINDS)
N_VALUES = sum(_COUNTS)


def limit_values(limits: Mapping[type[Limit], Limit]) -> Array:
    """The numbers of all limits in one vector; kinds not given are those of the mean adult."""
    return np.concatenate([limits.get(kind, kind()).values() for kind in KINDS])


def split_values(values: ca.SX) -> list[ca.SX]:
    """The part of the vector that belongs to each kind."""
    ends = np.cumsum((0, *_COUNTS))
    return [values[int(a) : int(b)] for a, b in pairwise(ends)]


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
    """(angles (J,) [rad], limit values left and right) -> torque (J, L) [Nm] of every limit on every joint.

    The trunk's limits are those of the left.
    """
    angles, values = ca.SX.sym("angles", len(JOINTS)), ca.SX.sym("limits", 2 * N_VALUES)
    degrees = {name: angles[i] * (180 / np.pi) for i, name in enumerate(JOINTS)}
    out = ca.SX.zeros(len(JOINTS), len(KINDS))
    own = {"left": values[:N_VALUES], "right": values[N_VALUES:]}
    for side in reversed(SIDES):
        for column, torques in enumerate(passive_torques(degrees, own[side], side)):
            for joint, torque in torques.items():
                out[JOINTS.index(joint), column] = torque
    return ca.Function("passive", [angles, values], [ca.densify(out)])


class Tissue:
    """The passive torques of one lifter, fast enough for every physics step."""

    def __init__(self, left: Sequence[float] | Array, right: Sequence[float] | Array | None = None) -> None:
        self._law = Law(passive_law(), np.concatenate([left, left if right is None else right]))

    @classmethod
    def of(cls, setup: SquatSetup) -> Self:
        """The tissue of a lifter, left and right."""
        left, right = (limit_values(setup.limits_of(side)) for side in SIDES)
        return cls(left, right)

    def by_limit(self, angles_rad: Array) -> Array:
        """Torque (J, L) [Nm] of each limit; overwritten by the next call."""
        return self._law(angles_rad)

    def torque(self, angles_rad: Array) -> Array:
        """Torque (J,) [Nm] of all limits together."""
        return np.asarray(self.by_limit(angles_rad).sum(axis=1))
