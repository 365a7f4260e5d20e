"""How well winks are found: every score of one detector over the repetitions of a table.

Conventions: one row a repetition, times in seconds, NaN = no wink. The true magnitude by the definition that is scored
(`detect.matching.true_magnitude_deg`) sets the class of a row: clean < 5, ambiguous 5-10, wink >= 10 degrees.
Ambiguous rows are neither rewarded nor punished; only what is asked of angles (`magnitude_*`) and the share of "cannot
tell" count them. A row with NaN magnitude is a call outside every true repetition, or a second one in the same: a false
alarm in the F1s, in average precision and in the false alarms. What ranks repetitions (AUROC, AUPRC, sensitivity) and
what is asked of the score as a probability (Brier) leaves it out: the same repetitions for every detector.
Negatives come first: nothing to find and nothing found is a success (1.0), not an empty case.

Every score takes weights (..., n) and gives (...): the plain scores have one of ones, intervals a stack of resampled
lifters (`detect.bootstrap`), depth-matched ones those of `detect.depth_matching`.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from detect import events, presence
from detect.depth_matching import depth_weights
from detect.presence import Array, Flags
from detect.score_table import ScoreTable

TruthClass = Literal["clean", "ambiguous", "wink", "outside"]

CLEAN_BELOW_DEG = 5.0  # inside the error of skin markers, see wink.angles
WINK_FROM_DEG = 10.0
STILL_BELOW_DEG = 3.0  # a pelvis that hardly turns: of these not one should be called


def truth_class(magnitude_deg: Array) -> NDArray[np.str_]:
    """Class (n,) of each row by its true magnitude [deg]: clean, ambiguous, wink, or outside (NaN)."""
    return np.select(
        [np.isnan(magnitude_deg), magnitude_deg < CLEAN_BELOW_DEG, magnitude_deg < WINK_FROM_DEG],
        ["outside", "clean", "ambiguous"],
        default="wink",
    )


def counts(table: ScoreTable) -> dict[str, int]:
    """How many rows there are of each kind, and what was called in them."""
    kind, called = truth_class(table.magnitude_deg), np.isfinite(table.detected_s)
    return {
        "n_repetitions": int((kind != "outside").sum()),
        **{f"n_{name}": int((kind == name).sum()) for name in ("clean", "ambiguous", "wink")},
        "n_lifters": len(np.unique(table.lifter[kind != "outside"])),
        "n_clean_silent": int((~called[kind == "clean"]).sum()),
        "n_wink_called": int(called[kind == "wink"].sum()),
        "n_still": int((table.magnitude_deg < STILL_BELOW_DEG).sum()),
        "n_still_called": int(called[table.magnitude_deg < STILL_BELOW_DEG].sum()),
        "n_ambiguous_called": int(called[kind == "ambiguous"].sum()),
        "n_called_outside": int(called[kind == "outside"].sum()),
        "n_cannot_tell": int(table.cannot_tell[kind != "outside"].sum()),
    }


def scores(table: ScoreTable, weight: Array) -> dict[str, Array]:
    """Every score for each weighting (..., n) of the rows; NaN where there is nothing to compute it from."""
    kind = truth_class(table.magnitude_deg)
    return {
        **_presence_scores(table, kind, weight),
        **_event_scores(table, weight),
        **_onset_scores(table, kind, weight),
        **_magnitude_scores(table, weight),
        "cannot_tell_share": _mean(table.cannot_tell, kind != "outside", weight),
    }


def evaluate(table: ScoreTable) -> dict[str, Any]:
    """Counts and plain scores of a table; None where there is nothing to compute a score from."""
    return counts(table) | {name: plain(value) for name, value in scores(table, np.ones(len(table))).items()}


def depth_matched(table: ScoreTable, weight: Array) -> dict[str, Array]:
    """Every score with clean repetitions and winks matched by depth, and how many rows that is worth."""
    matched = depth_weights(truth_class(table.magnitude_deg), table.depth_deg, weight)
    repetition = np.isfinite(table.magnitude_deg)
    return {"n": matched[..., repetition].sum(-1), **scores(table, matched)}


def plain(value: Array) -> float | None:
    """A score as a number; None where it is none."""
    return float(value) if np.isfinite(value) else None


def timed_rows(table: ScoreTable) -> tuple[Flags, Array]:
    """Rows (n,) that count for onsets, and the true onset [s] to be found in each.

    A wink without an onset by this definition can be neither hit nor missed in time; nor can an ambiguous one.
    """
    kind = truth_class(table.magnitude_deg)
    wink = kind == "wink"
    timed = (kind == "clean") | (kind == "outside") | (wink & np.isfinite(table.reference_s))
    return timed, np.where(wink, table.reference_s, np.nan)


def _presence_scores(table: ScoreTable, kind: NDArray[np.str_], weight: Array) -> dict[str, Array]:
    ranked = (kind == "clean") | (kind == "wink")
    counted = ranked | (kind == "outside")
    is_wink, called = kind == "wink", np.isfinite(table.detected_s)
    ranks = is_wink[ranked], table.score[ranked], weight[..., ranked]
    return {
        "presence_f1": presence.f1(is_wink[counted], called[counted], weight[..., counted]),
        "presence_auroc": presence.auroc(*ranks),
        "presence_auprc": presence.auprc(*ranks),
        "sensitivity_at_90_specificity": presence.sensitivity_at_specificity(*ranks),
        "brier": presence.brier(*ranks),
        "false_alarms_per_100": presence.false_alarms_per_100(kind == "clean", called & counted & ~is_wink, weight),
    }


def _event_scores(table: ScoreTable, weight: Array) -> dict[str, Array]:
    timed, reference = timed_rows(table)
    reference, called, likely = reference[timed], table.detected_s[timed], table.likely_s[timed]
    w = weight[..., timed]
    precisions = {
        f"ap_{ms}ms": events.average_precision(reference, likely, table.score[timed], tolerance, w, called)
        for ms, tolerance in events.TOLERANCES_S.items()
    }
    mean = np.mean(list(precisions.values()), axis=0)
    return precisions | {"ap_mean": mean, "event_f1_100ms": events.event_f1(reference, called, w)}


def _onset_scores(table: ScoreTable, kind: NDArray[np.str_], weight: Array) -> dict[str, Array]:
    """How far off the called onsets are, over the winks found; + late."""
    wink = kind == "wink"
    t, w = table.where(wink), weight[..., wink]
    ms = events.difference(1e3 * t.detected_s, 1e3 * t.reference_s, w)
    percent = 100 * (t.detected_s - t.reference_s) / t.descent_s
    thigh = events.difference(t.detected_thigh_deg, t.onset_thigh_deg, w)
    found = np.isfinite(t.detected_s) & np.isfinite(t.reference_s)
    with np.errstate(invalid="ignore"):
        inside = (t.onset_low_s <= t.reference_s) & (t.reference_s <= t.onset_high_s)
    return {
        "onset_n": ms.n,
        "onset_missed": w[..., np.isfinite(t.reference_s) & ~found].sum(-1),
        "onset_mae_ms": ms.mae,
        "onset_median_ms": ms.median,
        "onset_bias_ms": ms.bias,
        "onset_loa_ms": ms.loa,
        "onset_mae_percent_descent": events.difference(percent, np.zeros(len(percent)), w).mae,
        "onset_mae_thigh_deg": thigh.mae,
        "onset_coverage_90": _mean(inside, found & np.isfinite(t.onset_low_s), w),
        "relation_accuracy": _mean(t.relation == t.said_relation, found & (t.said_relation != ""), w),
    }


def _magnitude_scores(table: ScoreTable, weight: Array) -> dict[str, Array]:
    off = events.difference(table.said_magnitude_deg, table.magnitude_deg, weight)
    with np.errstate(invalid="ignore"):
        inside = (table.magnitude_low_deg <= table.magnitude_deg) & (table.magnitude_deg <= table.magnitude_high_deg)
    known = np.isfinite(table.magnitude_low_deg) & np.isfinite(table.magnitude_deg)
    return {
        "magnitude_n": off.n,
        "magnitude_mae_deg": off.mae,
        "magnitude_bias_deg": off.bias,
        "magnitude_coverage_90": _mean(inside, known, weight),
    }


def _mean(flags: Flags, rows: Flags, weight: Array) -> Array:
    """Share of some of the rows that have a flag; NaN without any."""
    whole = weight[..., rows].sum(-1)
    return np.where(whole > 0, weight[..., rows & flags].sum(-1) / np.where(whole > 0, whole, 1.0), np.nan)
