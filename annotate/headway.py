"""How far the annotators are: done, put off, sent back, left, and how long a clip takes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from annotate.access import explained
from annotate.answers import who_marked
from annotate.connection import Server
from annotate.disputes import DisputeRules
from annotate.folder import ServerFolder
from annotate.lock import locked
from annotate.notes import SKIPPED
from annotate.people import email_of
from annotate.project import DISPUTED, Queue, find_queues
from annotate.pulling import Pull, refreshed
from annotate.sending_back import is_to_be_mended, standing
from wink.annotation import Annotation
from wink.errors import ServerError

_HEAD = ("project", "annotator", "done", "put off", "sent back", "left", "median s")

#: What the columns mean that say it least.
_MEANING = (
    "(done: answers that count; put off: skipped; sent back: to be mended, listed by `wink pull`; left: "
    "of a project of one's own; median s: on a clip)"
)


@dataclass(frozen=True)
class Headway:
    """One annotator in one project."""

    annotator: str
    done: int  # clips answered by the rules
    put_off: int
    sent_back: int
    left: int | None  # clips without an answer of theirs that counts; None where clips are whoever's comes first
    median_s: float | None  # of what was done


def headway(annotations: Iterable[Annotation], tasks: int, owner: str | None) -> list[Headway]:
    """How far each annotator of a project is.

    Args:
        annotations: every answer in it.
        tasks: how many clips it has.
        owner: email of the person it is for; None = everybody's.
    """
    by_person: dict[str, list[Annotation]] = {owner: []} if owner else {}
    for annotation in annotations:
        by_person.setdefault(annotation.annotator, []).append(annotation)
    return [_of(person, given, tasks if person == owner else None) for person, given in sorted(by_person.items())]


def _of(person: str, given: list[Annotation], tasks: int | None) -> Headway:
    valid = [a for a in given if a.problem is None]
    done = len({a.clip_id for a in valid})
    last = standing(given)
    times = [a.lead_time_s for a in valid if a.lead_time_s is not None]
    return Headway(
        annotator=person,
        done=done,
        put_off=sum(a.problem == SKIPPED for a in last),
        sent_back=sum(map(is_to_be_mended, last)),
        left=None if tasks is None else tasks - done,
        median_s=median(times) if times else None,
    )


def progress_table(server: Server, folder: ServerFolder, title: str) -> str:
    """A table of every blind project and its annotators, and what is left of each project.

    Raises:
        ServerError: there is none of that title.
    """
    rows: list[tuple[str, ...]] = [_HEAD]
    lines = []
    given: dict[str, list[Annotation]] = {}
    queues = find_queues(server.ls, "blind", title)
    if not queues:
        raise ServerError(
            f"there is no project {Queue('blind', title).name!r}, so nobody marks; `wink annotate DATASET` makes it, "
            "or title= names another"
        )
    for number, queue in queues.items():
        with locked(folder.lock("pull"), "pulling"):
            mirror, _ = refreshed(server, folder, number, Pull("blind", title))
        given[queue.of or ""] = list(mirror.annotations)
        with explained("counting clips"):
            project = server.ls.projects.get(id=number)
        tasks, finished = int(project.task_number or 0), int(project.finished_task_number or 0)
        owner = email_of(queue.person) if queue.person else None
        rows += [_row(queue, h) for h in headway(mirror.annotations, tasks, owner)]
        lines.append(
            f"{queue.name}: {finished} of {tasks} clips have all the answers they need, {tasks - finished} left"
        )
    stuck = answered_again(given.pop(DISPUTED, ()), [a for several in given.values() for a in several])
    if stuck:
        lines.append(_of_stuck(Queue("blind", title, DISPUTED), stuck))
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*([*table, _MEANING] if len(rows) > 1 else ["nobody has answered yet"]), *lines])


def answered_again(again: Iterable[Annotation], first: Iterable[Annotation]) -> list[str]:
    """Disputed clips marked again by nobody but those who had marked them, too few of them to settle it; by id."""
    now, before = who_marked(again), who_marked(first)
    return sorted(
        clip_id
        for clip_id, who in now.items()
        if who <= before.get(clip_id, set()) and len(before[clip_id]) < DisputeRules().settled_by
    )


def _of_stuck(queue: Queue, stuck: list[str]) -> str:
    were, it = ("clip was", "it") if len(stuck) == 1 else ("clips were", "them")
    return (
        f"{queue.name}: {len(stuck)} {were} marked again only by who had marked {it} before, which settles nothing; "
        f"ask somebody else: `wink push DATASET select=disputed annotators=[NAME]` ({', '.join(stuck)})"
    )


def _row(queue: Queue, h: Headway) -> tuple[str, ...]:
    median_s = "" if h.median_s is None else f"{h.median_s:.1f}"
    left = "" if h.left is None else str(h.left)
    return queue.name, h.annotator, str(h.done), str(h.put_off), str(h.sent_back), left, median_s
