"""Where a dataset lies: a folder of this machine, or a URL that fsspec knows (s3://, gs://, memory://, ...)."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from wink.errors import DatasetError
from wink.files import file_sha256, write_atomically


class Store:
    """Files of one dataset by their names in it; written whole or not at all.

    A local folder is used as such. Elsewhere a file is sent in one piece, so that a reader sees all of it or nothing,
    which object stores promise.
    """

    def __init__(self, place: str | Path) -> None:
        """Look at a place; nothing is made there yet.

        Raises:
            DatasetError: no file system is known for the URL.
        """
        self.url = str(place)
        self.folder: Path | None = local_folder(self.url)  # None = elsewhere
        self._system: Any = None
        self._root = ""
        self._sent: dict[str, str] = {}  # SHA-256 of what this object sent elsewhere
        if self.folder is None:
            self._system, self._root = _file_system(self.url)

    @property
    def name(self) -> str:
        """Name of the dataset."""
        return self.url.rstrip("/").rsplit("/", 1)[-1]

    def names(self, folder: str, suffix: str = "") -> list[str]:
        """Names of the files in one of the folders, sorted; none where there is no such folder."""
        if self.folder is not None:
            place = self.folder / folder
            found = (entry.name for entry in os.scandir(place)) if place.is_dir() else iter(())
        else:
            self._system.invalidate_cache()
            try:
                entries = self._system.ls(f"{self._root}/{folder}".rstrip("/"), detail=False)
            except FileNotFoundError:
                entries = []
            found = (str(entry).rstrip("/").rsplit("/", 1)[-1] for entry in entries)
        return sorted(name for name in found if name.endswith(suffix))

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        if self.folder is not None:
            return (self.folder / name).is_file()
        return bool(self._system.exists(f"{self._root}/{name}"))

    def read(self, name: str) -> bytes:
        """What is in a file."""
        if self.folder is not None:
            return (self.folder / name).read_bytes()
        return bytes(self._system.cat_file(f"{self._root}/{name}"))

    def write(self, name: str, text: str) -> None:
        """Write a text file whole or not at all."""
        if self.folder is not None:
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, text)
        else:
            self._system.pipe_file(f"{self._root}/{name}", text.encode())

    def take(self, file: Path, name: str) -> None:
        """Put a finished file of this machine in its place; it is gone from where it was."""
        if self.folder is None:
            self._sent[name] = file_sha256(file)
            self._system.put_file(str(file), f"{self._root}/{name}")
            file.unlink()
        elif file != self.folder / name:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, self.folder / name)

    def sha256(self, name: str) -> str:
        """SHA-256 of a file, as hexadecimal digits; read back only where another object sent it."""
        if self.folder is not None:
            return file_sha256(self.folder / name)
        return self._sent.get(name) or hashlib.sha256(self.read(name)).hexdigest()

    def fetch(self, name: str, file: Path) -> Path:
        """A local copy of a file, put at `file` where the dataset is not local."""
        if self.folder is not None:
            return self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        self._system.get_file(f"{self._root}/{name}", str(temporary))
        return temporary.replace(file)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        if self.folder is not None:
            (self.folder / name).unlink(missing_ok=True)
        elif self.has(name):
            self._system.rm_file(f"{self._root}/{name}")


def local_folder(place: str) -> Path | None:
    """The folder a place names, also as file://; None for any other URL."""
    scheme, separator, rest = place.partition("://")
    if not separator:
        return Path(place)
    return Path(rest) if scheme in ("file", "local") else None


def join(place: str | Path, name: str) -> str:
    """The place of a folder within a place."""
    return f"{str(place).rstrip('/')}/{name}" if str(place) != "/" else f"/{name}"


def _file_system(url: str) -> tuple[Any, str]:
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise DatasetError(
            f"{url}: {error}. A place is a folder, or a URL of a known kind such as s3://bucket/folder "
            "(install s3fs for s3://, gcsfs for gs://)"
        ) from None
    return system, str(root).rstrip("/")
