"""What annotators said of golden clips, each beside the truth. A golden clip is any clip whose truth is known.

Errors are marked minus true, + late. The true frame is the first picture on which the onset has happened, so a mark on
it has no error at any frame rate.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from annotate.label_studio import WINK_GRADES
from wink.annotation import Annotation
from wink.clip import Clip, frame_at, time_of
from wink.dataset import Dataset
from wink.onset import Repetition

#: Clothing of a clip that does not say.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """One annotator on one golden clip; NaN where there is no mark, or nothing to mark."""

    clip_id: str
    annotator: str
    made_at: str
    view: str
    clothing: str
    fps: float
    magnitude_deg: float  # true pelvic reversal of the repetition in question
    seen: bool | None  # None = cannot tell
    error_s: float
    error_thigh_deg: float  # thigh inclination at the mark minus at the true onset

    @property
    def error_frames(self) -> float:
        """Frames between mark and truth, + late."""
        return self.error_s * self.fps


def counted(annotations: Iterable[Annotation]) -> list[Annotation]:
    """The annotations that count: valid, blind, and of each annotator and clip the last one."""
    last: dict[tuple[str, str], Annotation] = {}
    for a in sorted(annotations, key=lambda a: (a.made_at, a.annotation_id)):
        if a.problem is None and not a.primed:
            last[a.clip_id, a.annotator] = a
    return list(last.values())


def who_marked(annotations: Iterable[Annotation]) -> dict[str, set[str]]:
    """The annotators of each clip whose answers count, by the email addresses they sign in with."""
    marked: dict[str, set[str]] = {}
    for a in counted(annotations):
        marked.setdefault(a.clip_id, set()).add(a.annotator.lower())  # a server of the user's own keeps capitals
    return marked


def answers_of(dataset: Dataset, annotations: Iterable[Annotation]) -> list[Answer]:
    """What was said of the golden clips of a dataset, in the order it was said."""
    clips = {clip.clip_id: clip for clip in dataset.clips() if clip.repetitions}
    mine = [a for a in annotations if a.clip_id in clips]
    clothing = _clothing(dataset, {a.clip_id for a in mine})
    return [_answer(dataset, clips[a.clip_id], a, clothing[a.clip_id]) for a in sorted(mine, key=lambda a: a.made_at)]


def asked_repetition(clip: Clip, onset_s: float | None) -> Repetition:
    """The repetition an annotation speaks of: the marked one, else the first that winks, else the nearest to it."""
    repetitions = clip.repetitions or ()
    if onset_s is not None:
        marked = [r for r in repetitions if r.start_s <= onset_s <= r.end_s]
        if marked:
            return marked[0]
    winking = [r for r in repetitions if r.wink() is not None]
    return winking[0] if winking else max(repetitions, key=lambda r: r.pelvic_reversal_deg)


def _answer(dataset: Dataset, clip: Clip, a: Annotation, clothing: str) -> Answer:
    repetition = asked_repetition(clip, a.onset_s)
    wink = repetition.wink()
    error_s = thigh_deg = np.nan
    if wink is not None and a.onset_frame is not None:
        true_frame = min(frame_at(wink.onset_s, clip.fps), clip.n_frames - 1)
        error_s = time_of(a.onset_frame - true_frame, clip.fps)
        thigh_deg = _thigh_between(dataset, clip.clip_id, true_frame, a.onset_frame)
    return Answer(
        clip_id=clip.clip_id,
        annotator=a.annotator,
        made_at=a.made_at,
        view=clip.view,
        clothing=clothing,
        fps=clip.fps,
        magnitude_deg=repetition.pelvic_reversal_deg,
        seen=None if a.grade == "cannot_tell" else a.grade in WINK_GRADES,
        error_s=error_s,
        error_thigh_deg=thigh_deg,
    )


def _thigh_between(dataset: Dataset, clip_id: str, first: int, last: int) -> float:
    """How much deeper the thigh is at one frame than at another [deg]; NaN where frames are not known."""
    table = dataset.frames(clip_id)
    if "thigh_inclination_deg" not in table.column_names:
        return np.nan
    thigh = dict(zip(table["frame"].to_pylist(), table["thigh_inclination_deg"].to_pylist(), strict=True))
    return float(thigh.get(last, np.nan) - thigh.get(first, np.nan))


def _clothing(dataset: Dataset, clip_ids: Iterable[str]) -> dict[str, str]:
    def worn() -> Iterator[tuple[str, str]]:
        for clip_id in clip_ids:
            factors = json.loads(dataset.row(clip_id)["factors"] or "{}")
            yield clip_id, str((factors.get("appearance") or {}).get("top", UNKNOWN))

    return dict(worn())
