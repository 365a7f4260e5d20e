"""Configurations and plans of small datasets for tests."""

from __future__ import annotations

from functools import cache
from typing import Any

from hydra import compose, initialize_config_module

from sim.generate import dataset_spec
from sim.plan import Plan
from wink.config import plain

SMALL = ("width=160", "height=120", "views=[side]", "fps=10")


@cache
def _composed(overrides: tuple[str, ...]) -> dict[str, Any]:
    with initialize_config_module("configs", version_base="1.3"):
        return plain(compose("generate", list(overrides)))


def config_of(*overrides: str, **changes: Any) -> dict[str, Any]:
    """The configuration of `wink generate`, small, with overrides as on the command line and settings as given."""
    return {**_composed((*SMALL, *overrides)), **changes}


def plan_of(*overrides: str, **changes: Any) -> Plan:
    """The plan of such a configuration."""
    return Plan(dataset_spec(config_of(*overrides, **changes))["settings"])
