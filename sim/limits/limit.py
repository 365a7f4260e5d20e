"""The base of every limit: clinical parameters outside, a torque law inside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar, Self

import casadi as ca

from sim.lifter import Sex


@dataclass(frozen=True)
class Edge:
    """Where a limit is met, for plots and checks: one joint moved in one direction, the others held."""

    joint: str
    direction: int  # +1 or -1: the way of the motion that is limited
    angle_deg: float  # where the tissue begins to carry a noticeable torque
    held_deg: Mapping[str, float]


@dataclass(frozen=True)
class Limit(ABC):
    """Passive tissue or bone of one kind; parameters in the degrees a goniometer shows.

    `name` is what a trial calls it: that of its configuration group, where it has one; `source` says where range and
    law come from. `joints` names the joints it acts on, without the side where there are two. A `structural` limit is
    the body's build, mostly bone, and does not change with training; one that `pinches` is avoided by the lifter for
    itself. `conservative` laws are the gradient of an energy.
    """

    name: ClassVar[str]
    source: ClassVar[str]
    joints: ClassVar[tuple[str, ...]]
    pinches: ClassVar[bool] = False
    noticeable_nm: ClassVar[float] = 10.0  # carried on any of its joints, the limit counts as engaged; ours
    structural: ClassVar[bool] = False
    conservative: ClassVar[bool] = True

    def for_sex(self, sex: Sex) -> Self:
        """The same limit with every parameter left open filled with the mean of the sex."""
        del sex
        return self

    def eased(self, by_deg: float) -> Self:
        """The same limit with that much more range [deg]; one whose sides do not differ stays as it is."""
        del by_deg
        return self

    @abstractmethod
    def values(self) -> tuple[float, ...]:
        """The numbers of the law, always the same count."""

    @classmethod
    @abstractmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Torque [Nm] on each of `joints`, from their angles [deg] and the numbers of `values`."""

    @abstractmethod
    def edge(self) -> Edge:
        """Where this limit is met."""


def find_kinds() -> tuple[type[Limit], ...]:
    """Every kind of limit in this folder, by file name: a new file is a new limit, nothing else needs to know."""
    from sim import limits

    modules = [import_module(f"{limits.__name__}.{found.name}") for found in iter_modules(limits.__path__)]
    kinds = {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, Limit)
        and kind is not Limit
        and kind.__module__ == module.__name__
    }
    return tuple(sorted(kinds, key=lambda kind: kind.__module__))


def growth(x: ca.SX) -> ca.SX:
    """exp(x), going on as a straight line beyond x = 6 so that solvers and explicit steps stay sane."""
    capped = ca.fmin(x, 6.0)
    return ca.exp(capped) * (1.0 + (x - capped))
