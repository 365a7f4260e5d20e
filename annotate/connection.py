"""A server to work with: the user's own if LABEL_STUDIO_URL names one, else ours, started if need be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from annotate.access import access_token, client, external_address
from annotate.environment import label_studio_program
from annotate.folder import ServerFolder
from annotate.running import Running
from annotate.server import Wish, serving

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio


@dataclass(frozen=True)
class Server:
    """A server that is signed in to."""

    ls: LabelStudio
    url: str
    key: str
    external: bool
    running: Running | None = None  # our own

    @property
    def place(self) -> str:
        """Name of the server in the folder of what was pulled: another server has other annotations."""
        return "own" if self.running else re.sub(r"[^a-z0-9]+", "-", self.url.lower())


@contextmanager
def connected(folder: ServerFolder, cache: Path, ready_made: Path | None, wish: Wish, stays: bool) -> Iterator[Server]:
    """Sign in to the server for the length of a piece of work.

    Args:
        folder: of our own server; a server of the user's may show the clips in it too.
        cache: where Label Studio's environment is made.
        ready_made: an environment that has it already.
        wish: how our own server is to run, if it has to be started.
        stays: whether our own server is left running after the work.
    """
    folder.make()
    address = external_address()
    if address is not None:
        with client(*address, own=False) as ls:
            yield Server(ls, *address, external=True)
        return
    program = label_studio_program(cache, ready_made)
    with serving(folder, program, wish, stays) as running:
        key = access_token(folder, running.url)
        with client(running.url, key) as ls:
            yield Server(ls, running.url, key, external=False, running=running)
