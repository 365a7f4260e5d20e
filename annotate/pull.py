"""Bring annotations back: every one of them, valid or not, to the dataset its clip belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotate.access import explained
from annotate.label_studio import annotation_of
from annotate.lock import locked
from wink.annotation import Annotation, read_annotations, write_annotations
from wink.dataset import Dataset
from wink.errors import DatasetError

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio


def pull_annotations(ls: LabelStudio, project: int, primed: bool) -> list[Annotation]:
    """Every annotation of a project, skipped and invalid ones included.

    Args:
        ls: signed-in client.
        project: its number.
        primed: whether annotators could see predictions there, whatever their marks began as.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    with explained("pulling the annotations"):
        chunks = ls.projects.exports.download_sync(project, export_type="JSON", download_all_tasks=False)
        tasks: list[dict[str, Any]] = json.loads(b"".join(chunks))
        annotators = {int(user.id): str(user.email) for user in ls.users.list()}
    return [replace(a, primed=a.primed or primed) for a in annotations_of(tasks, annotators)]


def annotations_of(tasks: Iterable[Mapping[str, Any]], annotators: Mapping[int, str]) -> list[Annotation]:
    """The annotations in exported tasks; tasks that are not ours (no clip id) are passed over."""
    return [
        annotation_of(task["data"], raw, annotators)
        for task in tasks
        if {"clip_id", "fps", "n_frames"} <= task.get("data", {}).keys()
        for raw in task.get("annotations") or []
    ]


def merge(kept: Iterable[Annotation], pulled: Iterable[Annotation]) -> tuple[Annotation, ...]:
    """One entry an annotation: the pulled one where there are both; none is ever lost."""
    by_id = {a.annotation_id: a for a in kept} | {a.annotation_id: a for a in pulled}
    return tuple(sorted(by_id.values(), key=lambda a: (a.clip_id, a.updated_at, a.annotation_id)))


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
