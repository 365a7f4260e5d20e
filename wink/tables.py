"""Tables of ours in Parquet files: there whole or not at all, and read from older versions of the program too."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wink.errors import DatasetError


def write_table(path: Path, table: pa.Table) -> None:
    """Write a Parquet file so that it is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    pq.write_table(table, temporary)
    temporary.replace(path)


def write_passing(path: Path, table: pa.Table) -> None:
    """Write a table that is soon read again and then thrown away: ten times faster than Parquet, and larger.

    It is there whole or not at all.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with pa.OSFile(str(temporary), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    temporary.replace(path)


def read_passing(path: Path) -> pa.Table:
    """Read a table that `write_passing` wrote, its schema as it would be had it been Parquet."""
    with pa.OSFile(str(path), "rb") as file:
        table = pa.ipc.open_file(file).read_all()
    return table.cast(pa.schema([_as_in_parquet(field) for field in table.schema]))


def _as_in_parquet(field: pa.Field) -> pa.Field:
    """Parquet calls what is in a list `element`, pyarrow `item`: the bytes of a file hang on it."""
    if not pa.types.is_list(field.type):
        return field
    return field.with_type(pa.list_(_as_in_parquet(field.type.value_field).with_name("element")))


def read_as(
    file: Path, schema: pa.Schema, again: str, filters: Sequence[tuple[str, str, str]] | None = None
) -> pa.Table:
    """Read a table that another version of the same schema may have written: what it lacks and may be null is null.

    Args:
        file: that holds it.
        schema: the columns wanted.
        again: how the file is made again, for whoever has to.
        filters: rows wanted, as pyarrow takes them; None = all.

    Raises:
        DatasetError: it is no such table, or lacks a column that cannot be null.
    """
    try:
        there = set(pq.read_schema(file).names)
        needed = [field.name for field in schema if field.name not in there and not field.nullable]
        if needed:
            raise DatasetError(
                f"{file} lacks the columns {', '.join(needed)}: another version of winklab made it; {again}"
            )
        columns = [name for name in schema.names if name in there]
        table = pq.read_table(file, columns=columns, filters=filters and list(filters))
        table = table.select(columns).cast(pa.schema([schema.field(name) for name in columns]))
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(f"{file} cannot be read ({error}); {again}") from error
    for field in schema:
        if field.name not in there:
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table.select(schema.names)


def read_rows(file: Path, schema: pa.Schema, again: str) -> list[dict[str, Any]]:
    """The rows of a table, as `read_as` reads it; none where there is no file."""
    return list(read_as(file, schema, again).to_pylist()) if file.exists() else []
