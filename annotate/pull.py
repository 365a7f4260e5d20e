"""Bring annotations back: every one of them, valid or not, to the dataset its clip belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from annotate.access import REQUEST_TIMEOUT_S, authorisation, explained, proxied
from annotate.label_studio import annotation_of
from annotate.lock import locked
from annotate.mirror import merge
from annotate.notes import NOTE, SKIPPED, reason_noted
from annotate.order import filtered
from wink.annotation import Annotation, read_annotations, write_annotations
from wink.dataset import Dataset
from wink.errors import DatasetError
from wink.progress import progress

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

    from annotate.connection import Server

#: Tasks exported with one request: their numbers are part of its address.
EXPORTED_AT_ONCE = 100
#: Pulls look this far back before the newest change they have seen [s]: changes become visible in another order than
#: they are dated.
_LOOK_BACK_S = 120.0


def changes_since(server: Server, project: int, since: str | None, primed: bool) -> list[Annotation]:
    """Every annotation of the tasks that changed since a moment, skipped and invalid ones included.

    Args:
        server: signed in to.
        project: its number.
        since: when the newest annotation known was changed, by the server's clock; None pulls everything.
        primed: whether annotators could see predictions there, whatever their marks began as.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    changed = _changed_tasks(server.ls, project, since)
    with explained("asking who the annotators are"):
        annotators = {int(user.id): str(user.email) for user in server.ls.users.list()}
    tasks = exported(server, project, changed)
    return [replace(a, primed=a.primed or primed) for a in annotations_of(tasks, annotators)]


def exported(server: Server, project: int, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Tasks with all that was answered, from the server's export: nothing else tells the lasting ids of answers."""
    starts: Iterable[int] = range(0, len(numbers), EXPORTED_AT_ONCE)
    if len(numbers) > 5 * EXPORTED_AT_ONCE:
        starts = progress(starts, "pulling", total=-(-len(numbers) // EXPORTED_AT_ONCE), unit="batch")
    if not numbers:
        return
    headers, far = authorisation(server.url, server.key), proxied(server.url)
    with httpx.Client(base_url=server.url, headers=headers, timeout=REQUEST_TIMEOUT_S, trust_env=far) as web:
        for start in starts:
            yield from _export(web, project, numbers[start : start + EXPORTED_AT_ONCE])


def _changed_tasks(ls: LabelStudio, project: int, since: str | None) -> list[int]:
    """Number of every task that has answers and changed since a moment."""
    changed: set[int] = set()
    newer = [] if since is None else [("updated_at", "greater", "Datetime", _earlier(since))]
    with explained("looking for new annotations"):
        for column in ("total_annotations", "cancelled_annotations"):
            listed = ls.tasks.list(
                project=project,
                fields="task_only",
                include=["id"],
                page_size=1000,
                query=filtered([*newer, (column, "greater", "Number", 0)]),
            )
            changed |= {int(task.id) for task in listed}
    return sorted(changed)


def _earlier(stamp: str) -> str:
    moment = datetime.fromisoformat(stamp).astimezone(UTC) - timedelta(seconds=_LOOK_BACK_S)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _export(web: httpx.Client, project: int, numbers: Sequence[int]) -> list[dict[str, Any]]:
    asked: list[tuple[str, str | int | float | bool | None]] = [
        ("exportType", "JSON"),
        ("download_all_tasks", "true"),
        *(("ids[]", n) for n in numbers),
    ]
    with explained("pulling the annotations"):
        answer = web.get(f"/api/projects/{project}/export", params=asked).raise_for_status()
        tasks: list[dict[str, Any]] = answer.json()
    return tasks


def annotations_of(tasks: Iterable[Mapping[str, Any]], annotators: Mapping[int, str]) -> list[Annotation]:
    """The annotations in exported tasks; tasks that are not ours (no clip id) are passed over.

    One that was sent back counts as what it was sent back for, not as skipped.
    """
    return [
        _with_reason(annotation_of(task["data"], raw, annotators), task["data"].get(NOTE))
        for task in tasks
        if {"clip_id", "fps", "n_frames"} <= task.get("data", {}).keys()
        for raw in task.get("annotations") or []
    ]


def _with_reason(annotation: Annotation, note: object) -> Annotation:
    reason = reason_noted(note, annotation.annotator) if annotation.problem == SKIPPED else None
    return annotation if reason is None else replace(annotation, problem=reason)


def store(annotations: Sequence[Annotation], datasets: Iterable[Dataset]) -> tuple[dict[Path, int], list[Annotation]]:
    """Merge annotations into `annotations.parquet` of every dataset that has their clips.

    Returns:
        How many went into each file, and those whose clip is in none of the datasets.
    """
    counts: dict[Path, int] = {}
    at_home: set[str] = set()
    for dataset in datasets:
        ids = {row["clip_id"] for row in dataset.metadata()}
        mine = [a for a in annotations if a.clip_id in ids]
        at_home |= ids
        if mine:
            file = dataset.path / "annotations.parquet"
            with locked(dataset.path / ".annotations.lock", f"storing annotations in {dataset.path}"):
                write_annotations(file, merge(read_annotations(file), mine))
            counts[file] = len(mine)
    return counts, [a for a in annotations if a.clip_id not in at_home]


def known_datasets(folder: Path, pushed: Iterable[str]) -> list[Dataset]:
    """Every finished dataset in a folder, and those pushed from elsewhere that are still there."""
    candidates = [*sorted(folder.glob("*/metadata.parquet")), *(Path(p) / "metadata.parquet" for p in pushed)]
    paths = dict.fromkeys(file.parent.resolve() for file in candidates if file.exists())
    datasets = []
    for path in paths:
        try:
            datasets.append(Dataset(path))
        except DatasetError as error:
            print(f"passed over: {error}")
    return datasets
