"""Where a shard is put together: finished trials lie in a folder of their own until the shard is closed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.deadline import Deadline
from sim.film import TrialClips, TrialPlace
from sim.lot import camera_nodes, draw_shooting_for
from sim.plan import Plan, PlannedTrial
from sim.shard_job import ATTEMPTS, ShardJob, ShardReport
from wink.dataset_writer import Shard, clip_id, record_shard
from wink.errors import WinkError
from wink.files import write_atomically
from wink.store import Store
from wink.tables import read_passing, write_passing


class Workbench:
    """The finished trials of one shard in the making."""

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
        kept = self._frames(index).is_file() or not rows  # a run of an earlier program kept them in another format
        return kept and all(self._is_there(file) for row in rows for file in media(row))

    def keep(self, index: int, made: TrialClips) -> None:
        """Take a finished trial up; the last write is what makes it count."""
        write_passing(self._frames(index), made.frames)
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
        tables = [read_passing(file) for file in map(self._frames, indices) if file.exists()]
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

    def limited(self, index: int) -> Deadline:
        """While inside, the process ends itself when the trial takes too long, whatever it is doing."""
        return Deadline(self._trace(index), self._job.timeout_s)

    @property
    def _attempts(self) -> str:
        return f".shards/{self._job.name}.{self._job.run}"

    def _part(self, index: int) -> Path:
        return self._parts / f"{index:09d}.json"

    def _frames(self, index: int) -> Path:
        return self._part(index).with_suffix(".arrow")

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


def media(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The media files of a row of `metadata.parquet`."""
    return tuple(row[column] for column in ("file_name", "mask_file") if row.get(column))
