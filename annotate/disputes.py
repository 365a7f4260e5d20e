"""When the answers to a clip want another look, and when enough agree that none is wanted. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from wink.annotation import Annotation, Grade
from wink.errors import ConfigError

#: Grades in their order; "cannot tell" has no place in it and counts as not judged.
ORDER: tuple[Grade, ...] = tuple(g for g in get_args(Grade) if g != "cannot_tell")
#: Rounding of onsets that lie just as far apart as is allowed [s].
_TINY_S = 1e-9
#: Rounding of a majority that is just reached.
_TINY = 1e-6


@dataclass(frozen=True)
class DisputeRules:
    """When a clip wants a second look."""

    apart_s: float = 0.2  # marks further apart, biases taken away
    grades_apart: int = 2  # grades that many steps apart
    settled_by: int = 3  # annotators who can tell that a dispute takes to be settled
    majority: float = 2 / 3  # share of them that has to agree

    def __post_init__(self) -> None:
        if not 0.5 < self.majority <= 1:
            raise ConfigError(f"disputes.majority={self.majority} is no majority; expected more than 0.5, up to 1")
        if self.settled_by < 3:
            raise ConfigError(
                f"disputes.settled_by={self.settled_by}: it takes three to outvote one; expected 3 or more"
            )


@dataclass(frozen=True)
class _Said:
    """An answer as far as it can be disputed."""

    rank: int  # of the grade; 0 = no wink
    onset_s: float | None  # bias taken away


def disputes(
    annotations: Sequence[Annotation],
    rules: DisputeRules,
    biases_s: Mapping[str, float] | None = None,
    together: tuple[bool | None, float | None] | None = None,
) -> list[str]:
    """Why the answers to a clip, one an annotator, want another look, in words; none where they agree or it is settled.

    Args:
        annotations: those that count.
        rules: what is a dispute, and how many settle it.
        biases_s: of annotators, by name, taken away from their onsets.
        together: whether there is a wink, and its onset, as all say it together; those who agree settle nothing else.
    """
    known = biases_s or {}
    said = [
        _Said(ORDER.index(a.grade), None if a.onset_s is None else a.onset_s - known.get(a.annotator, 0.0))
        for a in annotations
        if a.grade in ORDER
    ]
    if cannot_be_told(annotations, rules):
        return []
    if annotations and not said:
        return ["nobody can tell"]
    reasons = _reasons(said, rules)
    unsure = len(annotations) - len(said)
    if unsure > len(said):  # whatever they agree on, those who can tell are the fewer
        return [f"{unsure} of {len(annotations)} cannot tell", *reasons]
    return [] if reasons and _is_settled(said, rules, together) else reasons


def cannot_be_told(annotations: Sequence[Annotation], rules: DisputeRules) -> bool:
    """Whether it is settled that a clip cannot be judged: enough cannot tell, by a majority of all who looked."""
    unsure = sum(a.grade not in ORDER for a in annotations)
    return unsure >= rules.settled_by and unsure >= _needed(len(annotations), rules)


def _reasons(said: Sequence[_Said], rules: DisputeRules) -> list[str]:
    reasons = []
    ranks = [s.rank for s in said]
    if ranks and min(ranks) == 0 < max(ranks):
        reasons.append("wink or none")
    elif ranks and max(ranks) - min(ranks) >= rules.grades_apart:
        reasons.append(f"graded from {ORDER[min(ranks)]} to {ORDER[max(ranks)]}")
    times = [s.onset_s for s in said if s.onset_s is not None]
    if times and max(times) - min(times) > rules.apart_s + _TINY_S:
        reasons.append(f"onsets {max(times) - min(times):.2f} s apart")
    return reasons


def _is_settled(said: Sequence[_Said], rules: DisputeRules, together: tuple[bool | None, float | None] | None) -> bool:
    """Whether so many agree with one another, and with what all say together, that the others are outvoted."""
    if len(said) < rules.settled_by:
        return False
    is_wink, onset_s = together or (None, None)
    needed = _needed(len(said), rules)
    winks = [s for s in said if s.rank > 0]
    if is_wink is not True and len(said) - len(winks) >= needed:
        return True
    firsts = [s.onset_s for s in winks if s.onset_s is not None]
    starts = [t for t in firsts if onset_s is None or t <= onset_s <= t + rules.apart_s]
    camps = (_camp(winks, start, low, rules) for start in starts for low in {s.rank for s in winks})
    return is_wink is not False and any(size >= needed for size in camps)


def _needed(n: int, rules: DisputeRules) -> int:
    """How many of some annotators are a majority."""
    return math.ceil(rules.majority * n - _TINY)


def _camp(winks: Sequence[_Said], start_s: float, low: int, rules: DisputeRules) -> int:
    """How many onsets from a moment on, and grades from one on, are no dispute among themselves."""
    return sum(
        low <= s.rank < low + rules.grades_apart
        and s.onset_s is not None
        and start_s <= s.onset_s <= start_s + rules.apart_s + _TINY_S
        for s in winks
    )
