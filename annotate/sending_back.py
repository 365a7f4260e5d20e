"""Answers that break the rules of marking go back to who gave them: to the end of their queue, with the reason.

Label Studio's free edition has no way to reject an answer. But a clip whose answer is marked as skipped comes up again
in its annotator's own queue: so that is what is done, and the reason is put in the task, where the page shows it above
the form. The form is empty then; what it brings is a second answer, which stands in the place of the first. (Whoever
goes back to the clip by the arrow changes the first itself.) A clip whose truth was told goes back to nobody: a second
answer would not be blind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import TYPE_CHECKING, Any

from annotate.access import explained
from annotate.notes import NOTE, PLEASE, SKIPPED, note_of
from annotate.order import tasks_where
from annotate.pull import exported
from annotate.push import ONCE, Listed, tasks_by_clip
from wink.annotation import Annotation

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

    from annotate.connection import Server


#: Clips that are asked for one by one; more are found by listing all.
_ASKED_ONE_BY_ONE = 20


def is_to_be_mended(annotation: Annotation) -> bool:
    """Whether an answer breaks the rules, other than by being put off."""
    return annotation.problem is not None and annotation.problem != SKIPPED


def standing(annotations: Iterable[Annotation]) -> list[Annotation]:
    """The answers that count: those their own annotator has not answered the same clip after."""
    last: dict[tuple[str, str], Annotation] = {}
    for a in sorted(annotations, key=_given_at):
        last[a.clip_id, a.annotator] = a
    return list(last.values())


def to_be_mended(annotations: Iterable[Annotation]) -> list[Annotation]:
    """The answers that count and break the rules."""
    return [a for a in standing(annotations) if is_to_be_mended(a)]


def _given_at(annotation: Annotation) -> str:
    """When an answer was first given (ISO 8601); sending it back changes only when it was last touched."""
    return annotation.created_at or annotation.updated_at


def send_back(
    server: Server, project: int, annotations: Iterable[Annotation], told: Callable[[], Set[str]] = frozenset
) -> int:
    """Put answers that break the rules back in their annotators' queues; take the notes of mended ones away.

    Args:
        server: signed in to.
        project: its number.
        annotations: every answer of the project, as it is now.
        told: ids of the clips whose truth the team was told; asked only if something is wrong.

    Returns:
        How many answers went back now.
    """
    wrong = {a.annotation_id: a for a in to_be_mended(annotations) if a.clip_id not in told()}
    noted = tasks_where(server.ls, project, NOTE, "contains", PLEASE)
    known = {str(task.data["clip_id"]) for task in noted}
    others = dict.fromkeys(a.clip_id for a in wrong.values() if a.clip_id not in known)
    tasks = noted + _tasks_of(server.ls, project, list(others))
    n, mended = _put_back(server, project, [t.number for t in tasks], wrong)
    notes: dict[str, list[tuple[str, str]]] = {}
    for annotation in (a for a in wrong.values() if a.annotation_id not in mended):
        notes.setdefault(annotation.clip_id, []).append((annotation.annotator, str(annotation.problem)))
    with explained("noting what is to be mended"):
        for task in tasks:
            note = note_of(notes.get(str(task.data["clip_id"]), ()))
            if note != str(task.data.get(NOTE) or ""):
                server.ls.tasks.update(id=str(task.number), data={**task.data, NOTE: note}, request_options=ONCE)
    return n


def _tasks_of(ls: LabelStudio, project: int, clip_ids: list[str]) -> list[Listed]:
    """The tasks of some clips; of many by listing all, for each question takes a third of a second among 10,000."""
    if len(clip_ids) > _ASKED_ONE_BY_ONE:
        there = tasks_by_clip(ls, project)
        return [task for c in clip_ids for task in there.get(c, ())]
    return [task for c in clip_ids for task in tasks_where(ls, project, "clip_id", "equal", c)]


def _put_back(
    server: Server, project: int, numbers: list[int], wrong: Mapping[str, Annotation]
) -> tuple[int, set[str]]:
    """Mark wrong answers as skipped; those that are already are left alone.

    Returns:
        How many, and the ids of those that are no longer what was judged: they wait for the next pull.
    """
    n, mended = 0, set()
    for task in exported(server, project, numbers):
        for raw in task.get("annotations") or ():
            judged = wrong.get(str(raw.get("unique_id") or raw.get("id")))
            if judged is None or raw.get("was_cancelled"):
                continue
            if raw.get("updated_at") == judged.updated_at and _cancel(server.ls, raw):
                n += 1
            else:
                mended.add(judged.annotation_id)
    return n, mended


def _cancel(ls: LabelStudio, raw: Mapping[str, Any]) -> bool:
    """Mark an answer as skipped; False if it was changed in that very moment, and so is left as it is."""
    with explained("sending answers back"):
        now = ls.annotations.update(id=raw["id"], was_cancelled=True, request_options=ONCE)
        if now.result == raw.get("result"):
            return True
        ls.annotations.update(id=raw["id"], was_cancelled=False, request_options=ONCE)
    return False
