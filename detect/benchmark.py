"""Run detectors on the videos of datasets, and score what they say against the truth."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from detect.detectors.detector import Detector, Observation, check_findings
from detect.leaderboard import score_rows
from detect.pose import PoseTrack
from detect.pose_cache import REMAKE, find_poses
from wink.clip import Clip
from wink.dataset import Dataset
from wink.detection import Detection, read_detections, write_detections
from wink.errors import ClipError, DetectorError
from wink.onset import DEFAULT_DEFINITION, Definition
from wink.progress import progress

DETECTIONS_FILE = "detections.parquet"


@dataclass(frozen=True)
class BenchmarkedDataset:
    """One dataset with all that was found in it."""

    dataset: Dataset
    clips: tuple[Clip, ...]
    poses: Mapping[str, PoseTrack]  # by clip_id
    detections: tuple[Detection, ...]


@dataclass(frozen=True)
class Benchmark:
    """The result: every detection, and a leaderboard row a detector, dataset, split and source."""

    parts: tuple[BenchmarkedDataset, ...]
    rows: tuple[dict[str, Any], ...]
    definition: Definition


def run_benchmark(
    datasets: Sequence[Dataset],
    detectors: Mapping[str, Detector],
    cache: Path,
    definition: Definition = DEFAULT_DEFINITION,
    workers: int = 2,
) -> Benchmark:
    """Look at every clip, ask every detector, write `detections.parquet` beside each dataset, and score.

    What detectors that are not asked now said of these clips before stays in the file.

    Args:
        datasets: any mix; clips without labels get detections but no score.
        detectors: by name.
        cache: folder for the pose found in each video.
        definition: of the onset that is scored.
        workers: videos looked at at the same time.

    Raises:
        ClipError: a video is missing, broken, or of another length than its dataset says.
        DatasetError: the detections of an earlier run cannot be read.
        DetectorError: the pose networks are missing (`wink fetch`), or a detector failed on every clip.
    """
    others = [_said_by_others(dataset, detectors) for dataset in datasets]
    parts = [_look_and_ask(dataset, detectors, cache, workers) for dataset in datasets]
    _refuse_failures(detectors, parts)
    rows: list[dict[str, Any]] = []
    for part, kept in zip(parts, others, strict=True):
        write_detections(part.dataset.path / DETECTIONS_FILE, (*kept, *part.detections))
        rows += score_rows(part.dataset.name, detectors, part.clips, part.poses, part.detections, definition=definition)
    return Benchmark(tuple(parts), tuple(rows), definition)


def _said_by_others(dataset: Dataset, detectors: Mapping[str, Detector]) -> tuple[Detection, ...]:
    """What the file holds of the clips there are, from detectors that are not asked now."""
    clips = {clip.clip_id for clip in dataset.clips()}
    before = read_detections(dataset.path / DETECTIONS_FILE)
    return tuple(d for d in before if d.detector not in detectors and d.clip_id in clips)


def _refuse_failures(detectors: Mapping[str, Detector], parts: Sequence[BenchmarkedDataset]) -> None:
    """A detector that fails everywhere is broken, not silent: say so, and leave all files as they are."""
    n_clips = sum(len(part.clips) for part in parts)
    for name in detectors:
        errors = [d.error for part in parts for d in part.detections if d.detector == name and d.error is not None]
        if n_clips and len(errors) == n_clips:
            rest = [other for other in detectors if other != name]
            way_out = f", or leave it out: 'detector=[{','.join(rest)}]'" if rest else ""
            raise DetectorError(f"{name} failed on every clip, nothing was written: {errors[0]}. Mend it{way_out}")


def _look_and_ask(dataset: Dataset, detectors: Mapping[str, Detector], cache: Path, workers: int) -> BenchmarkedDataset:
    clips = dataset.clips()
    by_video = find_poses([clip.video for clip in clips], cache, workers)
    poses = {clip.clip_id: by_video[clip.video] for clip in clips}
    for clip in clips:
        _check_length(clip, poses[clip.clip_id])
    jobs = [(name, clip) for name in detectors for clip in clips]
    detections = [
        detection
        for name, clip in progress(jobs, f"detectors on {dataset.name}")
        for detection in ask_detector(name, detectors[name], clip, poses[clip.clip_id])
    ]
    return BenchmarkedDataset(dataset, clips, poses, tuple(detections))


def _check_length(clip: Clip, pose: PoseTrack) -> None:
    if pose.n_frames != clip.n_frames:
        raise ClipError(
            f"{clip.video} has {pose.n_frames} frames, its dataset says {clip.n_frames}: cut off, or exchanged; "
            f"put the right file in its place, or {REMAKE}"
        )


def ask_detector(name: str, detector: Detector, clip: Clip, pose: PoseTrack) -> tuple[Detection, ...]:
    """What a detector says of a clip. Whatever goes wrong inside it becomes one row with `error`, and counts."""
    started = time.process_time()
    try:
        findings = detector.detect(Observation(clip.video, pose))
        check_findings(findings, clip.duration_s)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        return (Detection(name, clip.clip_id, 0, 0.0, None, None, None, time.process_time() - started, reason),)
    share_s = (time.process_time() - started) / max(1, len(findings))
    return tuple(Detection(name, clip.clip_id, runtime_s=share_s, **asdict(finding)) for finding in findings)
