"""How well winks are found: scores over repetitions, each with what happened and what a detector said of it.

Conventions: one row a repetition, arrays of shape (n,), times in seconds, NaN = no wink. `magnitude_deg` is the true
size of the wink by the definition that is scored (`detect.matching.true_magnitude_deg`) and sets the class of a row:
clean < 5, ambiguous 5-10, wink >= 10 degrees. Ambiguous rows are neither rewarded nor punished. A row with NaN
magnitude is a call outside every true repetition, or a second one in the same: a false alarm in the F1s, in average
precision and in the false alarms. Only the AUROC leaves it out: it ranks repetitions, the same ones for every detector.
Negatives come first: nothing to find and nothing found is a success (1.0), not an empty case.

Metrics: `average_precision` (event detection within a tolerance, non-interpolated: Everingham 2010 without the
envelope), `event_f1`, `onset_error` (bias and 95 % limits of agreement: Bland & Altman 1986), `presence_auroc`
(Hanley & McNeil 1982), `presence_f1`, `false_alarms_per_100`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from wink.errors import DetectorError

Array = NDArray[np.float64]
TruthClass = Literal["clean", "ambiguous", "wink", "outside"]

#: Tolerances [s] by name: 1, 2, 3, 5 and 10 frames at 30 fps, so that "33 ms" forgives exactly one frame.
TOLERANCES_S = {33: 1 / 30, 67: 2 / 30, 100: 3 / 30, 167: 5 / 30, 333: 10 / 30}
EVENT_F1_TOLERANCE_S = TOLERANCES_S[100]
CLEAN_BELOW_DEG = 5.0  # inside the error of skin markers, see wink.angles
WINK_FROM_DEG = 10.0
_ROUNDING_S = 1e-6


@dataclass(frozen=True)
class OnsetError:
    """Detected minus true onset over the winks that were found [ms]; None where too few were."""

    n: int
    missed: int
    mae_ms: float | None
    median_ms: float | None  # of the absolute error
    bias_ms: float | None  # + late
    loa_ms: float | None  # 95 % of errors lie within bias ± this


def validate(reference_s: Array, magnitude_deg: Array, detected_s: Array, score: Array) -> None:
    """Check one row a repetition, and guess what went wrong.

    Raises:
        DetectorError: unequal lengths, impossible values, or times in another unit.
    """
    lengths = [len(a) for a in (reference_s, magnitude_deg, detected_s, score)]
    if len(set(lengths)) > 1:
        raise DetectorError(
            f"reference, magnitude, detected and score have {lengths} rows; one a repetition is expected"
        )
    if not np.isfinite(score).all():
        raise DetectorError("a score is not a finite number; a repetition nobody spoke of has score 0")
    if np.any(magnitude_deg < 0):
        raise DetectorError(f"a true magnitude is {np.nanmin(magnitude_deg):g} deg; it cannot be negative. Wrong sign?")
    for name, times in (("reference", reference_s), ("detected", detected_s)):
        if np.isinf(times).any() or np.any(times < 0):
            raise DetectorError(f"a {name} onset is negative or infinite; NaN means no wink")
    _check_same_unit(reference_s[np.isfinite(reference_s)], detected_s[np.isfinite(detected_s)])


def _check_same_unit(reference_s: Array, detected_s: Array) -> None:
    if not len(reference_s) or not len(detected_s):
        return
    for one, other, name in ((detected_s, reference_s, "detected"), (reference_s, detected_s, "reference")):
        if one.max() > 50 and one.max() > 20 * other.max():
            raise DetectorError(
                f"the {name} onsets reach {one.max():g} s, the others only {other.max():g} s; "
                "are these milliseconds or frame numbers?"
            )


def truth_class(magnitude_deg: Array) -> NDArray[np.str_]:
    """Class (n,) of each row by its true magnitude [deg]: clean, ambiguous, wink, or outside (NaN)."""
    return np.select(
        [np.isnan(magnitude_deg), magnitude_deg < CLEAN_BELOW_DEG, magnitude_deg < WINK_FROM_DEG],
        ["outside", "clean", "ambiguous"],
        default="wink",
    )


def average_precision(reference_s: Array, detected_s: Array, score: Array, tolerance_s: float) -> float | None:
    """Area under precision-recall of events, at most one a row, right within `tolerance_s`; not interpolated.

    Without any event: 1 if nothing was called, else 0. None without any row.
    """
    if not len(reference_s):
        return None
    called, n_events = np.isfinite(detected_s), int(np.isfinite(reference_s).sum())
    if n_events == 0:
        return 0.0 if called.any() else 1.0
    hit = _hits(reference_s, detected_s, tolerance_s)
    if not hit.any():
        return 0.0
    return float(average_precision_score(hit[called], score[called]) * hit.sum() / n_events)


def event_f1(reference_s: Array, detected_s: Array, tolerance_s: float = EVENT_F1_TOLERANCE_S) -> float | None:
    """F1 of events, right within `tolerance_s`; 1 if nothing to find and nothing called, None without any row."""
    if not len(reference_s):
        return None
    n_called, n_events = int(np.isfinite(detected_s).sum()), int(np.isfinite(reference_s).sum())
    if n_called + n_events == 0:
        return 1.0
    return float(2 * _hits(reference_s, detected_s, tolerance_s).sum() / (n_called + n_events))


def onset_error(reference_s: Array, detected_s: Array) -> OnsetError:
    """How far off the found onsets are, and how many were not found."""
    error = 1e3 * (detected_s - reference_s)
    error = error[np.isfinite(error)]
    missed = int(np.isfinite(reference_s).sum()) - len(error)
    if not len(error):
        return OnsetError(0, missed, None, None, None, None)
    spread = float(1.96 * error.std(ddof=1)) if len(error) > 1 else None
    size = np.abs(error)
    return OnsetError(len(error), missed, float(size.mean()), float(np.median(size)), float(error.mean()), spread)


def presence_auroc(is_wink: NDArray[np.bool_], score: Array) -> float | None:
    """Chance that a wink scores above a clean repetition; None unless there are both."""
    if is_wink.all() or not is_wink.any():  # true of no row as well
        return None
    return float(roc_auc_score(is_wink, score))


def presence_f1(is_wink: NDArray[np.bool_], called: NDArray[np.bool_]) -> float | None:
    """F1 of calling a wink at all, calls outside as rows that are no wink; 1 if nothing to find and nothing called.

    None without any row.
    """
    if not len(is_wink):
        return None
    total = int(is_wink.sum() + called.sum())
    return 1.0 if total == 0 else float(2 * (is_wink & called).sum() / total)


def false_alarms_per_100(n_clean: int, n_called: int) -> float | None:
    """Winks called where there is none, in clean repetitions and outside all, for a hundred clean ones.

    Above 100 where calls outside outnumber the silent clean repetitions; None without a clean one.
    """
    return 100 * n_called / n_clean if n_clean else None


def evaluate(
    reference_s: ArrayLike, magnitude_deg: ArrayLike, detected_s: ArrayLike, score: ArrayLike
) -> dict[str, Any]:
    """Every score of one detector over repetitions; see the module for conventions.

    Raises:
        DetectorError: the arrays break the conventions.
    """
    columns = (np.asarray(a, dtype=np.float64) for a in (reference_s, magnitude_deg, detected_s, score))
    reference, magnitude, detected, scores = columns
    validate(reference, magnitude, detected, scores)
    kind, called = truth_class(magnitude), np.isfinite(detected)
    counts = {
        "n_repetitions": int((kind != "outside").sum()),
        **{f"n_{name}": int((kind == name).sum()) for name in ("clean", "ambiguous", "wink")},
        "n_clean_silent": int((~called[kind == "clean"]).sum()),
        "n_wink_called": int(called[kind == "wink"].sum()),
        "n_ambiguous_called": int(called[kind == "ambiguous"].sum()),
        "n_called_outside": int(called[kind == "outside"].sum()),
    }
    # A wink without an onset by this definition can be neither hit nor missed in time.
    timed = (kind == "clean") | (kind == "outside") | ((kind == "wink") & np.isfinite(reference))
    event = np.where(kind == "wink", reference, np.nan)[timed]
    return counts | _presence_scores(kind, called, scores) | _event_scores(event, detected[timed], scores[timed])


def _presence_scores(kind: NDArray[np.str_], called: NDArray[np.bool_], score: Array) -> dict[str, float | None]:
    repetition = (kind == "clean") | (kind == "wink")
    counted = repetition | (kind == "outside")
    is_wink = kind == "wink"
    return {
        "presence_f1": presence_f1(is_wink[counted], called[counted]),
        "presence_auroc": presence_auroc(is_wink[repetition], score[repetition]),
        "false_alarms_per_100": false_alarms_per_100(
            int((kind == "clean").sum()), int((called & counted & ~is_wink).sum())
        ),
    }


def _event_scores(reference_s: Array, detected_s: Array, score: Array) -> dict[str, float | None]:
    precisions = {
        f"ap_{ms}ms": average_precision(reference_s, detected_s, score, tolerance)
        for ms, tolerance in TOLERANCES_S.items()
    }
    onset = {f"onset_{name}": value for name, value in asdict(onset_error(reference_s, detected_s)).items()}
    return precisions | {
        "ap_mean": _mean(precisions.values()),
        "event_f1_100ms": event_f1(reference_s, detected_s),
        **onset,
    }


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _hits(reference_s: Array, detected_s: Array, tolerance_s: float) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(detected_s - reference_s) <= tolerance_s + _ROUNDING_S)
