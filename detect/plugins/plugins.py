"""From what is written under `plugins` to detectors: entry points, commands, batch commands, tables, `_target_`s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from detect.detectors.detector import Detector
from detect.plugins.command import BatchCommand, Command
from detect.plugins.outsider import Outsider
from detect.plugins.table_file import TableFile
from wink.config import build
from wink.errors import ConfigError, unknown_name

GROUP = "wink.detectors"

AnyDetector = Detector | Outsider


def build_plugins(settings: Mapping[str, Any] | Sequence[str] | str, timeout_s: float) -> dict[str, AnyDetector]:
    """Detectors by name.

    Args:
        settings: name -> what it is, or a list of entry points, which have names.
        timeout_s: for one clip of a command.

    Raises:
        ConfigError: something that is no detector.
    """
    if isinstance(settings, str):
        settings = [settings]
    named = dict(settings) if isinstance(settings, Mapping) else {name_of(str(item)): str(item) for item in settings}
    return {str(name): plugin(what, timeout_s) for name, what in named.items()}


def name_of(what: str) -> str:
    """A name for a plug-in that was given none: the entry point's, the table's, the program's."""
    words = what.split()
    named = next((word for word in reversed(words) if word.endswith((".py", ".csv", ".sh"))), words[0] if words else "")
    return Path(named).stem


def plugin(what: Any, timeout_s: float) -> AnyDetector:
    """One detector from what it is called by.

    Args:
        what: settings with `_target_`; a `.csv` file; a command, with {video} for one clip a call; an entry point.
        timeout_s: for one clip of a command.

    Raises:
        ConfigError: it is none of these.
    """
    if isinstance(what, Mapping):
        return _checked(build(what), str(what.get("_target_", what)))
    text = str(what).strip()
    if text.endswith(".csv") and " " not in text:
        return TableFile(text)
    if "{video}" in text:
        return Command(text, timeout_s)
    points = {point.name: point for point in entry_points(group=GROUP)}
    if text in points:
        return _loaded(text, points[text].load())
    if " " in text or Path(text).exists():
        return BatchCommand(text, timeout_s)
    raise ConfigError(
        f"{unknown_name(f'detector of the entry-point group {GROUP}', text, points)} Or write a command "
        "('mydet {video}'), a table ('mine.csv'), or settings with _target_"
    )


def _loaded(name: str, thing: Any) -> AnyDetector:
    try:
        return _checked(thing() if isinstance(thing, type) else thing, name)
    except TypeError as error:
        raise ConfigError(f"entry point {name} cannot be made without settings: {error}") from None


def _checked(thing: Any, name: str) -> AnyDetector:
    if not callable(getattr(thing, "detect", None)) and not isinstance(thing, Outsider):
        raise ConfigError(f"{name} is no detector: it has no method detect(observation)")
    detector: AnyDetector = thing
    return detector
