"""What detectors and the simulation say of a clip, as Label Studio's predictions: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from annotate.label_studio import ONSET, Result, choice, region
from wink.angles import severity
from wink.annotation import Grade
from wink.clip import Clip, frame_at
from wink.detection import Detection
from wink.errors import AnnotationError

#: Model version under which the simulation's own truth is shown.
TRUTH = "truth"

#: Grade of each severity; an ambiguous reversal is left to the eye.
_GRADES: dict[str, Grade] = {"clean": "none", "mild": "mild", "clear": "clear", "marked": "marked"}


def predictions_of(clip: Clip, detections: Iterable[Detection]) -> list[dict[str, Any]]:
    """One prediction a detector: its onset and bottom in each repetition; answers that are errors are left out.

    Raises:
        AnnotationError: an onset lies outside the clip.
    """
    by_detector: dict[str, list[Detection]] = {}
    for detection in detections:
        if detection.clip_id == clip.clip_id and detection.error is None:
            by_detector.setdefault(detection.detector, []).append(detection)
    return [_of_detector(clip, name, found) for name, found in sorted(by_detector.items())]


def truth_of(clip: Clip) -> dict[str, Any] | None:
    """The simulation's truth as a prediction; None where it is unknown."""
    if clip.repetitions is None:
        return None
    results: list[Result] = []
    for repetition in clip.repetitions:
        wink = repetition.wink()
        if wink is not None:
            results.append(_moment(clip, ONSET, wink.onset_s))
        results.append(_moment(clip, "bottom", repetition.bottom_s))
    worst = max((r.pelvic_reversal_deg for r in clip.repetitions), default=0.0)
    return {"model_version": TRUTH, "score": 1.0, "result": results + _graded(worst)}


def _of_detector(clip: Clip, name: str, found: Sequence[Detection]) -> dict[str, Any]:
    results: list[Result] = []
    for detection in found:
        if detection.onset_s is not None:
            results.append(_moment(clip, ONSET, detection.onset_s, detection.score))
        if detection.bottom_s is not None:
            results.append(_moment(clip, "bottom", detection.bottom_s))
    if all(detection.onset_s is None for detection in found):
        results.append(choice("wink_grade", ["none"]))
    else:
        sizes = [d.magnitude_deg for d in found if d.magnitude_deg is not None]
        results += _graded(max(sizes)) if sizes else []
    return {"model_version": name, "score": max(d.score for d in found), "result": results}


def _graded(pelvic_reversal_deg: float) -> list[Result]:
    grade = _GRADES.get(severity(pelvic_reversal_deg))
    return [] if grade is None else [choice("wink_grade", [grade])]


def _moment(clip: Clip, label: str, time_s: float, score: float | None = None) -> Result:
    """A one-frame mark at a time; the server itself would take any frame, even one the clip lacks."""
    frame = frame_at(time_s, clip.fps)
    if not 0 <= frame < clip.n_frames:
        raise AnnotationError(
            f"{label} of clip {clip.clip_id} at {time_s:g} s lies outside the clip (0 to {clip.duration_s:.2f} s); "
            "are these milliseconds, or detections of another rendering?"
        )
    return region(label, (frame, frame), score)
