"""Things drawn for every clip: a configuration says from what, the clip's generator which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hydra.utils import get_object

from wink.errors import ConfigError, unknown_name


@dataclass(frozen=True)
class Sampled:
    """An object whose settings are drawn, one after the other, in the order they are listed.

    A setting is a value (always the same), `{between: [low, high]}` (evenly), `{one_of: [a, b]}` (evenly),
    `{one_of: {a: 3, b: 1}}` (a three times as often as b) or `{seed: true}` (a whole number for its irregularities).

    Raises:
        ConfigError: a setting that cannot be drawn from, or one the object does not have.
    """

    of: str
    settings: Mapping[str, Any]

    def __post_init__(self) -> None:
        for name, choice in self.settings.items():
            if isinstance(choice, Mapping):
                _check(f"{self.of}: {name}", choice)
        self.sample(np.random.default_rng(0))

    def sample(self, rng: np.random.Generator) -> Any:
        """Draw one."""
        drawn = {name: _drawn(choice, rng) for name, choice in self.settings.items()}
        try:
            return get_object(self.of)(**drawn)
        except TypeError as error:
            raise ConfigError(f"{self.of} cannot be made: {error}") from None


@dataclass(frozen=True)
class OneOf:
    """One of several kinds of thing, some more often than others.

    Raises:
        ConfigError: no options, or weights of other names than theirs.
    """

    options: Mapping[str, Any]  # each with a `sample(rng)`
    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        if not self.options:
            raise ConfigError("there is nothing to draw from: options is empty")
        for name in self.weights:
            if name not in self.options:
                raise ConfigError(unknown_name("option to draw from", name, self.options))
        _shares([self.weights.get(name, 1.0) for name in self.options], "weights")

    def sample(self, rng: np.random.Generator) -> Any:
        """Draw a kind, then one of it."""
        names = list(self.options)
        shares = _shares([self.weights.get(name, 1.0) for name in names], "weights")
        return self.options[names[int(rng.choice(len(names), p=shares))]].sample(rng)


def _check(name: str, choice: Mapping[str, Any]) -> None:
    if len(choice) != 1 or next(iter(choice)) not in ("between", "one_of", "seed"):
        raise ConfigError(f"{name} is drawn by one of between, one_of, seed; got {dict(choice)}")
    kind, values = next(iter(choice.items()))
    if kind == "between":
        pair = isinstance(values, Sequence) and len(values) == 2 and all(isinstance(v, int | float) for v in values)
        if not pair or not values[0] <= values[1]:
            raise ConfigError(f"{name}: between takes [low, high], got {values!r}")
    if kind == "one_of":
        if not values:
            raise ConfigError(f"{name}: one_of has nothing to choose from")
        if isinstance(values, Mapping):
            _shares(list(values.values()), name)


def _drawn(choice: Any, rng: np.random.Generator) -> Any:
    """One value of a setting."""
    if not isinstance(choice, Mapping):
        return choice
    kind, values = next(iter(choice.items()))
    if kind == "between":
        return float(rng.uniform(*values))
    if kind == "seed":
        return int(rng.integers(2**31))
    names = list(values)
    shares = _shares(list(values.values()), "one_of") if isinstance(values, Mapping) else None
    chosen = names[int(rng.choice(len(names), p=shares))]
    return _number(chosen) if isinstance(values, Mapping) else chosen


def _number(name: Any) -> Any:
    """A number that became text as the key of a mapping, as it does on its way through JSON."""
    for kind in (int, float):
        try:
            return kind(name) if isinstance(name, str) else name
        except ValueError:
            continue
    return name


def _shares(weights: Sequence[float], name: str) -> list[float]:
    if any(not isinstance(w, int | float) or not w >= 0 for w in weights) or not sum(weights) > 0:
        raise ConfigError(f"{name}: weights are numbers from 0, not all 0; got {list(weights)}")
    return [w / sum(weights) for w in weights]
