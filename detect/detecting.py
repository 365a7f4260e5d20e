"""Videos of people squatting to verdicts on disk: one folder a video, nothing overwritten, one table of all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from detect.detectors.detector import Detector
from detect.film import write_film
from detect.overlay import Overlay
from detect.pose_cache import find_poses
from detect.verdict import depth_to_stop_at
from detect.verdict_tables import read_told, repetition_rows, table_text, told
from detect.video import Image, read_frames
from detect.watch_page import write_page
from detect.watching import Watched, watch
from wink.errors import ClipError, DetectorError
from wink.files import file_sha256, new_folder, write_atomically
from wink.progress import progress

#: What a folder is searched for; files named one by one may be called anything.
SUFFIXES = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mts", ".3gp", ".mpg", ".mpeg", ".wmv")
#: Files of one video's folder, and the table of all.
DATA, TABLE, OVERLAY, PAGE = "detected.json", "repetitions.csv", "overlay.mp4", "page.html"


@dataclass(frozen=True)
class Told:
    """What became of one video."""

    video: Path
    folder: Path
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Skipped:
    """A video of which nothing was written, and why; `there` = it was done before."""

    video: Path
    reason: str
    there: bool = False


def videos_of(inputs: Iterable[Path]) -> tuple[Path, ...]:
    """The files named, and the videos in the folders named, each once.

    Raises:
        ClipError: nothing was named, something is not there, or a folder holds no video.
    """
    found: list[Path] = []
    for path in inputs:
        inside = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES) if path.is_dir() else [path]
        videos = [p for p in inside if not p.name.startswith(".")]
        if not path.exists():
            raise ClipError(f"there is no file {path}; a path with spaces needs quotes")
        if not videos:
            raise ClipError(f"{path} holds no video ({', '.join(SUFFIXES)})")
        found += videos
    if not found:
        raise ClipError("no video was named; try `wink detect squat.mp4` or `wink detect FOLDER`")
    return tuple(dict.fromkeys(found))


def detect_all(
    videos: Sequence[Path], name: str, detector: Detector, output: Path, cache: Path, overwrite: bool
) -> Iterator[Told | Skipped]:
    """Look at videos one by one; one that cannot be read, or was done before, does not stop the rest.

    Args:
        videos: files.
        name: of the detector.
        detector: asked about every video.
        output: gets a folder a video.
        cache: folder for poses.
        overwrite: replace what an earlier run wrote of the same video.

    Raises:
        DetectorError: the pose networks are missing.
    """
    for video in videos:
        try:
            folder = folder_for(video, output)
            if folder.exists() and not overwrite:
                yield Skipped(video, f"{folder} is there already; overwrite=true replaces it", there=True)
                continue
            yield _detect(video, name, detector, folder, cache)
        except ClipError as error:
            yield Skipped(video, str(error).partition("; put")[0])


def folder_for(video: Path, output: Path) -> Path:
    """Folder of a video's results: its name, and where another video has that already, a mark of its content too.

    Raises:
        ClipError: the video cannot be read.
    """
    try:
        content = file_sha256(video)
    except OSError as error:
        raise ClipError(f"{video} cannot be read: {error.strerror}") from error
    plain = output / video.stem
    before = read_told(plain / DATA)
    if not plain.exists() or (before is not None and before["sha256"] == content):
        return plain
    return output / f"{video.stem}-{sha256(content.encode()).hexdigest()[:8]}"


def _detect(video: Path, name: str, detector: Detector, folder: Path, cache: Path) -> Told:
    pose = find_poses([video], cache, workers=1)[video]
    try:
        watched = watch(video, pose, name, detector)
    except DetectorError as error:
        raise ClipError(f"{video}: {name} failed: {error}") from error
    with new_folder(folder) as made:
        data = told(watched)
        (made / DATA).write_text(json.dumps(data, allow_nan=False))
        (made / TABLE).write_text(table_text(repetition_rows(data)))
        write_overlay(watched, made / OVERLAY)
        write_page(made / PAGE, data, made / OVERLAY)
    lines = [*watched.remarks, *(f"repetition {v.rep + 1}: {v}" for v in watched.verdicts)]
    return Told(video, folder, (*lines, depth_to_stop_at(watched.verdicts)))


def write_overlay(watched: Watched, path: Path) -> None:
    """Write the video with everything drawn in.

    Raises:
        ClipError: the video cannot be read again, or the overlay not written.
    """
    images = read_frames(watched.video)
    first = next(images)
    overlay = Overlay(watched, first.shape[1], first.shape[0])
    write_film(path, watched.fps, overlay.size, _drawn(overlay, first, images, watched.pose.n_frames))


def _drawn(overlay: Overlay, first: Image, rest: Iterator[Image], n_frames: int) -> Iterator[Image]:
    yield overlay.draw(first, 0)
    for frame, image in progress(enumerate(rest, start=1), "overlay", total=n_frames - 1, unit="frame"):
        if frame < n_frames:
            yield overlay.draw(image, frame)


def gather_table(output: Path) -> Path:
    """Write one table of the repetitions of every video in a folder, from what is there."""
    kept = (read_told(file) for file in sorted(output.glob(f"*/{DATA}")))
    rows = [row for data in kept if data is not None for row in repetition_rows(data)]
    write_atomically(output / TABLE, table_text(rows))
    return output / TABLE
