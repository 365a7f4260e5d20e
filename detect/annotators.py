"""Annotators scored as detectors are: by the same scorer, on the clips they marked.

Where the truth is known (simulated and measured clips) each is scored against it. Real clips without truth take what
`wink agreement` made of their annotations together (`consensus.parquet`): a wink or none by its probability (between a
third and two thirds: ambiguous), its onset if that is known to half a second. Without a consensus, or with one made
before somebody answered, it is the annotators' plain majority: a wink if two thirds of those who could tell saw one
(ambiguous down to a third), its onset the median of those marked. Each annotator is then scored against the *others*
alone, and detectors against all. People are asked for the first wink of a clip: repetitions after it are nobody's, and
left out. Annotations that break the rules of marking, or began from a prediction, are left out too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from detect.features import BodyCurves, find_squats, measure_body
from detect.pose import PoseTrack
from wink.angles import relation_to_parallel
from wink.annotation import Annotation
from wink.clip import Clip
from wink.consensus import Consensus
from wink.detection import Detection
from wink.onset import DEFAULT_DEFINITION, Repetition, Wink

#: What each grade says as a score, and the size in the middle of its class of severity [deg].
GRADE_SCORE = {"none": 0.0, "mild": 0.6, "clear": 0.8, "marked": 1.0}
GRADE_DEG = {"none": 0.0, "mild": 15.0, "clear": 27.0, "marked": 40.0}
UNDECIDED = (1 / 3, 2 / 3)  # share of those who could tell that saw a wink: no reference there
UNDECIDED_DEG = 7.5
#: An onset whose 90 % interval is wider than this is nobody's measure [s].
WIDEST_ONSET_S = 0.5
TOGETHER = "annotators together"


@dataclass(frozen=True)
class Verdict:
    """What people say of a clip: how big a wink, and since when."""

    size_deg: float
    score: float
    onset_s: float | None


def usable(annotations: Sequence[Annotation]) -> dict[str, list[Annotation]]:
    """Blind annotations that keep the rules, by clip; the newest of each annotator."""
    newest: dict[tuple[str, str], Annotation] = {}
    for a in sorted(annotations, key=lambda a: a.updated_at):
        if a.problem is None and not a.primed and a.grade is not None:
            newest[a.clip_id, a.annotator] = a
    by_clip: dict[str, list[Annotation]] = {}
    for a in newest.values():
        by_clip.setdefault(a.clip_id, []).append(a)
    return by_clip


def verdict(annotations: Sequence[Annotation]) -> Verdict | None:
    """What the annotators of a clip say together; None where nobody could tell."""
    told = [a for a in annotations if a.grade in GRADE_SCORE]
    if not told:
        return None
    share = float(np.mean([a.grade != "none" for a in told]))
    onsets = [a.onset_s for a in told if a.onset_s is not None]
    score = float(np.mean([GRADE_SCORE[str(a.grade)] for a in told]))
    if UNDECIDED[0] < share < UNDECIDED[1]:
        return Verdict(UNDECIDED_DEG, score, None)
    if share <= UNDECIDED[0]:
        return Verdict(0.0, score, None)
    size = float(np.median([GRADE_DEG[str(a.grade)] for a in told if a.grade != "none"]))
    return Verdict(size, score, float(np.median(onsets)) if onsets else None)


def agreed(consensus: Consensus) -> Verdict | None:
    """What a clip's annotators say by their consensus; None where nobody could tell."""
    probability, grade = consensus.wink_probability, consensus.grade
    if probability is None or grade not in GRADE_SCORE:
        return None
    if probability <= UNDECIDED[0]:
        return Verdict(0.0, probability, None)
    if probability < UNDECIDED[1] or grade == "none":
        return Verdict(UNDECIDED_DEG, probability, None)
    low, high = consensus.onset_low_s, consensus.onset_high_s
    is_known = low is not None and high is not None and high - low <= WIDEST_ONSET_S
    return Verdict(GRADE_DEG[str(grade)], probability, consensus.onset_s if is_known else None)


def as_detections(name: str, clip: Clip, annotations: Sequence[Annotation]) -> list[Detection]:
    """What one annotator, or several together, say of a clip's repetitions as far as they were asked."""
    said = verdict(annotations)
    repetitions = asked_of(clip, said)
    if said is None:
        reason = "the annotator could not tell"
        return [_detection(name, clip, r, 0.0, None, reason) for r in repetitions]
    marked = _repetition_at(repetitions, said.onset_s)
    return [
        _detection(name, clip, r, said.score if r.rep == marked else 0.0, said.onset_s if r.rep == marked else None)
        for r in repetitions
    ]


def _detection(
    name: str, clip: Clip, r: Repetition, score: float, onset_s: float | None, reason: str | None = None
) -> Detection:
    return Detection(name, clip.clip_id, r.rep, score, onset_s, None, r.bottom_s, 0.0, cannot_tell=reason)


def asked_of(clip: Clip, said: Verdict | None) -> tuple[Repetition, ...]:
    """The repetitions an annotator spoke of: all up to the first that winks."""
    repetitions = clip.repetitions or ()
    marked = _repetition_at(repetitions, None if said is None else said.onset_s)
    return repetitions if marked is None else repetitions[: marked + 1]


def _repetition_at(repetitions: Sequence[Repetition], onset_s: float | None) -> int | None:
    """Number of the repetition in which an onset lies; the nearest where it lies between."""
    if onset_s is None or not repetitions:
        return None
    gaps = [max(r.start_s - onset_s, onset_s - r.end_s, 0.0) for r in repetitions]
    return repetitions[int(np.argmin(gaps))].rep


def referenced(
    clip: Clip, pose: PoseTrack, annotations: Sequence[Annotation], consensus: Consensus | None = None
) -> Clip:
    """A clip of unknown truth with what its annotators say in the truth's place; as it was where nobody could tell.

    Its repetitions are those the pose shows, up to the first that winks.

    Args:
        clip: of unknown truth.
        pose: found in it.
        annotations: valid and blind, one a person.
        consensus: what they say together, with its uncertainty; None = their plain majority.
    """
    said = verdict(annotations) if consensus is None else agreed(consensus)
    body = measure_body(pose)
    if said is None or body is None:
        return clip
    windows = [
        Repetition(
            s.rep, s.start / pose.fps, s.bottom / pose.fps, s.end / pose.fps, _deepest(body, s.bottom), 0.0, 0.0, ()
        )
        for s in find_squats(body)
    ]
    if not windows:
        return clip
    whole = replace(clip, repetitions=tuple(windows))
    marked = _repetition_at(windows, said.onset_s)
    if marked is None and said.size_deg > 0:
        return replace(clip, repetitions=tuple(_sized(r, said, body) for r in windows)) if len(windows) == 1 else clip
    kept = asked_of(whole, said)
    return replace(clip, repetitions=tuple(_sized(r, said, body) if r.rep == marked else r for r in kept))


def _deepest(body: BodyCurves, frame: int) -> float:
    return float(body.thigh_inclination_deg[frame])


def _sized(repetition: Repetition, said: Verdict, body: BodyCurves) -> Repetition:
    sized = replace(repetition, pelvic_reversal_deg=said.size_deg)
    if said.onset_s is None:
        return sized
    thigh = float(np.interp(said.onset_s, body.time_s, body.thigh_inclination_deg))
    share = (said.onset_s - repetition.start_s) / (repetition.bottom_s - repetition.start_s)
    wink = Wink(
        DEFAULT_DEFINITION, said.onset_s, thigh, 100 * share, float("nan"), said.size_deg, relation_to_parallel(thigh)
    )
    return replace(sized, winks=(wink,))


def pseudonyms(annotations: Mapping[str, Sequence[Annotation]]) -> dict[str, str]:
    """A number for every annotator, in the order of their names: who they are is nobody's business."""
    names = sorted({a.annotator for some in annotations.values() for a in some})
    return {name: f"annotator {k}" for k, name in enumerate(names, start=1)}
