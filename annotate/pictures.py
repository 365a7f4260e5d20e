"""The pictures of a film as they are shown: whole frames, upright, square pixels, ordinary colours."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import Colorspace, Interpolation
from numpy.typing import NDArray

from annotate.tone import to_sdr
from annotate.video import VideoFacts, decoded
from wink.people import Picture

#: From this longer side on [px], players take a video that does not say its colour matrix for BT.709, else BT.601.
HD_SIDE = 1280
#: "Not said" as colour matrix (ITU-T H.273).
_NOT_SAID = 2
_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND


def pictures(
    path: Path, facts: VideoFacts, size: tuple[int, int], wanted: Container[int] | None = None
) -> Iterator[tuple[int, Picture]]:
    """Number and picture of each frame of a film, (height, width, 3) RGB; of the frames wanted, or of all.

    Raises:
        ClipError: the film cannot be decoded.
    """
    frames: Iterable[Any] = decoded(path)
    if facts.interlaced:
        frames = _whole_frames(frames)
    for number, frame in enumerate(frames):
        if wanted is None or number in wanted:
            yield number, _picture(frame, facts, size)


def _picture(frame: Any, facts: VideoFacts, size: tuple[int, int]) -> Picture:
    width, height = size if facts.rotation_deg % 180 == 0 else size[::-1]
    if facts.transfer == "sdr":
        flat = _converted(frame, width, height, "rgb24", _matrix(frame))
    else:
        matrix = Colorspace.BT2020 if frame.colorspace == _NOT_SAID else None
        flat = to_sdr(_converted(frame, width, height, "rgb48le", matrix), facts.transfer)
    return np.ascontiguousarray(np.rot90(flat, facts.rotation_deg // 90))


def _converted(frame: Any, width: int, height: int, pixels: str, matrix: Any) -> NDArray[Any]:
    converted = frame.reformat(width, height, pixels, src_colorspace=matrix, interpolation=_EXACT)
    return np.asarray(converted.to_ndarray())


def _matrix(frame: Any) -> Any:
    """The frame's colour matrix; of one that does not say, what players assume from its size."""
    if frame.format.is_rgb or frame.colorspace != _NOT_SAID:
        return None  # as the frame says
    return Colorspace.ITU709 if max(frame.width, frame.height) >= HD_SIDE else Colorspace.ITU601


def _whole_frames(frames: Iterable[Any]) -> Iterator[Any]:
    """Frames made of two half pictures of different moments, one frame out for each one in (FFmpeg's bwdif)."""
    graph = None
    for frame in frames:
        graph = graph or _deinterlacer(frame)
        graph.push(frame)
        yield from _ready(graph)
    if graph is not None:
        graph.push(None)
        yield from _ready(graph)


def _deinterlacer(frame: Any) -> Any:
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or av.time_base
    )
    weave = graph.add("bwdif", "mode=send_frame:deint=interlaced")
    sink = graph.add("buffersink")
    source.link_to(weave)
    weave.link_to(sink)
    graph.configure()
    return graph


def _ready(graph: Any) -> Iterator[Any]:
    while True:
        try:
            yield graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
