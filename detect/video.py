"""Pictures of a video, one by one, upright: the same decoder for synthetic and real clips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from wink.errors import ClipError

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class VideoFormat:
    """What a video file says of itself; the size is that of the stored picture, before turning it upright."""

    fps: float
    n_frames: int  # 0 = the file does not say


def read_format(video: Path) -> VideoFormat:
    """Frame rate [Hz] and frame count of a video.

    Raises:
        ClipError: the file is missing, unreadable, or holds no picture stream with a frame rate.
    """
    try:
        with av.open(str(video)) as container:
            stream = container.streams.video[0]
            rate = stream.average_rate
            if not rate:
                raise ClipError(f"{video} does not say how many frames a second it has; bring it in with `wink import`")
            return VideoFormat(fps=float(rate), n_frames=stream.frames)
    except (FFmpegError, OSError, IndexError) as error:
        raise ClipError(f"{video} cannot be read as a video: {error}") from error


def read_frames(video: Path) -> Iterator[Image]:
    """Every picture of a video in order, RGB (height, width, 3), turned upright.

    Raises:
        ClipError: the file is missing, or breaks off while decoding.
    """
    try:
        with av.open(str(video)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for frame in container.decode(stream):
                yield _upright(frame.to_ndarray(format="rgb24"), frame.rotation)
    except (FFmpegError, OSError, IndexError) as error:
        raise ClipError(f"{video} cannot be read as a video: {error}") from error


def frame_times(video: Path) -> NDArray[np.float64]:
    """When each picture is shown (T,), from the first [s], as the file says; empty where it does not.

    Raises:
        ClipError: the file is missing, or breaks off.
    """
    try:
        with av.open(str(video)) as container:
            stream = container.streams.video[0]
            stamps = [packet.pts for packet in container.demux(stream) if packet.size and not packet.is_discard]
            if not stamps or None in stamps or stream.time_base is None:
                return np.empty(0)
            times = np.sort(np.array(stamps, dtype=float)) * float(stream.time_base)
            return np.asarray(times - times[0])
    except (FFmpegError, OSError, IndexError) as error:
        raise ClipError(f"{video} cannot be read as a video: {error}") from error


def read_some_frames(video: Path, wanted: tuple[int, ...]) -> dict[int, Image]:
    """The pictures with these numbers (from 0); numbers beyond the end are left out."""
    last = max(wanted, default=-1)
    found: dict[int, Image] = {}
    for number, image in enumerate(read_frames(video)):
        if number in wanted:
            found[number] = image
        if number >= last:
            break
    return found


def _upright(image: Image, rotation_deg: int) -> Image:
    """Undo the turn a phone notes in the file (counter-clockwise, in steps of 90 degrees)."""
    quarter_turns = round(rotation_deg / 90) % 4
    return np.ascontiguousarray(np.rot90(image, quarter_turns)) if quarter_turns else image
