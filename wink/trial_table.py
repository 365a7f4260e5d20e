"""The angles of a trial as a table, a row a sample: what a dataset keeps of a measured trial."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wink.errors import DatasetError
from wink.tables import write_table
from wink.trial import Array, SquatTrial

SIDES = ("left", "right")
HIP = ("hip_flexion", "hip_abduction", "hip_internal_rotation")
#: Key under which the table's own metadata keeps the facts of the trial, as JSON.
FACTS = b"winklab"


def trial_table(trial: SquatTrial, facts: Mapping[str, Any]) -> pa.Table:
    """Time [s] and every angle [deg], sides apart; null where not measured. `facts` say where the trial came from."""
    columns = {"time_s": trial.time_s, **dict(_angles(trial))}
    table = pa.table({name: pa.array(values, pa.float64(), from_pandas=True) for name, values in columns.items()})
    return table.replace_schema_metadata({FACTS: json.dumps(facts)})


def write_trial(path: Path, trial: SquatTrial, facts: Mapping[str, Any]) -> None:
    """Write a trial's table to a Parquet file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, trial_table(trial, facts))


def read_facts(path: Path) -> dict[str, Any]:
    """Where the trial of a table came from.

    Raises:
        DatasetError: the file is no table of a trial.
    """
    metadata = pq.read_schema(path).metadata or {}
    if FACTS not in metadata:
        raise DatasetError(f"{path} is no table of a trial: it says nothing of where it came from")
    return dict(json.loads(metadata[FACTS]))


def _angles(trial: SquatTrial) -> Iterator[tuple[str, Array]]:
    """Each angle of a trial by its column's name."""
    for field in SquatTrial.__dataclass_fields__:
        values = getattr(trial, field)
        if not field.endswith("_deg"):
            continue
        if values.ndim == 1:
            yield field, values
            continue
        for k, side in enumerate(SIDES):
            if values.ndim == 2:
                yield f"{field.removesuffix('_deg')}_{side}_deg", values[:, k]
            else:
                yield from ((f"{name}_{side}_deg", values[:, k, i]) for i, name in enumerate(HIP))
