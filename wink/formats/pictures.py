"""The pictures of a clip, as files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

from wink.clip import Clip
from wink.errors import ClipError

#: JPEG quality, 1 (best) to 31, of the coder.
QUALITY = 3


def write_pictures(clip: Clip, folder: Path, name: str, height: int | None = None, every: int = 1) -> list[Path]:
    """Write frames of a clip as JPEG files, `name` filled with the frame's number, counted from 0.

    Args:
        clip: the clip.
        folder: where to; made if missing.
        name: name of a file, with a place for the number.
        height: of the pictures [px], the width in proportion and even; None = as filmed, which smaller clips stay.
        every: one frame in so many.

    Raises:
        ClipError: the video cannot be read, or has another number of frames than the dataset says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tall = min(height or clip.height, clip.height)
    size = (2 * round(clip.width * tall / clip.height / 2), tall)
    files, number = [], -1
    try:
        with av.open(str(clip.video)) as container:
            for number, frame in enumerate(container.decode(video=0)):
                if number % every == 0:
                    files.append(folder / name.format(number))
                    files[-1].write_bytes(jpeg(frame, size))
    except (OSError, av.FFmpegError) as error:
        raise ClipError(f"cannot read {clip.video}: {error}") from error
    if number + 1 != clip.n_frames:
        raise ClipError(f"{clip.video} has {number + 1} frames, the dataset says {clip.n_frames}")
    return files


def jpeg(frame: av.VideoFrame, size: tuple[int, int]) -> bytes:
    """A frame of a video as a JPEG file of a size (width, height)."""
    coder = av.CodecContext.create("mjpeg", "w")
    coder.width, coder.height, coder.pix_fmt = *size, "yuvj420p"
    coder.time_base = Fraction(1)
    coder.options = {"qmin": str(QUALITY), "qmax": str(QUALITY)}
    picture = frame.reformat(*size, format="yuvj420p", dst_colorspace="ITU601", dst_color_range="JPEG")
    picture.pts = 0
    return b"".join(bytes(packet) for packet in (*coder.encode(picture), *coder.encode(None)))
