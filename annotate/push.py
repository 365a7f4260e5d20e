"""Put clips and predictions on the server, each once, however often it is asked and whatever breaks in between.

Label Studio does not notice duplicates, may finish a request its client gave up on, and under parallel writes
loses predictions silently. So pushes are serialised by the caller's lock, keyed by `clip_id`, counted, and after
any fault the server is listed again before anything more is sent. Tasks without a clip id are somebody else's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
ONCE: Any = {"max_retries": 0, "timeout_in_seconds": REQUEST_TIMEOUT_S}

Json = dict[str, Any]


@dataclass(frozen=True)
class Listed:
    """A task on the server that shows one of our clips."""

    number: int
    data: Mapping[str, Any]
    done: bool = False  # it has all the answers it needs


def tasks_by_clip(ls: LabelStudio, project: int) -> dict[str, list[Listed]]:
    """The tasks that show each clip, first made first."""
    tasks: dict[str, list[Listed]] = {}
    with explained("listing the tasks"):
        asked = ["id", "data", "is_labeled"]
        for task in ls.tasks.list(project=project, fields="task_only", include=asked, page_size=1000):
            data = task.data or {}
            if data.get("clip_id"):
                done = bool(getattr(task, "is_labeled", False))
                tasks.setdefault(str(data["clip_id"]), []).append(Listed(int(task.id), data, done))
    return {clip_id: sorted(several, key=lambda t: t.number) for clip_id, several in tasks.items()}


def check_frames(there: Mapping[str, Sequence[Listed]], tasks: Iterable[Json]) -> None:
    """Refuse clips that count their frames otherwise than the tasks that show them already.

    Raises:
        ServerError: rate or number of frames differ; marks made on the one mean nothing on the other.
    """
    for task in tasks:
        new = task["data"]
        for old in there.get(new["clip_id"], ()):
            if any(old.data.get(name) != new[name] for name in ("fps", "n_frames")):
                raise ServerError(
                    f"clip {new['clip_id']} has {new['n_frames']} frames at {new['fps']:g} frames/s, but task "
                    f"{old.number} shows it with {old.data.get('n_frames')} at {old.data.get('fps')}; "
                    "begin new projects with another title="
                )


def push_tasks(ls: LabelStudio, project: int, tasks: Sequence[Json]) -> int:
    """Add the tasks whose clip is not in the project yet, and say how many those were.

    Raises:
        ServerError: some are still missing after every round, or count their frames otherwise than those there.
    """
    before = tasks_by_clip(ls, project)
    check_frames(before, tasks)
    _renew(ls, before, tasks)
    pushed = {task["data"]["clip_id"] for task in tasks}

    def missing() -> list[Json]:
        here = tasks_by_clip(ls, project)
        remove_duplicates(ls, [several for clip_id, several in here.items() if clip_id in pushed])
        return [task for task in tasks if task["data"]["clip_id"] not in here]

    _push_until_there(missing, lambda batch: _import(ls, project, batch), "clips")
    return len(pushed - before.keys())


def push_predictions(
    ls: LabelStudio, project: int, wanted: Mapping[str, Sequence[Json]], models: Collection[str] = ()
) -> tuple[int, int]:
    """Make the predictions of our models on the clips what they should be: add, replace, withdraw.

    Args:
        ls: signed-in client.
        project: the review project, holding a task for every clip.
        wanted: everything our models say (`model_version`, `score`, `result`), by clip id.
        models: all of our models, also those that say nothing now; predictions of others are left alone.

    Returns:
        How many were added or replaced, and how many were withdrawn.

    Raises:
        ServerError: a clip has no task, or some predictions are still missing after every round.
    """
    tasks = tasks_by_clip(ls, project)
    lacking = [clip_id for clip_id in wanted if clip_id not in tasks]
    if lacking:
        raise ServerError(f"{len(lacking)} clips with predictions have no task, first {lacking[0]}; push them first")
    rows = [{**p, "task": tasks[clip_id][0].number} for clip_id, several in wanted.items() for p in several]
    ours = {(t.number, m) for clip_id in wanted for t in tasks[clip_id] for m in models}
    added = 0

    def missing() -> list[Json]:
        return _missing_predictions(ls, project, rows)

    def send(batch: list[Json]) -> int:
        nonlocal added
        answer = ls.projects.import_predictions(id=project, request=batch, request_options=ONCE)
        added += answer.created or 0
        return int(answer.created or 0)

    withdrawn = _withdraw(ls, project, ours - {(row["task"], row["model_version"]) for row in rows})
    _push_until_there(missing, send, "predictions")
    return added, withdrawn


def _import(ls: LabelStudio, project: int, batch: list[Json]) -> int:
    answer = ls.projects.import_tasks(id=project, request=batch, return_task_ids=True, request_options=ONCE)
    return int(answer.task_count or 0)


def push_copies(ls: LabelStudio, project: int, tasks: Sequence[Json]) -> None:
    """Send tasks once, without looking whether their clips are there; a fault is the caller's to find out."""
    _send_all(list(tasks), lambda batch: _import(ls, project, batch), "clips")


def is_worked_on(ls: LabelStudio, number: int) -> bool:
    """Whether somebody has marked, skipped or begun a task."""
    with explained("looking at a task"):
        task = ls.tasks.get(id=str(number))
    return bool(task.annotations or task.drafts)


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


def _renew(ls: LabelStudio, there: Mapping[str, Sequence[Listed]], tasks: Iterable[Json]) -> None:
    """Bring tasks up to date whose video has moved or whose curve has changed; what was marked on them stays."""
    with explained("bringing tasks up to date"):
        for task in tasks:
            for old in there.get(task["data"]["clip_id"], ()):
                if any(old.data.get(name) != value for name, value in task["data"].items()):
                    ls.tasks.update(id=str(old.number), data={**old.data, **task["data"]}, request_options=ONCE)


def remove_duplicates(ls: LabelStudio, tasks: Iterable[Sequence[Listed]]) -> None:
    """Remove what a killed client left twice, keeping every task that somebody worked on."""
    for several in tasks:
        if len(several) == 1:
            continue
        idle = [t.number for t in several if not is_worked_on(ls, t.number)]
        with explained("removing duplicate tasks"):
            for number in idle if len(idle) < len(several) else idle[1:]:
                ls.tasks.delete(id=str(number), request_options=ONCE)


def _withdraw(ls: LabelStudio, project: int, silent: set[tuple[int, str]]) -> int:
    """Remove predictions of tasks and models that say nothing any more."""
    n_removed = 0
    with explained("withdrawing predictions"):
        for prediction in ls.predictions.list(project=project) if silent else ():
            if (int(prediction.task), str(prediction.model_version)) in silent:
                ls.predictions.delete(id=prediction.id, request_options=ONCE)
                n_removed += 1
    return n_removed


def _missing_predictions(ls: LabelStudio, project: int, rows: Sequence[Json]) -> list[Json]:
    """Rows that are not on the server; what the same model says differently there is removed."""
    there: dict[tuple[int, str], list[Any]] = {}
    with explained("listing the predictions"):
        for prediction in ls.predictions.list(project=project):
            there.setdefault((int(prediction.task), str(prediction.model_version)), []).append(prediction)
        missing = []
        for row in rows:
            found = there.get((row["task"], row["model_version"]), [])
            same = [p for p in found if _says(p.score, p.result) == _says(row["score"], row["result"])][:1]
            for outdated in (p for p in found if p not in same):
                ls.predictions.delete(id=outdated.id, request_options=ONCE)
            if not same:
                missing.append(row)
    return missing


def _says(score: object, results: Sequence[Mapping[str, Any]]) -> tuple[str, list[tuple[str, str, str]]]:
    """What a prediction says and how surely, whatever the server added to it."""
    said = [
        (str(r.get("from_name")), json.dumps(r.get("value"), sort_keys=True), _rounded(r.get("score"))) for r in results
    ]
    return _rounded(score), sorted(said)


def _rounded(score: object) -> str:
    """A score as it survives the way to the server and back; one that is missing counts as 0."""
    return f"{score if isinstance(score, int | float) else 0.0:.6f}"
