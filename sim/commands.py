"""The verbs of `sim`: generate and validate."""

from __future__ import annotations

import os
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from wink.config import plain


def generate(cfg: DictConfig) -> None:
    """Simulate, film and write a dataset, with its card and contact sheet."""
    from sim.generate import generate_dataset
    from sim.overview import dataset_sheet

    path = Path(cfg.paths.datasets) / (cfg.name or _changed_settings() or "squats")
    dataset = generate_dataset(plain(cfg), path)
    sheet = dataset_sheet(dataset)
    print(f"made {dataset.path}: {len(dataset.clips())} clips; look at {sheet} and {dataset.path / 'README.md'}")


def _changed_settings() -> str:
    """What the command line changed, as a folder name: each dataset of a multirun gets its own."""
    return HydraConfig.get().job.override_dirname if HydraConfig.initialized() else ""


def validate(cfg: DictConfig) -> None:
    """Run the simulator's checks and write the report."""
    from sim.validate import base_parts, run_checks, summary, table, write_report

    results = run_checks(base_parts(plain(cfg)), cfg.people, cfg.workers or os.cpu_count() or 1)
    data, page = write_report(results, Path(cfg.output))
    print(table(results))
    print(f"{summary(results)}  {data}  {page}")
