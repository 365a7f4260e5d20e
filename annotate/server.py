"""Start a private Label Studio on a prepared folder, safely, and serve it for the length of a piece of work."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from annotate.address import LOOPBACK
from annotate.database import PostgreSQL
from annotate.folder import ServerFolder
from annotate.lock import locked, shared, try_lock
from annotate.prepare import end, last_words, prepare_server, server_environment
from annotate.running import Running, born, find_running, is_healthy, keep, stop_if_unneeded, write_state
from wink.errors import ConfigError, ServerError

FIRST_PORT = 8080
#: Seconds to wait for the first answer; measured 15-36 s on two loaded cores.
START_TIMEOUT_S = 300.0
_PORTS_TRIED = 3


@dataclass(frozen=True)
class Wish:
    """How our own server is to run, if it has to be started; None takes it as it is."""

    port: int | None = None  # None: 8080, or the next free one
    host: str | None = None  # None: this machine alone
    live: bool | None = None  # whether it may call `wink serve`
    database: PostgreSQL | None = None  # None: as the folder was prepared, at first a file in it

    def refused_by(self, running: Running) -> str | None:
        """What a server that runs has otherwise than wished, in words; None if nothing."""
        if self.port not in (None, running.port) or self.host not in (None, running.host):
            return f"Label Studio already runs at {running.url}, listening at {running.host}"
        if self.live and not running.live:
            return f"Label Studio runs at {running.url} without live=true, so it may not call `wink serve`"
        return None


@contextmanager
def serving(folder: ServerFolder, program: Path, wish: Wish, stays: bool) -> Iterator[Running]:
    """A server for the length of a piece of work; after it the last user stops it, unless one wished it to stay."""
    prepare_server(folder, program, wish.database)
    try:
        with shared(folder.lock("users")):
            running = start_server(folder, program, wish)
            yield running
            if stays:
                keep(folder, running)
    finally:
        stop_if_unneeded(folder)


def start_server(folder: ServerFolder, program: Path, wish: Wish | None = None) -> Running:
    """Start the server on a prepared folder, or find it running.

    Args:
        folder: prepared by `prepare_server`.
        program: the `label-studio` program.
        wish: how it is to run.

    Raises:
        ServerError: the port is taken, the server does not come up, or it already runs otherwise than wished.
    """
    wish = wish or Wish()
    with locked(folder.lock("start"), "starting Label Studio"):
        running = find_running(folder)
        if running is None:
            return _start_as_wished(folder, program, wish)
        if reason := wish.refused_by(running):
            again = "; start it again with live=true" if wish.live and not running.live else ""
            raise ServerError(f"{reason}; `wink annotate stop=true` ends it{again}")
        return running


class _PortTakenError(ServerError):
    """Another program took the port between our look at it and the server's."""


def _start_as_wished(folder: ServerFolder, program: Path, wish: Wish) -> Running:
    """Start a server; where the port is ours to choose, one that was snatched away is followed by the next."""
    host = wish.host or LOOPBACK
    for left in reversed(range(_PORTS_TRIED)):
        port = choose_port(wish.port, host)
        try:
            return _start(folder, program, Running(0, port, host=host, live=bool(wish.live)))
        except _PortTakenError as taken:
            if wish.port is not None or not left:
                raise
            print(taken.args[0], flush=True)
    raise AssertionError("the last try raises")


def _start(folder: ServerFolder, program: Path, wanted: Running) -> Running:
    held = try_lock(folder.lock("running"))
    if held is None:
        raise ServerError(f"a server holds {folder.root} but does not answer; see {folder.log}, or end it by hand")
    try:
        folder.state.unlink(missing_ok=True)  # nobody is to take an ended server's process for the one that begins
        child = _spawn(folder, program, wanted, held)
    finally:
        os.close(held)  # the child holds it from here on
    running = replace(wanted, pid=child.pid, born=born(child.pid), kept=False)
    try:
        write_state(folder, running)
        _wait_until_up(folder, child, running)
    except BaseException:
        end(child, signal.SIGINT)
        raise
    child.returncode = 0  # handed over: it outlives us, and `stop_server` finds it by its number
    return running


def check_port(port: object) -> int | None:
    """A port as a setting names it; None leaves the choice to us.

    Raises:
        ConfigError: it is no number, or one that a user may not open.
    """
    if port is None:
        return None
    if not isinstance(port, int) or isinstance(port, bool) or not 1024 <= port <= 65535:
        raise ConfigError(f"port={port} is no port a user may open; the choices are 1024 to 65535, or null")
    return port


def choose_port(port: int | None, host: str = LOOPBACK) -> int:
    """A port that is free now; Label Studio itself would move on silently from one that is taken.

    Raises:
        ServerError: the wanted port is taken.
    """
    if port is None:
        return next(p for p in range(FIRST_PORT, 65536) if _is_free(p, host))
    if not _is_free(port, host):
        raise ServerError(f"port {port} is taken by another program; choose another with port=, or port=null")
    return port


def _is_free(port: int, host: str) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _spawn(folder: ServerFolder, program: Path, wanted: Running, held: int) -> subprocess.Popen[bytes]:
    """Begin a server with a log of its own; the log of the one before is kept, older ones are not."""
    command = [str(program), "start", "--no-browser", "--internal-host", wanted.host, "--port", str(wanted.port)]
    if folder.log.exists():
        folder.log.replace(folder.log_before)
    with folder.log.open("wb") as log:
        folder.log.chmod(0o600)
        return subprocess.Popen(
            [*command, "--log-level", "WARNING"],
            env=server_environment(folder, wanted.host, wanted.live),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C meant for us does not reach it
            pass_fds=(held,),
        )


def _wait_until_up(folder: ServerFolder, child: subprocess.Popen[bytes], running: Running) -> None:
    """Wait until our own server answers: what it logs says at which address it listens."""
    print(f"starting Label Studio at {running.url} (usually 10-40 s)", flush=True)
    give_up = time.monotonic() + START_TIMEOUT_S
    while not (_listens(folder.log, running) and is_healthy(running.url)):
        if child.poll() is not None:
            raise ServerError(f"Label Studio stopped at once (exit {child.returncode}); {last_words(folder.log)}")
        if time.monotonic() > give_up:
            raise ServerError(f"Label Studio gave no answer in {START_TIMEOUT_S:.0f} s; {last_words(folder.log)}")
        time.sleep(0.3)


def _listens(log: Path, running: Running) -> bool:
    """Whether the server has said that it listens where it should."""
    wanted = f"http://{running.host}:{running.port}"
    said = re.search(rf"http://{re.escape(running.host)}:\d+(?=/)", log.read_text(errors="replace"))
    if said and said[0] != wanted:
        raise _PortTakenError(f"{wanted} was taken while it started (Label Studio went on to {said[0]}); try once more")
    return said is not None
