"""Figures of trained detectors on clips of lifters they never saw: the same scores as the benchmark's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detect.detectors.detector import Finding
from detect.features import MIN_SEEN_SHARE, Squat
from detect.judging import Calibration, judge, read_squat
from detect.metrics import depth_matched, evaluate, plain
from detect.score_table import ScoreTable, simple_table
from detect.sight import Sight
from detect.training.calibrate import Case, calibrate
from detect.training.examples import Watched
from wink.clip import Clip
from wink.onset import Repetition

Said = NDArray[np.float32]  # of one clip, (n, 7) `detect.judging.OUTPUTS` at `RATE_HZ`
_STANDING_DEG = 15.0  # thigh below this
_STATED = {  # columns of the score table, as a finding has them
    "said_magnitude_deg": "magnitude_deg",
    **{name: name for name in ("onset_low_s", "onset_high_s", "magnitude_low_deg", "magnitude_high_deg")},
}
FIGURES = (
    *("n_repetitions", "n_clean", "n_wink", "presence_f1", "presence_auroc", "false_alarms_per_100"),
    *(
        "ap_33ms",
        "ap_100ms",
        "onset_mae_ms",
        "onset_bias_ms",
        "onset_coverage_90",
        "magnitude_mae_deg",
        "magnitude_coverage_90",
    ),
)


def pairs(clip: Clip, sight: Sight) -> Iterator[tuple[Squat, Repetition]]:
    """Repetitions that were well seen with the true ones during which their bottom lies."""
    for squat in sight.squats:
        if sight.body.seen[squat.descent].mean() < MIN_SEEN_SHARE:
            continue
        bottom_s = squat.bottom / sight.body.fps
        for repetition in clip.repetitions or ():
            if repetition.start_s <= bottom_s <= repetition.end_s:
                yield squat, repetition
                break


def calibrated(said: Sequence[Said], watched: Sequence[Watched]) -> Calibration:
    """The calibration under which clips come out right, from what was said of each, `detect.judging.OUTPUTS`."""
    cases = []
    for out, one in zip(said, watched, strict=True):
        for squat, repetition in pairs(one.clip, one.sight):
            reading = read_squat(out, squat, one.sight.body)
            if reading is not None:
                cases.append(Case(reading, repetition))
    return calibrate(cases)


def scored(said: Sequence[Said], how: Calibration, watched: Sequence[Watched]) -> dict[str, Any]:
    """Scores of what was said of clips whose lifters the networks never saw."""
    asked: list[tuple[Clip, Repetition, Finding | None]] = []
    for out, one in zip(said, watched, strict=True):
        found = {repetition.rep: squat for squat, repetition in pairs(one.clip, one.sight)}
        for repetition in one.clip.repetitions or ():
            squat = found.get(repetition.rep)
            reading = None if squat is None else read_squat(out, squat, one.sight.body)
            judged = None
            if squat is not None and reading is not None:
                judged = judge(reading, squat, 0, one.sight.body, how, None)
            asked.append((one.clip, repetition, judged))
    table = _table(asked)
    scores = evaluate(table)
    matched = depth_matched(table, np.ones(len(table)))
    return {name: scores.get(name) for name in FIGURES} | {
        "depth_matched_f1": plain(matched["presence_f1"]),
        "depth_matched_auroc": plain(matched["presence_auroc"]),
        **_tilt_errors(said, watched),
    }


def _tilt_errors(said: Sequence[Said], watched: Sequence[Watched]) -> dict[str, float | None]:
    """Root mean square errors of tilt, and of its change since standing."""
    off, changed = list[NDArray[np.float64]](), list[NDArray[np.float64]]()
    for out, one in zip(said, watched, strict=True):
        n = min(len(out), len(one.example.targets))
        error = (out[:n, 0] - one.example.targets[:n, 0]).astype(float)
        standing = one.example.targets[:n, 3] < _STANDING_DEG
        off.append(error)
        changed.append(error - error[standing].mean() if standing.any() else error[:0])
    return {
        name: plain(np.asarray(_root_mean_square(np.concatenate([np.zeros(0), *parts]))))
        for name, parts in (("tilt_rmse_deg", off), ("tilt_change_rmse_deg", changed))
    }


def _root_mean_square(values: NDArray[np.float64]) -> float:
    """Of what is known; NaN of nothing."""
    known = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else float("nan")


def _table(asked: Sequence[tuple[Clip, Repetition, Finding | None]]) -> ScoreTable:
    """What was said as the table every score is computed from."""
    winks = [repetition.wink() for _, repetition, _ in asked]
    said = [finding for _, _, finding in asked]
    table = simple_table(
        [np.nan if wink is None else wink.onset_s for wink in winks],
        [repetition.pelvic_reversal_deg for _, repetition, _ in asked],
        [_or_nan(None if f is None else f.onset_s) for f in said],
        [0.0 if f is None else f.score for f in said],
    )
    return replace(
        table,
        likely_s=np.array([_or_nan(None if f is None else f.likely_onset_s) for f in said]),
        **{
            column: np.array([_or_nan(None if f is None else getattr(f, name)) for f in said])
            for column, name in _STATED.items()
        },
        depth_deg=np.array([repetition.max_thigh_inclination_deg for _, repetition, _ in asked]),
        lifter=np.array([clip.subject_id for clip, _, _ in asked]),
    )


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
