"""What only a simulation knows of a repetition: the limits that were met, the loads of the low back, the causes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wink.causes import CauseShares
from wink.spine import DISCS
from wink.trial import Array, SquatTrial


@dataclass(frozen=True)
class SimulatedTruth:
    """Inner facts of one repetition; peaks are over its whole time, descent and ascent."""

    limits_at_onset: tuple[str, ...] | None  # engaged at the default onset; None where there is none
    limits_met: tuple[str, ...]  # engaged at any time of the descent, in the order they came
    peak_l5s1_extension_moment_nm: float
    peak_l5s1_compression_n: float
    peak_l5s1_anterior_shear_n: float
    peak_l3l4_compression_n: float
    causes: CauseShares | None = None  # None = not asked for


def simulated_truth(trial: SquatTrial, window: tuple[int, int, int], onset: int | None) -> SimulatedTruth | None:
    """Inner facts of the repetition in a window of samples (start, bottom, end); None for a measured trial.

    Args:
        trial: the trial.
        window: sample numbers of start, bottom and end.
        onset: sample number of the default onset, None without one.
    """
    moment, compression, shear = trial.disc_extension_moment_nm, trial.disc_compression_n, trial.disc_anterior_shear_n
    if moment is None or compression is None or shear is None:
        return None
    start, bottom, end = window
    l5s1, l3l4 = (next(i for i, disc in enumerate(DISCS) if disc.name == name) for name in ("l5s1", "l3l4"))

    def peak(values: Array, disc: int) -> float:
        return float(np.max(values[start : end + 1, disc]))

    return SimulatedTruth(
        limits_at_onset=None if onset is None else trial.limits_engaged_at(onset),
        limits_met=_met(trial, start, bottom),
        peak_l5s1_extension_moment_nm=peak(moment, l5s1),
        peak_l5s1_compression_n=peak(compression, l5s1),
        peak_l5s1_anterior_shear_n=peak(shear, l5s1),
        peak_l3l4_compression_n=peak(compression, l3l4),
    )


def _met(trial: SquatTrial, start: int, bottom: int) -> tuple[str, ...]:
    engaged = trial.limit_engaged[start : bottom + 1]
    first = {name: int(np.argmax(engaged[:, i])) for i, name in enumerate(trial.limit_names) if engaged[:, i].any()}
    return tuple(sorted(first, key=first.__getitem__))
