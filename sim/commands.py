"""The verbs of `sim`: generate and validate."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from wink.config import plain


def generate(cfg: DictConfig) -> None:
    """Simulate, film and write a dataset, with its card and contact sheet."""
    from sim.generate import generate_dataset
    from sim.overview import dataset_sheet
    from sim.settings import folder_name

    path = Path(cfg.paths.datasets) / folder_name(_name(cfg))
    dataset = generate_dataset(plain(cfg), path)
    sheet = dataset_sheet(dataset)
    outcomes = Counter({row["trial_id"]: row["outcome"] for row in dataset.metadata()}.values())
    print("trials: " + ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common()))
    print(f"made {dataset.path}: {len(dataset.clips())} clips; look at {sheet} and {dataset.path / 'README.md'}")


def _name(cfg: DictConfig) -> str:
    """The dataset's name: the given one, or one for the settings that were changed; both in a multirun."""
    given = [str(cfg.name)] if cfg.name else []
    several = HydraConfig.initialized() and HydraConfig.get().mode == RunMode.MULTIRUN
    return "-".join([*given, *([_changed_settings()] if several or not given else [])]) or "squats"


def _changed_settings() -> str:
    """What the command line changed, as a folder name."""
    changed = HydraConfig.get().job.override_dirname if HydraConfig.initialized() else ""
    return re.sub(r"[^A-Za-z0-9_.,=-]+", "", changed)


def validate(cfg: DictConfig) -> None:
    """Run the simulator's checks and write the report."""
    from sim.validate import base_parts, run_checks, summary, table, write_report

    config = plain(cfg)
    results = run_checks(base_parts(config), config["engine"], cfg.people, cfg.workers or os.cpu_count() or 1)
    data, page = write_report(results, Path(cfg.output))
    print(table(results))
    print(f"{summary(results)}  {data}  {page}")
