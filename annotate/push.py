"""Put clips and predictions on the server, each once, however often it is asked and whatever breaks in between.

Label Studio does not notice duplicates, may finish a request its client gave up on, and under parallel writes
loses predictions silently. So pushes are serialised by the caller's lock, keyed by `clip_id`, counted, and after
any fault the server is listed again before anything more is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from annotate.access import REQUEST_TIMEOUT_S, explained
from wink.errors import ServerError
from wink.progress import progress

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

BATCH = 250
#: Rounds of sending what is still missing before giving up.
ROUNDS = 3
#: The client would send a dropped request again, and so make duplicates.
_ONCE: Any = {"max_retries": 0, "timeout_in_seconds": REQUEST_TIMEOUT_S}

Json = dict[str, Any]


def push_tasks(ls: LabelStudio, project: int, tasks: Sequence[Json]) -> int:
    """Add the tasks whose clip is not in the project yet, and say how many those were.

    Raises:
        ServerError: some are still missing after every round.
    """
    before = tasks_by_clip(ls, project)

    def missing() -> list[Json]:
        here = _without_duplicates(ls, tasks_by_clip(ls, project))
        return [task for task in tasks if task["data"]["clip_id"] not in here]

    def send(batch: list[Json]) -> int:
        answer = ls.projects.import_tasks(id=project, request=batch, return_task_ids=True, request_options=_ONCE)
        return int(answer.task_count or 0)

    _push_until_there(missing, send, "clips")
    return sum(task["data"]["clip_id"] not in before for task in tasks)


def push_predictions(ls: LabelStudio, project: int, wanted: Mapping[str, Sequence[Json]]) -> int:
    """Add the predictions that are not on the tasks yet, replacing those of the same model that say otherwise.

    Args:
        ls: signed-in client.
        project: the review project, holding a task for every clip.
        wanted: predictions (`model_version`, `score`, `result`) by clip id.

    Raises:
        ServerError: a clip has no task, or some predictions are still missing after every round.
    """
    task_numbers = tasks_by_clip(ls, project)
    lacking = [clip_id for clip_id in wanted if clip_id not in task_numbers]
    if lacking:
        raise ServerError(f"{len(lacking)} clips with predictions have no task, first {lacking[0]}; push them first")
    rows = [{**p, "task": task_numbers[clip_id][0]} for clip_id, several in wanted.items() for p in several]
    added = 0

    def missing() -> list[Json]:
        return _missing_predictions(ls, project, rows)

    def send(batch: list[Json]) -> int:
        nonlocal added
        answer = ls.projects.import_predictions(id=project, request=batch, request_options=_ONCE)
        added += answer.created or 0
        return int(answer.created or 0)

    _push_until_there(missing, send, "predictions")
    return added


def tasks_by_clip(ls: LabelStudio, project: int) -> dict[str, list[int]]:
    """Numbers of the tasks that show each clip."""
    tasks: dict[str, list[int]] = {}
    with explained("listing the tasks"):
        for task in ls.tasks.list(project=project, fields="task_only", include=["id", "data"], page_size=1000):
            tasks.setdefault(str((task.data or {}).get("clip_id")), []).append(int(task.id))
    return tasks


def _push_until_there(missing: Callable[[], list[Json]], send: Callable[[list[Json]], int], what: str) -> None:
    """Send what is missing, list again, and so on until nothing is; a fault ends a round, not the push."""
    fault = None
    for _ in range(ROUNDS):
        rest = missing()
        if not rest:
            return
        fault = _send_all(rest, send, what)
    rest = missing()
    if rest:
        raise ServerError(f"{len(rest)} {what} did not arrive; push again. {fault or ''}".rstrip())


def _send_all(rest: list[Json], send: Callable[[list[Json]], int], what: str) -> str | None:
    """Send batch by batch; the first fault in words, None if every count was right."""
    batches = [rest[i : i + BATCH] for i in range(0, len(rest), BATCH)]
    try:
        with explained(f"pushing {what}"):
            for batch in progress(batches, f"pushing {what}", total=len(batches), unit="batch"):
                taken = send(batch)
                if taken != len(batch):
                    return f"Label Studio took {taken} of {len(batch)} {what}."
    except ServerError as error:
        return str(error)
    return None


def _without_duplicates(ls: LabelStudio, tasks: Mapping[str, list[int]]) -> Mapping[str, list[int]]:
    """Remove what a killed client left twice, keeping every task that somebody worked on."""
    for numbers in tasks.values():
        if len(numbers) == 1:
            continue
        with explained("removing duplicate tasks"):
            idle = [n for n in sorted(numbers) if not _is_used(ls, n)]
            for number in idle if len(idle) < len(numbers) else idle[1:]:
                ls.tasks.delete(id=str(number), request_options=_ONCE)
    return tasks


def _is_used(ls: LabelStudio, number: int) -> bool:
    task = ls.tasks.get(id=str(number))
    return bool(task.annotations or task.drafts)


def _missing_predictions(ls: LabelStudio, project: int, rows: Sequence[Json]) -> list[Json]:
    """Rows that are not on the server; what the same model says differently there is removed."""
    there: dict[tuple[int, str], list[Any]] = {}
    with explained("listing the predictions"):
        for prediction in ls.predictions.list(project=project):
            there.setdefault((int(prediction.task), str(prediction.model_version)), []).append(prediction)
        missing = []
        for row in rows:
            found = there.get((row["task"], row["model_version"]), [])
            same = [p for p in found if _says(p.result) == _says(row["result"])][:1]
            for outdated in (p for p in found if p not in same):
                ls.predictions.delete(id=outdated.id, request_options=_ONCE)
            if not same:
                missing.append(row)
    return missing


def _says(results: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What a prediction says, whatever the server added to it."""
    return sorted((str(r.get("from_name")), str(r.get("value"))) for r in results)
