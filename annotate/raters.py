"""How far annotators agree with one another, truth aside: grades by kappa and alpha, onsets by limits of agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import krippendorff
import numpy as np
from sklearn.metrics import cohen_kappa_score

from annotate.disputes import ORDER
from annotate.precision import Interval
from wink.annotation import Annotation
from wink.trial import Array

RESAMPLES = 300


@dataclass(frozen=True)
class Pair:
    """Two annotators on the clips both judged; differences are second minus first [s]."""

    first: str
    second: str
    n_clips: int
    kappa: float | None  # of grades, quadratic weights (Cohen 1968); None = nothing to tell apart
    mean_s: Array  # (n,) middle of both onsets
    difference_s: Array  # (n,)
    difference_frames: Array  # (n,)

    @property
    def median_size_s(self) -> float | None:
        """Median of the absolute difference [s]; None if no clip has two onsets."""
        return float(np.median(np.abs(self.difference_s))) if len(self.difference_s) else None

    @property
    def limits_s(self) -> tuple[float, float, float] | None:
        """Mean difference and 95 % limits of agreement [s] (Bland & Altman 1986); None of fewer than two."""
        if len(self.difference_s) < 2:
            return None
        mean, half = float(self.difference_s.mean()), float(1.96 * self.difference_s.std(ddof=1))
        return mean, mean - half, mean + half


@dataclass(frozen=True)
class Agreement:
    """All annotators together."""

    alpha_grade: Interval | None  # Krippendorff's alpha, ordinal
    alpha_parallel: Interval | None  # of before, at or after parallel; ordinal
    pairs: tuple[Pair, ...]


def agreement_of(annotations: Sequence[Annotation], rates: Mapping[str, float]) -> Agreement:
    """Measure agreement on the clips that more than one judged.

    Args:
        annotations: those that count, one a clip and annotator.
        rates: frames a second by clip id.
    """
    people = sorted({a.annotator for a in annotations})
    by_clip: dict[str, dict[str, Annotation]] = {}
    for a in annotations:
        by_clip.setdefault(a.clip_id, {})[a.annotator] = a
    shared = {clip_id: said for clip_id, said in sorted(by_clip.items()) if len(said) > 1}
    depths = ("before_parallel", "at_parallel", "after_parallel")
    return Agreement(
        alpha_grade=_alpha([[_rank(said.get(p), "grade", ORDER) for said in shared.values()] for p in people]),
        alpha_parallel=_alpha(
            [[_rank(said.get(p), "relation_to_parallel", depths) for said in shared.values()] for p in people]
        ),
        pairs=tuple(
            pair for one, two in combinations(people, 2) if (pair := _pair(one, two, shared, rates)) is not None
        ),
    )


def _rank(annotation: Annotation | None, name: str, order: Sequence[str]) -> float:
    value = None if annotation is None else getattr(annotation, name)
    return float(order.index(value)) if value in order else np.nan


def _alpha(rows: list[list[float]]) -> Interval | None:
    """Krippendorff's alpha of values (annotators, clips), interval by resampling clips (Efron 1979)."""
    values = np.array(rows, float).reshape(len(rows), -1)
    table: Array = values[:, np.isfinite(values).sum(axis=0) > 1]
    if table.shape[1] < 2 or len(np.unique(table[np.isfinite(table)])) < 2:
        return None
    rng = np.random.default_rng(0)
    found = []
    for _ in range(RESAMPLES):
        picked = table[:, rng.integers(table.shape[1], size=table.shape[1])]
        if len(np.unique(picked[np.isfinite(picked)])) > 1:
            found.append(krippendorff.alpha(reliability_data=picked, level_of_measurement="ordinal"))
    low, high = np.percentile(found, [2.5, 97.5])
    value = krippendorff.alpha(reliability_data=table, level_of_measurement="ordinal")
    return Interval(float(value), float(low), float(high))


def _pair(
    one: str, two: str, shared: Mapping[str, Mapping[str, Annotation]], rates: Mapping[str, float]
) -> Pair | None:
    both = [(clip_id, said[one], said[two]) for clip_id, said in shared.items() if one in said and two in said]
    if not both:
        return None
    ranks = np.array([[_rank(a, "grade", ORDER), _rank(b, "grade", ORDER)] for _, a, b in both])
    judged = ranks[np.isfinite(ranks).all(axis=1)].astype(int)
    varied = len(judged) > 1 and len(np.unique(judged)) > 1
    marked = [(c, a.onset_s, b.onset_s) for c, a, b in both if a.onset_s is not None and b.onset_s is not None]
    first, second = np.array([m[1] for m in marked], float), np.array([m[2] for m in marked], float)
    fps = np.array([rates[m[0]] for m in marked], float)
    return Pair(
        first=one,
        second=two,
        n_clips=len(both),
        kappa=float(cohen_kappa_score(*judged.T, weights="quadratic")) if varied else None,
        mean_s=(first + second) / 2,
        difference_s=second - first,
        difference_frames=(second - first) * fps,
    )
