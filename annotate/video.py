"""What is in a film: every frame's time, which way is up, how often a picture comes, how it was coloured."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import av
import numpy as np

from annotate.tone import TRANSFERS, Transfer
from wink.errors import ClipError

#: Rates cameras use [frames/s]; a measured rate within 0.1 % of one is taken to be it.
STANDARD_RATES = tuple(
    Fraction(*rate)
    for rate in (
        (24000, 1001),
        (24, 1),
        (25, 1),
        (30000, 1001),
        (30, 1),
        (48, 1),
        (50, 1),
        (60000, 1001),
        (60, 1),
        (100, 1),
        (120000, 1001),
        (120, 1),
        (240, 1),
    )
)
#: A rate is constant if no frame is further from its place than this share of a frame.
STEADY_SHARE = 0.25


@dataclass(frozen=True)
class VideoFacts:
    """What is known of a video after looking at every frame of it."""

    times_s: tuple[float, ...]  # of each frame, from the first, increasing
    width: int  # as seen, after rotation and pixel shape
    height: int
    rotation_deg: int  # counterclockwise turn that puts it upright: 0, 90, 180, 270
    fps: Fraction
    steady: bool  # every frame in its place on a grid of `fps`
    stamps: tuple[int, ...]  # of each frame, as the file has it, in ticks of `tick`
    tick: Fraction  # [s]
    interlaced: bool
    transfer: Transfer

    @cached_property
    def frame_map(self) -> tuple[int, ...]:
        """Source frame shown by each frame of a constant-rate copy: the one on screen at that time."""
        if self.steady:
            return tuple(range(len(self.times_s)))
        times = self.times_s
        n_frames = max(2, round((times[-1] + (times[-1] - times[0]) / (len(times) - 1)) * self.fps))
        return tuple(max(0, bisect.bisect_right(times, float(k / self.fps) + 1e-4) - 1) for k in range(n_frames))

    @property
    def mended(self) -> tuple[str, ...]:
        """What a clip of it does otherwise, in words."""
        told = {
            f"turned by {self.rotation_deg} deg": self.rotation_deg != 0,
            "variable rate made constant": not self.steady,
            f"late start by {float(self.stamps[0] * self.tick):.2f} s taken away": self.stamps[0] * self.tick > 0.05,
            "interlaced made whole": self.interlaced,
            f"HDR ({self.transfer.upper()}) made ordinary": self.transfer != "sdr",
        }
        return tuple(words for words, holds in told.items() if holds)


def look_at(path: Path) -> VideoFacts:
    """Decode a video once and say what is in it.

    Raises:
        ClipError: it is no video, is empty, damaged, or a single picture.
    """
    stamps: list[int] = []
    first, interlaced, tick = None, False, Fraction(0)
    for frame in decoded(path):
        if first is None:
            first, tick = _Look(frame, _pixel_shape(path, frame)), frame.time_base or Fraction(0)
        stamp = frame.dts if frame.pts is None else frame.pts
        if stamp is None or not tick:
            raise ClipError(f"{path.name}: frame {len(stamps)} has no time")
        stamps.append(stamp)
        interlaced = interlaced or frame.interlaced_frame
    if first is None or len(stamps) < 2:
        raise ClipError(f"{path.name} has {len(stamps)} frames; a clip needs at least two")
    times = [float((stamp - stamps[0]) * tick) for stamp in stamps]
    try:
        fps, steady = frame_rate(times)
    except ClipError as error:
        raise ClipError(f"{path.name}: {error}") from error
    return VideoFacts(
        times_s=tuple(times),
        width=first.width,
        height=first.height,
        rotation_deg=first.turn_deg,
        fps=fps,
        steady=steady,
        stamps=tuple(stamps),
        tick=tick,
        interlaced=interlaced,
        transfer=first.transfer,
    )


class _Look:
    """How the first frame looks: size as seen, turn, colours."""

    def __init__(self, frame: Any, shape: float | None) -> None:
        turn = round(frame.rotation / 90) * 90 % 360
        wide = round(frame.width * (shape or 1.0))
        self.width, self.height = (frame.height, wide) if turn in (90, 270) else (wide, frame.height)
        self.turn_deg = turn
        self.transfer: Transfer = TRANSFERS.get(int(frame.color_trc), "sdr")


def decoded(path: Path) -> Iterator[Any]:
    """Every picture of a video's first video stream, in order.

    Raises:
        ClipError: it cannot be opened or decoded.
    """
    if not path.is_file():
        raise ClipError(f"{path} is no file")
    if path.stat().st_size == 0:
        raise ClipError(f"{path.name} is empty")
    n = 0
    try:
        with av.open(str(path), metadata_errors="ignore") as container:  # titles come in whatever alphabet
            if not container.streams.video:
                raise ClipError(f"{path.name} has no video in it")
            container.streams.video[0].thread_type = "AUTO"
            for frame in container.decode(video=0):
                yield frame
                n += 1
    except (av.FFmpegError, PermissionError, UnicodeError) as error:
        where = f"is damaged after frame {n}" if n else "cannot be read as a video"
        raise ClipError(f"{path.name} {where}: {getattr(error, 'strerror', None) or error}") from error


def frame_rate(times_s: Sequence[float]) -> tuple[Fraction, bool]:
    """Frame rate of a video, and whether it is constant; a variable one becomes the nearest standard rate.

    Raises:
        ClipError: the times do not increase.
    """
    times = np.asarray(times_s, dtype=float)
    steps = np.diff(times)
    if not np.all(steps > 0):
        raise ClipError("the frames' times do not increase")
    mean = Fraction((len(times) - 1) / (times[-1] - times[0])).limit_denominator(1001)
    standard = min(STANDARD_RATES, key=lambda rate: abs(rate - mean))
    places = (times - times[0]) / np.median(steps)
    grid = np.arange(len(times))
    line = np.polyfit(grid, places, 1) if len(times) > 2 else np.array([1.0, 0.0])
    steady = bool(np.abs(places - np.polyval(line, grid)).max() <= STEADY_SHARE)
    near = abs(standard - mean) <= mean / 1000
    return (standard if near or not steady else mean), steady


def _pixel_shape(path: Path, frame: Any) -> float | None:
    """Width of a pixel over its height, as the container says, else the picture; None where neither does."""
    with av.open(str(path), metadata_errors="ignore") as container:
        shape = container.streams.video[0].sample_aspect_ratio or getattr(frame, "sample_aspect_ratio", None)
    return float(shape) if shape else None
