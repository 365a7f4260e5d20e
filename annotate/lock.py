"""Hold a file so that only one process at a time does a piece of work; a killed process lets go by itself."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Seconds for which a lock that somebody only looks at may seem held.
_A_LOOK_S = 1.0


def try_lock(path: Path) -> int | None:
    """Open and lock a file; its descriptor, to be closed or handed to a child, or None while another holds it."""
    give_up = time.monotonic() + _A_LOOK_S
    while (descriptor := _take(path, fcntl.LOCK_EX)) is None and time.monotonic() < give_up:
        time.sleep(0.05)
    return descriptor


def is_held(path: Path) -> bool:
    """Whether some process holds the lock file for itself; looking never makes another looker think so."""
    if not path.exists():
        return False
    descriptor = _take(path, fcntl.LOCK_SH)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


@contextmanager
def locked(path: Path, work: str) -> Iterator[None]:
    """Hold a lock file during a piece of work, after waiting for whoever holds it now."""
    descriptor = _take(path, fcntl.LOCK_EX)
    if descriptor is None:
        print(f"waiting: another process is {work}", flush=True)
        descriptor = _wait_for(path, fcntl.LOCK_EX)
    with _closing(descriptor):
        yield


@contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold a lock file together with others, so that nobody gets it for itself meanwhile."""
    with _closing(_wait_for(path, fcntl.LOCK_SH)):
        yield


@contextmanager
def _closing(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)


def _wait_for(path: Path, how: int) -> int:
    descriptor = _open(path)
    fcntl.flock(descriptor, how)
    return descriptor


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _take(path: Path, how: int) -> int | None:
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
