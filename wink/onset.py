"""THE definitions of a wink: repetitions, the three onsets, and their magnitudes.

Truth, detectors, annotators and scores all use these and no others. No accepted threshold exists, so every
threshold is a field of `OnsetRules`; the numbers are kinematics, never a diagnosis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wink.angles import RelationToParallel, Severity, relation_to_parallel, severity
from wink.simulated import SimulatedTruth, simulated_truth
from wink.trial import Array, SquatTrial

Definition = Literal["pelvic_reversal_onset", "tuck_start", "neutral_exit"]

#: What annotators mark and detectors are scored on unless said otherwise: the visible event.
DEFAULT_DEFINITION: Definition = "pelvic_reversal_onset"


@dataclass(frozen=True)
class OnsetRules:
    """Thresholds of the definitions [deg]; ours, see `docs/onset.md` for what each choice moves."""

    reversal_deg: float = 5.0  # pelvic tilt fallen from its anterior peak
    tuck_deg: float = 5.0  # lumbar flexion above its running minimum
    tuck_start_deg: float = 2.0  # ... counted back to this much above the minimum
    tuck_from_thigh_deg: float = 45.0
    neutral_band_deg: float = 5.0
    neutral_thigh_deg: tuple[float, float] = (30.0, 55.0)
    repetition_thigh_deg: float = 30.0  # a repetition is an excursion of the thigh above this
    min_depth_deg: float = 45.0  # ... that reaches at least this
    dead_band_deg: float = 5.0  # width of what a label cannot tell, about a threshold or a size (skin markers: 3-6)

    def at_threshold(self, threshold_deg: float) -> OnsetRules:
        """The same rules with every definition's threshold moved there [deg]."""
        back = self.tuck_start_deg / self.tuck_deg * threshold_deg
        return replace(
            self,
            reversal_deg=threshold_deg,
            tuck_deg=threshold_deg,
            tuck_start_deg=back,
            neutral_band_deg=threshold_deg,
        )


@dataclass(frozen=True)
class Wink:
    """One onset of one definition, in one repetition."""

    definition: Definition
    onset_s: float
    thigh_inclination_at_onset_deg: float
    percent_descent: float  # share of the descent's duration gone at onset [%]
    hip_flexion_at_onset_deg: float
    magnitude_deg: float  # pelvic reversal, or lumbar flexion gained, by definition
    relation_to_parallel: RelationToParallel


@dataclass(frozen=True)
class LabelUncertainty:
    """How far the label of one repetition may be argued: over all definitions, their thresholds moved by the band."""

    onset_earliest_s: float | None  # None = none of them finds an onset
    onset_latest_s: float | None
    onset_agreement: float  # share of them that find one, 0 to 1
    magnitude_low_deg: float  # the smaller of pelvic reversal and lumbar flexion gained, less half the band
    magnitude_high_deg: float  # the larger, and half the band


@dataclass(frozen=True)
class Repetition:
    """One squat, from the start of the descent to standing again, with its winks (none = clean)."""

    rep: int
    start_s: float
    bottom_s: float
    end_s: float
    max_thigh_inclination_deg: float
    pelvic_reversal_deg: float  # max anterior tilt in the descent minus tilt at the bottom
    lumbar_flexion_gained_deg: float  # at the bottom, above the reference of `neutral_exit`
    winks: tuple[Wink, ...]
    uncertainty: LabelUncertainty | None = None  # None = not assessed
    simulated: SimulatedTruth | None = None  # None for a measured person

    @property
    def severity(self) -> Severity:
        """Name of the size of the pelvic reversal."""
        return severity(self.pelvic_reversal_deg)

    def wink(self, definition: Definition = DEFAULT_DEFINITION) -> Wink | None:
        """The onset by one definition, or None where that definition finds none."""
        return next((w for w in self.winks if w.definition == definition), None)


@dataclass(frozen=True)
class Descent:
    """The curves of one descent, bottom included, all of shape (n,)."""

    time_s: Array
    thigh_deg: Array
    tilt_deg: Array
    lumbar_deg: Array
    hip_flexion_deg: Array


def find_repetitions(trial: SquatTrial, rules: OnsetRules | None = None) -> tuple[Repetition, ...]:
    """Every repetition of a trial with its winks, in time order."""
    rules = rules or OnsetRules()
    windows = repetition_windows(trial.thigh_deg, rules)
    return tuple(_describe(trial, rep, window, rules) for rep, window in enumerate(windows))


def repetition_windows(thigh_deg: Array, rules: OnsetRules | None = None) -> list[tuple[int, int, int]]:
    """Sample numbers (start, bottom, end) of each repetition of a thigh curve (T,) [deg].

    A repetition begins and ends standing: one that the recording cuts off, or that ends in a fall, is none.
    """
    rules = rules or OnsetRules()
    down = np.flatnonzero(np.diff(np.r_[False, thigh_deg > rules.repetition_thigh_deg, False].astype(int)))
    whole = [(int(a), int(b)) for a, b in down.reshape(-1, 2) if a > 0 and b < len(thigh_deg)]
    spans = [(a, b) for a, b in whole if thigh_deg[a:b].max() >= rules.min_depth_deg]
    windows = []
    for i, (first, stop) in enumerate(spans):
        before = spans[i - 1][1] if i else 0
        after = spans[i + 1][0] if i + 1 < len(spans) else len(thigh_deg)
        start = before + _last_standing(thigh_deg[before : first + 1])
        end = after - 1 - _last_standing(thigh_deg[stop - 1 : after][::-1])
        windows.append((start, first + int(np.argmax(thigh_deg[first:stop])), end))
    return windows


def _last_standing(thigh_deg: Array, margin_deg: float = 2.0) -> int:
    """Last sample within `margin_deg` of the most upright one."""
    return int(np.flatnonzero(thigh_deg <= thigh_deg.min() + margin_deg)[-1])


def pelvic_reversal_onset(descent: Descent, rules: OnsetRules) -> int | None:
    """First sample after maximum anterior tilt from which tilt stays fallen by `reversal_deg` to the bottom."""
    peak = int(np.argmax(descent.tilt_deg))
    fallen = descent.tilt_deg[peak] - descent.tilt_deg[peak:] >= rules.reversal_deg
    held = _held_to_the_end(fallen)
    return None if held is None else peak + held


def tuck_start(descent: Descent, rules: OnsetRules) -> int | None:
    """Last sample near the running minimum of lumbar flexion before it rises by `tuck_deg`."""
    deep = np.flatnonzero(descent.thigh_deg > rules.tuck_from_thigh_deg)
    if not len(deep):
        return None
    lumbar = descent.lumbar_deg[deep[0] :]
    risen = lumbar - np.minimum.accumulate(lumbar) >= rules.tuck_deg
    if not risen.any():
        return None
    crossing = int(np.argmax(risen))
    near = lumbar[: crossing + 1] < lumbar[: crossing + 1].min() + rules.tuck_start_deg
    return int(deep[0] + np.flatnonzero(near)[-1])


def neutral_exit(descent: Descent, rules: OnsetRules) -> int | None:
    """First sample from which lumbar flexion stays `neutral_band_deg` above its reference to the bottom."""
    out = descent.lumbar_deg > neutral_reference_deg(descent, rules) + rules.neutral_band_deg
    return _held_to_the_end(out)


def neutral_reference_deg(descent: Descent, rules: OnsetRules) -> float:
    """Median lumbar flexion [deg] over the upper descent, never below zero."""
    low, high = rules.neutral_thigh_deg
    upper = descent.lumbar_deg[(descent.thigh_deg >= low) & (descent.thigh_deg <= high)]
    return max(0.0, float(np.median(upper if len(upper) else descent.lumbar_deg[:1])))


DEFINITIONS: dict[Definition, Callable[[Descent, OnsetRules], int | None]] = {
    "pelvic_reversal_onset": pelvic_reversal_onset,
    "tuck_start": tuck_start,
    "neutral_exit": neutral_exit,
}


def _held_to_the_end(flags: NDArray[np.bool_]) -> int | None:
    """Start of the run of True that reaches the last sample; None if the last sample is False."""
    if not flags[-1]:
        return None
    off = np.flatnonzero(~flags)
    return int(off[-1] + 1) if len(off) else 0


def _describe(trial: SquatTrial, rep: int, window: tuple[int, int, int], rules: OnsetRules) -> Repetition:
    start, bottom, end = window
    descent = _descent_of(trial, start, bottom)
    reversal = float(descent.tilt_deg.max() - descent.tilt_deg[-1])
    gained = float(descent.lumbar_deg[-1] - neutral_reference_deg(descent, rules))
    found = {name: find(descent, rules) for name, find in DEFINITIONS.items()}
    winks = tuple(
        _wink(descent, name, i, reversal if name == DEFAULT_DEFINITION else gained)
        for name, i in found.items()
        if i is not None
    )
    onset = found[DEFAULT_DEFINITION]
    return Repetition(
        rep=rep,
        start_s=float(trial.time_s[start]),
        bottom_s=float(trial.time_s[bottom]),
        end_s=float(trial.time_s[end]),
        max_thigh_inclination_deg=float(descent.thigh_deg[-1]),
        pelvic_reversal_deg=reversal,
        lumbar_flexion_gained_deg=gained,
        winks=winks,
        uncertainty=label_uncertainty(descent, reversal, gained, rules),
        simulated=simulated_truth(trial, window, None if onset is None else start + onset),
    )


def label_uncertainty(descent: Descent, reversal_deg: float, gained_deg: float, rules: OnsetRules) -> LabelUncertainty:
    """How far the label of one descent may be argued."""
    half = rules.dead_band_deg / 2
    variants = [rules.at_threshold(rules.reversal_deg + shift) for shift in (-half, 0.0, half)]
    onsets = [find(descent, variant) for find in DEFINITIONS.values() for variant in variants]
    times = [float(descent.time_s[i]) for i in onsets if i is not None]
    return LabelUncertainty(
        onset_earliest_s=min(times, default=None),
        onset_latest_s=max(times, default=None),
        onset_agreement=len(times) / len(onsets),
        magnitude_low_deg=max(0.0, min(reversal_deg, gained_deg) - half),
        magnitude_high_deg=max(reversal_deg, gained_deg) + half,
    )


def _descent_of(trial: SquatTrial, start: int, bottom: int) -> Descent:
    part = slice(start, bottom + 1)
    return Descent(
        time_s=trial.time_s[part],
        thigh_deg=trial.thigh_deg[part],
        tilt_deg=trial.pelvic_tilt_deg[part],
        lumbar_deg=trial.lumbar_flexion_deg[part],
        hip_flexion_deg=trial.hip_flexion_deg[part],
    )


def _wink(descent: Descent, definition: Definition, i: int, magnitude_deg: float) -> Wink:
    duration = descent.time_s[-1] - descent.time_s[0]
    return Wink(
        definition=definition,
        onset_s=float(descent.time_s[i]),
        thigh_inclination_at_onset_deg=float(descent.thigh_deg[i]),
        percent_descent=100.0 * float((descent.time_s[i] - descent.time_s[0]) / duration),
        hip_flexion_at_onset_deg=float(descent.hip_flexion_deg[i]),
        magnitude_deg=magnitude_deg,
        relation_to_parallel=relation_to_parallel(float(descent.thigh_deg[i])),
    )
