"""Text in pictures, in a font that has a degree sign."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from detect.video import Image

Rgb = tuple[int, int, int]


def write(image: Image, text: str, left: int, middle: int, height_px: int, colour: Rgb, bold: bool = False) -> int:
    """Write a line into a picture, in place, its middle at a height; return where it ends [px].

    Args:
        image: (height, width, 3), changed.
        text: one line; what does not fit is cut off at the picture's edge.
        left: where it begins [px].
        middle: height of the line's middle [px].
        height_px: of the letters.
        colour: red, green, blue.
        bold: heavier letters.
    """
    letters = _letters(text, height_px, bold)
    top = middle - letters.shape[0] // 2
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + letters.shape[1], image.shape[1]), min(top + letters.shape[0], image.shape[0])
    if x1 > x0 and y1 > y0:
        cover = letters[y0 - top : y1 - top, x0 - left : x1 - left, None]
        below = image[y0:y1, x0:x1]
        image[y0:y1, x0:x1] = (below + cover * (np.array(colour, np.float32) - below)).astype(np.uint8)
    return left + letters.shape[1]


def width_px(text: str, height_px: int, bold: bool = False) -> int:
    """How wide a line is [px]."""
    return int(_letters(text, height_px, bold).shape[1])


@lru_cache(maxsize=512)
def _letters(text: str, height_px: int, bold: bool) -> NDArray[np.float32]:
    """How much each pixel of a line is covered, 0 to 1."""
    font = _font(height_px, bold)
    left, top, right, bottom = font.getbbox(text or " ", anchor="ls")
    low, high = font.getmetrics()[1], font.getmetrics()[0]
    canvas = Picture.new("L", (max(1, int(right - min(left, 0)) + 2), max(1, low + high, int(bottom - top))))
    ImageDraw.Draw(canvas).text((-min(left, 0), high), text, fill=255, font=font, anchor="ls")
    return np.asarray(np.asarray(canvas) / 255.0, dtype=np.float32)


@lru_cache(maxsize=32)
def _font(height_px: int, bold: bool) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name), max(6, height_px))
