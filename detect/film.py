"""A video of pictures made here: H.264 that every browser plays, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from detect.video import Image
from wink.errors import ClipError

_OPTIONS = {"preset": "veryfast", "crf": "23", "bf": "0"}


def write_film(path: Path, fps: float, size: tuple[int, int], images: Iterable[Image]) -> int:
    """Write pictures (height, width, 3) as a video of a width and height [px], even; return how many there were.

    Raises:
        ClipError: it cannot be written there.
    """
    count = 0
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream: Any = container.add_stream(
                "libx264", rate=Fraction(fps).limit_denominator(1001), options=dict(_OPTIONS)
            )
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            stream.codec_context.color_range, stream.codec_context.colorspace = 1, 1  # limited, BT.709
            for image in images:
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
                frame.pts = count
                container.mux(stream.encode(frame))
                count += 1
            container.mux(stream.encode(None))
    except (OSError, av.FFmpegError) as error:
        raise ClipError(f"{path} cannot be written: {error}") from error
    return count
