"""Which clips annotators get first: tasks are served in the order they were made, so the rest is made again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from annotate.access import explained
from annotate.push import ONCE, Listed, push_copies, remove_duplicates, tasks_by_clip
from wink.errors import ServerError

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

#: Columns of the data manager that tell a task somebody has worked on, and from what value on.
_WORK: tuple[tuple[str, str, str, object], ...] = (
    ("total_annotations", "Number", "greater", 0),
    ("cancelled_annotations", "Number", "greater", 0),
    ("draft_exists", "Boolean", "equal", "true"),
)
#: Tasks removed with one request; before each, what has been begun meanwhile is left out.
_AT_ONCE = 200


def put_first(ls: LabelStudio, project: int, clip_ids: Collection[str]) -> int:
    """Let clips come before all that nobody has worked on; return how many were moved behind them.

    The others are added again at the end, and only then removed from where they were: whenever this is cut short,
    the next such push finds every clip there, and removes what is there twice.

    Raises:
        ServerError: the copies did not arrive; then nothing was removed.
    """
    with explained("setting the order"):
        ls.projects.update(id=project, sampling="Sequential sampling")
    remove_duplicates(ls, tasks_by_clip(ls, project).values())  # of a push that was cut short
    there, touched = tasks_by_clip(ls, project), worked_on(ls, project)
    behind = _to_move(there, clip_ids, touched)
    if not behind:
        return 0
    push_copies(ls, project, [{"data": dict(task.data)} for task in behind])
    now = tasks_by_clip(ls, project)
    lost = [task for task in behind if len(now.get(str(task.data["clip_id"]), ())) < 2]
    if lost:
        raise ServerError(f"{len(lost)} clips could not be moved behind the others; push again")
    remove_idle(ls, project, [task.number for task in behind])
    return len(behind)


def _to_move(there: dict[str, list[Listed]], clip_ids: Collection[str], touched: Collection[int]) -> Sequence[Listed]:
    """Tasks nobody has worked on that stand before one of the clips; by clip id, which mixes them."""
    chosen = [t.number for c in clip_ids for t in there.get(c, ()) if t.number not in touched]
    last = max(chosen, default=0)
    others = (t for c, several in there.items() if c not in set(clip_ids) for t in several)
    return sorted((t for t in others if t.number < last and t.number not in touched), key=lambda t: t.data["clip_id"])


def worked_on(ls: LabelStudio, project: int) -> set[int]:
    """Numbers of the tasks somebody has marked, skipped or begun."""
    numbers: set[int] = set()
    with explained("looking for what was worked on"):
        for column, kind, operator, value in _WORK:
            listed = ls.tasks.list(
                project=project,
                fields="task_only",
                include=["id"],
                page_size=1000,
                query=filtered([(column, operator, kind, value)]),
            )
            numbers |= {int(task.id) for task in listed}
    return numbers


def tasks_where(ls: LabelStudio, project: int, key: str, operator: str, value: str) -> list[Listed]:
    """The tasks with something in their data."""
    query = filtered([(f"data.{key}", operator, "String", value)])
    with explained(f"looking for tasks by {key}"):
        listed = ls.tasks.list(project=project, fields="task_only", include=["id", "data"], query=query, page_size=1000)
        return [Listed(int(task.id), task.data or {}) for task in listed]


def filtered(conditions: Iterable[tuple[str, str, str, Any]]) -> str:
    """A query of the data manager: all of the conditions (column, operator, kind of value, value) hold."""
    items = [
        {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": value}
        for column, operator, kind, value in conditions
    ]
    return json.dumps({"filters": {"conjunction": "and", "items": items}})


def remove_idle(ls: LabelStudio, project: int, numbers: Sequence[int]) -> None:
    """Remove tasks, but none that somebody has begun meanwhile."""
    for start in range(0, len(numbers), _AT_ONCE):
        busy = worked_on(ls, project)
        idle = [number for number in numbers[start : start + _AT_ONCE] if number not in busy]
        if not idle:
            continue
        chosen: Any = {"all": False, "included": idle}
        with explained("removing tasks"):
            ls.actions.create(id="delete_tasks", project=project, selected_items=chosen, request_options=ONCE)
