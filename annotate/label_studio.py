"""Between clips and Label Studio's tasks, and between its results and annotations: pure, no server, no files.

Conventions: Label Studio counts frames from 1 and both ends of a range belong to it; everywhere else frames
count from 0. `TIMELINE` marks are regions on the video's timeline, an onset is a region of one frame.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from wink.angles import RelationToParallel
from wink.annotation import Annotation, Grade
from wink.clip import Clip, time_of

ONSET = "wink_onset"
#: Labels of the timeline, in the order of their hotkeys.
LABELS = (ONSET, "wink", "parallel", "unsure_span", "bottom")
#: Grades that say there is a wink, and so call for its onset.
WINK_GRADES = ("mild", "clear", "marked")
DEPTHS = (*get_args(RelationToParallel), "cannot_tell_depth")

Result = dict[str, Any]
Span = tuple[int, int]


def task_of(clip: Clip, folder_url: str = "clips") -> dict[str, Any]:
    """The task that shows a clip: nothing in it tells source, lifter, dataset or truth.

    Args:
        clip: what to show.
        folder_url: where the server's media folder has `<clip_id>.mp4`.
    """
    data = {
        "video": f"/data/local-files/?d={folder_url}/{clip.clip_id}.mp4",
        "fps": round(clip.fps, 6),  # missing, text or a fraction silently means 24
        "n_frames": clip.n_frames,
        "clip_id": clip.clip_id,
    }
    return {"data": data}


def region(label: str, span: Span, score: float | None = None) -> Result:
    """A mark on the timeline covering the frames first to last, counted from 0."""
    value = {"ranges": [{"start": span[0] + 1, "end": span[1] + 1}], "timelinelabels": [label]}
    name = f"{label}-{span[0]}-{span[1]}"
    result = {"id": name, "from_name": "phase", "to_name": "video", "type": "timelinelabels", "value": value}
    return result if score is None else {**result, "score": score}


def choice(name: str, picked: Sequence[str]) -> Result:
    """The picked answers to one question of the form."""
    return {"id": name, "from_name": name, "to_name": "video", "type": "choices", "value": {"choices": list(picked)}}


@dataclass(frozen=True)
class _Marks:
    """The timeline as it was found: whole-frame spans by label, and what is wrong with the others."""

    spans: dict[str, list[Span]]
    faults: list[str]


def annotation_of(
    data: Mapping[str, Any], raw: Mapping[str, Any], annotators: Mapping[int, str] | None = None
) -> Annotation:
    """The annotation in an exported task, whatever it is like; what breaks the rules of marking is its `problem`.

    Args:
        data: the task's data, as `task_of` made it.
        raw: one entry of the task's `annotations`.
        annotators: names by user number; a number that is missing stands for itself.
    """
    results = [r for r in raw.get("result") or [] if isinstance(r, Mapping)]
    marks = _marks(results)
    answers = {str(r.get("from_name")): r.get("value") for r in results}
    grade = _first(answers.get("wink_grade"), "choices")
    depth = _first(answers.get("wink_depth"), "choices")
    skipped = raw.get("was_cancelled")
    problems = ["skipped by the annotator"] if skipped else _problems(marks, grade, depth, data["n_frames"])
    onsets = marks.spans.get(ONSET, [])
    onset = onsets[0][0] if len(onsets) == 1 and onsets[0][0] == onsets[0][1] else None
    user = _user_number(raw.get("completed_by"))
    return Annotation(
        clip_id=data["clip_id"],
        annotation_id=str(raw.get("unique_id") or raw.get("id")),
        annotator=(annotators or {}).get(user, str(user)),
        onset_frame=onset,
        onset_s=None if onset is None else time_of(onset, data["fps"]),
        grade=grade,
        relation_to_parallel="cannot_tell" if depth == "cannot_tell_depth" else depth,
        spans=json.dumps(marks.spans),
        pain=_first(answers.get("pain"), "choices"),
        load_kg=_number(answers.get("load_kg"), "number"),
        injury_history=tuple(str(c) for c in _list(answers.get("injury_history"), "choices")),
        confidence=_whole(_under(answers.get("confidence"), "rating")),
        note=_first(answers.get("note"), "text"),
        lead_time_s=raw.get("lead_time"),
        updated_at=str(raw.get("updated_at") or ""),
        primed=raw.get("parent_prediction") is not None
        or any(str(r.get("origin", "")).startswith("prediction") for r in results),
        problem="; ".join(problems) or None,
    )


def _marks(results: Iterable[Mapping[str, Any]]) -> _Marks:
    spans: dict[str, list[Span]] = {}
    faults = []
    for result in results:
        if result.get("type") != "timelinelabels":
            continue
        value = result.get("value")
        label = _first(value, "timelinelabels") or "no label"
        for mark in _list(value, "ranges"):
            first, last = _whole(_under(mark, "start")), _whole(_under(mark, "end"))
            if first is None or last is None:
                faults.append(f"{label} at {_under(mark, 'start')}..{_under(mark, 'end')} is not on whole frames")
            else:
                spans.setdefault(label, []).append((first - 1, last - 1))
        if label not in LABELS:
            faults.append(f"unknown label {label}")
    return _Marks(spans, faults)


def _problems(marks: _Marks, grade: str | None, depth: str | None, n_frames: int) -> list[str]:
    """What breaks the rules of marking, in words an annotator can act on (frames as the page shows them)."""
    problems = list(marks.faults)
    for label, spans in marks.spans.items():
        problems += [
            f"{label} at {first + 1}..{last + 1} lies outside the clip (1..{n_frames})"
            for first, last in spans
            if not 0 <= first <= last < n_frames
        ]
    onsets = marks.spans.get(ONSET, [])
    if len(onsets) > 1:
        problems.append(f"{len(onsets)} onsets, expected one")
    problems += [f"the onset is the range {a + 1}..{b + 1}, expected one frame" for a, b in onsets if a != b]
    return problems + _grade_problems(grade, len(onsets)) + _depth_problems(grade, depth)


def _grade_problems(grade: str | None, n_onsets: int) -> list[str]:
    if grade is None:
        return ["no grade"]
    if grade not in get_args(Grade):
        return [f"unknown grade {grade}"]
    if grade in WINK_GRADES and not n_onsets:
        return [f"graded {grade} but no onset is marked"]
    if grade == "none" and n_onsets:
        return ["graded none but an onset is marked"]
    return []


def _depth_problems(grade: str | None, depth: str | None) -> list[str]:
    if depth is not None and depth not in DEPTHS:
        return [f"unknown answer {depth} to where the wink begins"]
    if grade in WINK_GRADES and depth is None:
        return [f"graded {grade} but not said whether the wink begins before, at or after parallel"]
    return []


def _whole(value: object) -> int | None:
    """A frame number, or None for anything else (parts of a frame, text, nothing)."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _under(value: object, key: str) -> object:
    """What an object from the server holds under a key; None if it is no object."""
    return value.get(key) if isinstance(value, Mapping) else None


def _list(value: object, key: str) -> list[object]:
    found = _under(value, key)
    return list(found) if isinstance(found, list | tuple) else []


def _first(value: object, key: str) -> Any:
    """The single string under a key that holds a list or a string; None where there is none."""
    found = next(iter(_list(value, key)), _under(value, key))
    return found if isinstance(found, str) and found else None


def _number(value: object, key: str) -> float | None:
    found = _under(value, key)
    return float(found) if isinstance(found, int | float) else None


def _user_number(completed_by: object) -> int:
    """User number from an export (a number) or from a task (an object)."""
    found = completed_by.get("id") if isinstance(completed_by, Mapping) else completed_by
    return found if isinstance(found, int) else 0
