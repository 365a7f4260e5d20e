"""Run detectors on the videos of datasets, and score what they say against the truth."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detect.detectors.detector import Detector, Observation, check_findings
from detect.leaderboard import score_rows
from detect.pose import PoseTrack
from detect.pose_cache import find_poses
from wink.clip import Clip
from wink.dataset import Dataset
from wink.detection import Detection, write_detections
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

    Args:
        datasets: any mix; clips without labels get detections but no score.
        detectors: by name.
        cache: folder for the pose found in each video.
        definition: of the onset that is scored.
        workers: videos looked at at the same time.

    Raises:
        ClipError: a video cannot be read.
        DetectorError: the pose networks are missing (`wink fetch`).
    """
    parts = []
    rows: list[dict[str, Any]] = []
    for dataset in datasets:
        part = _look_and_ask(dataset, detectors, cache, workers)
        write_detections(dataset.path / DETECTIONS_FILE, part.detections)
        rows += score_rows(dataset.name, detectors, part.clips, part.poses, part.detections, definition=definition)
        parts.append(part)
    return Benchmark(tuple(parts), tuple(rows), definition)


def _look_and_ask(dataset: Dataset, detectors: Mapping[str, Detector], cache: Path, workers: int) -> BenchmarkedDataset:
    clips = dataset.clips()
    by_video = find_poses([clip.video for clip in clips], cache, workers)
    poses = {clip.clip_id: by_video[clip.video] for clip in clips}
    jobs = [(name, clip) for name in detectors for clip in clips]
    detections = [
        detection
        for name, clip in progress(jobs, f"detectors on {dataset.name}")
        for detection in ask_detector(name, detectors[name], clip, poses[clip.clip_id])
    ]
    return BenchmarkedDataset(dataset, clips, poses, tuple(detections))


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
    return tuple(
        Detection(name, clip.clip_id, f.rep, f.score, f.onset_s, f.magnitude_deg, f.bottom_s, share_s) for f in findings
    )
