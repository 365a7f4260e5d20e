"""Clips that count their frames right everywhere: H.264, constant rate, start 0, nothing else; checked by decoding.

Browsers and Label Studio silently show wrong frames for variable rates, late starts and sound longer than the
picture; so a clip is written anew from pictures, and every frame of the result is compared with the one it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from numpy.typing import NDArray

from annotate.video import VideoFacts, decoded
from wink.errors import ClipError, DatasetError
from wink.people import Picture

#: Constant quality of x264 (lower is better; 18 is visually lossless by its authors' guide).
QUALITY = "18"
#: Playable from the start; the file names no program that wrote it, as simulated clips name none.
_PLAIN = {"movflags": "+faststart", "fflags": "+bitexact"}
_BT709 = 1  # as primaries and as transfer (ITU-T H.273)
_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND
#: Side of the small grey picture by which frames are compared [px].
_SMALL_PX = 48
#: A frame of a copy is the source's if no pixel of their small pictures differs by more than this [of 255].
MAX_DIFFERENCE = 20.0
#: ... and neither neighbour is nearer by more than this [of 255]: coding noise.
_NOISE = 1.0

Small = NDArray[np.float32]


@dataclass(frozen=True)
class Cut:
    """The part of a film that becomes a clip: frames of its constant-rate copy, the last one excluded."""

    first: int
    stop: int

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return self.stop - self.first


def fitted(width: int, height: int, max_side: int) -> tuple[int, int]:
    """Size of a picture whose longer side is at most `max_side`, in even numbers as H.264 needs."""
    scale = min(1.0, max_side / max(width, height))
    return max(2, round(width * scale) // 2 * 2), max(2, round(height * scale) // 2 * 2)


def write_clips(
    shown: Iterable[tuple[int, Picture]], facts: VideoFacts, cuts: Sequence[Cut], targets: Sequence[Path]
) -> list[float]:
    """Write the cuts of a film as clips, and compare each with what was shown.

    Args:
        shown: number and picture of the film's frames, those the cuts need among them, in order.
        facts: of the film.
        cuts: in order, none overlapping the next.
        targets: a file for each.

    Returns:
        The largest difference [of 255] between a frame of each clip and the frame it came from.

    Raises:
        ClipError: the film cannot be decoded, or a copy is not what it should be.
        DatasetError: a copy cannot be written (no room, no right).
    """
    frame_map = facts.frame_map
    stream = _repeated(shown, [frame_map[k] for cut in cuts for k in range(cut.first, cut.stop)])
    worst = []
    for cut, target in zip(cuts, targets, strict=True):
        smalls: list[Small] = []
        try:
            with av.open(str(target), "w", format="mp4", options=_PLAIN) as output:
                _encode(output, stream, cut.n_frames, facts.fps, smalls)
        except (OSError, av.FFmpegError) as error:
            raise DatasetError(f"{target.parent} cannot be written: {error.strerror or error}") from error
        worst.append(compare(target, smalls, frame_map[cut.first : cut.stop]))
    return worst


def compare(clip: Path, smalls: Sequence[Small], source_frames: Sequence[int]) -> float:
    """Decode a clip and compare each frame with the source's; the largest difference [of 255].

    Raises:
        ClipError: another number of frames, a late start, a frame that is not the one it should be.
    """
    worst, n = 0.0, 0
    for n, frame in enumerate(decoded(clip), start=1):
        k = n - 1
        if k >= len(smalls) or (k == 0 and frame.pts != 0):
            break
        small = small_of(frame.to_ndarray(format="rgb24"))
        off = _difference(small, smalls[k])
        near = [j for j in (k - 1, k + 1) if 0 <= j < len(smalls) and source_frames[j] != source_frames[k]]
        if off > MAX_DIFFERENCE or any(_difference(small, smalls[j]) < off - _NOISE for j in near):
            raise ClipError(f"frame {k} of the copy is not frame {source_frames[k]} of the film; it was left out")
        worst = max(worst, off)
    if n != len(source_frames) or len(smalls) != n:
        raise ClipError(f"the copy has {n} frames, expected {len(source_frames)}; it was left out")
    return worst


def small_of(picture: Picture) -> Small:
    """A picture, small and grey, for comparing."""
    small = cv2.resize(picture, (_SMALL_PX, _SMALL_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small.mean(axis=2, dtype=np.float32))


def _difference(a: Small, b: Small) -> float:
    return float(np.abs(a - b).max())


def _repeated(shown: Iterable[tuple[int, Picture]], wanted: Sequence[int]) -> Iterator[Picture]:
    """The picture of each number wanted, in order, some of them several times."""
    k = 0
    for number, picture in shown:
        while k < len(wanted) and wanted[k] == number:
            yield picture
            k += 1
        if k == len(wanted):
            return


def _encode(output: Any, shown: Iterator[Picture], n_frames: int, fps: Fraction, smalls: list[Small]) -> None:
    stream = None
    for k in range(n_frames):
        picture = next(shown, None)
        if picture is None:
            break
        stream = stream or _stream(output, fps, (picture.shape[1], picture.shape[0]))
        smalls.append(small_of(picture))
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG, interpolation=_EXACT
        )
        frame.pts, frame.time_base = k, 1 / fps
        output.mux(stream.encode(frame))
    if stream is not None:
        output.mux(stream.encode(None))


def _stream(output: Any, fps: Fraction, size: tuple[int, int]) -> Any:
    stream = output.add_stream("libx264", rate=fps)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.color_range, context.colorspace = int(ColorRange.MPEG), int(Colorspace.ITU709)
    context.color_primaries, context.color_trc = _BT709, _BT709
    stream.time_base = 1 / fps
    stream.gop_size = max(1, round(fps / 2))  # stepping back in a browser decodes at most half a second
    stream.options = {"crf": QUALITY, "preset": "veryfast", "bf": "0"}  # no B-frames: start 0 without an edit list
    return stream
