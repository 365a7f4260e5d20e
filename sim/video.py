"""Videos on disk: H.264 that every browser plays, at a constant rate, the same bytes for the same pictures."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from wink.errors import ClipError

#: Quality (lower is better) and longest run between key frames: short, so that players seek exactly.
CRF, GOP = 21, 15
_X264 = {"preset": "veryfast", "threads": "1"}
#: x264's `mbtree` reads memory nobody wrote unless the blocks of a row come in eights (libx264 of PyAV 18.1; seen by
#: filling memory with MALLOC_PERTURB_: 640 and 1280 wide come out the same, 240 to 480 do not).
_STEADY_WIDTH = 8 * 16


def _x264_options(width: int) -> dict[str, str]:
    steady = width % _STEADY_WIDTH == 0
    return {**_X264, "x264-params": f"keyint={GOP}:threads=1" + ("" if steady else ":mbtree=0")}


class VideoWriter:
    """Writes one video; it appears under its name only when it is complete and can be read.

    Frame k is shown during [k, k + 1) / fps. The colour is BT.709, limited range, 4:2:0.
    """

    def __init__(self, path: Path, fps: float, width: int, height: int, crf: int = CRF) -> None:
        """Begin a video; `crf` is its compression, lower is better.

        Raises:
            ClipError: it cannot be written there, or its size is odd.
        """
        if width % 2 or height % 2:
            raise ClipError(f"a video's width and height must be even, got {width} x {height}")
        self.path = Path(path)
        self.n_frames = 0
        self._temporary = self.path.with_name(f".{self.path.name}.part")
        try:
            self._temporary.touch()  # the coder opens its file only later
            self._container = av.open(
                str(self._temporary), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
            )
            self._stream = self._open_stream(fps, width, height, crf)
        except (OSError, av.FFmpegError) as error:
            self._discard()
            raise ClipError(f"cannot write a video at {self.path}: {error}") from error

    def _open_stream(self, fps: float, width: int, height: int, crf: int) -> Any:
        options = {"crf": str(crf), **_x264_options(width)}
        stream: Any = self._container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001), options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.gop_size, context.max_b_frames, context.thread_count = GOP, 0, 1
        context.color_range, context.colorspace = 1, 1  # limited, BT.709
        context.color_primaries, context.color_trc = 1, 1
        return stream

    def add(self, image: NDArray[np.uint8]) -> None:
        """Append one picture (H, W, 3), red green blue.

        Raises:
            ClipError: another size than the video's, or it cannot be written.
        """
        expected = (self._stream.height, self._stream.width, 3)
        if image.shape != expected or image.dtype != np.uint8:
            raise ClipError(f"the video takes pictures of shape {expected} uint8, got {image.shape} {image.dtype}")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
        frame.pts = self.n_frames
        self._mux(frame)
        self.n_frames += 1

    def close(self) -> None:
        """Finish the video, check it, and give it its name.

        Raises:
            ClipError: it cannot be written, or does not decode to as many frames as were added.
        """
        self._mux(None)
        try:
            self._container.close()
            found = count_frames(self._temporary)
            if found != self.n_frames:
                raise ClipError(f"{self.path} decodes to {found} frames, {self.n_frames} were written")
            self._temporary.replace(self.path)
        except (OSError, av.FFmpegError) as error:
            self._discard()
            raise ClipError(f"cannot finish {self.path}: {error}") from error
        except ClipError:
            self._discard()
            raise

    def _mux(self, frame: Any) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except (OSError, av.FFmpegError) as error:
            self._discard()
            raise ClipError(f"cannot write {self.path}: {error}") from error

    def _discard(self) -> None:
        """Leave nothing behind."""
        container = getattr(self, "_container", None)
        if container is not None:
            # the disk that refused the picture refuses the trailer too
            with contextlib.suppress(OSError, av.FFmpegError):
                container.close()
        if self._temporary.parent.is_dir():
            self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._discard()


def read_frames(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Pictures (H, W, 3) of a video, in order.

    Raises:
        ClipError: it cannot be read.
    """
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="rgb24")
    except (OSError, IndexError, av.FFmpegError) as error:
        raise ClipError(f"cannot read the video {path}: {error}") from error


def count_frames(path: Path) -> int:
    """How many pictures a video decodes to.

    Raises:
        ClipError: it cannot be read.
    """
    try:
        with av.open(str(path)) as container:
            return sum(1 for _ in container.decode(video=0))
    except (OSError, IndexError, av.FFmpegError) as error:
        raise ClipError(f"cannot read the video {path}: {error}") from error
