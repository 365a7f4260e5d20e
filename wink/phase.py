"""Where in a repetition each moment is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from wink.onset import Repetition
from wink.trial import Array

Phase = Literal["standing", "descent", "ascent"]
PHASES: tuple[Phase, ...] = get_args(Phase)


def repetition_at(time_s: Array, repetitions: Sequence[Repetition]) -> NDArray[np.int64]:
    """Number of the repetition each moment belongs to, -1 outside; shape (T,)."""
    number = np.full(len(time_s), -1, dtype=np.int64)
    for repetition in repetitions:
        number[(time_s >= repetition.start_s) & (time_s < repetition.end_s)] = repetition.rep
    return number


def phase_at(time_s: Array, repetitions: Sequence[Repetition]) -> tuple[list[Phase], Array]:
    """Name of the phase at each moment, and how much of its time is gone: 0 to 1, NaN in standing; both (T,).

    A descent ends at the deepest moment; a pause at the bottom counts to the ascent.
    """
    names: NDArray[np.object_] = np.full(len(time_s), "standing", dtype=object)
    gone = np.full(len(time_s), np.nan)
    for repetition in repetitions:
        parts: tuple[tuple[Phase, float, float], ...] = (
            ("descent", repetition.start_s, repetition.bottom_s),
            ("ascent", repetition.bottom_s, repetition.end_s),
        )
        for name, start, end in parts:
            inside = (time_s >= start) & (time_s < end)
            names[inside] = name
            gone[inside] = (time_s[inside] - start) / (end - start)
    return list(names), gone
