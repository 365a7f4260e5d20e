"""How the trials of the checks are named and set up."""

from __future__ import annotations

from collections.abc import Callable

from sim.cases import Parts, choose
from sim.setup import SquatSetup, setup_from
from wink.trial import SquatTrial

#: The parts that differ from the default lifter of `wink generate`.
Changes = dict[str, object]
MeasureOne = Callable[[SquatTrial], float]

HALF, WHOLE = {"kind": "high", "load_kg": 39.0}, {"kind": "high", "load_kg": 78.0}  # of the default man's weight


def setup_of(base: Parts, changes: Changes) -> SquatSetup:
    """The setup of one trial."""
    return setup_from(choose(base, changes))  # type: ignore[arg-type]
