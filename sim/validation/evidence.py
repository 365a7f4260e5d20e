"""The simulations the checks are measured on: which there are, running them, and keeping what is done.

Each finished one is kept beside the report under a digest of the simulator's sources and of what was asked, so an
interrupted run goes on where it was and none that another simulator made is ever used.
"""

from __future__ import annotations

import hashlib
import pickle
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sim.cases import Parts
from sim.depth import Depth
from sim.person import bones_alone
from sim.population import Population, sample_lifter
from sim.setup import SquatSetup
from sim.squat import simulate_squat
from sim.validation.check import Evidence
from sim.validation.people import Person, describe_person
from sim.validation.trials import Changes, setup_of
from sim.workers import run_in_processes
from wink.config import build
from wink.onset import find_repetitions
from wink.progress import progress
from wink.trial import SquatTrial

SEED = 0
#: Of the sampled people so many also do so many repetitions, for how these differ.
REPEATING_PEOPLE, REPETITIONS = 8, 4
#: Men whose hips do not impinge, drawn for what their bones alone do; all squat past parallel.
NORMAL_MEN, NORMAL_DEPTH_DEG = Population(women=0.0, impinging=0.0), 95.0
Group = Literal["trials", "people", "normal men"]


@dataclass(frozen=True)
class Job:
    """One simulation: a trial of the checks, a sampled person, or that person's several repetitions."""

    group: Group
    name: str  # of the trial, or the person's number
    base: Parts
    changes: Changes  # of a trial
    repetitions: int
    engine: Mapping[str, Any]


@dataclass(frozen=True)
class Simulated:
    """A trial of the checks and the setup it is of."""

    setup: SquatSetup
    trial: SquatTrial


Repeated = tuple[float, ...]  # the winks of a person's repetitions [deg]
Made = Simulated | Person | Repeated


def jobs_of(base: Parts, engine: Mapping[str, Any], trials: Mapping[str, Changes], people: int) -> list[Job]:
    """Everything to simulate, people last; as many normal men as people."""

    def of(group: Group, number: int, repetitions: int = 1) -> Job:
        return Job(group, str(number), base, {}, repetitions, engine)

    jobs = [Job("trials", name, base, changes, 1, engine) for name, changes in trials.items()]
    jobs += [of("people", number) for number in range(people)]
    jobs += [of("people", number, REPETITIONS) for number in range(min(people // 4, REPEATING_PEOPLE))]
    return jobs + [of("normal men", number) for number in range(people)]


def gather(jobs: Sequence[Job], folder: Path, workers: int) -> Evidence:
    """Simulate what is not kept in a folder already, and put it all together; the folder is gone in the end.

    Raises:
        SimulationError: a trial could not be simulated at all.
    """
    kept = _Kept(folder, jobs)
    waiting = [number for number in range(len(jobs)) if not kept.has(number)]
    if len(waiting) < len(jobs):
        print(f"{len(jobs) - len(waiting)} of {len(jobs)} simulations are kept from an interrupted run in {folder}")
    done = run_in_processes(simulate, (jobs[number] for number in waiting), workers)
    for job, result in progress(done, "simulate", total=len(waiting), unit="squat"):
        if not isinstance(result, Exception):
            kept.keep(jobs.index(job), result)
        elif job.group == "trials":
            raise result
        else:
            print(f"sampled lifter {job.name} of {job.group} is left out: {result}")
    evidence = _together(jobs, dict(kept.read()))
    kept.remove()
    return evidence


class _Kept:
    """Finished simulations on disk, by what they are of and by the sources that made them."""

    def __init__(self, folder: Path, jobs: Sequence[Job]) -> None:
        self._folder = folder
        sources = source_digest()
        self._files = [folder / f"{_digest(sources, repr(job).encode())}.pickle" for job in jobs]

    def has(self, number: int) -> bool:
        return self._files[number].exists()

    def keep(self, number: int, made: Made) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = self._files[number].with_suffix(".part")
        temporary.write_bytes(pickle.dumps(made))
        temporary.replace(self._files[number])

    def read(self) -> Iterator[tuple[int, Made]]:
        for number, file in enumerate(self._files):
            if file.exists():
                yield number, pickle.loads(file.read_bytes())

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def source_digest() -> bytes:
    """Digest of every source file of `sim` and `wink`: a simulator that was changed has another."""
    root = Path(__file__).parents[2]
    files = sorted(file for part in ("sim", "wink") for file in (root / part).rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).digest()


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:24]


def _together(jobs: Sequence[Job], made: Mapping[int, Made]) -> Evidence:
    trials: dict[str, SquatTrial] = {}
    setups: dict[str, SquatSetup] = {}
    people: dict[str, Person] = {}
    winks: dict[str, Repeated] = {}
    normal_men: list[Person] = []
    for number, result in made.items():
        name = jobs[number].name
        if isinstance(result, Simulated):
            trials[name], setups[name] = result.trial, result.setup
        elif not isinstance(result, Person):
            winks[name] = result
        elif jobs[number].group == "people":
            people[name] = result
        else:
            normal_men.append(result)
    described = [replace(person, repetition_wink_deg=winks.get(name, ())) for name, person in people.items()]
    return Evidence(trials, setups, described, normal_men)


def seed_of(job: Job) -> int:
    """Each person's set has a seed of its own: with one for all, everybody's repetitions would differ alike."""
    return SEED if job.repetitions == 1 else SEED + int(job.name)


def simulate(job: Job) -> Made:
    """Do one job."""
    make_engine = build(job.engine)
    if job.group == "trials":
        setup = setup_of(job.base, job.changes)
        return Simulated(setup, simulate_squat(setup, SEED, make_engine))
    person = normal_man(job.name) if job.group == "normal men" else _person(job.name)
    person = replace(person, tempo=replace(person.tempo, repetitions=job.repetitions))
    trial = simulate_squat(person, seed_of(job), make_engine)
    if job.repetitions == 1:
        return describe_person(person, trial)
    return tuple(repetition.pelvic_reversal_deg for repetition in find_repetitions(trial))


def _person(number: str) -> SquatSetup:
    return sample_lifter(np.random.default_rng([SEED, int(number)]), f"person {number}")


def normal_man(number: str) -> SquatSetup:
    """A man who differs from others as men do, with bones that go with nothing else of him."""
    rng = np.random.default_rng([SEED, 22, int(number)])
    man = NORMAL_MEN.draw(rng, f"man {number}")
    return replace(man, hip_bone=bones_alone(rng, "male"), depth=Depth(NORMAL_DEPTH_DEG))
