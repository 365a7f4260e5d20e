"""The settings of a dataset that are plain numbers and names, refused before any work when they cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.cases import PARTS
from sim.checks import require_between
from sim.depth import HOW
from sim.splits import splits_from
from wink.errors import ConfigError, unknown_name
from wink.holdout import check_holdout

#: Whole numbers: lowest and highest that can be meant.
_WHOLE = {"n": (1, 10_000_000), "seed": (0, 2**63 - 1)}
#: Likewise, or null.
_WHOLE_OR_NULL = {"width": (64, 3840), "height": (64, 3840), "workers": (1, 4096), "cameras": (1, 100)}


def check_settings(config: Mapping[str, Any]) -> None:
    """Check the plain settings of `wink generate`.

    Raises:
        ConfigError: a setting is of the wrong kind, or outside its range.
    """
    for name, (low, high) in _WHOLE.items():
        require_whole(name, config[name], low, high)
    for name, (low, high) in _WHOLE_OR_NULL.items():
        if config[name] is not None:
            require_whole(name, config[name], low, high)
    require_between(ConfigError, "fps", config["fps"], (1.0, 240.0), "frames a second")
    if config["timeout_s"] is not None:
        require_between(ConfigError, "timeout_s", config["timeout_s"], (1.0, 86400.0), "seconds")
    require_between(ConfigError, "most_quarantined", config["most_quarantined"], (0.0, 1.0), "as a share of the trials")
    for name in ("masks", "depth_maps", "attribution", "retry", "dry_run"):
        if not isinstance(config[name], bool):
            raise ConfigError(f"{name} is true or false; got {config[name]!r}")
    if config["neutral_depth"] not in (None, *HOW):
        raise ConfigError(unknown_name("way to find neutral_depth", str(config["neutral_depth"]), (*HOW, "null")))
    if config["depth_maps"] and not config["masks"]:
        raise ConfigError("depth_maps=true writes depth beside the masks: it needs masks=true")
    _check_lists(config)
    check_holdout(config["holdout"])
    splits_from(config["split"], config["holdout"], config["seed"])
    share_of(config["shard"])


def _check_lists(config: Mapping[str, Any]) -> None:
    """Check the settings that are lists or mappings."""
    views, cases = config["views"], config["cases"]
    if not isinstance(views, list) or not views or len(set(views)) < len(views):
        raise ConfigError(f"views is a list of different cameras, for example views=[side,oblique_front]; got {views}")
    if not isinstance(cases, list) or not all(isinstance(case, Mapping) for case in cases):
        raise ConfigError(f"cases is a list of {{name: ..., part: option, ...}}; got {cases!r}")
    for name in ("grid", "twins"):
        if not isinstance(config[name], Mapping):
            raise ConfigError(f"{name} is a mapping of parts, for example {{hip_flexion: ...}}; got {config[name]!r}")
    for part in [*config["twins"], *config["fixed"]]:
        if part not in PARTS:
            raise ConfigError(unknown_name("part of a squat", str(part), PARTS))


@dataclass(frozen=True)
class Share:
    """Which shards one of several array jobs makes."""

    number: int  # from 1
    of: int

    @property
    def is_whole(self) -> bool:
        """Whether there is only one job."""
        return self.of == 1

    @property
    def name(self) -> str | None:
        """What the job is called among the others; nothing where there are none."""
        return None if self.is_whole else f"{self.number}of{self.of}"

    def has(self, shard: int) -> bool:
        """Whether a shard is this job's."""
        return shard % self.of == self.number - 1


def share_of(text: str | None) -> Share:
    """Read `shard=i/n`.

    Raises:
        ConfigError: it is not i/n with i from 1 to n.
    """
    if text is None:
        return Share(1, 1)
    found = re.fullmatch(r"(\d+)/(\d+)", str(text))
    if not found or not 1 <= int(found[1]) <= int(found[2]) <= 100_000:
        raise ConfigError(f"shard is i/n, the i-th of n array jobs from 1 on, for example shard=3/16; got {text!r}")
    return Share(int(found[1]), int(found[2]))


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
