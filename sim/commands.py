"""The verbs of `sim`: generate, render, validate, attribute and fit."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from wink.config import plain
from wink.errors import ConfigError

if TYPE_CHECKING:
    from sim.generate import Made


def generate(cfg: DictConfig) -> None:
    """Simulate, film and write a dataset, with its card and contact sheet; or say what it would be."""
    from sim.generate import generate_dataset
    from sim.settings import folder_name
    from wink.store import join

    config = plain(cfg)
    _refuse_unused_rate(config)
    config["fixed"] = [*config["fixed"], *_parts_set_by_name(config)]
    if config["clip"] is not None:
        _again(config)
        return
    place = join(cfg.paths.datasets, folder_name(_name(cfg)))
    if config["dry_run"]:
        from sim.estimate import estimate, forecast

        print(forecast(estimate(config), place))
        return
    _tell(generate_dataset(config, place))


def render(cfg: DictConfig) -> None:
    """Film measured people on our body, into a dataset."""
    from sim.overview import dataset_sheet
    from sim.real_motion.render import CARD, SOURCE, Refused, recordings_of, render_trials, spec_of
    from wink.dataset_writer import DatasetWriter
    from wink.progress import progress

    config = plain(cfg)
    files = recordings_of([Path(str(name)) for name in config["input"]])
    writer = DatasetWriter(Path(cfg.paths.datasets) / str(cfg.name), spec_of(config))
    made = list(progress(render_trials(files, config, writer), "film", total=len(files), unit="trial"))
    for result in sorted(made, key=lambda result: result.file.name):
        print(f"NOT READ: {result.reason}" if isinstance(result, Refused) else result)
    if not writer.finished_shards():
        raise ConfigError("no recording could be filmed")
    dataset = writer.finish(CARD.format(name=cfg.name, source=SOURCE))
    print(f"made {dataset.path}: {len(dataset.index)} clips; look at {dataset_sheet(dataset)}")


def _tell(made: Made) -> None:
    """Say what was made, and where to look."""
    from sim.overview import dataset_sheet, outcomes
    from wink.dataset import Dataset
    from wink.store import local_folder

    spent = ", ".join(f"{stage} {seconds:.0f}" for stage, seconds in made.seconds.items())
    if spent:
        print(f"CPU-seconds: {spent}")
    if made.quarantined:
        print(f"{len(made.quarantined)} trials were quarantined; `wink generate clip=ID` makes one alone:")
        for given_up in made.quarantined[:10]:
            print(f"  {given_up['clip_id']}  {given_up['trial_id']}: {given_up['reason']}")
    folder = local_folder(made.place)
    if not made.finished:
        print(f"{made.place}: this part is made; the last part gathers them, or the same command without shard=")
    elif folder is None:
        print(f"made {made.place}: {made.clips} clips of {made.trials} trials")
    else:
        dataset = Dataset(folder)
        sheet = dataset_sheet(dataset)
        print("trials: " + ", ".join(f"{count} {outcome}" for outcome, count in outcomes(dataset).most_common()))
        print(f"made {folder}: {made.clips} clips; look at {sheet} and {folder / 'README.md'}")


def _again(config: Mapping[str, Any]) -> None:
    """Make one clip of a dataset again, alone."""
    from sim.reproduce import reproduce_clip

    again = reproduce_clip(str(config["clip"]), config)
    print(again)


def _parts_set_by_name(config: Mapping[str, Any]) -> list[str]:
    """The parts that the command line sets beside a population: they are not drawn."""
    from sim.cases import PARTS

    if config["population"] is None:
        return []
    keys = _set_by_name()
    return [part for part in PARTS if part in keys and part not in config["fixed"]]


def _refuse_unused_rate(config: Mapping[str, Any]) -> None:
    """A frame rate on the command line that the way of filming would pass over is refused."""
    if "fps" in _set_by_name() and "fps" in config["filming"].get("settings", {}):
        raise ConfigError(
            f"fps={config['fps']:g} would change nothing: this way of filming draws the frame rate; "
            f"fix it with filming.settings.fps={config['fps']:g}, or choose filming=clean"
        )


def _set_by_name() -> set[str]:
    """What the command line sets, by its first name."""
    overrides = HydraConfig.get().overrides.task if HydraConfig.initialized() else []
    return {re.split(r"[.=]", override.lstrip("+~"))[0] for override in overrides}


def _name(cfg: DictConfig) -> str:
    """The dataset's name: the given one, or one for the settings that were changed; both in a multirun."""
    given = [str(cfg.name)] if cfg.name else []
    several = HydraConfig.initialized() and HydraConfig.get().mode == RunMode.MULTIRUN
    return "-".join([*given, *([_changed_settings()] if several or not given else [])]) or "squats"


def _changed_settings() -> str:
    """What the command line changed, as a folder name."""
    changed = HydraConfig.get().job.override_dirname if HydraConfig.initialized() else ""
    changed = changed.partition("_~")[0]  # what a mapping took the place of
    return re.sub(r"[^A-Za-z0-9_.,=-]+", "", changed)


def validate(cfg: DictConfig) -> None:
    """Run the simulator's checks and write the report."""
    from sim.settings import require_whole
    from sim.validate import QUICK_PEOPLE, ablation_table, base_parts, run_checks, summary, table, write_report
    from sim.validation.real_people import read_people

    config, folder = plain(cfg), Path(cfg.output)
    require_whole("people", config["people"], 1, 100_000)
    if config["workers"] is not None:
        require_whole("workers", config["workers"], 1, 10_000)
    real = read_people(Path(cfg.real)) if cfg.real else []
    people = min(cfg.people, QUICK_PEOPLE) if cfg.quick else cfg.people
    evidence, results = run_checks(
        base_parts(config), config["engine"], people, cfg.workers or os.cpu_count() or 1, folder
    )
    data, page = write_report(results, evidence, real, folder)
    print(table(results), ablation_table(evidence), sep="\n\n")
    print(f"{summary(results)}  {data}  {page}")


def attribute(cfg: DictConfig) -> None:
    """Share out a lifter's wink among its causes; write the terms and a picture of them."""
    from sim.attribution import attribute as share_out
    from sim.attribution_report import table, write_attribution
    from sim.cases import PARTS
    from wink.progress import progress

    settings = plain(cfg)
    if not isinstance(settings["styles"], bool):
        raise ConfigError(f"styles is {settings['styles']!r}; expected true or false")
    parts = {part: dict(settings[part]) for part in PARTS}
    found = share_out(
        parts,
        settings["causes"],
        settings["styles"],
        lambda plans, n, whose: progress(plans, f"plan: {whose}", total=n, unit="plan"),
    )
    data, picture = write_attribution(found, Path(cfg.output))
    print(table(found))
    print(f"{found.plans} plans  {data}  {picture}")


def fit(cfg: DictConfig) -> None:
    """Estimate the lifter who squats like a measured person."""
    from sim.checks import require_between
    from sim.fitting.fit import fit_person, table, write_fit
    from sim.settings import folder_name
    from sim.setup import GROUPS, setup_from
    from wink.marker_set import marker_set
    from wink.mocap import read_trial

    if not cfg.input:
        raise ConfigError("say which recordings: `wink fit squat.trc`")
    require_between(ConfigError, "error_deg", cfg.error_deg, (0.1, 30.0), "degrees")
    files = [Path(str(file)) for file in cfg.input]
    name = folder_name(str(cfg.name or re.sub(r"[^A-Za-z0-9_-]+", "_", files[0].stem)))
    config, names = plain(cfg), marker_set(cfg.markers) if cfg.markers else None
    setup, trials = setup_from(config), [read_trial(file, names) for file in files]
    found = fit_person(trials, setup, cfg.error_deg)
    parts = {part: config[part] for part in GROUPS}
    told, recipe, picture = write_fit(found, parts, [file.name for file in files], Path(cfg.output) / name, name)
    print(table(found))
    print(f"{found.plans} plans, {found.cpu_s:.0f} CPU-s; {told}  {picture}")
    print(f"simulate: wink generate --config-dir {recipe.parents[1]} experiment={name} name={name}")
