"""A longest time for one trial."""

from __future__ import annotations

import faulthandler
from pathlib import Path


class Deadline:
    """A limit that holds even inside code that never returns to Python; where it was is written to a file."""

    def __init__(self, trace: Path, seconds: float | None) -> None:
        self._trace, self._seconds = trace, seconds

    def __enter__(self) -> None:
        if self._seconds is not None:
            self._file = self._trace.open("w")
            faulthandler.dump_traceback_later(self._seconds, exit=True, file=self._file)

    def __exit__(self, *_: object) -> None:
        if self._seconds is not None:
            faulthandler.cancel_dump_traceback_later()
            self._file.close()
            self._trace.unlink()
