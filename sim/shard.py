"""One shard: a range of trials made one after the other, each kept as soon as it is whole, then closed together."""

from __future__ import annotations

import errno
import faulthandler
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.film import TrialClips, TrialPlace, make_clips
from sim.lot import camera_nodes, draw_shooting_for
from sim.plan import Plan, PlannedTrial
from sim.workers import tell_progress
from wink.dataset_writer import Shard, clip_id, record_shard
from wink.errors import WinkError
from wink.files import write_atomically, write_table
from wink.store import Store

#: A clip that fails is tried so many times in all, then quarantined.
ATTEMPTS = 3
#: Troubles of the disk are nothing to do with the clip: they stop the run.
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)


@dataclass(frozen=True)
class ShardJob:
    """All a worker needs to know to make one shard, in plain data."""

    place: str  # folder or URL of the dataset
    scratch: str  # where files are made: the dataset's folder if that is local
    spec: Mapping[str, Any]
    spec_hash: str
    number: int
    run: str  # which run asks: attempts of another do not count
    timeout_s: float | None = None  # of one trial; None = in no hurry
    suspect: bool = False  # a process died of this shard: note every attempt before it is made

    @property
    def name(self) -> str:
        """Name of the shard."""
        return f"{self.number:05d}"


@dataclass(frozen=True)
class ShardReport:
    """What became of a shard."""

    name: str
    trials: int
    clips: int
    quarantined: Sequence[Mapping[str, Any]] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)  # CPU time by stage, of the trials made now


def make_shard(job: ShardJob) -> ShardReport:
    """Make what is missing of a shard and close it; what an earlier process finished of it is kept."""
    plan = _plan(json.dumps(job.spec["settings"]))
    bench = Workbench(job, plan)
    seconds: dict[str, float] = {}
    for index in plan.shard(job.number):
        if not bench.has(index):
            made = _attempt(job, plan, bench, index)
            for stage, spent in made.seconds.items():
                seconds[stage] = seconds.get(stage, 0.0) + spent
        tell_progress(1)
    return bench.close(seconds)


@lru_cache(maxsize=1)
def _plan(settings: str) -> Plan:
    return Plan(json.loads(settings))


def _attempt(job: ShardJob, plan: Plan, bench: Workbench, index: int) -> TrialClips:
    """Make the clips of one trial, or quarantine them after the last attempt."""
    trial = plan.trial(index)
    place = bench.place(trial)
    reason = ""
    if job.suspect and bench.deaths(index) >= ATTEMPTS - 1:  # the death that made it suspect was not noted
        return bench.quarantine(trial, bench.cause_of_death(index))
    if job.suspect:
        bench.note_attempt(index)
    for _ in range(ATTEMPTS):
        try:
            with bench.limited(index):
                made = make_clips(job.spec["settings"], plan.splits, place)
        except Exception as error:
            if _is_disk_trouble(error):
                raise
            reason = f"{type(error).__name__}: {error}"
            continue
        bench.keep(index, made)
        return made
    return bench.quarantine(trial, reason)


class Workbench:
    """Where a shard is put together: finished trials lie in a folder of their own until the shard is closed."""

    def __init__(self, job: ShardJob, plan: Plan) -> None:
        """Clear away what a killed process left half-made, and take up what it had finished."""
        self._job, self._plan = job, plan
        self._store = Store(job.place)
        self._root = Path(job.scratch)
        self._parts = self._root / ".shards" / f"{job.name}.parts"
        for folder in (self._root / "videos" / job.name, self._root / "masks" / job.name, self._parts):
            folder.mkdir(parents=True, exist_ok=True)
            for pattern in (".*.part", ".*.tmp"):
                for leftover in folder.glob(pattern):
                    leftover.unlink()
        if self._store.has(f".shards/{job.name}.json"):
            self._reopen()

    def place(self, trial: PlannedTrial) -> TrialPlace:
        """Where the clips of a trial are made."""
        settings = self._job.spec["settings"]
        masks, depth_maps = settings["masks"], settings["depth_maps"]
        return TrialPlace(self._job.spec_hash, trial, self._root, self._job.name, masks, depth_maps)

    def has(self, index: int) -> bool:
        """Whether a trial is finished, its media files in place."""
        part = self._part(index)
        if not part.exists():
            return False
        rows = json.loads(part.read_text())["metadata"]
        return all(self._is_there(file) for row in rows for file in media(row))

    def keep(self, index: int, made: TrialClips) -> None:
        """Take a finished trial up; the last write is what makes it count."""
        write_table(self._part(index).with_suffix(".parquet"), made.frames)
        self._write(index, {"metadata": list(made.metadata), "repetitions": list(made.repetitions)})

    def quarantine(self, trial: PlannedTrial, reason: str) -> TrialClips:
        """Give a trial up for its reason."""
        given_up = {
            "trial_id": trial.trial_id,
            "index": trial.index,
            "clip_id": clip_id(self._job.spec_hash, trial.index, self._view(trial)),
            "reason": reason,
        }
        self._write(trial.index, {"metadata": [], "repetitions": [], "quarantined": [given_up]})
        return TrialClips([], [], pa.table({}))

    def _view(self, trial: PlannedTrial) -> str:
        """The view of the trial's first clip."""
        settings = self._job.spec["settings"]
        try:
            return next(iter(draw_shooting_for(settings, trial, trial.parts["lifter"]["sex"], self._plan.splits).shots))
        except WinkError:  # which is why it was given up
            return str(next(iter(camera_nodes(settings, trial.picture))))

    def close(self, seconds: Mapping[str, float]) -> ShardReport:
        """Put the finished trials together, send them where the dataset is, and record the shard."""
        indices = self._plan.shard(self._job.number)
        records = [json.loads(self._part(index).read_text()) for index in indices]
        metadata = [row for record in records for row in record["metadata"]]
        quarantined = [q for record in records for q in record.get("quarantined", ())]
        files = [self._part(index).with_suffix(".parquet") for index in indices]
        tables = [pq.read_table(file) for file in files if file.exists()]
        for row in metadata:
            for file in media(row):
                if (self._root / file).exists():
                    self._store.take(self._root / file, file)
        shard = Shard(
            self._job.name,
            metadata,
            [row for record in records for row in record["repetitions"]],
            pa.concat_tables(tables) if tables else None,
            quarantined,
        )
        record_shard(self._store, shard)
        self._clear()
        return ShardReport(self._job.name, len(records), len(metadata), quarantined, seconds)

    def note_attempt(self, index: int) -> None:
        """Note, where every process can read it, that a trial is about to be tried."""
        self._store.write(f"{self._attempts}/{index}-{self.deaths(index)}", "")

    def deaths(self, index: int) -> int:
        """How many processes of this run have tried a trial and not come back."""
        return sum(name.startswith(f"{index}-") for name in self._store.names(self._attempts))

    def cause_of_death(self, index: int) -> str:
        """What is known of why a trial's processes died."""
        trace = self._trace(index)
        if trace.exists() and trace.stat().st_size:
            lines = [line.strip() for line in trace.read_text().splitlines() if line.strip().startswith("File")]
            return f"took longer than {self._job.timeout_s:g} s, {ATTEMPTS} times; last in {'; '.join(lines[:3])}"
        return f"its process was killed, crashed or ran out of memory, {ATTEMPTS} times"

    def limited(self, index: int) -> _Deadline:
        """While inside, the process ends itself when the trial takes too long, whatever it is doing."""
        return _Deadline(self._trace(index), self._job.timeout_s)

    @property
    def _attempts(self) -> str:
        return f".shards/{self._job.name}.{self._job.run}"

    def _part(self, index: int) -> Path:
        return self._parts / f"{index:09d}.json"

    def _trace(self, index: int) -> Path:
        return self._parts / f"{index:09d}.{self._job.run}.trace"

    def _is_there(self, file: str) -> bool:
        return (self._root / file).is_file() or self._store.has(file)

    def _write(self, index: int, record: Mapping[str, Any]) -> None:
        write_atomically(self._part(index), json.dumps(record))

    def _reopen(self) -> None:
        """Take a closed shard apart again, but for what was given up."""
        record = json.loads(self._store.read(f".shards/{self._job.name}.json"))
        by_trial = {self._plan.trial(index).trial_id: index for index in self._plan.shard(self._job.number)}
        rows: dict[int, list[Mapping[str, Any]]] = {}
        for row in record["metadata"]:
            rows.setdefault(by_trial[row["trial_id"]], []).append(row)
        if not rows:
            return
        name = f"frames/{self._job.name}.parquet"
        frames = pq.read_table(self._store.fetch(name, self._parts / "frames.parquet"))
        for index, own in rows.items():
            ids = [row["clip_id"] for row in own]
            kept = [row for row in record["repetitions"] if row["clip_id"] in ids]
            of_trial = frames.filter(pa.compute.is_in(frames["clip_id"], pa.array(ids)))
            self.keep(index, TrialClips(own, kept, of_trial))

    def _clear(self) -> None:
        shutil.rmtree(self._parts)
        for name in self._store.names(self._attempts):
            self._store.remove(f"{self._attempts}/{name}")
        if self._store.folder is not None:
            shutil.rmtree(self._store.folder / self._attempts, ignore_errors=True)


class _Deadline:
    """A limit that holds even inside code that never returns to Python; where it was is written to a file."""

    def __init__(self, trace: Path, seconds: float | None) -> None:
        self._trace, self._seconds = trace, seconds

    def __enter__(self) -> None:
        if self._seconds is not None:
            self._file = self._trace.open("w")
            faulthandler.dump_traceback_later(self._seconds, exit=True, file=self._file)

    def __exit__(self, *_: object) -> None:
        if self._seconds is not None:
            faulthandler.cancel_dump_traceback_later()
            self._file.close()
            self._trace.unlink()


def media(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The media files of a row of `metadata.parquet`."""
    return tuple(row[column] for column in ("file_name", "mask_file") if row.get(column))


def _is_disk_trouble(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in _DISK:
            return True
        error = error.__cause__ or error.__context__
    return False
