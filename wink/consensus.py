"""What the annotators of a clip say together: one row a clip, with how sure it is. Made by `wink agreement`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from wink.annotation import Grade
from wink.tables import read_rows, write_table

#: Share of the probability that an onset's interval holds.
INTERVAL = 0.9

SCHEMA = pa.schema(
    [
        pa.field("clip_id", pa.string(), nullable=False),
        pa.field("n_annotators", pa.int64(), nullable=False),
        pa.field("grade", pa.string()),
        pa.field("wink_probability", pa.float64()),
        pa.field("onset_s", pa.float64()),
        pa.field("onset_frame", pa.int64()),
        pa.field("onset_low_s", pa.float64()),
        pa.field("onset_high_s", pa.float64()),
        pa.field("relation_to_parallel", pa.string()),
        pa.field("disputed", pa.bool_(), nullable=False),
        pa.field("dispute", pa.string()),
    ],
    metadata={"winklab_consensus": "1.0"},
)


@dataclass(frozen=True)
class Consensus:
    """One clip as its annotators see it together, corrected by what golden clips tell of each of them.

    Frames count from 0. The interval holds 90 % of the probability.
    """

    clip_id: str
    n_annotators: int  # whose valid, blind annotations went in
    grade: Grade | None  # None = nobody could tell
    wink_probability: float | None  # that there is a wink people can see; None = nobody could tell
    onset_s: float | None  # None = no wink, or nobody marked it
    onset_frame: int | None
    onset_low_s: float | None
    onset_high_s: float | None
    relation_to_parallel: str | None
    disputed: bool
    dispute: str | None  # why a second look is wanted, in words


def write_consensus(path: Path, rows: tuple[Consensus, ...]) -> None:
    """Write `consensus.parquet`, whole or not at all; what it held before is gone."""
    write_table(path, pa.Table.from_pylist([vars(row) for row in rows], schema=SCHEMA))


def read_consensus(path: Path) -> tuple[Consensus, ...]:
    """Read `consensus.parquet`; none where there is no file.

    Raises:
        DatasetError: the file holds something else.
    """
    return tuple(Consensus(**row) for row in read_rows(path, SCHEMA, "remove it and run `wink agreement` again"))
