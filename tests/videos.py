"""Small videos whose frames carry their own number, for tests of everything that counts frames."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

BITS = 10
CELL = 16


def numbered_frame(number, width=320, height=240):
    """A grey picture (height, width, 3) with its number as a row of black and white cells at the top left."""
    picture = np.full((height, width, 3), 96, np.uint8)
    for bit in range(BITS):
        picture[:CELL, bit * CELL : (bit + 1) * CELL] = 235 if number >> bit & 1 else 16
    return picture


def number_in(picture):
    """The number a picture (height, width, 3) carries."""
    cells = (picture[CELL // 2, bit * CELL + CELL // 2, 0] > 128 for bit in range(BITS))
    return sum(int(on) << bit for bit, on in enumerate(cells))


def numbers_of(path: Path):
    """The number each frame of a video carries."""
    with av.open(str(path)) as container:
        return [number_in(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def write_numbered(
    path: Path, times_s, *, size=(320, 240), codec="libx264", sound=False, start_s=0.0, turn_deg=0, rate=30
):
    """Write a video whose frame k carries the number k and is shown at times_s[k]."""
    clock = Fraction(1, 90000)
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=rate)  # of it comes how long the last frame is shown
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = clock
        stream.options = {"crf": "12", "preset": "ultrafast", "bf": "0"} if codec == "libx264" else {}
        voice = output.add_stream("aac", rate=16000) if sound else None
        if turn_deg:
            stream.set_display_rotation(turn_deg)
        for number, time_s in enumerate(times_s):
            frame = av.VideoFrame.from_ndarray(numbered_frame(number, *size), format="rgb24")
            frame.pts, frame.time_base = round((start_s + time_s) / clock), clock
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if voice is not None:
            _hum(output, voice, 2 * times_s[-1] + 1)
    return path


def _hum(output, voice, seconds):
    for k in range(int(seconds * 16000 / 1024)):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 16000, k * 1024, Fraction(1, 16000)
        output.mux(voice.encode(frame))
    output.mux(voice.encode(None))
