"""Comma-separated tables, for spreadsheets and statistics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from wink.dataset import Dataset
from wink.progress import progress


@dataclass(frozen=True)
class CsvTables:
    """clips.csv, repetitions.csv (with who and where) and, if wanted, frames.csv; empty cells are unknown."""

    frames: bool

    def write(self, dataset: Dataset, folder: Path) -> list[Path]:
        """Write the tables."""
        clips, told = dataset.table, dataset.repetitions()
        pc.write_csv(clips, folder / "clips.csv")
        about = clips.select(
            [c for c in ("clip_id", "subject_id", "trial_id", "split", "view", "load_kg") if c in clips.column_names]
        )
        pc.write_csv(
            told.join(about, "clip_id").sort_by([("clip_id", "ascending"), ("rep", "ascending")]),
            folder / "repetitions.csv",
        )
        files = [folder / "clips.csv", folder / "repetitions.csv"]
        if self.frames and (dataset.path / "frames").is_dir():
            files += list(_write_frames(dataset, folder / "frames.csv"))
        return files


def _write_frames(dataset: Dataset, file: Path) -> Iterator[Path]:
    """Write the columns of numbers of every shard's frames, shard by shard."""
    shards = sorted((dataset.path / "frames").glob("*.parquet"))
    if not shards:
        return
    schema = pq.read_schema(shards[0])
    plain = [field.name for field in schema if not pa.types.is_nested(field.type)]
    with pc.CSVWriter(file, pa.schema([schema.field(name) for name in plain])) as writer:
        for shard in progress(shards, "frames", total=len(shards), unit="shard"):
            writer.write_table(pq.read_table(shard, columns=plain))
    yield file
