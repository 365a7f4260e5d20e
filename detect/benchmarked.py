"""What a benchmark found: every dataset with its poses, answers and truth, and the scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from detect.frame_truth import AngleError, FrameTruth
from detect.pose import PoseTrack
from detect.pose_cache import read_pose
from detect.probes.probing import ProbeScore
from wink.clip import Clip
from wink.dataset import Dataset
from wink.detection import Detection
from wink.onset import Definition
from wink.tilt_reading import TiltReading

#: A ceiling sees the true angles, as no detector may.
Role = Literal["detector", "ceiling"]


class KeptPoses(Mapping[str, PoseTrack]):
    """Poses by clip_id, read from their files when they are asked for: hundreds do not fit into memory."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self.files = files

    def __getitem__(self, clip_id: str) -> PoseTrack:
        """Read one."""
        return read_pose(self.files[clip_id])

    def __iter__(self) -> Iterator[str]:
        """Their clip_ids."""
        return iter(self.files)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.files)


@dataclass(frozen=True)
class BenchmarkedDataset:
    """One dataset with all that was found in it."""

    dataset: Dataset
    clips: tuple[Clip, ...]
    poses: KeptPoses
    detections: tuple[Detection, ...] = ()
    pose_s: Mapping[str, float] = field(default_factory=dict)  # CPU time of each clip's pose, by clip_id
    runtime_s: Mapping[tuple[str, str], float] = field(default_factory=dict)  # of (detector, clip_id)
    truth: Mapping[str, FrameTruth] = field(default_factory=dict)  # by clip_id
    angle_errors: Mapping[str, tuple[AngleError, ...]] = field(default_factory=dict)  # by detector
    readings: tuple[TiltReading, ...] = ()  # pelvic tilt that detectors read off the pictures
    annotated: frozenset[str] = frozenset()  # clip_ids whose truth is what annotators say

    def said(self, detector: str) -> dict[str, list[Detection]]:
        """What a detector said, by clip_id."""
        found: dict[str, list[Detection]] = {}
        for detection in self.detections:
            if detection.detector == detector:
                found.setdefault(detection.clip_id, []).append(detection)
        return found


@dataclass(frozen=True)
class Benchmark:
    """The result: every detection, and a leaderboard row a detector, dataset, split and source."""

    parts: tuple[BenchmarkedDataset, ...]
    detectors: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    definition: Definition
    roles: Mapping[str, Role] = field(default_factory=dict)  # by detector
    seed: int = 0
    probes: Mapping[str, tuple[ProbeScore, ...]] = field(default_factory=dict)  # by dataset: leaks and floors

    def role(self, detector: str) -> Role:
        """What a detector is there for."""
        return self.roles.get(detector, "detector")
