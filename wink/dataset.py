"""The dataset folder: the only interface between the stages. Format: `datasets/README.md`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from omegaconf import OmegaConf

from wink.clip import Clip
from wink.errors import DatasetError, unknown_name
from wink.onset import Repetition
from wink.repetition_table import REPETITIONS, repetition_of_row
from wink.tables import read_as

#: First number: who reads the one cannot read the other. Second: columns were added that may be null.
SCHEMA_VERSION = "1.1"

_AGAIN = "simulated clips: make them again; real ones: import one again, the others are kept"

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
        pa.field("max_neutral_depth_deg", pa.float64()),  # deepest squat of this lifter without a wink; null = unknown
        pa.field("max_neutral_depth_lumbar_deg", pa.float64()),  # ... without 5 deg of lumbar flexion
        pa.field("load_kg", pa.float64()),
        pa.field("mask_file", pa.string()),  # masks/<shard>/<clip_id>.npz, key `labels` (n_frames, height, width) uint8
        pa.field("license", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),  # of the video
        pa.field("factors", pa.string(), nullable=False),  # JSON: every other factor drawn for the clip
    ]
)


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
        state = read_state(self.path)
        if not (self.path / "metadata.parquet").exists():
            raise DatasetError(f"{self.path} is unfinished; run the command that was making it again to go on")
        found = str(state.get("schema_version"))
        if found.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
            raise DatasetError(
                f"{self.path} has schema version {found}, this program reads {SCHEMA_VERSION}: another version of "
                f"winklab made it; {_AGAIN}"
            )

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.path.name

    @property
    def schema_version(self) -> str:
        """Version of the folder's format."""
        return str(read_state(self.path)["schema_version"])

    @property
    def spec(self) -> dict[str, Any]:
        """Everything that determined the clips, as the writer was given it."""
        return read_spec(self.path)

    @cached_property
    def keypoint_names(self) -> tuple[str, ...]:
        """Names of the keypoints, in the order of the columns of `frames/`; empty for real clips."""
        return tuple(self.spec.get("settings", {}).get("keypoints", ()))

    @cached_property
    def mask_classes(self) -> tuple[str, ...]:
        """What each number in a mask stands for; empty for real clips."""
        return tuple(self.spec.get("settings", {}).get("mask_classes", ()))

    @cached_property
    def table(self) -> pa.Table:
        """A row a clip, as in `metadata.parquet`; read once."""
        return read_as(self.path / "metadata.parquet", METADATA, _AGAIN)

    @cached_property
    def index(self) -> pa.Table:
        """A row a clip without `factors`, which are nine tenths of `metadata.parquet`; read once."""
        return read_as(self.path / "metadata.parquet", pa.schema([f for f in METADATA if f.name != "factors"]), _AGAIN)

    @cached_property
    def _row_numbers(self) -> dict[str, int]:
        return {clip_id: number for number, clip_id in enumerate(self.index["clip_id"].to_pylist())}

    def metadata(self) -> list[dict[str, Any]]:
        """A row a clip, as in `metadata.parquet`."""
        return list(self.table.to_pylist())

    def row(self, clip_id: str) -> dict[str, Any]:
        """The row of one clip in `metadata.parquet`.

        Raises:
            DatasetError: there is no such clip.
        """
        return self._row(self.table, clip_id)

    def _row(self, table: pa.Table, clip_id: str) -> dict[str, Any]:
        if clip_id not in self._row_numbers:
            raise DatasetError(unknown_name(f"clip of {self.name}", clip_id, self._row_numbers))
        row: dict[str, Any] = table.slice(self._row_numbers[clip_id], 1).to_pylist()[0]
        return row

    def mask_file(self, clip_id: str) -> Path | None:
        """The clip's per-pixel labels; None where there are none.

        Raises:
            DatasetError: there is no such clip.
        """
        name = self._row(self.index, clip_id)["mask_file"]
        return self.path / name if name and (self.path / name).is_file() else None

    def repetitions(self, filters: list[tuple[str, str, str]] | None = None) -> pa.Table:
        """A row a repetition, as in `repetitions.parquet`; all, or those of the rows that pass the filters."""
        return read_as(self.path / "repetitions.parquet", REPETITIONS, _AGAIN, filters)

    def clips(self) -> tuple[Clip, ...]:
        """Every clip with its truth, in the order of `metadata.parquet`."""
        truth: dict[str, list[Repetition]] = {}
        for row in self.repetitions().to_pylist():
            truth.setdefault(row["clip_id"], []).append(repetition_of_row(row))
        return tuple(_clip(self.path, row, truth) for row in self.index.to_pylist())

    def clip(self, clip_id: str) -> Clip:
        """One clip by its id.

        Raises:
            DatasetError: there is no such clip.
        """
        row = self._row(self.index, clip_id)
        told = self.repetitions([("clip_id", "=", clip_id)]).to_pylist()
        return _clip(self.path, row, {clip_id: [repetition_of_row(repetition) for repetition in told]})

    def frames(self, clip_id: str) -> pa.Table:
        """Truth of a synthetic clip, a row a frame; empty for a real clip or one that is not here."""
        shard = Path(self._row(self.index, clip_id)["file_name"]).parts[1] if clip_id in self._row_numbers else ""
        file = self.path / "frames" / f"{shard}.parquet"
        if not file.exists():
            return pa.table({"clip_id": pa.array([], pa.string())})
        return pq.read_table(file, filters=[("clip_id", "=", clip_id)])


def find_dataset(name: str, datasets: Path) -> Path:
    """The folder of a dataset given by its name below `datasets`, or by its folder.

    Raises:
        DatasetError: there is none.
    """
    for path in (datasets / name, Path(name)):
        if path.is_dir():
            return path
    known: Sequence[str] = sorted(p.parent.name for p in datasets.glob("*/metadata.parquet"))
    if known:
        raise DatasetError(unknown_name(f"dataset in {datasets}", name, known))
    raise DatasetError(f"there is no dataset {name!r} in {datasets}; make one with `wink generate` or `wink import`")


def _clip(path: Path, row: Mapping[str, Any], truth: Mapping[str, list[Repetition]]) -> Clip:
    plain = ("clip_id", "fps", "n_frames", "width", "height", "source", "subject_id", "split", "view")
    known = row["n_repetitions"] is not None
    return Clip(
        **{name: row[name] for name in plain},
        video=path / row["file_name"],
        repetitions=tuple(truth.get(row["clip_id"], ())) if known else None,
    )


def read_state(path: Path) -> dict[str, Any]:
    """Schema version and spec hash of a dataset folder; empty where a run was stopped at its very beginning.

    Raises:
        DatasetError: the folder holds something else.
    """
    file = path / "dataset.json"
    if not file.exists():
        if [entry.name for entry in path.iterdir()] == [".shards"]:
            return {}
        raise DatasetError(f"{path} is no winklab dataset: it has no dataset.json")
    state: dict[str, Any] = json.loads(file.read_text())
    return state


def read_spec(path: Path) -> dict[str, Any]:
    """Everything that determined the clips of a dataset folder, from its `config.yaml`."""
    spec = OmegaConf.to_container(OmegaConf.load(path / "config.yaml"))
    assert isinstance(spec, dict)
    return {str(key): value for key, value in spec.items()}
