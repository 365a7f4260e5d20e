"""Bring the clips of datasets, and what detectors and simulation say of them, into a project."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from annotate.access import explained
from annotate.curve import review_curves
from annotate.folder import ServerFolder, is_placed, place_clip, shows_another_picture
from annotate.label_studio import task_of
from annotate.lock import locked
from annotate.origins import remember_models, remember_origins
from annotate.page import Kind
from annotate.predictions import TRUTH, Prediction, predictions_of, truth_of
from annotate.project import find_or_make_project, folder_url, instruct
from annotate.push import check_frames, is_worked_on, push_predictions, push_tasks, tasks_by_clip
from wink.clip import Clip
from wink.dataset import Dataset
from wink.detection import Detection, read_detections
from wink.errors import ServerError

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

    from annotate.connection import Server


def deliver(
    server: Server,
    folder: ServerFolder,
    kind: Kind,
    datasets: Sequence[Dataset],
    title: str,
    overlap: int | None,
    truth: bool = False,
) -> None:
    """Put every clip of the datasets into a project, each once, one push at a time; say how many were new.

    In the review project each has the curve of its pelvic tilt beside it, with `truth` the true one.

    Raises:
        ServerError: a clip is not what the project already shows under its id, or the server failed.
    """
    with locked(folder.lock("push"), "pushing"):
        project = find_or_make_project(server.ls, kind, title, folder.clips, overlap)
        clips = unique_clips(datasets)
        curves = review_curves(datasets, _detections(datasets), truth) if kind == "review" else {}
        place = folder_url(folder.clips, server.external)
        instruct(server.ls, project, folder.clips, place)
        tasks = [task_of(clip, place, curves.get(clip.clip_id)) for clip in clips]
        check_frames(tasks_by_clip(server.ls, project), tasks)
        place_clips(server.ls, folder, clips)
        remember_origins(folder, datasets)
        added = push_tasks(server.ls, project, tasks)
        print(f"{kind} project: {added} clips added, {len(clips) - added} were there")


def deliver_predictions(
    server: Server, folder: ServerFolder, datasets: Sequence[Dataset], title: str, truth: bool
) -> None:
    """Make the predictions in the review project what detections and, if wished, truth say of the datasets' clips."""
    with locked(folder.lock("push"), "pushing"):
        project = find_or_make_project(server.ls, "review", title, folder.clips)
        wanted, models = wanted_predictions(datasets, truth)
        rows = {clip_id: [p.row() for p in several] for clip_id, several in wanted.items()}
        added, withdrawn = push_predictions(server.ls, project, rows, remember_models(folder, models))
    total = sum(len(several) for several in rows.values())
    gone = f", {withdrawn} withdrawn" if withdrawn else ""
    print(f"review project: {added} predictions added, {total - added} were there{gone}")
    for clip_id, several in wanted.items():
        for prediction in several:
            for moment in prediction.left_out:
                print(f"  not shown: {prediction.model} of clip {clip_id}: {moment}")


def unique_clips(datasets: Iterable[Dataset]) -> list[Clip]:
    """The clips of several datasets, each once, by id: ids are opaque, so sources and datasets are mixed.

    Raises:
        ServerError: two datasets count the frames of a clip differently.
    """
    clips: dict[str, Clip] = {}
    for dataset in datasets:
        for clip in dataset.clips():
            first = clips.setdefault(clip.clip_id, clip)
            if (first.fps, first.n_frames) != (clip.fps, clip.n_frames):
                raise ServerError(f"{first.video} and {clip.video} bear one id but count frames differently; push one")
    return [clips[clip_id] for clip_id in sorted(clips)]


def place_clips(ls: LabelStudio, folder: ServerFolder, clips: Iterable[Clip]) -> None:
    """Put the clips' videos where the server shows them; a picture that was worked on is never swapped.

    Raises:
        ServerError: somebody marked a clip whose video has changed since.
    """
    absent = [clip for clip in clips if not is_placed(folder, clip)]
    changed = [clip.clip_id for clip in absent if shows_another_picture(folder, clip)]
    marked = _worked_on(ls, changed) if changed else []
    if marked:
        raise ServerError(
            f"the videos of {len(marked)} clips are not those that were marked on the server, first {marked[0]}: they "
            "were made again. Push the dataset that was marked, or use another folder with paths.server="
        )
    for clip in absent:
        place_clip(folder, clip)


def _worked_on(ls: LabelStudio, clip_ids: Sequence[str]) -> list[str]:
    """Which of the clips somebody has worked on, in whatever project: all of them show the same file."""
    with explained("looking through the projects"):
        projects = [int(project.id) for project in ls.projects.list()]
    listed = [tasks_by_clip(ls, project) for project in projects]
    return [c for c in clip_ids if any(is_worked_on(ls, task.number) for tasks in listed for task in tasks.get(c, ()))]


def _detections(datasets: Iterable[Dataset]) -> dict[str, list[Detection]]:
    """What detectors say of the datasets' clips, by clip."""
    by_clip: dict[str, list[Detection]] = {}
    for dataset in datasets:
        for detection in read_detections(dataset.path / "detections.parquet"):
            by_clip.setdefault(detection.clip_id, []).append(detection)
    return by_clip


def wanted_predictions(datasets: Iterable[Dataset], truth: bool) -> tuple[dict[str, list[Prediction]], set[str]]:
    """Everything our models say, by clip, and the names of the models, also of those that say nothing of any clip."""
    wanted: dict[str, list[Prediction]] = {}
    models = {TRUTH}
    for dataset in datasets:
        detections = read_detections(dataset.path / "detections.parquet")
        models |= {detection.detector for detection in detections}
        by_clip: dict[str, list[Any]] = {}
        for detection in detections:
            by_clip.setdefault(detection.clip_id, []).append(detection)
        for clip in dataset.clips():
            known = truth_of(clip) if truth else None
            said = predictions_of(clip, by_clip.get(clip.clip_id, ())) + ([known] if known else [])
            there = wanted.setdefault(clip.clip_id, [])
            there += [p for p in said if p.model not in {t.model for t in there}]
    return wanted, models
