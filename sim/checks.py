"""Refusing numbers that cannot be meant, with a guess at what was meant."""

from __future__ import annotations

import math
from collections.abc import Mapping

from wink.errors import ConfigError

#: Factor -> the unit it betrays, whatever is measured.
_ALWAYS: Mapping[str, Mapping[float, str]] = {"degrees": {math.pi / 180.0: "radians"}}


def require_between(
    error: type[ConfigError],
    name: str,
    value: float,
    bounds: tuple[float, float],
    unit: str,
    *,
    mistaken: Mapping[float, str] | None = None,
) -> None:
    """Raise `error` unless a finite `value` lies within `bounds`; `mistaken` maps a factor to the unit it betrays."""
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise error(f"{name} must be a number of {unit}, got {value!r}")
    if math.isfinite(value) and low <= value <= high:
        return
    guess = ""
    for factor, other in {**_ALWAYS.get(unit, {}), **(mistaken or {})}.items():
        if math.isfinite(value) and low <= value / factor <= high:
            guess = f": are these {other}?"
    raise error(f"{name} is {value:g}; expected {low:g} to {high:g} {unit}{guess}")
