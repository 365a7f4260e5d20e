"""Make a dataset: plan the trials, simulate and film them in worker processes, gather the shards."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.body.landmarks import NAMES
from sim.card import dataset_card
from sim.plan import PARTS, PlannedTrial, plan_trials
from sim.render.labels import CLASSES
from sim.shard import ShardJob, make_shard
from sim.workers import run_in_processes
from wink.config import load_option
from wink.dataset import Dataset, DatasetWriter, Shard
from wink.errors import DatasetError, SimulationError
from wink.progress import progress

#: Settings that say where and how fast, not what: they do not enter the spec.
_NOT_SPEC = ("paths", "name", "workers", "input", "experiment")


def generate_dataset(config: Mapping[str, Any], path: Path) -> Dataset:
    """Make the dataset a composed configuration describes, or finish it where an earlier run stopped.

    Args:
        config: the resolved configuration of `wink generate`.
        path: folder of the dataset.

    Raises:
        ConfigError: a case, part, option or setting does not exist.
        DatasetError: the folder holds another dataset.
        SimulationError: some trials failed; the others are kept.
    """
    trials = plan_trials(config)
    spec = dataset_spec(config, trials)
    writer = DatasetWriter(path, spec)
    done = writer.finished_shards()
    jobs = [job for job in plan_jobs(config, trials, writer) if job.name not in done]
    failures = _make(writer, jobs, total=len(trials), workers=config["workers"])
    if failures:
        listing = "\n  ".join(failures)
        raise SimulationError(f"{len(failures)} of {len(trials)} trials failed, the others are kept:\n  {listing}")
    return writer.finish(dataset_card(path.name, spec, trials, NAMES, CLASSES))


def dataset_spec(config: Mapping[str, Any], trials: Sequence[PlannedTrial]) -> dict[str, Any]:
    """Everything that determines the clips: settings, trials, and the version of the program."""
    settings = {key: value for key, value in config.items() if key not in (*_NOT_SPEC, *PARTS, "cases")}
    settings |= {"keypoints": list(NAMES), "mask_classes": list(CLASSES)}
    planned = [{"trial_id": t.trial_id, "seed": t.seed, "parts": t.parts} for t in trials]
    return {"program": f"winklab {version('winklab')}", "settings": settings, "trials": planned}


def plan_jobs(config: Mapping[str, Any], trials: Sequence[PlannedTrial], writer: DatasetWriter) -> list[ShardJob]:
    """One job a trial: the trial's clips are a shard, so its movement is simulated and posed once."""
    size = {"width": config["width"], "height": config["height"]}
    cameras = {view: {**load_option("camera", view), **size} for view in config["views"]}
    if not cameras:
        raise DatasetError("views is empty: a dataset needs at least one camera, for example views=[side]")
    return [
        ShardJob(
            name=f"{trial.index:05d}",
            folder=writer.path,
            spec_hash=writer.spec_hash,
            trial=trial,
            cameras=cameras,
            appearance=config["appearance"],
            fps=float(config["fps"]),
            split=config["split"],
            masks=config["masks"],
        )
        for trial in trials
    ]


def _make(writer: DatasetWriter, jobs: Sequence[ShardJob], total: int, workers: int | None) -> list[str]:
    """Run the jobs and record each finished shard; the reasons of those that failed."""
    failures = []
    if len(jobs) < total:
        print(f"{total - len(jobs)} of {total} trials are there already")
    results = run_in_processes(make_shard, jobs, workers or os.cpu_count() or 1)
    for job, result in _with_progress(results, len(jobs)):
        if isinstance(result, Shard):
            writer.add(result)
        else:
            failures.append(f"{job.trial.trial_id}: {type(result).__name__}: {result}")
    return failures


def _with_progress(
    results: Iterator[tuple[ShardJob, Shard | Exception]], total: int
) -> Iterator[tuple[ShardJob, Shard | Exception]]:
    return progress(results, "simulate and film", total=total, unit="trial") if total else iter(())
