"""Hold a file so that only one process at a time does a piece of work; a killed process lets go by itself."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def try_lock(path: Path) -> int | None:
    """Open and lock a file; its descriptor, to be closed or handed to a child, or None while another holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def locked(path: Path, work: str) -> Iterator[None]:
    """Hold a lock file during a piece of work, after waiting for whoever holds it now."""
    descriptor = try_lock(path)
    if descriptor is None:
        print(f"waiting: another process is {work}", flush=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)
