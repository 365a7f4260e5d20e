"""Run a private Label Studio: made ready once, started safely, found again, stopped.

It listens on 127.0.0.1 only, sends nothing anywhere (telemetry, error reports and version check are off), lets
nobody sign up, and sees none of our environment variables (it would read `HOST`, `PORT`, `PASSWORD`, ...).
The running server itself holds the lock of its folder, so it can be found, and there is never a second one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

import httpx

from annotate.folder import LEAD, ServerFolder, write_private
from annotate.lock import locked, try_lock
from wink.errors import ServerError

HOST = "127.0.0.1"
FIRST_PORT = 8080
#: Seconds to wait for the first answer; measured 15-36 s on two loaded cores.
START_TIMEOUT_S = 300.0
#: Seconds a server gets to stop by itself; measured 1.2-2.4 s.
STOP_TIMEOUT_S = 15.0
#: What the server may see of our environment.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        """Address for browsers and clients."""
        return f"http://{HOST}:{self.port}"


def prepare_server(folder: ServerFolder, program: Path) -> bool:
    """Make the database and its first user, unless they are there; True if they had to be made.

    Takes a minute or two, once. The database appears under its name only when it is complete: an interrupted
    preparation leaves nothing that counts, and the next one starts over.

    Raises:
        ServerError: Label Studio could not make its database.
    """
    folder.make()
    with locked(folder.lock("prepare"), "preparing Label Studio's database"):
        if folder.database.exists():
            return False
        for leftover in folder.root.glob("data.unfinished*"):
            shutil.rmtree(leftover, ignore_errors=True)
        unfinished = folder.root / f"data.unfinished.{os.getpid()}"
        unfinished.mkdir(mode=0o700)
        _migrate(folder, program, unfinished)
        (unfinished / folder.database.name).chmod(0o600)
        unfinished.rename(folder.data)
    return True


def _migrate(folder: ServerFolder, program: Path, data: Path) -> None:
    log = folder.root / "prepare.log"
    environment = {**child_environment(data, folder.media), "LABEL_STUDIO_PASSWORD": folder.password()}
    command = [str(program), "init", "-q", "--username", LEAD, "--log-level", "ERROR"]
    with log.open("w") as output:
        child = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _tell_while(child, "preparing Label Studio's database (once, usually 1-2 min)")
        finally:
            _end(child, signal.SIGKILL)
    if child.returncode or not (data / folder.database.name).exists():
        shutil.rmtree(data, ignore_errors=True)
        raise ServerError(f"Label Studio could not make its database (exit {child.returncode}); {_last_words(log)}")


def _tell_while(child: subprocess.Popen[bytes], what: str, every_s: float = 15.0) -> None:
    began = time.monotonic()
    for _ in count():
        print(f"{what}: {time.monotonic() - began:.0f} s", flush=True)
        with suppress(subprocess.TimeoutExpired):
            child.wait(every_s)
            return


def child_environment(data: Path, media: Path) -> dict[str, str]:
    """Environment of the server: the little of ours that it needs, and every switch that keeps it private."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed_on | {
        "HOME": str(data.absolute()),
        "PYTHONUNBUFFERED": "1",  # its log says at once where it listens
        "LABEL_STUDIO_BASE_DATA_DIR": str(data.absolute()),
        "XDG_CONFIG_HOME": str(data.absolute() / "config"),
        "LABEL_STUDIO_COLLECT_ANALYTICS": "false",
        "LABEL_STUDIO_SENTRY_DSN": "",
        "LABEL_STUDIO_FRONTEND_SENTRY_DSN": "",
        "LABEL_STUDIO_LATEST_VERSION_CHECK": "false",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "LABEL_STUDIO_CORS_ALLOW_ALL_ORIGINS": "false",
        "LABEL_STUDIO_ALLOWED_HOSTS": f"{HOST},localhost",
        "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
        "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT": str(media.resolve()),
    }


def find_running(folder: ServerFolder) -> Running | None:
    """The server that runs on this folder, if it answers."""
    if not folder.state.exists():
        return None
    descriptor = try_lock(folder.lock("running"))
    if descriptor is not None:  # nobody holds it: the state is a leftover
        os.close(descriptor)
        return None
    running = Running(**json.loads(folder.state.read_text()))
    return running if is_healthy(running.url) else None


def is_healthy(url: str) -> bool:
    """Whether a Label Studio answers at an address."""
    try:
        return bool(httpx.get(f"{url}/health", timeout=5, trust_env=False).json().get("status") == "UP")
    except (httpx.HTTPError, ValueError, AttributeError):
        return False


def start_server(folder: ServerFolder, program: Path, port: int | None = None) -> tuple[Running, bool]:
    """Start the server on a prepared folder, or find it running; the flag says whether it was started here.

    Args:
        folder: prepared by `prepare_server`.
        program: the `label-studio` program.
        port: None takes 8080, or the next free one.

    Raises:
        ServerError: the port is taken, or the server does not come up.
    """
    with locked(folder.lock("start"), "starting Label Studio"):
        if (running := find_running(folder)) is not None:
            if port not in (None, running.port):
                raise ServerError(f"Label Studio already runs at {running.url}; `wink annotate stop=true` ends it")
            return running, False
        held = try_lock(folder.lock("running"))
        if held is None:
            raise ServerError(f"a server holds {folder.root} but does not answer; see {folder.log}, or end it by hand")
        try:
            running = Running(pid=0, port=choose_port(port))
            begins = folder.log.stat().st_size if folder.log.exists() else 0
            child = _spawn(folder, program, running.port, held)
        finally:
            os.close(held)  # the child holds it from here on
        running = Running(child.pid, running.port)
        write_private(folder.state, json.dumps(asdict(running)))
        _wait_until_up(folder, child, running, begins)
        child.returncode = 0  # handed over: it outlives us, and `stop_server` finds it by its number
    return running, True


def choose_port(port: int | None) -> int:
    """A port that is free now; Label Studio itself would move on silently from one that is taken.

    Raises:
        ServerError: the wanted port is taken.
    """
    if port is None:
        return next(p for p in range(FIRST_PORT, 65536) if _is_free(p))
    if not 1024 <= port <= 65535:
        raise ServerError(f"port={port} is no port a user may open; the choices are 1024 to 65535")
    if not _is_free(port):
        raise ServerError(f"port {port} is taken by another program; choose another with port=, or port=null")
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _spawn(folder: ServerFolder, program: Path, port: int, held: int) -> subprocess.Popen[bytes]:
    command = [str(program), "start", "--no-browser", "--internal-host", HOST, "--port", str(port)]
    with folder.log.open("ab") as log:
        folder.log.chmod(0o600)
        return subprocess.Popen(
            [*command, "--log-level", "WARNING"],
            env=child_environment(folder.data, folder.media),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C meant for us does not reach it
            pass_fds=(held,),
        )


def _wait_until_up(folder: ServerFolder, child: subprocess.Popen[bytes], running: Running, begins: int) -> None:
    """Wait until our own server answers: what it logs from byte `begins` on says at which address it listens."""
    print(f"starting Label Studio at {running.url} (usually 10-40 s)", flush=True)
    give_up = time.monotonic() + START_TIMEOUT_S
    try:
        while not (_listens_at(folder.log, begins, running.url) and is_healthy(running.url)):
            if child.poll() is not None:
                raise ServerError(f"Label Studio stopped at once (exit {child.returncode}); {_last_words(folder.log)}")
            if time.monotonic() > give_up:
                raise ServerError(f"Label Studio gave no answer in {START_TIMEOUT_S:.0f} s; {_last_words(folder.log)}")
            time.sleep(0.3)
    except BaseException:
        _end(child, signal.SIGINT)
        raise


def _listens_at(log: Path, begins: int, url: str) -> bool:
    """Whether the server has said that it listens at `url`; it moves on silently from a port that got taken."""
    with log.open("rb") as file:
        file.seek(begins)
        said = re.search(rf"http://{re.escape(HOST)}:\d+(?=/)", file.read().decode(errors="replace"))
    if said and said[0] != url:
        raise ServerError(f"{url} was taken while it started (Label Studio went on to {said[0]}); run it again")
    return said is not None


def stop_server(folder: ServerFolder) -> bool:
    """Stop the server that runs on this folder, by asking and then by force; False if none runs."""
    lock = folder.lock("running")
    if not folder.state.exists() or _let_go(lock):
        return False
    pid = Running(**json.loads(folder.state.read_text())).pid
    for sign, patience_s in ((signal.SIGINT, STOP_TIMEOUT_S), (signal.SIGKILL, STOP_TIMEOUT_S)):
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
        give_up = time.monotonic() + patience_s
        while time.monotonic() < give_up:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            if _let_go(lock):
                folder.state.unlink(missing_ok=True)
                return True
            time.sleep(0.1)
    raise ServerError(f"Label Studio (process {pid}) cannot be stopped")


def _let_go(lock: Path) -> bool:
    descriptor = try_lock(lock)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


@contextmanager
def serving(folder: ServerFolder, program: Path, port: int | None, keep: bool) -> Iterator[Running]:
    """A server for the length of a piece of work; one that was started for it is stopped after, unless kept."""
    prepare_server(folder, program)
    running, ours = start_server(folder, program, port)
    try:
        yield running
    except BaseException:
        if ours:
            stop_server(folder)
        raise
    if ours and not keep:
        stop_server(folder)


def _end(child: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    if child.poll() is None:
        child.send_signal(sign)
        try:
            child.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _last_words(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"{log} ends with:\n  " + "\n  ".join(lines[-3:])
