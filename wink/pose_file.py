"""Where the pose of a video is kept, with small pictures of the lifter: by content, so that it can be removed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def pose_file(cache: Path, sha256: str) -> Path:
    """The file of the cache that holds the pose of the video with this SHA-256, if it was ever found."""
    return cache / "pose" / f"{sha256}.npz"


def half_of(file: Path, process: int) -> Path:
    """Where a process writes a pose before it is whole."""
    return file.with_name(f".{file.stem}.{process}.npz")


def kept_poses(cache: Path, contents: Iterable[str]) -> list[Path]:
    """Every file there is of the poses of some videos (SHA-256), halves that a killed run left among them."""
    found = []
    for sha256 in sorted(set(contents)):
        whole = pose_file(cache, sha256)
        found += [file for file in (whole, *whole.parent.glob(f".{sha256}.*.npz")) if file.exists()]
    return found
