"""The server that runs on a folder: found again, kept for as long as somebody needs it, stopped.

The server process itself holds the lock of its folder from before it begins until it has ended, so there is never a
second one. Every command that uses it holds the lock of its users together with the others: the last of them stops a
server that nobody wished to be left running.
"""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import httpx

from annotate.address import LOOPBACK, local_address
from annotate.folder import ServerFolder, write_private
from annotate.lock import is_held, locked, try_lock
from wink.errors import ServerError

#: Seconds a server gets to stop by itself; measured 1.2-2.4 s.
STOP_TIMEOUT_S = 15.0
#: Seconds a busy server gets to answer before it is taken for stuck; exports of 10,000 tasks keep it busy for long.
BUSY_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Running:
    """A server: its process, its address, and whether it is to stay when nobody uses it."""

    pid: int
    port: int
    born: str | None = None  # when the process began, as the kernel counts; None where it does not say
    kept: bool = True
    host: str = LOOPBACK  # where it listens
    live: bool = False  # whether it may call `wink serve` on this machine

    @property
    def url(self) -> str:
        """Address for browsers and clients of this machine."""
        return f"http://{local_address(self.host)}:{self.port}"


def born(pid: int) -> str | None:
    """When a process began, in the kernel's count, which tells a number used again; None where it cannot be known."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def write_state(folder: ServerFolder, running: Running) -> None:
    """Note which server runs on a folder."""
    write_private(folder.state, json.dumps(asdict(running)))


def read_state(folder: ServerFolder) -> Running | None:
    """The server that was noted last, whether it still runs or not."""
    try:
        return Running(**json.loads(folder.state.read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise ServerError(f"{folder.state} is damaged ({error}); end Label Studio by hand and remove it") from error


def find_running(folder: ServerFolder, patience_s: float = BUSY_TIMEOUT_S) -> Running | None:
    """The server that runs on this folder; a busy one gets time to answer. None if none does."""
    give_up = time.monotonic() + patience_s
    while is_held(folder.lock("running")):
        running = read_state(folder)
        if running is not None and is_healthy(running.url):
            return running
        if time.monotonic() > give_up:
            return None
        time.sleep(0.3)
    return None


def is_healthy(url: str) -> bool:
    """Whether a Label Studio answers at an address."""
    try:
        return bool(httpx.get(f"{url}/health", timeout=5, trust_env=False).json().get("status") == "UP")
    except (httpx.HTTPError, ValueError, AttributeError):
        return False


def keep(folder: ServerFolder, running: Running) -> None:
    """Leave a server running when its last user has gone."""
    with locked(folder.lock("start"), "starting Label Studio"):
        state = read_state(folder)
        if state is not None and state.pid == running.pid and not state.kept:
            write_state(folder, replace(state, kept=True))


def stop_if_unneeded(folder: ServerFolder) -> bool:
    """Stop a server that nobody uses and nobody wished to be left running; True if it was stopped."""
    users = try_lock(folder.lock("users"))
    if users is None:
        return False
    try:
        state = read_state(folder)
        return state is not None and not state.kept and stop_server(folder)
    finally:
        os.close(users)


def stop_server(folder: ServerFolder) -> bool:
    """Stop the server that runs on this folder, by asking and then by force; False if none runs.

    Raises:
        ServerError: it cannot be stopped, or its process number means another process by now.
    """
    running = _wait_for_state(folder)
    if running is None:
        return False
    for sign in (signal.SIGINT, signal.SIGKILL):
        if is_held(folder.lock("running")) and running.born not in (None, born(running.pid)):
            raise ServerError(f"a process unknown to wink holds {folder.root}; see {folder.log}, and end it by hand")
        with suppress(ProcessLookupError):
            os.kill(running.pid, sign)
        if _ends(folder, running.pid):
            folder.state.unlink(missing_ok=True)
            return True
    raise ServerError(f"Label Studio (process {running.pid}) cannot be stopped")


def _wait_for_state(folder: ServerFolder, patience_s: float = 5.0) -> Running | None:
    """What is noted of the server that holds the folder; one that is just beginning is noted in a moment."""
    give_up = time.monotonic() + patience_s
    while is_held(folder.lock("running")):
        if (running := read_state(folder)) is not None:
            return running
        if time.monotonic() > give_up:
            raise ServerError(f"a process unknown to wink holds {folder.root}; see {folder.log}, and end it by hand")
        time.sleep(0.1)
    return None


def _ends(folder: ServerFolder, pid: int) -> bool:
    """Wait until a server that was told to stop has let go of its folder."""
    give_up = time.monotonic() + STOP_TIMEOUT_S
    while time.monotonic() < give_up:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not is_held(folder.lock("running")):
            return True
        time.sleep(0.1)
    return False
