"""What a way to look at a clip must be able to do."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from wink.viewers.shown import Shown


class Viewer(Protocol):
    """A way to look at a clip. One is a frozen dataclass and an option `configs/viewer/<name>.yaml`."""

    @property
    def suffix(self) -> str:
        """Ending of the file it writes."""
        ...

    def write(self, shown: Shown, file: Path) -> str:
        """Write the file, whole or not at all, and say how it is opened.

        Raises:
            ConfigError: a package it needs is not installed.
        """
        ...
