"""Numbers with their nouns, as people read them."""

from __future__ import annotations


def several(n: int, noun: str) -> str:
    """A number with its noun: 1 clip, 2 clips."""
    return f"{n} {noun}" + "s" * (n != 1)
