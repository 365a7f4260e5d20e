"""Make a private Label Studio ready, once: its database, its first user, and the environment it sees.

It lets nobody sign up without an invitation, answers to its own names only, and sends nothing anywhere: telemetry,
error reports and version check are off, and whatever else would ask the internet meets a proxy that is not there. It
sees next to none of our environment variables (it would read `HOST`, `PORT`, `PASSWORD`, ...).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

from annotate.address import LOOPBACK, allowed_hosts, local_address
from annotate.database import PostgreSQL, remember_database, remembered_database, settle_database
from annotate.folder import LEAD, ServerFolder
from annotate.lock import locked
from annotate.running import STOP_TIMEOUT_S
from wink.errors import ServerError

#: What the server may see of our environment.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "PGSSLMODE", "PGSSLROOTCERT")
#: How long [s] a clip that somebody opened is kept from others; Label Studio's own day left clips to nobody.
LOOKED_AT_S = 1800
#: Port 9 is the discard service, which nobody runs: a request through this proxy ends at once.
_NO_WAY_OUT = f"http://{LOOPBACK}:9"
#: Networks Label Studio's webhooks and backends may not call when they may call this machine: all others of its list.
_BANNED = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "::ffff:0:0/96", "fc00::/7", "fe80::/10"),
)


def prepare_server(folder: ServerFolder, program: Path, database: PostgreSQL | None = None) -> bool:
    """Make the database and its first user, unless they are there; True if they had to be made.

    Takes a minute or two, once. The database appears under its name only when it is complete: an interrupted
    preparation leaves nothing that counts, and the next one starts over. On PostgreSQL the tables that are there are
    gone on with.

    Args:
        folder: where the database and all else is kept.
        program: the `label-studio` program.
        database: a PostgreSQL database for the tables; None keeps the one the folder has, at first a file in it.

    Raises:
        ServerError: Label Studio could not make its database, or the folder was prepared on another.
    """
    folder.make()
    with locked(folder.lock("prepare"), "preparing Label Studio's database"):
        if folder.data.exists():
            settle_database(folder, database)
            return False
        for leftover in folder.root.glob("data.unfinished*"):
            shutil.rmtree(leftover, ignore_errors=True)
        unfinished = folder.root / f"data.unfinished.{os.getpid()}"
        unfinished.mkdir(mode=0o700)
        _migrate(folder, program, unfinished, database)
        if database is None:
            (unfinished / folder.database.name).chmod(0o600)
            folder.elsewhere.unlink(missing_ok=True)
        remember_database(folder, database)
        unfinished.rename(folder.data)
    return True


def _migrate(folder: ServerFolder, program: Path, data: Path, database: PostgreSQL | None) -> None:
    log = folder.root / "prepare.log"
    tables = {} if database is None else database.environment()
    environment = {**child_environment(data, folder.media), **tables, "LABEL_STUDIO_PASSWORD": folder.password()}
    command = [str(program), "init", "-q", "--username", LEAD, "--log-level", "ERROR"]
    with log.open("w") as output:
        child = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _tell_while(child, "preparing Label Studio's database (once, usually 1-2 min)")
        finally:
            end(child, signal.SIGKILL)
    if child.returncode or (database is None and not (data / folder.database.name).exists()):
        shutil.rmtree(data, ignore_errors=True)
        raise ServerError(f"Label Studio could not make its database (exit {child.returncode}); {last_words(log)}")


def _tell_while(child: subprocess.Popen[bytes], what: str, every_s: float = 15.0) -> None:
    began = time.monotonic()
    for _ in count():
        print(f"{what}: {time.monotonic() - began:.0f} s", flush=True)
        with suppress(subprocess.TimeoutExpired):
            child.wait(every_s)
            return


def server_environment(folder: ServerFolder, host: str, live: bool) -> dict[str, str]:
    """Environment of the server of a prepared folder.

    Args:
        folder: prepared by `prepare_server`.
        host: where it is to listen.
        live: whether it may call `wink serve` on this machine; other networks stay closed to it.
    """
    database = remembered_database(folder)
    environment = child_environment(folder.data, folder.media, host)
    if live:
        environment |= {
            "LABEL_STUDIO_ML_BLOCK_LOCAL_IP": "false",
            "LABEL_STUDIO_USE_DEFAULT_BANNED_SUBNETS": "false",
            "LABEL_STUDIO_USER_ADDITIONAL_BANNED_SUBNETS": ",".join(_BANNED),
        }
    return environment if database is None else environment | database.environment()


def child_environment(data: Path, media: Path, host: str = LOOPBACK) -> dict[str, str]:
    """Environment of the server: the little of ours that it needs, and every switch that keeps it private."""
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return passed_on | {
        "HOME": str(data.absolute()),
        "PYTHONUNBUFFERED": "1",  # its log says at once where it listens
        "LABEL_STUDIO_BASE_DATA_DIR": str(data.absolute()),
        "XDG_CONFIG_HOME": str(data.absolute() / "config"),
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), _NO_WAY_OUT),
        "NO_PROXY": ",".join(dict.fromkeys((LOOPBACK, "localhost", local_address(host)))),
        "LABEL_STUDIO_COLLECT_ANALYTICS": "false",
        "LABEL_STUDIO_SENTRY_DSN": "",
        "LABEL_STUDIO_FRONTEND_SENTRY_DSN": "",
        "LABEL_STUDIO_LATEST_VERSION_CHECK": "false",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "LABEL_STUDIO_CORS_ALLOW_ALL_ORIGINS": "false",
        "LABEL_STUDIO_TASK_LOCK_TTL": str(LOOKED_AT_S),
        "LABEL_STUDIO_ALLOWED_HOSTS": ",".join(allowed_hosts(host)),
        "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
        "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT": str(media.resolve()),
    }


def end(child: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    """End a child, by force if it takes too long; nothing is done to one that has ended."""
    if child.poll() is None:
        child.send_signal(sign)
        try:
            child.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def last_words(log: Path) -> str:
    """The last lines of a log, for an error."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"{log} ends with:\n  " + "\n  ".join(lines[-3:])
