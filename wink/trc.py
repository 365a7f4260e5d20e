"""Marker files of motion capture (.trc): where each marker was, sample by sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wink.errors import MocapError, unknown_name
from wink.trial import Array

#: Metres in one unit of the header's `Units`.
METRES = {"mm": 1e-3, "cm": 1e-2, "m": 1.0}
#: What a header says of the recording.
KEYS = (
    "DataRate",
    "CameraRate",
    "NumFrames",
    "NumMarkers",
    "Units",
    "OrigDataRate",
    "OrigDataStartFrame",
    "OrigNumFrames",
)
#: Lines before the first sample: type, keys, values, marker names, axis names.
HEADER_LINES = 5


@dataclass(frozen=True)
class Markers:
    """Markers of one recording, in the axes of the file."""

    names: tuple[str, ...]  # M
    time_s: Array  # (T,) strictly increasing
    positions_m: Array  # (T, M, 3) NaN where a marker was not seen

    def of(self, name: str) -> Array:
        """Positions of one marker, shape (T, 3).

        Raises:
            MocapError: the recording has no such marker.
        """
        if name not in self.names:
            raise MocapError(unknown_name("marker of this file", name, self.names))
        return np.asarray(self.positions_m[:, self.names.index(name)])

    @property
    def rate_hz(self) -> float:
        """Samples per second."""
        return float(1.0 / np.median(np.diff(self.time_s)))

    def unseen(self) -> dict[str, int]:
        """How many samples each marker is missing from; markers that are always seen are left out."""
        counts = np.isnan(self.positions_m).any(axis=2).sum(axis=0)
        return {name: int(count) for name, count in zip(self.names, counts, strict=True) if count}


def read_trc(path: Path) -> Markers:
    """Read a marker file; empty fields, `NaN` and markers exactly at the origin are gaps.

    Raises:
        MocapError: the file breaks the format; says where, what was expected and what came.
    """
    lines = _lines(path)
    header = _header(path, lines)
    names = plain_names(name for name in lines[3].split("\t")[2:] if name.strip())
    _expect(path, "NumMarkers", header["NumMarkers"], len(names), "marker names")
    body = [(i, line) for i, line in enumerate(lines[HEADER_LINES:], HEADER_LINES + 1) if line.strip()]
    _expect(path, "NumFrames", header["NumFrames"], len(body), "rows; was the file cut short?")
    table = np.array([_row(path, i, line, 2 + 3 * len(names)) for i, line in body])
    times = table[:, 1]
    if not np.isfinite(times).all() or not np.all(np.diff(times) > 0):
        raise MocapError(f"{path.name}: the Time column must rise from row to row and have no gap")
    positions = table[:, 2:].reshape(len(table), len(names), 3) * METRES[header["Units"]]
    positions[(positions == 0.0).all(axis=2)] = np.nan
    positions[np.isnan(positions).any(axis=2)] = np.nan
    return Markers(names, times, positions)


def write_trc(path: Path, markers: Markers) -> None:
    """Write a marker file in metres; gaps become empty fields."""
    n, rate = len(markers.time_s), f"{markers.rate_hz:.6g}"
    axes = "\t".join(f"{axis}{i}" for i in range(1, len(markers.names) + 1) for axis in "XYZ")
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "\t".join(KEYS),
        "\t".join([rate, rate, str(n), str(len(markers.names)), "m", rate, "1", str(n)]),
        "Frame#\tTime\t" + "\t\t\t".join(markers.names),
        f"\t\t{axes}",
        "",
    ]
    for frame, (time, row) in enumerate(zip(markers.time_s, markers.positions_m, strict=True), 1):
        values = "\t".join("" if np.isnan(value) else f"{value:.6f}" for value in row.ravel())
        lines.append(f"{frame}\t{time:.6f}\t{values}")
    path.write_text("\n".join(lines) + "\n")


def plain_names(names: Iterable[str]) -> tuple[str, ...]:
    """Marker names without the subject's that some systems put before them: `Anna:LASI` is LASI."""
    given = tuple(name.strip() for name in names)
    plain = tuple(name.rpartition(":")[2] for name in given)
    return plain if len(set(plain)) == len(given) else given


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError as error:
        raise MocapError(f"{path.name} cannot be read: {error.strerror or error}") from error
    if not lines or not lines[0].startswith("PathFileType"):
        came = repr(lines[0][:40]) if lines else "an empty file"
        raise MocapError(f"{path.name} is no .trc file: expected a first line `PathFileType …`, got {came}")
    if len(lines) <= HEADER_LINES:
        raise MocapError(f"{path.name}: expected {HEADER_LINES} header lines and samples, got {len(lines)} lines")
    return lines


def _header(path: Path, lines: Sequence[str]) -> dict[str, str]:
    """The header's keys and values; those needed are there and the units are known."""
    header = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    missing = [key for key in ("NumFrames", "NumMarkers", "Units") if key not in header]
    if missing:
        raise MocapError(f"{path.name}: line 2 names no {', '.join(missing)}, or line 3 has no value for it")
    if header["Units"] not in METRES:
        raise MocapError(f"{path.name}: " + unknown_name("unit of length", header["Units"], METRES))
    return header


def _expect(path: Path, key: str, promised: str, found: int, what: str) -> None:
    if promised != str(found):
        raise MocapError(f"{path.name}: the header promises {key} {promised}, the file has {found} {what}")


def _row(path: Path, number: int, line: str, width: int) -> list[float]:
    fields = line.split("\t")
    while len(fields) > width and not fields[-1].strip():
        fields.pop()
    if len(fields) != width:
        raise MocapError(f"{path.name}, line {number}: expected {width} fields between tabs, got {len(fields)}")
    try:
        return [float(field) if field.strip() else np.nan for field in fields]
    except ValueError as error:
        raise MocapError(f"{path.name}, line {number}: expected numbers: {error}") from None
