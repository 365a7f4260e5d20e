"""The checks C1 to C26: one file a family, each with its trials and its figures."""

from __future__ import annotations

from sim.validation import ablation, balance, loads, numerics, population, ranges
from sim.validation.check import Figure
from sim.validation.trials import Changes

FAMILIES = (balance, ranges, loads, numerics, population, ablation)


def _trials() -> dict[str, Changes]:
    named: dict[str, Changes] = {"man": {}}
    for family in FAMILIES:
        for name, changes in family.TRIALS.items():
            if named.setdefault(name, changes) != changes:
                raise ValueError(f"two families mean different trials by {name!r}")
    return named


#: Trials by name, each as what differs from the default lifter of `wink generate`.
TRIALS = _trials()

#: Every figure, in the order of the checks.
FIGURES: tuple[Figure, ...] = tuple(
    sorted((f for family in FAMILIES for f in family.FIGURES), key=lambda f: (int(f.check[1:]), f.id))
)
