"""Progress of long work on one line: what, how far, how fast, how long still."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def progress(items: Iterable[T], what: str, total: int | None = None, unit: str = "clip") -> Iterator[T]:
    """Pass items through, showing how many of `total` are done, the rate and the time left."""
    with tqdm(desc=what, total=total, unit=unit, dynamic_ncols=True, mininterval=0.5) as bar, _ticking(bar):
        for item in items:
            yield item
            bar.update()


class Progress:
    """How far work is that several processes do."""

    def __init__(self, bar: tqdm[None]) -> None:
        self._bar, self._lock = bar, threading.Lock()

    def add(self, done: int) -> None:
        """So many more are done, never more than there are."""
        with self._lock:
            self._bar.update(min(done, self._bar.total - self._bar.n))

    def reach(self, done: int) -> None:
        """At least so many are done."""
        with self._lock:
            self._bar.update(max(0, done - self._bar.n))

    def say(self, text: str) -> None:
        """Print a line without tearing the bar."""
        self._bar.write(text, file=sys.stderr)


@contextmanager
def counted(what: str, total: int, unit: str = "clip") -> Iterator[Progress]:
    """Show how many of `total` are done, the rate and the time left, as they are counted in."""
    with tqdm(desc=what, total=total, unit=unit, dynamic_ncols=True, mininterval=0.5) as bar, _ticking(bar):
        yield Progress(bar)


@contextmanager
def _ticking(bar: tqdm[None]) -> Iterator[None]:
    """Let the clock on the line run while one long item is in work; only where somebody watches."""
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(1.0):
            bar.refresh()

    if sys.stderr.isatty():
        threading.Thread(target=tick, daemon=True).start()
    try:
        yield
    finally:
        stop.set()
