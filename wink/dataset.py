"""The dataset folder: the only interface between the stages. Format: `datasets/README.md`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from omegaconf import OmegaConf

from wink.clip import Clip
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

WINK_PARTS = tuple(Wink.__dataclass_fields__)[1:]


def _repetition(row: Mapping[str, Any]) -> Repetition:
    winks = tuple(
        Wink(definition=d, **{part: row[f"{d}_{part}"] for part in WINK_PARTS})
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
        state = read_state(self.path)
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
        return read_spec(self.path)

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
