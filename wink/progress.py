"""Progress of long work on one line: what, how far, how fast, how long still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def progress(items: Iterable[T], what: str, total: int | None = None, unit: str = "clip") -> Iterator[T]:
    """Pass items through, showing how many of `total` are done, the rate and the time left."""
    yield from tqdm(items, desc=what, total=total, unit=unit, dynamic_ncols=True, mininterval=0.5)
