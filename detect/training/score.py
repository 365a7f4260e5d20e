"""Figures of trained networks on the validation clips: the same scores as the benchmark's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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

FIGURES = (
    *("n_repetitions", "n_clean", "n_wink", "presence_f1", "presence_auroc", "false_alarms_per_100"),
    *("ap_33ms", "ap_100ms", "onset_mae_ms", "onset_bias_ms", "magnitude_mae_deg"),
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


Read = Callable[[Sight], NDArray[np.float32]]  # what a detector's own part says of a clip, `detect.judging.OUTPUTS`


def calibrated(read: Read, watched: Sequence[Watched]) -> Calibration:
    """The calibration under which the validation clips come out right."""
    cases = []
    for one in watched:
        out = read(one.sight)
        for squat, repetition in pairs(one.clip, one.sight):
            reading = read_squat(out, squat, one.sight.body)
            if reading is not None:
                cases.append(Case(reading, repetition))
    return calibrate(cases)


def validation_figures(read: Read, how: Calibration, watched: Sequence[Watched]) -> dict[str, Any]:
    """Scores on clips that training never saw, but which chose the calibration: flattering, not a test."""
    asked: list[tuple[Clip, Repetition, Finding | None]] = []
    squares = list[NDArray[np.float64]]()
    for one in watched:
        out = read(one.sight)
        found = {repetition.rep: squat for squat, repetition in pairs(one.clip, one.sight)}
        for repetition in one.clip.repetitions or ():
            squat = found.get(repetition.rep)
            reading = None if squat is None else read_squat(out, squat, one.sight.body)
            said = None
            if squat is not None and reading is not None:
                said = judge(reading, squat, 0, one.sight.body, how, None)
            asked.append((one.clip, repetition, said))
        off = out[: len(one.example.targets), 0] - one.example.targets[: len(out), 0]
        squares.append(off.astype(float) ** 2)
    table = _table(asked)
    scores = evaluate(table)
    matched = depth_matched(table, np.ones(len(table)))
    return {name: scores.get(name) for name in FIGURES} | {
        "depth_matched_f1": plain(matched["presence_f1"]),
        "depth_matched_auroc": plain(matched["presence_auroc"]),
        "tilt_rmse_deg": plain(np.sqrt(_mean(np.concatenate([np.zeros(0), *squares])))),
    }


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
        said_magnitude_deg=np.array([_or_nan(None if f is None else f.magnitude_deg) for f in said]),
        depth_deg=np.array([repetition.max_thigh_inclination_deg for _, repetition, _ in asked]),
        lifter=np.array([clip.subject_id for clip, _, _ in asked]),
    )


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of what is known; NaN of nothing."""
    known = values[np.isfinite(values)]
    return np.asarray(known.mean() if len(known) else np.nan)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
