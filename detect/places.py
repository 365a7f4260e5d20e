"""Folders to write in."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile

from wink.errors import ConfigError


def writable_folder(what: str, folder: Path) -> Path:
    """The folder, made if it is missing, and tried: hours of work must not end at a door that is shut."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise ConfigError(
            f"{what} {folder} is no folder to write in ({error.strerror}); name one that can be made"
        ) from None
