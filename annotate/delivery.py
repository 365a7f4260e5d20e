"""Bring the clips of datasets, and what detectors and simulation say of them, into a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotate.folder import ServerFolder
from annotate.label_studio import task_of
from annotate.media import Media
from annotate.order import put_first
from annotate.origins import remember_models
from annotate.predictions import TRUTH, Prediction, predictions_of, truth_of
from annotate.project import Queue, instruct, make_ready
from annotate.push import check_frames, push_predictions, push_tasks, tasks_by_clip
from wink.clip import Clip
from wink.dataset import Dataset
from wink.detection import Detection, read_detections
from wink.errors import ServerError

if TYPE_CHECKING:
    from annotate.connection import Server


@dataclass(frozen=True)
class Courier:
    """Everything a delivery goes through: the server, our folder for it, and how the server gets at clips."""

    server: Server
    folder: ServerFolder
    media: Media

    def deliver(
        self, queue: Queue, clips: Sequence[Clip], curves: Mapping[str, str] | None = None, first: bool = False
    ) -> int:
        """Put clips into a project, each once; return how many were new. The caller holds the push lock.

        Args:
            queue: the project.
            clips: what is to be in it; what else is in it stays.
            curves: pictures beside the videos of a review, by clip id, as SVG.
            first: whether these come before what nobody has looked at yet.

        Raises:
            ServerError: a clip is not what the project already shows under its id, or the server failed.
        """
        ls = self.server.ls
        project = make_ready(ls, queue)
        tasks = [task_of(clip, curve=(curves or {}).get(clip.clip_id)) for clip in clips]
        check_frames(tasks_by_clip(ls, project), tasks)
        videos = self.media.bring(ls, project, clips)
        instruct(ls, project, self.media.pictures(ls, project))
        for clip, task in zip(clips, tasks, strict=True):
            task["data"]["video"] = videos[clip.clip_id]
        added = push_tasks(ls, project, tasks)
        if first:
            put_first(ls, project, [clip.clip_id for clip in clips])
        print(f"{queue.name}: {added} clips added, {len(clips) - added} were there")
        return added

    def deliver_predictions(
        self, queue: Queue, datasets: Sequence[Dataset], clips: Sequence[Clip], told: Set[str]
    ) -> None:
        """Make the predictions in a project what detections and, of those told, truth say of some clips.

        The caller holds the push lock.
        """
        chosen = {clip.clip_id for clip in clips}
        project = make_ready(self.server.ls, queue)
        said, models = wanted_predictions(datasets, told)
        wanted = {clip_id: several for clip_id, several in said.items() if clip_id in chosen}
        rows = {clip_id: [p.row() for p in several] for clip_id, several in wanted.items()}
        ours = remember_models(self.folder, models)
        added, withdrawn = push_predictions(self.server.ls, project, rows, ours)
        total = sum(len(several) for several in rows.values())
        gone = f", {withdrawn} withdrawn" if withdrawn else ""
        print(f"{queue.name}: {added} predictions added, {total - added} were there{gone}")
        if not total:
            print("  no detector has looked at these clips (`wink benchmark DATASET`); truth=true shows what is known")
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


def detections_of(datasets: Iterable[Dataset]) -> dict[str, list[Detection]]:
    """What detectors say of the datasets' clips, by clip."""
    return _by_clip(d for dataset in datasets for d in read_detections(dataset.path / "detections.parquet"))


def _by_clip(detections: Iterable[Detection]) -> dict[str, list[Detection]]:
    by_clip: dict[str, list[Detection]] = {}
    for detection in detections:
        by_clip.setdefault(detection.clip_id, []).append(detection)
    return by_clip


def wanted_predictions(datasets: Iterable[Dataset], told: Set[str]) -> tuple[dict[str, list[Prediction]], set[str]]:
    """Everything our models say, by clip, and the names of the models, also of those that say nothing of any clip.

    Args:
        datasets: whose clips and detections.
        told: ids of the clips whose truth is said too, where it is known.
    """
    wanted: dict[str, list[Prediction]] = {}
    models = {TRUTH}
    for dataset in datasets:
        detections = read_detections(dataset.path / "detections.parquet")
        models |= {detection.detector for detection in detections}
        by_clip = _by_clip(detections)
        for clip in dataset.clips():
            known = truth_of(clip) if clip.clip_id in told else None
            said = predictions_of(clip, by_clip.get(clip.clip_id, ())) + ([known] if known else [])
            there = wanted.setdefault(clip.clip_id, [])
            there += [p for p in said if p.model not in {t.model for t in there}]
    return wanted, models
