"""Make a dataset: plan the trials, simulate and film them in worker processes, gather the shards."""

from __future__ import annotations

import hashlib
import os
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.body.landmarks import NAMES
from sim.card import dataset_card
from sim.cases import PARTS, options_named
from sim.causes import USUAL_CAUSES
from sim.lot import try_look
from sim.plan import Plan, cases_of, resolved
from sim.render.clip import renderer
from sim.render.gl import INSTALL
from sim.render.labels import CLASSES
from sim.settings import Share, check_settings, share_of
from sim.shard import make_shard
from sim.shard_job import ATTEMPTS, ShardJob, ShardReport
from sim.splits import check_paths
from sim.workers import PROGRESS, WorkerDiedError, live_page_of, local_cluster, run_jobs, scheduler_at
from wink.config import build, load_option
from wink.dataset_writer import DatasetWriter
from wink.errors import ConfigError, SimulationError
from wink.progress import Progress, counted

#: The settings that say what a dataset is; the others say where it goes and how fast it is made.
SPEC = (
    *("seed", "n", "cases", "grid", "population", "fixed", "twins", "split", "holdout"),
    *("engine", "views", "cameras", "scene", "filming", "quality", "appearance", "fps", "width", "height"),
    *("masks", "depth_maps", "neutral_depth", "attribution"),
)
NO_OPENGL = (
    "warning: pictures are drawn without OpenGL: plain colours, no textures, jagged edges, several times slower; "
    f"labels are the same. For better ones: {INSTALL}, and quality.renderer=auto"
)
#: Cases and lifters that are built before work starts, to find what cannot be.
CHECKED = 200

#: Files of `sim` that change nothing in a clip: how clips are managed, checked, listed and shown.
_MANAGING = (
    *("card.py", "commands.py", "deadline.py", "estimate.py", "generate.py", "overview.py", "reproduce.py"),
    *("settings.py", "shard.py", "shard_job.py", "validate.py", "workbench.py", "workers.py"),
)


@dataclass(frozen=True)
class Made:
    """What a run of `generate_dataset` did."""

    place: str
    trials: int
    clips: int
    quarantined: tuple[Mapping[str, Any], ...]
    finished: bool  # every shard is there, and the dataset can be read
    seconds: Mapping[str, float]  # CPU time by stage, of what this run made


def generate_dataset(
    config: Mapping[str, Any], place: str | Path, work: Callable[[ShardJob], ShardReport] = make_shard
) -> Made:
    """Make the dataset a composed configuration describes, or finish it where an earlier run stopped.

    Args:
        config: the resolved configuration of `wink generate`.
        place: folder or URL of the dataset.
        work: what makes a shard.

    Raises:
        ConfigError: a case, part, option or setting does not exist.
        DatasetError: the place holds another dataset.
        SimulationError: more trials were quarantined than the configuration allows.
    """
    check_settings(config)
    spec = dataset_spec(config)
    plan = Plan(spec["settings"])
    check_plan(plan, spec["settings"])
    if spec["settings"]["quality"]["renderer"] == "software":
        print(NO_OPENGL, file=sys.stderr)
    if str(place).startswith("memory://"):
        raise ConfigError("memory:// is a different memory in every process; name a folder, or a URL all of them reach")
    share = share_of(config["shard"])
    writer = DatasetWriter(place, spec, part=share.name)
    run = _Run(config, spec, plan, writer, share, work)
    run.make()
    return run.finish()


def dataset_spec(config: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that determines the clips: settings, the options they name, and the program down to its sources."""
    settings = {key: config[key] for key in SPEC}
    settings["quality"] = {**config["quality"], "renderer": renderer(build(config["quality"]))}
    settings["parts"] = {part: dict(config[part]) for part in PARTS}
    causes = {name: load_option("cause", name) for name in USUAL_CAUSES} if config["attribution"] else {}
    lifted = [config["twins"], *(cause["lifted"] for cause in causes.values())]
    settings["options"] = options_named(cases_of(config), lifted, config["views"])
    if causes:
        settings["options"]["cause"] = causes
    settings |= {"keypoints": list(NAMES), "mask_classes": list(CLASSES)}
    return {"program": f"winklab {version('winklab')}, sources {sources_digest()}", "settings": settings}


#: The vocabulary's files that decide what is true of a clip.
_TRUTH = ("angles", "causes", "clip", "onset", "phase", "repetition_table", "simulated", "spine", "trial")


def sources_digest() -> str:
    """Twelve hexadecimal digits of the code and data that make pictures and truth: other code is another dataset."""
    digest = hashlib.sha256()
    sim, vocabulary = Path(str(files("sim"))), Path(str(files("wink")))
    makers = [f for f in sim.rglob("*") if f.suffix in (".py", ".glsl", ".npz") and not _only_manages(f, sim)]
    for file in sorted([*makers, *(vocabulary / f"{name}.py" for name in _TRUTH)]):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _only_manages(file: Path, sim: Path) -> bool:
    """Whether a file of `sim` changes nothing in a clip."""
    return file.parent.name in ("validation", "opensim", "fitting", "real_motion") or (
        file.parent == sim and file.name in _MANAGING
    )


def check_plan(plan: Plan, settings: Mapping[str, Any]) -> None:
    """Build a lifter of every case (of the first of them), its cameras and look, so that nothing is begun in vain.

    Raises:
        ConfigError: a lifter that cannot exist, a camera or look that cannot be, a factor held out that no clip has.
    """
    for number in range(min(len(plan.cases), CHECKED)):
        for trial in plan.family(number, 0):
            try:
                factors = resolved(trial.parts)
            except ConfigError as error:
                raise type(error)(f"{trial.trial_id}: {error}") from None
            if number == 0 or trial.picture:
                look = try_look(settings, trial)
    build(settings["engine"])
    places = {path: values for path, values in plan.splits.holdout.items() if not path.startswith("scene.")}
    check_paths(places, {"case": "", **factors, **look})  # every scene has factors of its own


@dataclass
class _Run:
    """One run of the program over one dataset, or over its share of it."""

    config: Mapping[str, Any]
    spec: Mapping[str, Any]
    plan: Plan
    writer: DatasetWriter
    share: Share
    work: Callable[[ShardJob], ShardReport]

    def __post_init__(self) -> None:
        self.name = uuid.uuid4().hex[:12]
        self.seconds: dict[str, float] = {}
        self.deaths: dict[int, int] = {}
        self.made = 0

    def make(self) -> None:
        """Make the shards that are not there, in worker processes."""
        done = {int(name) for name in self.writer.finished_shards()}
        if self.config["retry"]:
            done -= {int(given_up["shard"]) for given_up in self.writer.quarantined()}
        mine = [number for number in range(self.plan.n_shards) if self.share.has(number)]
        missing = [number for number in mine if number not in done]
        trials = sum(len(self.plan.shard(number)) for number in missing)
        total = sum(len(self.plan.shard(number)) for number in mine)
        if trials < total:
            print(f"{total - trials} of {total} trials are there already")
        if not missing:
            return
        with self._client() as client:
            self._say_where(client, trials)
            with counted("simulate and film", total=trials, unit="trial") as bar:
                client.subscribe_topic(PROGRESS, lambda event: bar.add(event[1]))
                self._run(client, missing, bar)

    def _run(self, client: Any, missing: list[int], bar: Progress) -> None:
        for job, result in run_jobs(client, self.work, self._jobs(missing), self._again):
            if not isinstance(result, ShardReport):
                raise result
            self.made += result.trials
            bar.reach(self.made)
            for stage, spent in result.seconds.items():
                self.seconds[stage] = self.seconds.get(stage, 0.0) + spent
            for given_up in result.quarantined:
                bar.say(f"quarantined {given_up['trial_id']} of shard {job.name}: {given_up['reason']}")

    def _jobs(self, numbers: list[int]) -> Iterator[ShardJob]:
        """One job a shard."""
        folder = self.writer.store.folder
        here = Path(self.config["paths"]["cache"]) / "generate" / self.writer.spec_hash
        place = str(folder.resolve()) if folder else self.writer.store.url
        for number in numbers:
            yield ShardJob(
                place=place,
                scratch=place if folder else str(here.resolve()),
                spec=self.spec,
                spec_hash=self.writer.spec_hash,
                number=number,
                run=self.name,
                timeout_s=self.config["timeout_s"],
            )

    def _again(self, job: ShardJob, error: Exception) -> ShardJob | None:
        """A shard whose process died is begun again, each attempt at a clip noted from then on."""
        deaths = self.deaths[job.number] = self.deaths.get(job.number, 0) + 1
        most = ATTEMPTS * len(self.plan.shard(job.number)) + ATTEMPTS
        if not isinstance(error, WorkerDiedError) or deaths > most:
            return None
        return replace(job, suspect=True)

    def _client(self) -> AbstractContextManager[Any]:
        cluster = self.config["cluster"]
        if cluster["address"]:
            return scheduler_at(cluster["address"])
        return local_cluster(self.config["workers"] or os.cpu_count() or 1, cluster["live_page"])

    def _say_where(self, client: Any, trials: int) -> None:
        address = self.config["cluster"]["address"]
        where = f"workers of {address}" if address else "processes"
        print(f"{trials} trials on {len(client.nthreads())} {where}", flush=True)
        page = live_page_of(client) if self.config["cluster"]["live_page"] else None
        if page:
            print(f"live page: {page}", flush=True)

    def finish(self) -> Made:
        """Gather the shards, if all are there, and judge how many clips were given up."""
        place, quarantined = self.writer.store.url, tuple(self.writer.quarantined())
        there = len(self.writer.finished_shards())
        finished = there == self.plan.n_shards  # of array jobs, the last one gathers; two at once write the same
        trials = self.plan.n_trials - len(quarantined)
        if trials == 0:
            raise SimulationError("every trial failed:\n  " + "\n  ".join(str(q["reason"]) for q in quarantined[:20]))
        clips = 0
        if finished:
            clips = self.writer.gather(dataset_card(self.writer.store.name, self.spec, self.plan, NAMES, CLASSES))
        if len(quarantined) > self.config["most_quarantined"] * self.plan.n_trials:
            listing = "\n  ".join(f"{q['trial_id']} (clip {q['clip_id']}): {q['reason']}" for q in quarantined[:20])
            raise SimulationError(
                f"{len(quarantined)} of {self.plan.n_trials} trials were quarantined and are not in {place}, which "
                f"holds the others; `wink generate clip=ID` makes one alone, retry=true tries them again:\n  {listing}"
            )
        return Made(place, trials, clips, quarantined, finished, self.seconds)
