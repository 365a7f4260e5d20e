"""Tables of OpenSim (.mot, .sto): named columns over time, such as joint coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wink.errors import MocapError, unknown_name
from wink.trial import Array


@dataclass(frozen=True)
class Columns:
    """Named columns over time, as the file has them."""

    names: tuple[str, ...]  # C, without time
    time_s: Array  # (T,) strictly increasing
    values: Array  # (T, C)
    in_degrees: bool  # whether the columns that are angles are in degrees

    def angle_deg(self, name: str) -> Array:
        """One column that is an angle [deg], shape (T,).

        Raises:
            MocapError: there is no such column.
        """
        if name not in self.names:
            raise MocapError(unknown_name("coordinate of this file", name, self.names))
        column = self.values[:, self.names.index(name)]
        return np.asarray(column if self.in_degrees else np.degrees(column))


def read_mot(path: Path) -> Columns:
    """Read an OpenSim table.

    Raises:
        MocapError: the file breaks the format; says where, what was expected and what came.
    """
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError as error:
        raise MocapError(f"{path.name} cannot be read: {error.strerror or error}") from error
    ends = [i for i, line in enumerate(lines) if line.strip().lower() == "endheader"]
    if not ends:
        raise MocapError(f"{path.name} is no OpenSim table: expected a line `endheader`, found none")
    header = _settings(lines[: ends[0]])
    numbered = [(i, line.split()) for i, line in enumerate(lines[ends[0] + 1 :], ends[0] + 2) if line.strip()]
    if len(numbered) < 3 or numbered[0][1][0].lower() != "time":
        raise MocapError(
            f"{path.name}: expected a row of column names that begins with `time`, then two samples or more"
        )
    names = tuple(numbered[0][1][1:])
    table = np.array([_row(path, i, fields, 1 + len(names)) for i, fields in numbered[1:]])
    _check_size(path, header, table)
    return Columns(names, table[:, 0], table[:, 1:], header.get("indegrees", "no").lower() == "yes")


def write_mot(path: Path, columns: Columns) -> None:
    """Write an OpenSim table, in the units it has."""
    header = [
        path.stem,
        "version=1",
        f"nRows={len(columns.time_s)}",
        f"nColumns={1 + len(columns.names)}",
        f"inDegrees={'yes' if columns.in_degrees else 'no'}",
        "endheader",
        "\t".join(("time", *columns.names)),
    ]
    rows = ("\t".join(f"{v:.9g}" for v in row) for row in np.column_stack([columns.time_s, columns.values]))
    path.write_text("\n".join([*header, *rows]) + "\n")


def _settings(lines: list[str]) -> dict[str, str]:
    """The header's `key=value` lines, keys in small letters."""
    pairs = (line.split("=", 1) for line in lines if line.count("=") == 1)
    return {key.strip().lower(): value.strip() for key, value in pairs}


def _row(path: Path, number: int, fields: list[str], width: int) -> list[float]:
    if len(fields) != width:
        raise MocapError(f"{path.name}, line {number}: expected {width} values, got {len(fields)}")
    try:
        return [float(field) for field in fields]
    except ValueError as error:
        raise MocapError(f"{path.name}, line {number}: expected numbers: {error}") from None


def _check_size(path: Path, header: dict[str, str], table: Array) -> None:
    for key, found in (("nrows", len(table)), ("ncolumns", table.shape[1])):
        promised = header.get(key, str(found))
        if promised != str(found):
            raise MocapError(f"{path.name}: the header promises {key} {promised}, the file has {found}")
    if not np.isfinite(table).all():
        raise MocapError(f"{path.name}: there are values that are not numbers; a table of coordinates has no gaps")
    if not np.all(np.diff(table[:, 0]) > 0):
        raise MocapError(f"{path.name}: the time column must rise from row to row")
