"""Between clips and Label Studio's tasks, and between its results and annotations: pure, no server, no files.

Conventions: Label Studio counts frames from 1 and both ends of a range belong to it; everywhere else frames
count from 0. Marks are regions on the video's timeline or typed numbers (`annotate.marks`), an onset is one frame.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from annotate.marks import ONSET, Span, faults_of, first_text, items, marks_of, under, whole
from annotate.notes import SKIPPED
from wink.angles import RelationToParallel
from wink.annotation import Annotation, Grade, Reason
from wink.clip import Clip, time_of

#: Grades that say there is a wink, and so call for its onset.
WINK_GRADES = ("mild", "clear", "marked")
DEPTHS = (*get_args(RelationToParallel), "cannot_tell_depth")

Result = dict[str, Any]


def task_of(clip: Clip, folder_url: str = "clips", curve: str | None = None) -> dict[str, Any]:
    """The task that shows a clip: nothing in it tells source, lifter, dataset or truth, but for a review's curve.

    Args:
        clip: what to show.
        folder_url: where the server's media folder has `<clip_id>.mp4`.
        curve: picture beside the video of a review, as SVG.
    """
    data = {
        "video": f"/data/local-files/?d={folder_url}/{clip.clip_id}.mp4",
        "fps": round(clip.fps, 6),  # missing, text or a fraction silently means 24
        "n_frames": clip.n_frames,
        "clip_id": clip.clip_id,
    }
    return {"data": data if curve is None else {**data, "curve": curve}}


def region(label: str, span: Span, score: float | None = None) -> Result:
    """A mark on the timeline covering the frames first to last, counted from 0."""
    value = {"ranges": [{"start": span[0] + 1, "end": span[1] + 1}], "timelinelabels": [label]}
    name = f"{label}-{span[0]}-{span[1]}"
    result = {"id": name, "from_name": "phase", "to_name": "video", "type": "timelinelabels", "value": value}
    return result if score is None else {**result, "score": score}


def choice(name: str, picked: Sequence[str]) -> Result:
    """The picked answers to one question of the form."""
    return {"id": name, "from_name": name, "to_name": "video", "type": "choices", "value": {"choices": list(picked)}}


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
    marks = marks_of(results)
    answers = {str(r.get("from_name")): r.get("value") for r in results}
    grade = first_text(answers.get("wink_grade"), "choices")
    depth = first_text(answers.get("wink_depth"), "choices")
    reasons = tuple(str(c) for c in items(answers.get("wink_reason"), "choices"))
    user = _user_number(raw.get("completed_by"))
    return Annotation(
        clip_id=data["clip_id"],
        annotation_id=str(raw.get("unique_id") or raw.get("id")),
        annotator=(annotators or {}).get(user, str(user)),
        onset_frame=marks.onset,
        onset_s=None if marks.onset is None else time_of(marks.onset, data["fps"]),
        grade=grade,
        relation_to_parallel="cannot_tell" if depth == "cannot_tell_depth" else depth,
        spans=json.dumps(marks.spans),
        pain=first_text(answers.get("pain"), "choices"),
        load_kg=_load_kg(answers),
        injury_history=tuple(str(c) for c in items(answers.get("injury_history"), "choices")),
        confidence=whole(under(answers.get("confidence"), "rating")),
        note=first_text(answers.get("note"), "text"),
        lead_time_s=raw.get("lead_time"),
        updated_at=str(raw.get("updated_at") or ""),
        primed=_began_as_prediction(raw, results),
        problem=_problem(
            raw,
            [
                *faults_of(marks, data["n_frames"]),
                *_grade_problems(grade, len(marks.spans.get(ONSET, []))),
                *_answer_problems(grade, depth, reasons),
                *_load_problems(answers),
            ],
        ),
        reasons=reasons,
        created_at=str(raw["created_at"]) if raw.get("created_at") else None,
    )


def _began_as_prediction(raw: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> bool:
    shown = raw.get("parent_prediction") is not None
    return shown or any(str(r.get("origin", "")).startswith("prediction") for r in results)


def _problem(raw: Mapping[str, Any], faults: Sequence[str]) -> str | None:
    """What is wrong with an answer, in words; one that was skipped is wrong in nothing else."""
    return SKIPPED if raw.get("was_cancelled") else "; ".join(faults) or None


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


def _answer_problems(grade: str | None, depth: str | None, reasons: Sequence[str]) -> list[str]:
    problems = [f"unknown reason {reason}" for reason in reasons if reason not in get_args(Reason)]
    if depth is not None and depth not in DEPTHS:
        problems.append(f"unknown answer {depth} to where the wink begins")
    if grade in WINK_GRADES and depth is None:
        problems.append(f"graded {grade} but not said whether the wink begins before, at or after parallel")
    return problems


def _load_kg(answers: Mapping[str, Any]) -> float | None:
    """The load [kg]; 0 only where it was said that there is none, for a number emptied again holds 0 too."""
    typed = under(answers.get("load_kg"), "number")
    if isinstance(typed, int | float) and typed:
        return float(typed)
    return 0.0 if first_text(answers.get("load_none"), "choices") else None


def _load_problems(answers: Mapping[str, Any]) -> list[str]:
    typed, unloaded = _load_kg({"load_kg": answers.get("load_kg")}), _load_kg({"load_none": answers.get("load_none")})
    return [f"a load of {typed:g} kg and no load"] if typed and unloaded is not None else []


def _user_number(completed_by: object) -> int:
    """User number from an export (a number) or from a task (an object)."""
    found = completed_by.get("id") if isinstance(completed_by, Mapping) else completed_by
    return found if isinstance(found, int) else 0
