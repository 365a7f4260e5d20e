"""The settings of a dataset that are plain numbers and names, refused before any work when they cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sim.checks import require_between
from wink.errors import ConfigError, unknown_name

SPLITS = ("train", "validation", "test")

#: Whole numbers: lowest and highest that can be meant.
_WHOLE = {"n": (1, 10_000_000), "seed": (0, 2**63 - 1), "width": (64, 3840), "height": (64, 3840)}


def check_settings(config: Mapping[str, Any]) -> None:
    """Check the plain settings of `wink generate`.

    Raises:
        ConfigError: a setting is of the wrong kind, or outside its range.
    """
    for name, (low, high) in _WHOLE.items():
        require_whole(name, config[name], low, high)
    if config["workers"] is not None:
        require_whole("workers", config["workers"], 1, 4096)
    require_between(ConfigError, "fps", config["fps"], (1.0, 240.0), "frames a second")
    views, cases = config["views"], config["cases"]
    if not isinstance(views, list) or not views or len(set(views)) < len(views):
        raise ConfigError(f"views is a list of different cameras, for example views=[side,oblique_front]; got {views}")
    if not isinstance(cases, list) or not all(isinstance(case, Mapping) for case in cases):
        raise ConfigError(f"cases is a list of {{name: ..., part: option, ...}}; got {cases!r}")
    if config["split"] not in SPLITS:
        raise ConfigError(unknown_name("split", str(config["split"]), SPLITS))
    if not isinstance(config["masks"], bool):
        raise ConfigError(f"masks is true or false; got {config['masks']!r}")


def require_whole(name: str, value: object, low: int, high: int) -> None:
    """Raise unless `value` is a whole number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(f"{name} is a whole number from {low} to {high}; got {value!r}")


def folder_name(text: str) -> str:
    """Check the name of a dataset: one folder, no way out of it.

    Raises:
        ConfigError: it has a slash, or is no name.
    """
    if not re.fullmatch(r"[^/\\\0]+", text) or text in (".", ".."):
        raise ConfigError(
            f"name={text!r} is to be the name of one folder; to put it elsewhere set paths.datasets=FOLDER"
        )
    return text
