"""A server to work with: the user's own if LABEL_STUDIO_URL names one, else ours, started if need be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from annotate.access import access_token, client, external_address
from annotate.environment import label_studio_program
from annotate.folder import ServerFolder
from annotate.server import serving

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio


@dataclass(frozen=True)
class Server:
    """A server that is signed in to."""

    ls: LabelStudio
    url: str
    external: bool


@contextmanager
def connected(
    folder: ServerFolder, cache: Path, ready_made: Path | None, port: int | None, stays: bool
) -> Iterator[Server]:
    """Sign in to the server for the length of a piece of work.

    Args:
        folder: of our own server; a server of the user's shows the clips in it too.
        cache: where Label Studio's environment is made.
        ready_made: an environment that has it already.
        port: of our own server if it has to be started.
        stays: whether our own server is left running after the work.
    """
    folder.make()
    address = external_address()
    if address is not None:
        with client(*address, own=False) as ls:
            yield Server(ls, address[0], external=True)
        return
    program = label_studio_program(cache, ready_made)
    with (
        serving(folder, program, port, stays) as running,
        client(running.url, access_token(folder, running.url)) as ls,
    ):
        yield Server(ls, running.url, external=False)
