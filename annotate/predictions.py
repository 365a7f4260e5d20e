"""What detectors and the simulation say of a clip, as Label Studio's predictions: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.label_studio import Result, choice, region
from annotate.marks import ONSET
from wink.angles import severity
from wink.annotation import Grade
from wink.clip import Clip, frame_at
from wink.detection import Detection
from wink.errors import AnnotationError

#: Model version under which the simulation's own truth is shown.
TRUTH = "truth"

#: Grade of each severity; an ambiguous reversal is left to the eye.
_GRADES: dict[str, Grade] = {"clean": "none", "mild": "mild", "clear": "clear", "marked": "marked"}


@dataclass(frozen=True)
class Prediction:
    """What one model says of a clip; `left_out` names the moments that no frame of the clip shows."""

    model: str
    score: float
    results: tuple[Result, ...]
    left_out: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """The prediction as Label Studio takes it."""
        return {"model_version": self.model, "score": self.score, "result": list(self.results)}


def predictions_of(clip: Clip, detections: Iterable[Detection]) -> list[Prediction]:
    """One prediction a detector: its onset and bottom in each repetition; answers that are errors are left out.

    Raises:
        AnnotationError: a moment lies outside the clip.
    """
    by_detector: dict[str, list[Detection]] = {}
    for detection in detections:
        if detection.clip_id == clip.clip_id and detection.error is None:
            by_detector.setdefault(detection.detector, []).append(detection)
    return [_of_detector(clip, name, found) for name, found in sorted(by_detector.items())]


def truth_of(clip: Clip) -> Prediction | None:
    """The simulation's truth as a prediction; None where it is unknown."""
    if clip.repetitions is None:
        return None
    moments = []
    for repetition in clip.repetitions:
        wink = repetition.wink()
        if wink is not None:
            moments.append((ONSET, wink.onset_s, None))
        moments.append(("bottom", repetition.bottom_s, None))
    results, left_out = _placed(clip, moments)
    worst = max((r.pelvic_reversal_deg for r in clip.repetitions), default=0.0)
    return Prediction(TRUTH, 1.0, (*results, *_graded(worst)), left_out)


def _of_detector(clip: Clip, name: str, found: Sequence[Detection]) -> Prediction:
    moments = []
    for detection in found:
        moments += [(ONSET, detection.onset_s, detection.score), ("bottom", detection.bottom_s, None)]
    known = [(label, time_s, score) for label, time_s, score in moments if time_s is not None]
    _check_within(clip, known)
    results, left_out = _placed(clip, known)
    sizes = [d.magnitude_deg for d in found if d.onset_s is not None and d.magnitude_deg is not None]
    if all(detection.onset_s is None for detection in found):
        results += (choice("wink_grade", ["none"]),)
    elif sizes:
        results += (*_graded(max(sizes)),)
    return Prediction(name, max(d.score for d in found), results, left_out)


def _graded(pelvic_reversal_deg: float) -> list[Result]:
    grade = _GRADES.get(severity(pelvic_reversal_deg))
    return [] if grade is None else [choice("wink_grade", [grade])]


_Moment = tuple[str, float, float | None]  # label, time [s], score


def _placed(clip: Clip, moments: Iterable[_Moment]) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    """One-frame marks, and the moments that no frame shows; the server itself would take any frame at all."""
    marks: list[Result] = []
    left_out = []
    for label, time_s, score in moments:
        frame = frame_at(time_s, clip.fps)
        if frame == clip.n_frames and round(time_s * clip.fps) < clip.n_frames:
            frame -= 1  # nearer to the last frame than to the one that was never filmed
        if 0 <= frame < clip.n_frames:
            marks.append(region(label, (frame, frame), score))
        else:
            left_out.append(f"{label} at {time_s:.3f} s (the last frame is at {(clip.n_frames - 1) / clip.fps:.3f} s)")
    return tuple(marks), tuple(left_out)


def _check_within(clip: Clip, moments: Iterable[_Moment]) -> None:
    for label, time_s, _ in moments:
        if not 0 <= time_s <= clip.duration_s + 1 / clip.fps:
            raise AnnotationError(
                f"{label} of clip {clip.clip_id} at {time_s:g} s lies outside the clip (0 to {clip.duration_s:.2f} s); "
                "are these milliseconds, or detections of another rendering?"
            )
