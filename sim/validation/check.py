"""One figure of a check: what is measured on simulated squats, the band it should lie in, and where the band is from.

A check (C1, C24 …) is one or more figures (C1a, C1b …) and passes if all that are judged do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.setup import SquatSetup
from sim.validation.people import Person
from wink.trial import SquatTrial

#: How a figure's band was used while the simulator's weights were chosen: searched on, seen and left, or not at all.
Use = Literal["tuned on", "looked at", "test"]
Verdict = Literal["passed", "FAILED", "reported", "not measured"]


@dataclass(frozen=True)
class Evidence:
    """What the checks are measured on: trials and their setups by name, sampled people, men with bones of no system."""

    trials: Mapping[str, SquatTrial]
    setups: Mapping[str, SquatSetup]
    people: Sequence[Person]
    normal_men: Sequence[Person] = ()  # whose hips do not impinge, and whose bones go with nothing else of them


Measure = Callable[[Evidence], float]


@dataclass(frozen=True)
class Figure:
    """A published figure the simulator should reproduce; one not `judged` is contested, or there to be read only."""

    id: str
    title: str
    unit: str
    low: float
    high: float
    source: str
    measure: Measure
    use: Use = "test"
    judged: bool = True

    @property
    def check(self) -> str:
        """The check it belongs to: its id without the letter."""
        return self.id.rstrip("abcdefghijklmnopqrstuvwxyz")

    def result(self, evidence: Evidence) -> Result:
        """Measure; a figure that cannot be had (a lifter that stops short) is a failure, one without trials a gap."""
        try:
            value = self.measure(evidence)
        except KeyError:  # its trials were not simulated
            return Result(self, None, None)
        if not self.judged:
            return Result(self, value, None)
        return Result(self, value, math.isfinite(value) and self.low <= value <= self.high)


@dataclass(frozen=True)
class Result:
    """What was found; `passed` is None where it is not judged or not measured."""

    figure: Figure
    value: float | None
    passed: bool | None

    def row(self) -> dict[str, object]:
        """The result as plain data, for `validate.json`."""
        figure = self.figure
        finite = self.value is not None and math.isfinite(self.value)
        return {
            "id": figure.id,
            "check": figure.check,
            "title": figure.title,
            "unit": figure.unit,
            "value": self.value if finite else None,
            "low": figure.low,
            "high": figure.high,
            "passed": self.passed,
            "tuned_on": figure.use == "tuned on",
            "looked_at": figure.use == "looked at",
            "judged": figure.judged,
            "source": figure.source,
        }

    @property
    def verdict(self) -> Verdict:
        """In a word."""
        if self.passed is None:
            return "not measured" if self.value is None else "reported"
        return "passed" if self.passed else "FAILED"


def by_check(results: Sequence[Result]) -> dict[str, Verdict]:
    """The verdict of each whole check: failed if one of its figures is, passed if one is and none failed."""
    worst: tuple[Verdict, ...] = ("FAILED", "not measured", "passed", "reported")
    verdicts: dict[str, Verdict] = {}
    for result in results:
        before = verdicts.get(result.figure.check, "reported")
        verdicts[result.figure.check] = min(before, result.verdict, key=worst.index)
    return verdicts
