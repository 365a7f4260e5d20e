"""What an annotator learns from an answer in the training project: the truth, and the distance to it. Pure."""

from __future__ import annotations

from wink.angles import severity
from wink.annotation import Annotation
from wink.clip import Clip, frame_at
from wink.onset import Repetition, Wink
from wink.words import several

#: The key in a task's data that the page shows once the clip has been answered.
LESSON = "lesson"


def lesson(clip: Clip, answer: Annotation) -> str:
    """What was so, and what the answer makes of it; frames as the page counts them, from 1.

    Raises:
        ValueError: the clip's truth is unknown.
    """
    if clip.repetitions is None:
        raise ValueError(f"the truth of clip {clip.clip_id} is unknown")
    wink = first_wink(clip.repetitions)
    said_wink = answer.onset_frame is not None or answer.grade in ("mild", "clear", "marked")
    if wink is None:
        largest_deg = max((r.pelvic_reversal_deg for r in clip.repetitions), default=0.0)
        saw_none = "you saw none either" if answer.grade == "none" else "you left it open"
        verdict = "you saw one" if said_wink else saw_none
        return f"Truth: no wink (the pelvis rolls back {largest_deg:.0f} degrees, less than counts); {verdict}."
    onset = frame_at(wink.onset_s, clip.fps)
    truth = f"Truth: the wink begins at frame {onset + 1}, {_how_large(wink.magnitude_deg)}"
    if answer.onset_frame is None:
        return f"{truth}; you {'marked no onset' if said_wink else 'did not see it'}."
    graded = _grade(answer, wink.magnitude_deg)
    return f"{truth}. {_off(answer.onset_frame - onset, clip.fps)} {graded}".rstrip()


def first_wink(repetitions: tuple[Repetition, ...]) -> Wink | None:
    """The wink an annotator is to mark: that of the first repetition that has one."""
    return next((wink for r in repetitions if (wink := r.wink()) is not None), None)


def _how_large(size_deg: float) -> str:
    return f"{severity(size_deg)} ({size_deg:.0f} degrees)"


def _off(frames: int, fps: float) -> str:
    """The signed difference in words: early or late."""
    if frames == 0:
        return "Yours is on the frame."
    way = "late" if frames > 0 else "early"
    n = abs(frames)
    return f"Yours is {several(n, 'frame')} ({n / fps * 1000:.0f} ms) too {way} ({frames:+d})."


def _grade(answer: Annotation, size_deg: float) -> str:
    return "" if answer.grade == severity(size_deg) else f"You graded it {answer.grade or 'not at all'}."
