"""A dataset in the making: shards added one by one, resumed where it stopped. Format: `datasets/README.md`."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from omegaconf import OmegaConf

from wink.dataset import METADATA, SCHEMA_VERSION, Dataset, read_spec, read_state
from wink.description import describe
from wink.errors import DatasetError
from wink.files import write_atomically, write_table
from wink.onset import Repetition
from wink.repetition_table import REPETITIONS


@dataclass(frozen=True)
class Shard:
    """The files of a few clips, complete and checked: the unit of resuming."""

    name: str
    metadata: Sequence[Mapping[str, Any]]  # rows of METADATA
    repetitions: Sequence[Mapping[str, Any]]  # rows of REPETITIONS
    frames: pa.Table | None  # a row a frame, with `clip_id` and `frame`


def worst_reversal_deg(repetitions: Sequence[Repetition]) -> float | None:
    """Pelvic reversal of the repetition that winks most [deg]; None without repetitions."""
    return max((r.pelvic_reversal_deg for r in repetitions), default=None)


class DatasetWriter:
    """A dataset in the making: shards are added one by one, each complete or not there at all.

    One process at a time writes a dataset; the lock goes with the process.
    """

    def __init__(self, path: Path, spec: Mapping[str, Any]) -> None:
        """Begin a dataset, or go on with one that was interrupted.

        Args:
            path: folder of the dataset; made if missing.
            spec: everything that determines the clips. A folder made from another spec is refused.

        Raises:
            DatasetError: the folder holds a dataset of another spec, files that are no dataset, or is being written.
        """
        self.path = Path(path)
        self.spec_hash = spec_hash(spec)
        if self.path.exists() and not self.path.is_dir():
            raise DatasetError(f"{self.path} is a file; a dataset is a folder: choose another name=...")
        if self.path.exists() and any(self.path.iterdir()):
            _check_same_spec(self.path, spec, self.spec_hash)
        (self.path / ".shards").mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self.path / ".shards" / "lock")
        _sweep(self.path)
        state = {"schema_version": SCHEMA_VERSION, "spec_hash": self.spec_hash}
        write_atomically(self.path / "dataset.json", json.dumps(state))
        write_atomically(self.path / "config.yaml", OmegaConf.to_yaml(spec))
        for folder in ("videos", "frames", "masks"):
            (self.path / folder).mkdir(exist_ok=True)

    def finished_shards(self) -> set[str]:
        """Names of the shards that are complete, their media files still in place."""
        return {file.stem for file in (self.path / ".shards").glob("*.json") if self._is_whole(file)}

    def _is_whole(self, record: Path) -> bool:
        rows = json.loads(record.read_text())["metadata"]
        media = [row[column] for row in rows for column in ("file_name", "mask_file") if row.get(column)]
        return all((self.path / file).is_file() for file in media)

    def add(self, shard: Shard) -> None:
        """Record a shard whose media files are already in place; the last write is what makes it count."""
        if shard.frames is not None:
            write_table(self.path / "frames" / f"{shard.name}.parquet", shard.frames)
        record = {"metadata": list(shard.metadata), "repetitions": list(shard.repetitions)}
        write_atomically(self.path / ".shards" / f"{shard.name}.json", json.dumps(record))

    def finish(self, card: str) -> Dataset:
        """Gather the shards into `metadata.parquet` and `repetitions.parquet`, write the card, and open the result."""
        whole = self.finished_shards()
        files = sorted(file for file in (self.path / ".shards").glob("*.json") if file.stem in whole)
        records = [json.loads(file.read_text()) for file in files]
        metadata = [row for record in records for row in record["metadata"]]
        repetitions = [row for record in records for row in record["repetitions"]]
        write_atomically(self.path / "README.md", card)
        write_table(self.path / "repetitions.parquet", pa.Table.from_pylist(repetitions, schema=REPETITIONS))
        write_table(self.path / "metadata.parquet", pa.Table.from_pylist(metadata, schema=METADATA))
        describe(self.path, SCHEMA_VERSION)
        return Dataset(self.path)


def spec_hash(spec: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits that change when anything that determines the clips does."""
    text = json.dumps(spec, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def clip_id(spec: str, index: int, view: str) -> str:
    """Opaque id of the clip of one trial (by spec hash and index) from one view."""
    return hashlib.sha256(f"{spec}/{index}/{view}".encode()).hexdigest()[:12]


def _check_same_spec(path: Path, spec: Mapping[str, Any], wanted: str) -> None:
    if read_state(path).get("spec_hash") == wanted or not any((path / ".shards").glob("*.json")):
        return
    changed = ", ".join(differences(read_spec(path), json.loads(json.dumps(spec, default=str))))
    raise DatasetError(
        f"{path} was made from another configuration (changed: {changed or 'nothing but order'}); "
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


def _lock(file: Path) -> int:
    """Hold a file for as long as this process lives; another process that asks for it is refused."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise DatasetError(f"another process is writing {file.parents[1]}; wait for it, or stop it") from None
    return descriptor


def _sweep(path: Path) -> None:
    """Remove what a killed run left half-written; nothing whole has such a name."""
    for pattern in (".*.part", ".*.tmp"):
        for leftover in path.rglob(pattern):
            leftover.unlink(missing_ok=True)
