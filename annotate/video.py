"""Any video to a clip that counts its frames right everywhere: H.264, constant rate, start 0, upright, nothing else.

Browsers and Label Studio silently show wrong frames for variable rates, late starts and sound longer than the
picture; so a clip is decoded and written anew, and its frames are counted by decoding the result.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation

from wink.errors import ClipError, DatasetError

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
#: Constant quality of x264 (lower is better; 18 is visually lossless by its authors' guide).
QUALITY = "18"
#: From this longer side on [px], players take a video that does not say its colour matrix for BT.709, else BT.601.
HD_SIDE = 1280
#: BT.709 as primaries and as transfer, and "not said" as matrix (ITU-T H.273).
_BT709, _NOT_SAID = 1, 2
_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND


@dataclass(frozen=True)
class VideoFacts:
    """What is known of a video after looking at every frame of it."""

    times_s: tuple[float, ...]  # of each frame, from the first, increasing
    width: int  # as seen, after rotation and pixel shape
    height: int
    rotation_deg: int  # counterclockwise turn that puts it upright: 0, 90, 180, 270
    fps: Fraction
    steady: bool  # every frame in its place on a grid of `fps`

    @property
    def frame_map(self) -> tuple[int, ...]:
        """Source frame shown by each frame of a constant-rate copy: the one on screen at that time."""
        if self.steady:
            return tuple(range(len(self.times_s)))
        times = self.times_s
        n_frames = max(2, round((times[-1] + (times[-1] - times[0]) / (len(times) - 1)) * self.fps))
        return tuple(max(0, bisect.bisect_right(times, float(k / self.fps) + 1e-4) - 1) for k in range(n_frames))


def look_at(path: Path) -> VideoFacts:
    """Decode a video once and say what is in it.

    Raises:
        ClipError: it is no video, is empty, damaged, or a single picture.
    """
    times: list[float] = []
    first = None
    for frame in decoded(path):
        first = first or (frame.width, frame.height, frame.rotation, _pixel_shape(frame))
        if frame.time is None:
            raise ClipError(f"{path.name}: frame {len(times)} has no time")
        times.append(frame.time)
    if first is None or len(times) < 2:
        raise ClipError(f"{path.name} has {len(times)} frames; a clip needs at least two")
    width, height, turn, pixel_shape = first
    turn = round(turn / 90) * 90 % 360
    wide = round(width * pixel_shape)
    try:
        fps, steady = frame_rate(times)
    except ClipError as error:
        raise ClipError(f"{path.name}: {error}") from error
    upright = (height, wide) if turn in (90, 270) else (wide, height)
    relative = tuple(t - times[0] for t in times)
    return VideoFacts(relative, *upright, rotation_deg=turn, fps=fps, steady=steady)


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


def write_clip(source: Path, facts: VideoFacts, target: Path, max_side: int) -> tuple[int, int, int]:
    """Write a video anew as a clip; its number of frames, width and height, checked by decoding it.

    Raises:
        ClipError: the source cannot be decoded, or the copy is not what it should be.
        DatasetError: the copy cannot be written (no room, no right).
    """
    width, height = fitted(facts.width, facts.height, max_side)
    try:
        with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as output:
            _encode(output, _shown(source, facts, width, height), facts.fps, (width, height))
    except (OSError, av.FFmpegError) as error:
        raise DatasetError(f"{target.parent} cannot be written: {error.strerror or error}") from error
    pictures = [(frame.width, frame.height, frame.pts) for frame in decoded(target)]
    expected = len(facts.frame_map)
    if len(pictures) != expected or {p[:2] for p in pictures} != {(width, height)} or pictures[0][2] != 0:
        raise ClipError(f"{source.name}: its copy has {len(pictures)} frames, expected {expected}; it was left out")
    return expected, width, height


def fitted(width: int, height: int, max_side: int) -> tuple[int, int]:
    """Size of a picture whose longer side is at most `max_side`, in even numbers as H.264 needs."""
    scale = min(1.0, max_side / max(width, height))
    return max(2, round(width * scale) // 2 * 2), max(2, round(height * scale) // 2 * 2)


def _shown(source: Path, facts: VideoFacts, width: int, height: int) -> Iterator[Any]:
    """The frames of the constant-rate copy, upright and scaled."""
    frame_map = facts.frame_map
    k = 0
    for i, frame in enumerate(decoded(source)):
        if k < len(frame_map) and frame_map[k] == i:
            picture = _coloured(_upright(frame, facts.rotation_deg), width, height)
            while k < len(frame_map) and frame_map[k] == i:
                yield picture
                k += 1


def _upright(frame: Any, turn_deg: int) -> Any:
    if turn_deg == 0:
        return frame
    rgb = frame.reformat(format="rgb24", src_colorspace=_matrix(frame), interpolation=_EXACT)
    turned = np.rot90(rgb.to_ndarray(), turn_deg // 90)
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(turned), format="rgb24")


def _coloured(frame: Any, width: int, height: int) -> Any:
    """A picture scaled, in the colours every browser assumes: BT.709 limited, from whatever it was filmed in."""
    return frame.reformat(
        width,
        height,
        "yuv420p",
        src_colorspace=_matrix(frame),
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation=_EXACT,
    )


def _matrix(frame: Any) -> Any:
    """The frame's colour matrix; of one that does not say, what players assume from its size."""
    if frame.format.is_rgb or frame.colorspace != _NOT_SAID:
        return None  # as the frame says
    return Colorspace.ITU709 if max(frame.width, frame.height) >= HD_SIDE else Colorspace.ITU601


def _encode(output: Any, frames: Iterator[Any], fps: Fraction, size: tuple[int, int]) -> None:
    stream = output.add_stream("libx264", rate=fps)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.color_range, context.colorspace = int(ColorRange.MPEG), int(Colorspace.ITU709)
    context.color_primaries, context.color_trc = _BT709, _BT709
    stream.time_base = 1 / fps
    stream.gop_size = max(1, round(fps / 2))  # stepping back in a browser decodes at most half a second
    stream.options = {"crf": QUALITY, "preset": "veryfast", "bf": "0"}  # no B-frames: start 0 without an edit list
    for k, frame in enumerate(frames):
        frame.pts, frame.time_base = k, 1 / fps
        frame.pict_type = av.video.frame.PictureType.NONE
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _pixel_shape(frame: Any) -> float:
    """Width of a pixel over its height; 1 where the video does not say."""
    shape = getattr(frame, "sample_aspect_ratio", None)
    return float(shape) if shape else 1.0
