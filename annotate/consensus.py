"""One answer a clip from all of its annotators, each weighed by what golden clips tell of them.

Onset: each mark says true onset = mark - bias, give or take the annotator's spread, or nothing at all (a gross error,
anywhere in the clip). The posterior of the onset follows on a grid of times; with three marks, two that agree outvote a
third. Wink or none: odds multiply by how often each annotator sees winks and calls them where there are none (Dawid &
Skene 1979, with rates known from golden clips).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from annotate.disputes import ORDER, DisputeRules, cannot_be_told, disputes
from annotate.label_studio import WINK_GRADES
from annotate.precision import Precision
from annotate.raters import Agreement
from wink.annotation import Annotation, Grade
from wink.clip import Clip
from wink.consensus import INTERVAL, Consensus
from wink.trial import Array

#: Golden marks from which an annotator's own bias and spread are used.
LEAST_MARKS = 6
#: Spread of an annotator of whom nothing is known, and how far biases differ between people [s]; ours.
UNKNOWN_SPREAD_S, UNKNOWN_BIAS_S = 0.12, 0.08
#: Weight of the habits of an unknown annotator, in golden clips: sees 80 % of winks, calls 10 % of clean squats.
PRIOR_CLIPS, PRIOR_HIT, PRIOR_FALSE_ALARM, PRIOR_GROSS = 4, 0.8, 0.1, 0.05
GRID_S = 0.002


@dataclass(frozen=True)
class Judge:
    """What is known of one annotator."""

    bias_s: float
    spread_s: float  # of one mark, uncertainty of the bias included
    gross: float  # share of marks that mean another moment
    hit: float
    false_alarm: float


def judge_of(precision: Precision | None, pairs: Agreement) -> Judge:
    """What an annotator's golden clips tell; without enough of them, the spread among annotators stands in."""
    if precision is None or precision.seconds.n < LEAST_MARKS or precision.seconds.spread is None:
        spread = float(np.hypot(_spread_between(pairs), UNKNOWN_BIAS_S))
        rates = (PRIOR_HIT, PRIOR_FALSE_ALARM) if precision is None else _rates(precision)
        return Judge(0.0, spread, PRIOR_GROSS, *rates)
    e = precision.seconds
    assert e.bias is not None
    assert e.spread is not None
    gross = (e.n_gross + PRIOR_GROSS * PRIOR_CLIPS) / (e.n + e.n_gross + PRIOR_CLIPS)
    return Judge(e.bias.value, e.spread.value * float(np.sqrt(1 + 1 / e.n)), gross, *_rates(precision))


def consensus_of(
    clip: Clip, annotations: Sequence[Annotation], judges: Mapping[str, Judge], rules: DisputeRules | None = None
) -> Consensus:
    """The answer to one clip from the annotations of it that count, one an annotator."""
    rules = rules or DisputeRules()
    probability = None if cannot_be_told(annotations, rules) else wink_probability(annotations, judges)
    is_wink = probability is not None and probability >= 0.5
    marks = [a for a in annotations if a.onset_s is not None]
    low = middle = high = None
    if is_wink and marks:
        times = np.array([a.onset_s for a in marks], float)
        low, middle, high = onset_interval(times, [judges[a.annotator] for a in marks], clip)
    biases_s = {a.annotator: judges[a.annotator].bias_s for a in annotations}
    dispute = disputes(annotations, rules, biases_s, (is_wink, middle))
    return Consensus(
        clip_id=clip.clip_id,
        n_annotators=len(annotations),
        grade=_grade(annotations, probability),
        wink_probability=probability,
        onset_s=middle,
        onset_frame=None if middle is None else min(clip.n_frames - 1, round(middle * clip.fps)),
        onset_low_s=low,
        onset_high_s=high,
        relation_to_parallel=_most_said([a.relation_to_parallel for a in marks]) if is_wink else None,
        disputed=bool(dispute),
        dispute="; ".join(dispute) or None,
    )


def wink_probability(annotations: Sequence[Annotation], judges: Mapping[str, Judge]) -> float | None:
    """Probability of a wink that people can see, even odds before; None if nobody could tell."""
    judged = [a for a in annotations if a.grade in ORDER]
    if not judged:
        return None
    odds = 0.0
    for a in judged:
        judge = judges[a.annotator]
        seen = a.grade in WINK_GRADES
        odds += np.log(judge.hit / judge.false_alarm) if seen else np.log((1 - judge.hit) / (1 - judge.false_alarm))
    return float(1 / (1 + np.exp(-odds)))


def onset_interval(marks_s: Array, judges: Sequence[Judge], clip: Clip) -> tuple[float, float, float]:
    """Median and 90 % interval of the onset [s]: low, median, high; all within the clip."""
    times = np.arange(0.0, clip.duration_s, GRID_S)
    log_posterior = np.zeros(len(times))
    for mark, judge in zip(marks_s, judges, strict=True):
        sigma = np.hypot(judge.spread_s, 1 / clip.fps / np.sqrt(12))
        meant = norm.pdf(mark, times + judge.bias_s, sigma)
        log_posterior += np.log((1 - judge.gross) * meant + judge.gross / clip.duration_s)
    share = np.exp(log_posterior - log_posterior.max())
    reached = np.cumsum(share) / share.sum()
    tail = (1 - INTERVAL) / 2
    low, middle, high = np.interp([tail, 0.5, 1 - tail], reached, times)
    return float(low), float(middle), float(high)


def _grade(annotations: Sequence[Annotation], probability: float | None) -> Grade | None:
    """None where nobody can tell; the lower middle of the grades that say what is likelier."""
    if probability is None:
        return None
    said = sorted(ORDER.index(a.grade) for a in annotations if a.grade in WINK_GRADES)
    return ORDER[said[(len(said) - 1) // 2]] if probability >= 0.5 and said else "none"


def _most_said(words: Sequence[str | None]) -> str | None:
    known = [w for w in words if w is not None]
    return max(dict.fromkeys(known), key=known.count) if known else None


def _rates(precision: Precision) -> tuple[float, float]:
    hit = precision.missed.total - precision.missed.count + PRIOR_CLIPS * PRIOR_HIT
    alarms = precision.false_alarms.count + PRIOR_CLIPS * PRIOR_FALSE_ALARM
    return hit / (precision.missed.total + PRIOR_CLIPS), alarms / (precision.false_alarms.total + PRIOR_CLIPS)


def _spread_between(agreement: Agreement) -> float:
    """Spread of one annotator from differences of two [s], robust; a guess of ours where there are few."""
    differences = np.concatenate([pair.difference_s for pair in agreement.pairs] or [np.empty(0)])
    if len(differences) < LEAST_MARKS:
        return UNKNOWN_SPREAD_S
    return float(max(0.02, 1.4826 * np.median(np.abs(differences - np.median(differences))) / np.sqrt(2)))
