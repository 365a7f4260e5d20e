"""Splits that nobody is in twice: what is held out of training, and a check that nothing leaks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wink.errors import ConfigError

#: Split of the clips that show what is held out.
HELD_OUT = "held_out"

#: How person, clothes, room and light look.
LOOK = "look"

#: Between the paths of factors that are held out together: each alone may be anywhere, all at once nowhere else.
AND = " & "

#: Factor as a dotted path -> [low, high] of a number, or the values of a name; several with `AND` -> a list of these.
Holdout = Mapping[str, Sequence[Any]]


def factor_at(factors: Mapping[str, Any], path: str) -> Any:
    """The value of a factor by its dotted path, or those of several joined by `AND`; None where one is missing."""
    if AND in path:
        values = tuple(factor_at(factors, part) for part in path.split(AND))
        return None if None in values else values
    node: Any = factors
    for part in path.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def is_held_out(factors: Mapping[str, Any], holdout: Holdout) -> bool:
    """Whether a clip shows any of what is held out."""
    return any(_matches(factor_at(factors, path), values) for path, values in holdout.items())


def _matches(value: Any, values: Sequence[Any]) -> bool:
    if value is None:
        return False
    if isinstance(value, tuple):
        return all(_matches(one, some) for one, some in zip(value, values, strict=True))
    if is_range(values):
        return isinstance(value, int | float) and bool(values[0] <= value <= values[1])
    return value in values


def is_range(values: Sequence[Any]) -> bool:
    """Whether the values are the ends of a range of numbers."""
    return len(values) == 2 and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)


def check_holdout(holdout: Any) -> None:
    """Check what is to be held out.

    Raises:
        ConfigError: no mapping of factors to values or ranges.
    """
    if not isinstance(holdout, Mapping):
        raise ConfigError(f"holdout is {{factor: values or [low, high], ...}}; got {holdout!r}")
    for path, values in holdout.items():
        parts = path.split(AND)
        if len(parts) == 1:
            _check_values(path, values)
            continue
        if not _is_list(values) or len(values) != len(parts):
            raise ConfigError(f"holdout {path} is a list of {len(parts)} lists, one a factor; got {values!r}")
        for part, some in zip(parts, values, strict=True):
            _check_values(part, some)


def _check_values(path: str, values: Any) -> None:
    if not _is_list(values) or not values:
        raise ConfigError(f"holdout {path} is a list of values or [low, high]; got {values!r}")
    if is_range(values) and values[0] > values[1]:
        raise ConfigError(f"holdout {path}: the range [{values[0]:g}, {values[1]:g}] has its ends the wrong way")


def _is_list(values: Any) -> bool:
    return isinstance(values, Sequence) and not isinstance(values, str)


def find_leaks(rows: Iterable[Mapping[str, Any]], holdout: Holdout | None = None) -> list[str]:
    """What joins the splits of a dataset that should be apart, in words; nothing = no leak.

    Looks for a lifter, a trial, a twin of a trial, a seed, the very same video, or the very same look of lifter and
    room in two splits, and for anything held out that is in another split than its own.

    Args:
        rows: rows of `metadata.parquet`; `seed` is looked for in their `factors`.
        holdout: what was held out.
    """
    seen: dict[str, dict[Any, str]] = {}
    leaks: dict[str, str] = {}
    for row in rows:
        factors = json.loads(row["factors"] or "{}")
        split = row["split"]
        for kind, value in _marks(row, factors):
            first = seen.setdefault(kind, {}).setdefault(value, split)
            if first != split:
                leaks.setdefault(kind, f"{kind} {_shown(value)} is in {first} and in {split}")
        if holdout and split != HELD_OUT and is_held_out(factors, holdout):
            leaks.setdefault("held out", f"clip {row['clip_id']} shows what is held out and is in {split}")
    if 2 * len(seen.get(LOOK, ())) < len(seen.get("lifter", ())):
        leaks.pop(LOOK, None)  # looks that are set, not drawn for every lifter, are shared on purpose
    return list(leaks.values())


def _marks(row: Mapping[str, Any], factors: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """What must not be in two splits."""
    yield "lifter", row["subject_id"]
    yield "video", row["sha256"]
    for kind, value in (("trial", row.get("trial_id")), ("trial", row.get("counterfactual_of"))):
        if value is not None:
            yield kind, value
    if "seed" in factors:
        yield "seed", factors["seed"]
    if "appearance" in factors:
        yield LOOK, json.dumps(factors["appearance"], sort_keys=True)


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) < 60 else f"{text[:57]}..."
