"""Which split a lifter is in: by share, one split a lifter, and what is held out kept apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wink.errors import ConfigError, unknown_name
from wink.holdout import HELD_OUT, Holdout, factor_at, is_held_out

SPLITS = ("train", "validation", "test", HELD_OUT)
#: (sqrt(5) - 1) / 2: its multiples fall evenly into every interval, in any arithmetic progression (Weyl 1916).
_GOLDEN = 0.6180339887498949
#: Factors of a clip, drawn again until they suit the split; every other factor is the lifter's.
CLIP_FACTORS = ("view", "camera", "filming", "scene", "quality", "appearance")


@dataclass(frozen=True)
class Splits:
    """Shares of the lifters, and what is held out of all splits but `held_out`."""

    shares: Mapping[str, float]
    holdout: Holdout
    seed: int

    def of_lifter(self, number: int, trials: Iterable[Mapping[str, Any]]) -> str:
        """The split of the lifter with a number, whose trials (with their twins) have these factors."""
        if self.of_body and any(is_held_out(factors, self.of_body) for factors in trials):
            return HELD_OUT
        offset = int.from_bytes(hashlib.sha256(f"splits/{self.seed}".encode()).digest()[:6]) / 2**48
        place = (offset + (number + 1) * _GOLDEN) % 1.0
        end = 0.0
        for split, share in self.shares.items():
            end += share
            if place < end:
                return split
        return list(self.shares)[-1]

    def admits(self, split: str, factors: Mapping[str, Any]) -> bool:
        """Whether a clip drawn so may be in a split: held out things never in another, always in their own."""
        if not self.of_clip:
            return True
        if split != HELD_OUT:
            return not is_held_out(factors, self.of_clip)
        return HELD_OUT not in self.shares or is_held_out(factors, self.of_clip)

    @property
    def of_clip(self) -> Holdout:
        """What is held out of what is drawn for a clip."""
        return {path: values for path, values in self.holdout.items() if path.split(".")[0] in CLIP_FACTORS}

    @property
    def of_body(self) -> Holdout:
        """What is held out of the lifter and the squat."""
        return {path: values for path, values in self.holdout.items() if path.split(".")[0] not in CLIP_FACTORS}


def splits_from(split: str | Mapping[str, float], holdout: Holdout, seed: int) -> Splits:
    """Make the splits that a configuration describes: one name, or shares by name.

    Raises:
        ConfigError: an unknown split, shares that are none, or clips held out and no lifters to show them.
    """
    shares = {split: 1.0} if isinstance(split, str) else dict(split)
    for name, share in shares.items():
        if name not in SPLITS:
            raise ConfigError(unknown_name("split", str(name), SPLITS))
        if isinstance(share, bool) or not isinstance(share, int | float) or share <= 0:
            raise ConfigError(f"the share of split {name} is a number above 0; got {share!r}")
    if not shares:
        raise ConfigError("split is one name, or shares by name: split={train: 0.8, test: 0.2}")
    total = sum(shares.values())
    made = Splits({name: share / total for name, share in shares.items()}, holdout, seed)
    if made.of_clip and HELD_OUT not in shares:
        raise ConfigError(
            f"{', '.join(made.of_clip)} is drawn for every clip: to hold it out, some lifters must show it; "
            f"give them a share, for example split={{train: 0.8, test: 0.1, {HELD_OUT}: 0.1}}"
        )
    return made


def check_paths(holdout: Holdout, factors: Mapping[str, Any]) -> None:
    """Check that what is held out exists.

    Raises:
        ConfigError: a factor that no clip has.
    """
    for path in holdout:
        if factor_at(factors, path) is None:
            raise ConfigError(unknown_name("factor to hold out", path, _paths(factors)))


def _paths(factors: Mapping[str, Any], at: str = "") -> list[str]:
    found: list[str] = []
    for name, value in factors.items():
        inner = f"{at}.{name}".lstrip(".")
        found += _paths(value, inner) if isinstance(value, Mapping) else [inner] if name != "_target_" else []
    return found
