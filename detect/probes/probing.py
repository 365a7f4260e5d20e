"""How well each probe tells winks from clean repetitions: a forest on what it is shown, lifters held out in turn."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.model_selection import GroupKFold

from detect.bootstrap import MIN_LIFTERS, interval, lifter_weights
from detect.depth_matching import depth_weights
from detect.features import find_squats, measure_body
from detect.metrics import truth_class
from detect.pose import PoseTrack
from detect.presence import Array, auroc
from detect.probes.sights import PROBES, Facts, Probe, Shown
from wink.dataset import Dataset
from wink.progress import progress

LEAK_ABOVE = 0.60  # AUROC on depth-matched repetitions from which a leak is one
_FOLDS = 5
_TREES = 50
_DRAWS = 200


@dataclass(frozen=True)
class ProbeScore:
    """What one probe came to."""

    probe: str
    kind: str  # leak or floor
    n: int  # repetitions, clean or wink
    auroc: float
    auroc_depth_matched: float
    interval_depth_matched: tuple[float, float] | None  # 95 %, by lifter
    leaks: bool  # a leak probe above LEAK_ABOVE


@dataclass(frozen=True)
class ProbedRepetition:
    """A repetition with what is true of it."""

    shown: Shown
    magnitude_deg: float
    depth_deg: float


def probed_repetitions(dataset: Dataset, poses: Callable[[str], PoseTrack]) -> list[ProbedRepetition]:
    """Every labelled repetition of a simulated dataset; `poses` gives the pose of a clip by its id."""
    factors = {row["clip_id"]: json.loads(row["factors"] or "{}") for row in dataset.metadata()}
    found = []
    for clip in progress([c for c in dataset.clips() if c.repetitions], "probes"):
        body = measure_body(poses(clip.clip_id))
        squats = () if body is None else find_squats(body)
        for truth in clip.repetitions or ():
            squat = next((s for s in squats if truth.start_s <= s.bottom / clip.fps <= truth.end_s), None)
            shown = Shown(clip, factors[clip.clip_id], body, squat)
            found.append(ProbedRepetition(shown, truth.pelvic_reversal_deg, truth.max_thigh_inclination_deg))
    return found


def run_probes(
    repetitions: Sequence[ProbedRepetition], probes: Mapping[str, Probe] = PROBES, seed: int = 0
) -> tuple[ProbeScore, ...]:
    """Score every probe on repetitions that are clean or winks; none where either is missing.

    Args:
        repetitions: of one dataset.
        probes: by name.
        seed: of forests and draws of lifters.
    """
    kind = truth_class(np.array([r.magnitude_deg for r in repetitions], dtype=float))
    some = [r for r, k in zip(repetitions, kind, strict=True) if k in ("clean", "wink")]
    kind = kind[np.isin(kind, ("clean", "wink"))]
    lifters = np.array([r.shown.clip.subject_id for r in some])
    if len(np.unique(kind)) < 2 or len(np.unique(lifters)) < MIN_LIFTERS:
        return ()
    depth = np.array([r.depth_deg for r in some], dtype=float)
    return tuple(
        _score(name, probe, [probe.look(r.shown) for r in some], kind, depth, lifters, seed)
        for name, probe in progress(probes.items(), "probes", unit="probe")
    )


def _score(
    name: str,
    probe: Probe,
    facts: Sequence[Facts],
    kind: NDArray[np.str_],
    depth_deg: Array,
    lifters: NDArray[np.str_],
    seed: int,
) -> ProbeScore:
    is_wink = kind == "wink"
    said = held_out_scores(facts, is_wink, lifters, seed)
    matched = depth_weights(kind, depth_deg, np.ones(len(said)))
    draws = depth_weights(kind, depth_deg, lifter_weights(lifters.tolist(), seed, _DRAWS))
    value = float(auroc(is_wink, said, matched))
    return ProbeScore(
        probe=name,
        kind=probe.kind,
        n=len(said),
        auroc=float(auroc(is_wink, said, np.ones(len(said)))),
        auroc_depth_matched=value,
        interval_depth_matched=interval(auroc(is_wink, said, draws)),
        leaks=probe.kind == "leak" and value > LEAK_ABOVE,
    )


def held_out_scores(
    facts: Sequence[Facts], is_wink: NDArray[np.bool_], lifters: NDArray[np.str_], seed: int
) -> NDArray[np.float64]:
    """Score (n,) of each repetition by a forest that never saw its lifter; a half where it was shown nothing."""
    columns = DictVectorizer(sparse=False).fit_transform([_readable(fact) for fact in facts])
    said = np.full(len(facts), 0.5)
    if not columns.shape[1]:
        return said
    for train, rest in GroupKFold(min(_FOLDS, len(np.unique(lifters)))).split(columns, groups=lifters):
        if len(np.unique(is_wink[train])) < 2:
            continue
        forest = RandomForestClassifier(_TREES, min_samples_leaf=4, class_weight="balanced", random_state=seed)
        said[rest] = forest.fit(columns[train], is_wink[train]).predict_proba(columns[rest])[:, 1]
    return said


def _readable(facts: Facts) -> dict[str, float | str]:
    """Numbers as numbers, the rest as words; what is unknown or no finite number is left out."""
    readable: dict[str, float | str] = {}
    for name, value in facts.items():
        if isinstance(value, bool | str):
            readable[name] = str(value)
        elif isinstance(value, int | float | np.number) and np.isfinite(value):
            readable[name] = float(value)
    return readable
