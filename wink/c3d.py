"""Binary marker files of motion capture (.c3d), read with the optional package ezc3d."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from wink.errors import MocapError, unknown_name
from wink.trc import METRES, Markers, plain_names


def read_c3d(path: Path) -> Markers:
    """Read the markers of a .c3d file; points that were not seen are gaps.

    Raises:
        MocapError: ezc3d is not installed, or it cannot read the file.
    """
    try:
        import ezc3d
    except ImportError:
        raise MocapError(
            f"{path.name}: .c3d files need the package ezc3d (`pip install 'winklab[c3d]'`); "
            "or export the recording as .trc"
        ) from None
    try:
        content = ezc3d.c3d(str(path))
    except (OSError, RuntimeError, ValueError) as error:
        raise MocapError(f"{path.name} cannot be read as .c3d: {error}") from error
    point = content["parameters"]["POINT"]
    names, unit = plain_names(point["LABELS"]["value"]), str(point["UNITS"]["value"][0])
    if unit not in METRES:
        raise MocapError(f"{path.name}: " + unknown_name("unit of length", unit, METRES))
    positions = np.moveaxis(content["data"]["points"][:3], 0, 2).swapaxes(0, 1) * METRES[unit]
    positions[(positions == 0.0).all(axis=2)] = np.nan
    times = np.arange(len(positions)) / float(point["RATE"]["value"][0])
    return Markers(names, times, positions[:, : len(names)])
