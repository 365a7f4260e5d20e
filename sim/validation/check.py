"""One check: what is measured on simulated squats, the band it should lie in, and where the band comes from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sim.validation.people import Person
from wink.trial import SquatTrial


@dataclass(frozen=True)
class Evidence:
    """What the checks are measured on."""

    trials: Mapping[str, SquatTrial]
    people: Sequence[Person]


Measure = Callable[[Evidence], float]


@dataclass(frozen=True)
class Check:
    """A published figure the simulator should reproduce.

    `tuned_on` = it was looked at while choosing weights; `contested` = sources disagree, so it is reported, not judged.
    """

    id: str
    title: str
    unit: str
    low: float
    high: float
    source: str
    measure: Measure | None  # None = not measured yet
    tuned_on: bool = False
    contested: bool = False

    def result(self, evidence: Evidence) -> Result:
        """Measure; a figure that cannot be had (a lifter that stops short) is a failure, not a gap."""
        value = None if self.measure is None else self.measure(evidence)
        if value is None or self.contested:
            return Result(self, value, None)
        return Result(self, value, math.isfinite(value) and self.low <= value <= self.high)


@dataclass(frozen=True)
class Result:
    """What a check found; `passed` is None where it is not measured yet, or contested."""

    check: Check
    value: float | None
    passed: bool | None

    def row(self) -> dict[str, object]:
        """The result as plain data, for `validate.json`."""
        check = self.check
        finite = self.value is not None and math.isfinite(self.value)
        return {
            "id": check.id,
            "title": check.title,
            "unit": check.unit,
            "value": self.value if finite else None,
            "low": check.low,
            "high": check.high,
            "passed": self.passed,
            "tuned_on": check.tuned_on,
            "source": check.source,
        }

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.passed is None:
            return "not measured" if self.value is None else "reported"
        return "passed" if self.passed else "FAILED"
