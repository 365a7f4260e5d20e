"""Which trials a dataset will hold: every lifter of every case, each followed by its counterfactual twin."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.setup import GROUPS
from wink.config import load_option
from wink.errors import ConfigError, unknown_name

#: The parts of a squat that a case may choose, each a folder of configs.
PARTS = GROUPS
_CASE_KEYS = (*PARTS, "name", "twin")

Parts = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class PlannedTrial:
    """One squat to simulate; a twin shares its lifter's seed, so only the lifted limit differs."""

    index: int
    trial_id: str
    case: str
    subject_id: str
    counterfactual_of: str | None
    seed: int
    parts: Parts


def plan_trials(config: Mapping[str, Any]) -> list[PlannedTrial]:
    """Every trial of a dataset in order, from the composed configuration of `wink generate`.

    Raises:
        ConfigError: a case names an unknown part or option, or none at all.
    """
    base: Parts = {part: dict(config[part]) for part in PARTS}
    cases = config["cases"] or [{"name": "lifter"}]
    _check_names(cases)
    trials: list[PlannedTrial] = []
    for case in cases:
        for k in range(config["n"]):
            trials += _lifter_and_twin(base, case, k, _seed(config["seed"], case["name"], k), len(trials))
    return trials


def _lifter_and_twin(base: Parts, case: Mapping[str, Any], k: int, seed: int, first: int) -> Iterator[PlannedTrial]:
    trial, subject = f"{case['name']}-{k}", f"{case['name']}-{seed:08x}"
    own = choose(base, {key: value for key, value in case.items() if key in PARTS})
    yield PlannedTrial(first, trial, case["name"], subject, None, seed, own)
    if case.get("twin"):
        lifted = choose(own, case["twin"])
        yield PlannedTrial(first + 1, f"{trial}-twin", case["name"], subject, trial, seed, lifted)


def choose(parts: Parts, choices: Mapping[str, str | Mapping[str, Any]]) -> Parts:
    """Parts with some exchanged: an option's name replaces the part, a mapping changes single settings.

    Raises:
        ConfigError: there is no such part, option or setting.
    """
    chosen = dict(parts)
    for part, choice in choices.items():
        if part not in PARTS:
            raise ConfigError(unknown_name("part of a squat", part, PARTS))
        if isinstance(choice, str):
            chosen[part] = load_option(part, choice)
            continue
        for setting in choice:
            if setting not in chosen[part]:
                raise ConfigError(unknown_name(f"setting of {part}", setting, chosen[part]))
        chosen[part] = {**chosen[part], **choice}
    return chosen


def _check_names(cases: list[Mapping[str, Any]]) -> None:
    for case in cases:
        for key in case:
            if key not in _CASE_KEYS:
                raise ConfigError(unknown_name("key of a case", key, _CASE_KEYS))
    names = [case.get("name") for case in cases]
    if None in names or len(set(names)) < len(names):
        raise ConfigError(f"every case needs a name of its own; got {names}")


def _seed(seed: int, case: str, lifter: int) -> int:
    """An independent seed for each lifter, the same whatever else the dataset holds."""
    name = int.from_bytes(hashlib.sha256(case.encode()).digest()[:8])
    return int(np.random.SeedSequence([seed, name, lifter]).generate_state(1)[0])
