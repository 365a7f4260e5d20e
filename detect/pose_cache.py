"""Pose of many videos: each once, kept by the content of the video, two videos at a time."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from detect.pose import PoseTrack, track_pose
from detect.weights import ALL, weights_path
from wink.errors import ClipError
from wink.files import file_sha256
from wink.pose_file import half_of, pose_file
from wink.progress import progress

VERSION = 2  # raise when tracking changes: older files are then made anew

REMAKE = "remove the dataset's folder and make it again (`wink generate`, `wink import`)"

_ARRAYS = ("presence", "points_px", "world_m", "visibility", "silhouette", "grey")
_SCALARS = ("fps", "leg_length_px", "cpu_s")


def find_poses(videos: Iterable[Path], cache: Path, workers: int = 2) -> dict[Path, PoseTrack]:
    """Pose of every video, from the cache where it is there.

    Args:
        videos: files to look at.
        cache: folder for `pose/<sha256 of the video>.npz`.
        workers: videos looked at at the same time, each in a process of its own.

    Raises:
        ClipError: a video is missing or cannot be read.
        DetectorError: the networks are missing (`wink fetch`).
    """
    return {video: read_pose(file) for video, file in pose_files(videos, cache, workers).items()}


def pose_files(videos: Iterable[Path], cache: Path, workers: int = 2) -> dict[Path, Path]:
    """The file that holds the pose of every video, made where it was not there; arguments as `find_poses`."""
    files = {video: pose_file(cache, _content(video)) for video in dict.fromkeys(videos)}
    missing = {file: video for video, file in files.items() if load_pose(file) is None}
    if missing:
        _make(missing, workers)
    return files


def _content(video: Path) -> str:
    """SHA-256 of a video; whatever is missing is named before any work starts."""
    try:
        return file_sha256(video)
    except OSError as error:
        raise ClipError(f"{video} cannot be read: {error.strerror}; put the video back, or {REMAKE}") from error


def load_pose(file: Path) -> PoseTrack | None:
    """A kept pose; None where there is none, or one of another version."""
    try:
        with file.open("rb") as opened, np.load(opened) as data:  # np.load leaks what it cannot read
            if int(data["version"]) != VERSION:
                return None
            kept: dict[str, Any] = {name: data[name] for name in _ARRAYS}
            return PoseTrack(**kept | {name: float(data[name]) for name in _SCALARS})
    except (OSError, KeyError, ValueError, EOFError, BadZipFile):
        return None


def save_pose(file: Path, pose: PoseTrack) -> None:
    """Keep a pose, whole or not at all; coordinates to single precision."""
    file.parent.mkdir(parents=True, exist_ok=True)
    arrays = {name: getattr(pose, name) for name in _ARRAYS}
    small = {name: a if a.dtype == np.uint8 else a.astype(np.float32) for name, a in arrays.items()}
    scalars = {name: getattr(pose, name) for name in _SCALARS}
    temporary = half_of(file, os.getpid())
    np.savez_compressed(temporary, version=VERSION, **small, **scalars)
    temporary.replace(file)


def _make(missing: Mapping[Path, Path], workers: int) -> None:
    for weights in ALL:
        weights_path(weights)  # refuse before any process starts
    if min(workers, len(missing)) <= 1:
        for file, video in progress(missing.items(), "pose", total=len(missing), unit="video"):
            _track_and_keep(video, file)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_stop_quietly) as pool:
        done = pool.map(_track_and_keep, missing.values(), missing.keys())
        for _ in progress(done, "pose", total=len(missing), unit="video"):
            pass


def _stop_quietly() -> None:
    """Let Ctrl-C end a worker at once; the parent tells the user."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _track_and_keep(video: Path, file: Path) -> None:
    try:
        pose = track_pose(video)
    except ClipError as error:
        raise ClipError(f"{error}; put a whole file in its place, or {REMAKE}") from None
    save_pose(file, pose)


def read_pose(file: Path) -> PoseTrack:
    """The pose a file of `pose_files` holds."""
    pose = load_pose(file)
    if pose is None:
        raise OSError(f"{file} could not be read back after it was written; is the disk full?")
    return pose
