"""What detectors read off the pictures of a benchmark's clips, asked for and kept beside their answers."""

from __future__ import annotations

from collections.abc import Container

from detect.benchmarked import BenchmarkedDataset
from detect.detectors.detector import AngleCurves, AngleReader, Detector, Observation
from detect.pose import PoseTrack
from wink.clip import Clip
from wink.tilt_reading import FILE, read_tilt_readings, write_tilt_readings


def read_curves(detector: Detector, clip: Clip, pose: PoseTrack) -> AngleCurves | None:
    """The angles a detector reads, if it reads any; a failure has been told by `detect` already."""
    if not isinstance(detector, AngleReader):
        return None
    try:
        return detector.read_angles(Observation(clip.video, pose))
    except Exception as error:
        print(f"reading angles of {clip.clip_id} failed: {type(error).__name__}: {error}")
        return None


def keep_readings(part: BenchmarkedDataset, asked: Container[str]) -> None:
    """Write the tilt that was read beside the dataset; of detectors that are not asked now, what they read before."""
    file = part.dataset.path / FILE
    here = {clip.clip_id for clip in part.clips}
    kept = [r for r in read_tilt_readings(file) if r.detector not in asked and r.clip_id in here]
    if kept or part.readings or file.exists():
        write_tilt_readings(file, (*kept, *part.readings))
