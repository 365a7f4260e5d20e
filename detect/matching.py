"""Which answer belongs to which true repetition: one to one, by when the lifter was at the bottom."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from wink.clip import Clip
from wink.detection import Detection
from wink.onset import DEFAULT_DEFINITION, Definition, Repetition

_NEVER = 1e9


@dataclass(frozen=True)
class Judged:
    """One row of the score table: a true repetition with the answer to it, or an answer to none."""

    clip_id: str
    rep: int  # of the truth; -1 = outside every true repetition
    magnitude_deg: float  # of the truth, by the scored definition; NaN outside
    reference_s: float  # true onset; NaN = none
    detected_s: float  # NaN = no wink called
    score: float  # 0 where the detector said nothing
    likely_s: float = math.nan  # the called onset, or where it would be, were there one; NaN = neither
    repetition: Repetition | None = None  # None = outside
    answer: Detection | None = None  # None = nothing was said


def match_repetitions(repetitions: Sequence[Repetition], detections: Sequence[Detection]) -> dict[int, int]:
    """Indices of repetitions with the index of the detection for it, closest bottoms first, each used once.

    A detection fits a repetition during which its bottom lies (its onset where it gives no bottom; its number where
    it gives neither).
    """
    if not repetitions or not detections:
        return {}
    distance = np.array([[_distance_s(r, d) for d in detections] for r in repetitions])
    rows, columns = linear_sum_assignment(distance)
    return {int(r): int(c) for r, c in zip(rows, columns, strict=True) if distance[r, c] < _NEVER}


def judge(clip: Clip, detections: Iterable[Detection], definition: Definition = DEFAULT_DEFINITION) -> list[Judged]:
    """Rows of one labelled clip for one detector; a clip that failed counts as silent.

    Args:
        clip: with known repetitions (possibly none).
        detections: of one detector, of this clip.
        definition: of the onset to score.
    """
    assert clip.repetitions is not None, f"{clip.clip_id} has no labels to be judged by"
    answers = [d for d in detections if d.error is None]
    pairs = match_repetitions(clip.repetitions, answers)
    rows = []
    for i, repetition in enumerate(clip.repetitions):
        wink = repetition.wink(definition)
        onset_s = float("nan") if wink is None else wink.onset_s
        answer = answers[pairs[i]] if i in pairs else None
        size_deg = true_magnitude_deg(repetition, definition)
        rows.append(Judged(clip.clip_id, repetition.rep, size_deg, onset_s, *_said(answer), repetition, answer))
    nowhere = [d for j, d in enumerate(answers) if j not in pairs.values() and _likely_s(d) is not None]
    return rows + [Judged(clip.clip_id, -1, np.nan, np.nan, *_said(d), None, d) for d in nowhere]


def true_magnitude_deg(repetition: Repetition, definition: Definition) -> float:
    """True size of the wink by a definition [deg], never negative, with an onset or without: it sets the class.

    Pelvic reversal for `pelvic_reversal_onset`, lumbar flexion gained for `tuck_start` and `neutral_exit`; the same
    as `Wink.magnitude_deg`, and known of the repetitions in which the definition finds no onset as well.
    """
    if definition == "pelvic_reversal_onset":
        return repetition.pelvic_reversal_deg
    return max(0.0, repetition.lumbar_flexion_gained_deg)


def _said(detection: Detection | None) -> tuple[float, float, float]:
    """Onset that is called, score, and onset that is likely."""
    if detection is None:
        return math.nan, 0.0, math.nan
    return _or_nan(detection.onset_s), detection.score, _or_nan(_likely_s(detection))


def _likely_s(detection: Detection) -> float | None:
    return detection.likely_onset_s if detection.onset_s is None else detection.onset_s


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _distance_s(repetition: Repetition, detection: Detection) -> float:
    at = detection.bottom_s if detection.bottom_s is not None else detection.onset_s
    if at is None:
        return 0.0 if detection.rep == repetition.rep else _NEVER
    return abs(at - repetition.bottom_s) if repetition.start_s <= at <= repetition.end_s else _NEVER
