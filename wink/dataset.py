"""The dataset folder: the only interface between the stages. Format: `datasets/README.md`."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from omegaconf import OmegaConf

from wink.clip import Clip, frame_at
from wink.errors import DatasetError, unknown_name
from wink.onset import DEFINITIONS, Repetition, Wink

SCHEMA_VERSION = "1.0"

METADATA = pa.schema(
    [
        pa.field("file_name", pa.string(), nullable=False),  # videos/<shard>/<clip_id>.mp4
        pa.field("clip_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("subject_id", pa.string(), nullable=False),
        pa.field("split", pa.string(), nullable=False),
        pa.field("view", pa.string(), nullable=False),
        pa.field("fps", pa.float64(), nullable=False),
        pa.field("n_frames", pa.int64(), nullable=False),
        pa.field("width", pa.int64(), nullable=False),
        pa.field("height", pa.int64(), nullable=False),
        pa.field("trial_id", pa.string()),  # clips of one trial show the same movement
        pa.field("counterfactual_of", pa.string()),  # trial_id of the twin whose limit was lifted
        pa.field("outcome", pa.string()),
        pa.field("n_repetitions", pa.int64()),  # null = unknown
        pa.field("max_pelvic_reversal_deg", pa.float64()),  # of the repetition that winks most; null = unknown
        pa.field("load_kg", pa.float64()),
        pa.field("mask_file", pa.string()),  # masks/<shard>/<clip_id>.npz, key `labels` (n_frames, height, width) uint8
        pa.field("license", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),  # of the video
        pa.field("factors", pa.string(), nullable=False),  # JSON: every other factor drawn for the clip
    ]
)

REPETITIONS = pa.schema(
    [
        pa.field("clip_id", pa.string(), nullable=False),
        pa.field("rep", pa.int64(), nullable=False),
        *(
            pa.field(name, pa.float64(), nullable=False)
            for name in (
                "start_s",
                "bottom_s",
                "end_s",
                "max_thigh_inclination_deg",
                "pelvic_reversal_deg",
                "lumbar_flexion_gained_deg",
            )
        ),
        *(
            pa.field(f"{definition}_{part}", kind)
            for definition in DEFINITIONS
            for part, kind in (
                ("onset_s", pa.float64()),
                ("onset_frame", pa.int64()),
                ("thigh_inclination_at_onset_deg", pa.float64()),
                ("percent_descent", pa.float64()),
                ("hip_flexion_at_onset_deg", pa.float64()),
                ("magnitude_deg", pa.float64()),
                ("relation_to_parallel", pa.string()),
            )
        ),
    ]
)

_WINK_PARTS = tuple(Wink.__dataclass_fields__)[1:]


@dataclass(frozen=True)
class Shard:
    """The files of a few clips, complete and checked: the unit of resuming."""

    name: str
    metadata: Sequence[Mapping[str, Any]]  # rows of METADATA
    repetitions: Sequence[Mapping[str, Any]]  # rows of REPETITIONS
    frames: pa.Table | None  # a row a frame, with `clip_id` and `frame`


def repetition_rows(clip_id: str, repetitions: Iterable[Repetition], fps: float) -> list[dict[str, Any]]:
    """Rows of `repetitions.parquet` for the repetitions of a clip."""
    rows = []
    for repetition in repetitions:
        row: dict[str, Any] = {k: v for k, v in asdict(repetition).items() if k != "winks"}
        row["clip_id"] = clip_id
        for wink in repetition.winks:
            row |= {f"{wink.definition}_{part}": getattr(wink, part) for part in _WINK_PARTS}
            row[f"{wink.definition}_onset_frame"] = frame_at(wink.onset_s, fps)
        rows.append(row)
    return rows


def _repetition(row: Mapping[str, Any]) -> Repetition:
    winks = tuple(
        Wink(definition=d, **{part: row[f"{d}_{part}"] for part in _WINK_PARTS})
        for d in DEFINITIONS
        if row[f"{d}_onset_s"] is not None
    )
    plain = [name for name in Repetition.__dataclass_fields__ if name != "winks"]
    return Repetition(**{name: row[name] for name in plain}, winks=winks)


class Dataset:
    """A finished dataset, for reading."""

    def __init__(self, path: Path) -> None:
        """Open a dataset folder.

        Raises:
            DatasetError: the folder is missing, unfinished, or of another schema version.
        """
        self.path = Path(path)
        if not self.path.is_dir():
            raise DatasetError(f"there is no dataset at {self.path}; make one with `wink generate` or `wink import`")
        state = _read_state(self.path)
        if not (self.path / "metadata.parquet").exists():
            raise DatasetError(f"{self.path} is unfinished; run the command that was making it again to go on")
        if state.get("schema_version") != SCHEMA_VERSION:
            found = state.get("schema_version")
            raise DatasetError(f"{self.path} has schema version {found}, this program reads {SCHEMA_VERSION}")

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.path.name

    @property
    def spec(self) -> dict[str, Any]:
        """Everything that determined the clips, as the writer was given it."""
        return _read_spec(self.path)

    def metadata(self) -> list[dict[str, Any]]:
        """A row a clip, as in `metadata.parquet`."""
        return list(pq.read_table(self.path / "metadata.parquet").to_pylist())

    def clips(self) -> tuple[Clip, ...]:
        """Every clip with its truth, in the order of `metadata.parquet`."""
        truth: dict[str, list[Repetition]] = {}
        for row in pq.read_table(self.path / "repetitions.parquet").to_pylist():
            truth.setdefault(row["clip_id"], []).append(_repetition(row))
        return tuple(_clip(self.path, row, truth) for row in self.metadata())

    def clip(self, clip_id: str) -> Clip:
        """One clip by its id.

        Raises:
            DatasetError: there is no such clip.
        """
        clips = {clip.clip_id: clip for clip in self.clips()}
        if clip_id not in clips:
            raise DatasetError(unknown_name(f"clip of {self.name}", clip_id, clips))
        return clips[clip_id]

    def frames(self, clip_id: str) -> pa.Table:
        """Truth of a synthetic clip, a row a frame; empty for a real clip."""
        shard = next((Path(row["file_name"]).parts[1] for row in self.metadata() if row["clip_id"] == clip_id), "")
        file = self.path / "frames" / f"{shard}.parquet"
        if not file.exists():
            return pa.table({"clip_id": pa.array([], pa.string())})
        return pq.read_table(file, filters=[("clip_id", "=", clip_id)])


def _clip(path: Path, row: Mapping[str, Any], truth: Mapping[str, list[Repetition]]) -> Clip:
    plain = ("clip_id", "fps", "n_frames", "width", "height", "source", "subject_id", "split", "view")
    known = row["n_repetitions"] is not None
    return Clip(
        **{name: row[name] for name in plain},
        video=path / row["file_name"],
        repetitions=tuple(truth.get(row["clip_id"], ())) if known else None,
    )


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
        return Dataset(self.path)


def spec_hash(spec: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits that change when anything that determines the clips does."""
    text = json.dumps(spec, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def clip_id(spec: str, index: int, view: str) -> str:
    """Opaque id of the clip of one trial (by spec hash and index) from one view."""
    return hashlib.sha256(f"{spec}/{index}/{view}".encode()).hexdigest()[:12]


def worst_reversal_deg(repetitions: Sequence[Repetition]) -> float | None:
    """Pelvic reversal of the repetition that winks most [deg]; None without repetitions."""
    return max((r.pelvic_reversal_deg for r in repetitions), default=None)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that it is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text)
    temporary.replace(path)


def write_table(path: Path, table: pa.Table) -> None:
    """Write a Parquet file so that it is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    pq.write_table(table, temporary)
    temporary.replace(path)


def _read_state(path: Path) -> dict[str, Any]:
    file = path / "dataset.json"
    if not file.exists():
        if [entry.name for entry in path.iterdir()] == [".shards"]:
            return {}  # an earlier run was stopped right at its beginning
        raise DatasetError(f"{path} is no winklab dataset: it has no dataset.json")
    state: dict[str, Any] = json.loads(file.read_text())
    return state


def _read_spec(path: Path) -> dict[str, Any]:
    spec = OmegaConf.to_container(OmegaConf.load(path / "config.yaml"))
    assert isinstance(spec, dict)
    return {str(key): value for key, value in spec.items()}


def _check_same_spec(path: Path, spec: Mapping[str, Any], wanted: str) -> None:
    if _read_state(path).get("spec_hash") == wanted or not any((path / ".shards").glob("*.json")):
        return
    changed = ", ".join(differences(_read_spec(path), json.loads(json.dumps(spec, default=str))))
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
