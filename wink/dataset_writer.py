"""A dataset in the making: shards added one by one, resumed where it stopped. Format: `datasets/README.md`."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from omegaconf import OmegaConf

from wink.dataset import METADATA, SCHEMA_VERSION, Dataset
from wink.description import CHECKSUMS, describe
from wink.errors import DatasetError
from wink.onset import Repetition
from wink.repetition_table import REPETITIONS
from wink.store import Store
from wink.tables import write_table

#: Rows gathered before they are written on: memory does not grow with the dataset.
_BATCH = 20_000
#: Frame tables of a dataset at a URL that are fetched to tell the columns all of them have.
FRAME_TABLES_READ = 100


@dataclass(frozen=True)
class Shard:
    """The files of a few clips, complete and checked: the unit of resuming."""

    name: str
    metadata: Sequence[Mapping[str, Any]]  # rows of METADATA
    repetitions: Sequence[Mapping[str, Any]]  # rows of REPETITIONS
    frames: pa.Table | None  # a row a frame, with `clip_id` and `frame`
    quarantined: Sequence[Mapping[str, Any]] = field(default=())  # clips given up: ids, trial, reason


def worst_reversal_deg(repetitions: Sequence[Repetition]) -> float | None:
    """Pelvic reversal of the repetition that winks most [deg]; None without repetitions."""
    return max((r.pelvic_reversal_deg for r in repetitions), default=None)


class DatasetWriter:
    """A dataset in the making: shards are added one by one, each complete or not there at all.

    One process at a time writes a local dataset, or several that say they share it (`part`) and make different
    shards; the lock goes with the process. Elsewhere (a URL) nothing is locked: there the caller sees to one writer.
    """

    def __init__(self, place: str | Path, spec: Mapping[str, Any], part: str | None = None) -> None:
        """Begin a dataset, or go on with one that was interrupted.

        Args:
            place: folder or URL of the dataset; made if missing.
            spec: everything that determines the clips. A place that holds another spec is refused.
            part: name of the part this process makes, where several work on one dataset.

        Raises:
            DatasetError: the place holds a dataset of another spec, files that are no dataset, or is being written.
        """
        self.store = Store(place)
        self.spec_hash = spec_hash(spec)
        folder = self.store.folder
        if folder is not None and folder.exists() and not folder.is_dir():
            raise DatasetError(f"{folder} is a file; a dataset is a folder: choose another name=...")
        _check_same_spec(self.store, spec, self.spec_hash)
        self._locks = [] if folder is None else _locks(folder / ".shards", part)
        if folder is not None and part is None:
            _sweep(folder)
        if self._state().get("spec_hash") != self.spec_hash:
            self.store.write("config.yaml", OmegaConf.to_yaml(spec))
            self.store.write(
                "dataset.json", json.dumps({"schema_version": SCHEMA_VERSION, "spec_hash": self.spec_hash})
            )
        if folder is not None:
            for name in ("videos", "frames", "masks"):
                (folder / name).mkdir(exist_ok=True)

    @property
    def path(self) -> Path:
        """Folder of a local dataset."""
        assert self.store.folder is not None, f"{self.store.url} is not a folder of this machine"
        return self.store.folder

    def _state(self) -> dict[str, Any]:
        return dict(json.loads(self.store.read("dataset.json"))) if self.store.has("dataset.json") else {}

    def finished_shards(self) -> set[str]:
        """Names of the shards that are complete, the media files of a local one still in place."""
        names = (name.removesuffix(".json") for name in self.store.names(".shards", ".json"))
        return {name for name in names if self.store.folder is None or self._is_whole(name)}

    def _is_whole(self, name: str) -> bool:
        rows = self._record(name)["metadata"]
        return all(self.store.has(row[c]) for row in rows for c in ("file_name", "mask_file") if row.get(c))

    def _record(self, name: str) -> dict[str, Any]:
        return dict(json.loads(self.store.read(f".shards/{name}.json")))

    def has_shard(self, name: str) -> bool:
        """Whether there is a record of a shard, whole or not."""
        return self.store.has(f".shards/{name}.json")

    def shard(self, name: str) -> Shard:
        """A recorded shard, without its frames."""
        record = self._record(name)
        return Shard(name, record["metadata"], record["repetitions"], None, record.get("quarantined", ()))

    def forget(self, name: str) -> None:
        """Remove the record of a local dataset's shard, if there is one: its clips are no longer of the dataset."""
        (self.path / ".shards" / f"{name}.json").unlink(missing_ok=True)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Rows of the clips of all finished shards, as they will stand in `metadata.parquet`."""
        for name in sorted(self.finished_shards()):
            yield from self._record(name)["metadata"]

    def quarantined(self) -> Iterator[dict[str, Any]]:
        """Clips that were given up, with their shard, ids and reason."""
        for file in self.store.names(".shards", ".json"):
            name = file.removesuffix(".json")
            yield from ({"shard": name, **given_up} for given_up in self._record(name).get("quarantined", ()))

    def add(self, shard: Shard) -> None:
        """Record a shard whose media files are already in place; the last write is what makes it count."""
        record_shard(self.store, shard)

    def finish(self, card: str) -> Dataset:
        """Gather the shards of a local dataset, write the card, and open the result."""
        self.gather(card)
        return Dataset(self.path)

    def gather(self, card: str) -> int:
        """Write the card and `repetitions.parquet`, then `metadata.parquet`, from the shards; return how many clips."""
        names = sorted(self.finished_shards())
        self.store.write("README.md", card)
        count = 0
        for table, schema in (("repetitions", REPETITIONS), ("metadata", METADATA)):
            rows = (row for name in names for row in self._record(name)[table])
            count = _write_rows(self.store, f"{table}.parquet", schema, rows)
        if self.store.folder is not None:
            describe(self.store.folder, SCHEMA_VERSION)
        else:
            self._describe_elsewhere(names)
        return count

    def _describe_elsewhere(self, names: Sequence[str]) -> None:
        """Describe a dataset at a URL from its tables; of what is large only the hashes in the records are read."""
        with tempfile.TemporaryDirectory(prefix="wink-") as folder:
            scratch = Path(folder)
            frames = [f"frames/{file}" for file in self.store.names("frames", ".parquet")[:FRAME_TABLES_READ]]
            tables = ["metadata.parquet", "repetitions.parquet"]
            for file in ("README.md", "config.yaml", "dataset.json", *tables, *frames):
                self.store.fetch(file, scratch / file)
            describe(scratch, SCHEMA_VERSION, self.store.name, self._hashes(names))
            for file in ("README.md", "croissant.json", CHECKSUMS):
                self.store.take(scratch / file, file)

    def _hashes(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Frames, videos and masks of the shards with their hashes."""
        for name in names:
            record = self._record(name)
            yield from ((row["file_name"], row["sha256"]) for row in record["metadata"])
            yield from record.get("sha256", {}).items()


def record_shard(store: Store, shard: Shard) -> None:
    """Write a shard's frames and then its record, which makes it count; its media files are in place."""
    with tempfile.TemporaryDirectory() as folder:
        if shard.frames is not None:
            name = f"frames/{shard.name}.parquet"
            if store.folder is not None:
                (store.folder / "frames").mkdir(exist_ok=True)
                write_table(store.folder / name, shard.frames)
            else:
                pq.write_table(shard.frames, f"{folder}/frames")
                store.take(Path(folder, "frames"), name)
    record: dict[str, Any] = {"metadata": list(shard.metadata), "repetitions": list(shard.repetitions)}
    if store.folder is None:  # a local dataset is read when it is whole, one elsewhere would have to be fetched
        media = [str(row["mask_file"]) for row in shard.metadata if row.get("mask_file")]
        frames = [f"frames/{shard.name}.parquet"] if shard.frames is not None else []
        record["sha256"] = {file: store.sha256(file) for file in [*frames, *media]}
    if shard.quarantined:
        record["quarantined"] = list(shard.quarantined)
    store.write(f".shards/{shard.name}.json", json.dumps(record))


def _write_rows(store: Store, name: str, schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write a Parquet file from rows as they come; return how many."""
    count = 0
    with tempfile.TemporaryDirectory(prefix="wink-") as scratch:
        folder = store.folder or Path(scratch)
        temporary = folder / f".{name}.{os.getpid()}.tmp"
        with pq.ParquetWriter(temporary, schema) as writer:
            batch: list[Mapping[str, Any]] = []
            for row in rows:
                batch.append(row)
                count += 1
                if len(batch) == _BATCH:
                    writer.write_table(pa.Table.from_pylist(batch, schema=schema))
                    batch = []
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
        if store.folder is not None:
            temporary.replace(store.folder / name)
        else:
            store.take(temporary, name)
    return count


def spec_hash(spec: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits that change when anything that determines the clips does."""
    text = json.dumps(spec, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def clip_id(spec: str, index: int, view: str) -> str:
    """Opaque id of the clip of one trial (by spec hash and index) from one view."""
    return hashlib.sha256(f"{spec}/{index}/{view}".encode()).hexdigest()[:12]


def _check_same_spec(store: Store, spec: Mapping[str, Any], wanted: str) -> None:
    entries = store.names("")
    if not entries or entries == [".shards"]:  # a run that was stopped at its very beginning
        return
    if not store.has("dataset.json"):
        # the settings are written first: a run may have been stopped between the two
        if store.has("config.yaml") and set(entries) <= {".shards", "config.yaml"}:
            return
        raise DatasetError(f"{store.url} is no winklab dataset: it has no dataset.json")
    found = json.loads(store.read("dataset.json")).get("spec_hash")
    if found == wanted or not store.names(".shards", ".json"):
        return
    old = OmegaConf.to_container(OmegaConf.create(store.read("config.yaml").decode()))
    # in JSON a key that is a number is text, in YAML it is not
    was, now = (json.loads(json.dumps(each, default=str)) for each in (old, spec))
    changed = ", ".join(differences(was, now))
    raise DatasetError(
        f"{store.url} was made from another configuration (changed: {changed or 'nothing but order'}); "
        "choose another name=..., or remove the folder"
    )


def differences(old: Any, new: Any, at: str = "", most: int = 4) -> list[str]:
    """Where two specs differ, as dotted paths, the first few."""
    found: list[str] = []
    queue = deque([(old, new, at)])
    while queue and len(found) < most:
        a, b, where = queue.popleft()
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            queue.extend(
                (a.get(key), b.get(key), f"{where}.{key}".lstrip(".")) for key in [*a, *(k for k in b if k not in a)]
            )
        elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            queue.extend((x, y, f"{where}[{i}]") for i, (x, y) in enumerate(zip(a, b, strict=True)))
        elif a != b:
            found.append(where)
    return found


def _locks(folder: Path, part: str | None) -> list[int]:
    """Hold a dataset for as long as this process lives: alone, or one part of it beside others."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = _lock(folder / "lock", fcntl.LOCK_EX if part is None else fcntl.LOCK_SH)
    return [whole] if part is None else [whole, _lock(folder / f"lock-{part}", fcntl.LOCK_EX)]


def _lock(file: Path, kind: int) -> int:
    """Hold a file; another process that asks for it is refused."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.lockf(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise DatasetError(f"another process is writing {file.parents[1]}; wait for it, or stop it") from None
    return descriptor


def _sweep(path: Path) -> None:
    """Remove what a killed run left half-written; nothing whole has such a name."""
    for pattern in (".*.part", ".*.tmp"):
        for leftover in path.rglob(pattern):
            leftover.unlink(missing_ok=True)
