"""Label Studio's own environment: its pins clash with ours, so it is installed apart, on first use."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path

from annotate.lock import locked
from wink.errors import ServerError

#: A complete environment holds this file, naming the lock file it was made from.
MARKER = "complete"


def label_studio_program(cache: Path, ready_made: Path | None = None) -> Path:
    """The `label-studio` program, from an environment of its own that is made on first use.

    Args:
        cache: folder in which the environment is made (`label-studio-env`, about 800 MB).
        ready_made: an environment that already has Label Studio, to be used as it is.

    Raises:
        ServerError: the ready-made environment lacks Label Studio, or installing failed.
    """
    if ready_made is not None:
        program = ready_made / "bin" / "label-studio"
        if not program.exists():
            raise ServerError(f"environment={ready_made} has no {program.relative_to(ready_made)}")
        return program.absolute()
    cache.mkdir(parents=True, exist_ok=True)
    environment = (cache / "label-studio-env").absolute()
    with locked(cache / ".label-studio-env.lock", "installing Label Studio"):
        if not _is_complete(environment):
            _make(environment)
    return environment / "bin" / "label-studio"


def lock_digest() -> str:
    """Digest of the locked requirements: another lock file means another environment."""
    return hashlib.sha256(files("annotate").joinpath("label_studio.lock").read_bytes()).hexdigest()


def _is_complete(environment: Path) -> bool:
    marker = environment / MARKER
    return marker.exists() and marker.read_text() == lock_digest()


def _make(environment: Path) -> None:
    """Install from the locked, hash-checked requirements; the marker is written last."""
    print(f"installing Label Studio in {environment} (once: half a minute to a few minutes, 800 MB)", flush=True)
    shutil.rmtree(environment, ignore_errors=True)
    log = environment.with_name("label-studio-env.log")
    with as_file(files("annotate").joinpath("label_studio.lock")) as lock, log.open("w") as output:
        for command in install_commands(environment, lock, find_uv()):
            done = subprocess.run(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=environment.anchor,  # out of reach of whatever project the user is in and its settings for uv
                check=False,
            )
            if done.returncode:
                raise ServerError(_failure(log))
    (environment / MARKER).write_text(lock_digest())


def install_commands(environment: Path, lock: Path, uv: str | None) -> list[list[str]]:
    """The commands that make the environment: with `uv` where there is one, else with the standard library."""
    python = str(environment / "bin" / "python")
    if uv:
        return [
            [uv, "venv", "--quiet", "--python", sys.executable, str(environment)],
            [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", str(lock)],
        ]
    return [
        [sys.executable, "-m", "venv", str(environment)],
        [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)],
    ]


def find_uv() -> str | None:
    """The `uv` program on the path or beside the running Python."""
    beside = Path(sys.executable).parent / "uv"
    return shutil.which("uv") or (str(beside) if beside.exists() else None)


def _failure(log: Path) -> str:
    last = [line for line in log.read_text(errors="replace").splitlines() if line.strip()][-3:]
    return (
        f"Label Studio could not be installed (is a package index reachable, is there room?); "
        f"{log} ends with:\n  " + "\n  ".join(last)
    )
