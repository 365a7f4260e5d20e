"""The command line: `wink VERB [input …] [setting=value …]`. Imports a verb only when it is called."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import time
from importlib.metadata import EntryPoint, entry_points, version
from importlib.resources import files

from wink.errors import ConfigError, WinkError, unknown_name

FOLDERS = """Folders: paths.datasets, paths.exports, paths.cache, paths.server,
or WINK_DATASETS, WINK_EXPORTS, WINK_CACHE, WINK_SERVER"""

#: Troubles of the disk that are the user's to mend, not ours, also where no file is named.
DISK_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)

USAGE = "usage: wink VERB [input …] [setting=value …]     wink VERB --help"


def main() -> int:
    """Run the verb named on the command line; the exit code is 0 when it did what was asked."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(overview())
        return 0
    if arguments[0] == "--version":
        print(f"wink {version('winklab')}")
        return 0
    signal.signal(signal.SIGTERM, _stop)
    if parent := os.environ.pop("WINK_ENDS_WITH", None):  # set by a verb that runs others
        threading.Thread(target=_end_with, args=(int(parent),), daemon=True).start()
    try:
        return run(arguments[0], arguments[1:])
    except WinkError as error:
        print(f"wink {arguments[0]}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        if error.filename is None and error.errno not in DISK_TROUBLE:
            raise
        print(f"wink {arguments[0]}: {error.strerror}: {error.filename}; what was finished is kept", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nwink {arguments[0]}: stopped; what was finished is kept, the same command goes on", file=sys.stderr)
        return 130


def _stop(number: int, _: object) -> None:
    """Being told to end is a Ctrl-C that only we have heard: children are ended too, what was finished is kept."""
    raise KeyboardInterrupt(number)


def _end_with(parent: int) -> None:
    """Be told to end when the process that started us is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)


def run(verb: str, arguments: list[str]) -> int:
    """Run one verb with its arguments, or print its help.

    Raises:
        ConfigError: there is no such verb, or it refuses its arguments.
    """
    verbs = commands()
    if verb not in verbs:
        raise ConfigError(unknown_name("verb", verb, verbs) + f"\n{USAGE}")
    if {"-h", "--help"} & set(arguments):
        print(help_of(verb))
        return 0
    from wink.compose import run_composed

    run_composed(verb, verbs[verb].load(), arguments)
    return 0


def commands() -> dict[str, EntryPoint]:
    """The verbs, from the entry-point group `wink.commands`."""
    return {point.name: point for point in entry_points(group="wink.commands")}


def overview() -> str:
    """One line a verb."""
    lines = [f"  {verb:<15} {summary(verb)}" for verb in commands()]
    return "\n".join([USAGE, "", "From a lifter's limits to a wink marked and a detector scored:", *lines])


def summary(verb: str) -> str:
    """What a verb does, in one sentence: the first line of its primary configuration."""
    first = _header(verb)[:1]
    return first[0].partition(": ")[2] if first else "(a plug-in without configs)"


def help_of(verb: str) -> str:
    """The header of the verb's primary configuration, then its settings."""
    file = files("configs") / f"{verb}.yaml"
    if not file.is_file():
        return f"wink {verb}: no configs/{verb}.yaml to read help from"
    body = [line for line in file.read_text().splitlines()[len(_header(verb)) :] if not _is_plumbing(line)]
    if body[1:2] == [""]:  # nothing but plumbing among the defaults
        body = body[2:]
    lines = [*_header(verb), "", "Settings and their defaults:", *body, "", FOLDERS]
    if "defaults:" in body:
        lines.append(f"Every setting, those of the parts too: wink {verb} --cfg job")
    return "\n".join(lines)


def _header(verb: str) -> list[str]:
    file = files("configs") / f"{verb}.yaml"
    header: list[str] = []
    for line in file.read_text().splitlines() if file.is_file() else []:
        if not line.startswith("#"):
            break
        header.append(line.removeprefix("#").removeprefix(" "))
    return header


def _is_plumbing(line: str) -> bool:
    return line.strip() in ("- _self_", "- paths: default") or line.strip().startswith(("input: []", "_target_:"))


if __name__ == "__main__":
    sys.exit(main())
