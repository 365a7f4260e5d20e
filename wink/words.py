"""Numbers with their nouns, as people read them."""

from __future__ import annotations

from collections.abc import Sequence


def several(n: int, noun: str) -> str:
    """A number with its noun: 1 clip, 2 clips."""
    return f"{n:,} {noun}" + "s" * (n != 1)


def the_first(names: Sequence[str], most: int) -> str:
    """Names in a row, and how many more there are than are shown."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
