"""Make a dataset: plan the trials, simulate and film them in worker processes, gather the shards."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.body.landmarks import NAMES
from sim.card import dataset_card
from sim.plan import PARTS, PlannedTrial, plan_trials
from sim.render.gl import graphics
from sim.render.labels import CLASSES
from sim.render.shooting import draw_shooting, sized
from sim.settings import check_settings
from sim.setup import setup_from
from sim.shard import ShardJob, make_shard
from sim.workers import run_in_processes
from wink.config import build, load_option
from wink.dataset import Dataset
from wink.dataset_writer import DatasetWriter, Shard
from wink.errors import ConfigError, SimulationError
from wink.progress import progress

#: Settings that say where and how fast, not what: they do not enter the spec.
_NOT_SPEC = ("paths", "name", "workers", "input", "experiment")

_MANAGING = (
    "card.py",
    "commands.py",
    "generate.py",
    "overview.py",
    "plan.py",
    "settings.py",
    "validate.py",
    "workers.py",
)


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
    check_settings(config)
    trials = plan_trials(config)
    spec = dataset_spec(config, trials)
    check_parts(spec, trials)
    writer = DatasetWriter(path, spec)
    done = writer.finished_shards()
    jobs = [job for job in plan_jobs(spec, trials, writer) if job.name not in done]
    failures = _make(writer, jobs, total=len(trials), workers=config["workers"])
    if len(failures) == len(trials):
        raise SimulationError("every trial failed:\n  " + "\n  ".join(failures.values()))
    made = [trial for trial in trials if trial.trial_id not in failures]
    dataset = writer.finish(dataset_card(path.name, spec, made, NAMES, CLASSES))
    if failures:
        listing = "\n  ".join(failures.values())
        raise SimulationError(
            f"{len(failures)} of {len(trials)} trials failed and are not in {path}, which holds the others; the same "
            f"command tries them again:\n  {listing}"
        )
    return dataset


def dataset_spec(config: Mapping[str, Any], trials: Sequence[PlannedTrial]) -> dict[str, Any]:
    """Everything that determines the clips: settings, cameras, trials, and the program down to its sources."""
    settings = {key: value for key, value in config.items() if key not in (*_NOT_SPEC, *PARTS, "cases")}
    settings |= {"keypoints": list(NAMES), "mask_classes": list(CLASSES)}
    planned = [{"trial_id": t.trial_id, "seed": t.seed, "parts": t.parts} for t in trials]
    width, height = config["width"], config["height"]
    cameras = {view: sized(load_option("camera", view), width, height) for view in config["views"]}
    program = f"winklab {version('winklab')}, sources {sources_digest()}"
    return {"program": program, "settings": settings, "cameras": cameras, "trials": planned}


def sources_digest() -> str:
    """Twelve hexadecimal digits of the code and data that make pictures and truth: other code is another dataset."""
    digest = hashlib.sha256()
    sim, vocabulary = Path(str(files("sim"))), Path(str(files("wink")))
    makers = [f for f in sim.rglob("*") if f.suffix in (".py", ".glsl", ".npz") and not _only_manages(f, sim)]
    for file in sorted([*makers, *(vocabulary / name for name in ("angles.py", "onset.py", "trial.py", "clip.py"))]):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _only_manages(file: Path, sim: Path) -> bool:
    """Whether a file of `sim` changes nothing in a clip: how clips are planned, checked, listed and shown."""
    return file.parent.name in ("validation", "opensim", "fitting") or (file.parent == sim and file.name in _MANAGING)


def check_parts(spec: Mapping[str, Any], trials: Sequence[PlannedTrial]) -> None:
    """Build every lifter, camera and look once, and open what draws, so that nothing is begun that cannot end.

    Raises:
        ConfigError: a lifter that cannot exist, a camera or look that cannot be.
        RenderError: there is no OpenGL.
    """
    for trial in trials:
        try:
            setup_from(trial.parts)
        except ConfigError as error:
            raise type(error)(f"{trial.trial_id}: {error}") from None
    for trial in trials[:1]:
        draw_shooting(spec["settings"], spec["cameras"], trial.seed, "male")
    build(spec["settings"]["engine"])
    graphics()


def plan_jobs(spec: Mapping[str, Any], trials: Sequence[PlannedTrial], writer: DatasetWriter) -> list[ShardJob]:
    """One job a trial: the trial's clips are a shard, so its movement is simulated and posed once."""
    settings = spec["settings"]
    return [
        ShardJob(
            name=f"{trial.index:05d}",
            folder=writer.path,
            spec_hash=writer.spec_hash,
            trial=trial,
            cameras=spec["cameras"],
            engine=settings["engine"],
            looks={part: settings[part] for part in ("scene", "filming", "quality", "appearance")},
            split=settings["split"],
            masks=settings["masks"],
        )
        for trial in trials
    ]


def _make(writer: DatasetWriter, jobs: Sequence[ShardJob], total: int, workers: int | None) -> dict[str, str]:
    """Run the jobs and record each finished shard; the reasons of those that failed, by trial."""
    failures: dict[str, str] = {}
    if len(jobs) < total:
        print(f"{total - len(jobs)} of {total} trials are there already")
    if not jobs:
        return failures
    processes, views = workers or os.cpu_count() or 1, len(jobs[0].cameras)
    print(f"{len(jobs)} trials, {views} views each, on {processes} processes; a trial takes 10 to 60 s", flush=True)
    results = run_in_processes(make_shard, jobs, processes)
    for job, result in progress(results, "simulate and film", total=len(jobs), unit="trial"):
        if isinstance(result, Shard):
            writer.add(result)
        else:
            failures[job.trial.trial_id] = f"{job.trial.trial_id}: {type(result).__name__}: {result}"
    return failures
