"""Which trials a dataset holds: each follows from its number alone, so nothing is kept and a million cost nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from sim.cases import Case, Choices, Grid, Load, NamedCases, Parts, choose
from sim.population import parts_of
from sim.setup import setup_from
from sim.splits import Splits, splits_from
from wink.config import build
from wink.errors import ConfigError

#: Settings that less of makes freer; of all the others of a limit or a strength, more does.
_FREER_WHEN_LESS = ("hamstring_tightness_deg",)
#: Trials of a shard at most, and shards of a dataset at least: few files, and work for many processes.
SHARD_TRIALS, MANY_SHARDS = 32, 256


@dataclass(frozen=True)
class PlannedTrial:
    """One squat to simulate; a twin shares its lifter's seed, so only the lifted limit differs."""

    index: int
    trial_id: str
    case: str
    subject_id: str
    counterfactual_of: str | None
    seed: int
    split: str
    parts: Parts
    picture: Mapping[str, Any]  # views, camera, scene, appearance, where the case has its own


@dataclass(frozen=True)
class _Member:
    """A lifter's own trial, or a twin of it."""

    suffix: str
    lifted: Choices | None


class Plan:
    """Every trial of a dataset, by number: case after case, lifter after lifter, each followed by its twins."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Read the plan from the settings of a dataset (see `configs/generate.yaml`).

        Raises:
            ConfigError: a case names an unknown part or option, or there are both cases and a grid.
        """
        self._settings = settings
        self._load: Load = lambda group, name: settings["options"][group][name]
        self._base: Parts = settings["parts"]
        self.lifters_each: int = settings["n"]
        self.cases = cases_of(settings)
        self.splits: Splits = splits_from(settings["split"], settings["holdout"], settings["seed"])

    @property
    def n_trials(self) -> int:
        """How many trials there are."""
        return self._ends[-1] if self._ends else len(self.cases) * self.lifters_each * len(self._twins(None))

    @property
    def n_lifters(self) -> int:
        """How many different lifters there are."""
        return len(self.cases) * self.lifters_each

    @property
    def shard_size(self) -> int:
        """Trials of a shard."""
        return max(1, min(SHARD_TRIALS, self.n_trials // MANY_SHARDS))

    @property
    def n_shards(self) -> int:
        """How many shards there are."""
        return -(-self.n_trials // self.shard_size)

    def shard(self, number: int) -> range:
        """The trials of a shard."""
        return range(number * self.shard_size, min(self.n_trials, (number + 1) * self.shard_size))

    def trial(self, index: int) -> PlannedTrial:
        """One trial by its number.

        Raises:
            ConfigError: the case asks for what does not exist.
        """
        if not 0 <= index < self.n_trials:
            raise IndexError(index)
        case, rest = self._case_of(index)
        members = len(self._twins(self.cases[case]))
        return self.family(case, rest // members)[rest % members]

    def family(self, number: int, lifter: int) -> tuple[PlannedTrial, ...]:
        """A lifter of a case and the twins."""
        case = self.cases[number]
        seed = _seed(self._settings["seed"], case.name, lifter)
        own = self._parts(case, seed)
        trial, subject = f"{case.name}-{lifter}", f"{case.name}-{seed:014x}"
        members = self._twins(case)
        first = self._first(number) + lifter * len(members)
        trials = [
            PlannedTrial(
                index=first + k,
                trial_id=trial + member.suffix,
                case=case.name,
                subject_id=subject,
                counterfactual_of=trial if k else None,
                seed=seed,
                split="",
                parts=own if member.lifted is None else self._lifted(own, member.lifted),
                picture=case.picture,
            )
            for k, member in enumerate(members)
        ]
        factors = [t.parts if not self.splits.of_body else resolved(t.parts) for t in trials]
        split = self.splits.of_lifter(number * self.lifters_each + lifter, factors)
        return tuple(replace(t, split=split) for t in trials)

    def __iter__(self) -> Iterator[PlannedTrial]:
        """Every trial in order."""
        for case in range(len(self.cases)):
            for lifter in range(self.lifters_each):
                yield from self.family(case, lifter)

    def _parts(self, case: Case, seed: int) -> Parts:
        """The lifter's own parts: drawn, or as set; then what the case says."""
        population = self._settings["population"]
        if population is None:
            return choose(self._base, case.choices, self._load)
        drawn = build(population).sample(np.random.default_rng([seed, 6]), case.name)
        fixed = {part: self._base[part] for part in self._settings["fixed"]}
        return choose({**drawn, **fixed}, case.choices, self._load)

    def _lifted(self, own: Parts, lifted: Choices) -> Parts:
        """A twin's parts; a drawn lifter who is freer than what is lifted to keeps what they have."""
        if self._settings["population"] is None:
            return choose(own, lifted, self._load)
        parts = choose(own, lifted, self._load)
        return {**parts, **{part: freer(own[part], parts[part]) for part in lifted}}

    def _twins(self, case: Case | None) -> tuple[_Member, ...]:
        """The lifter and the twins of a case."""
        own = [] if case is None or case.twin is None else [_Member("-twin", case.twin)]
        each = [_Member(f"-twin-{part}", {part: to}) for part, to in self._settings["twins"].items()]
        return (_Member("", None), *own, *each)

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        """Number of the first trial after each case; nothing where every case has as many."""
        if isinstance(self.cases, Grid):
            return ()
        return tuple(accumulate(self.lifters_each * len(self._twins(case)) for case in self.cases))

    def _first(self, case: int) -> int:
        if not self._ends:
            return case * self.lifters_each * len(self._twins(None))
        return self._ends[case - 1] if case else 0

    def _case_of(self, index: int) -> tuple[int, int]:
        """The case of a trial, and its number in that case."""
        if not self._ends:
            return divmod(index, self.lifters_each * len(self._twins(None)))
        case = int(np.searchsorted(self._ends, index, side="right"))
        return case, index - self._first(case)


def cases_of(settings: Mapping[str, Any]) -> Sequence[Case]:
    """The cases a configuration asks for: listed, of a grid, or a single one.

    Raises:
        ConfigError: a case names an unknown part or option, or there are both cases and a grid.
    """
    if settings["cases"] and settings["grid"]:
        raise ConfigError("cases and grid are two ways to say the same thing: give one of them")
    return Grid(settings["grid"]) if settings["grid"] else NamedCases(settings["cases"] or [{"name": "lifter"}])


def resolved(parts: Parts) -> dict[str, Any]:
    """Every setting of a squat as a number, the means of the sex filled in where it was left open."""
    return parts_of(setup_from(parts))


def freer(own: Mapping[str, Any], lifted: Mapping[str, Any]) -> dict[str, Any]:
    """Of each setting of a limit the freer: the lifter's own, or the one it is lifted to."""
    merged = dict(lifted)
    for name, value in own.items():
        if isinstance(value, int | float) and not isinstance(value, bool) and lifted.get(name) is not None:
            merged[name] = (min if name in _FREER_WHEN_LESS else max)(value, lifted[name])
    return merged


def _seed(seed: int, case: str, lifter: int) -> int:
    """An independent seed for each lifter, the same whatever else the dataset holds."""
    name = int.from_bytes(hashlib.sha256(case.encode()).digest()[:8])
    words = np.random.SeedSequence([seed, name, lifter]).generate_state(1, np.uint64)
    return int(words[0]) >> 11  # 53 bits: unlike for a million lifters, and exact in every reader of JSON
