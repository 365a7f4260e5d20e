"""Draw docs/clips.jpg: one frame of each of 24 clips of a dataset, about the deepest moment of its first squat.

wink generate experiment=phones n=8 cameras=null population.repetitions=1 seed=3 name=sheet
python scripts/draw_clip_sheet.py datasets/sheet docs/clips.jpg
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.video import read_frames
from wink.clip import Clip, frame_at
from wink.dataset import Dataset

Picture = NDArray[np.uint8]
ROWS, COLUMNS, CELL_PX = 4, 6, 250
LIMIT_BYTES = 600_000


def main(folder: str, out: str) -> None:
    """Draw the sheet."""
    clips = Dataset(Path(folder)).clips()[: ROWS * COLUMNS]
    order = np.random.default_rng(0).permutation(len(clips))
    cells = [cell(shown(clips[i], share=(k % 4) / 4)) for k, i in enumerate(order)]
    rows = [np.concatenate(cells[i : i + COLUMNS], axis=1) for i in range(0, len(cells), COLUMNS)]
    sheet = np.concatenate(rows, axis=0)
    for quality in range(92, 30, -4):
        done, data = cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        if done and len(data) <= LIMIT_BYTES:
            break
    Path(out).write_bytes(data.tobytes())
    print(f"{out}: {len(cells)} clips, {len(data)} bytes at quality {quality}")


def shown(clip: Clip, share: float) -> Picture:
    """The frame some of the way from the bottom of the first squat back to its beginning."""
    first = clip.repetitions[0] if clip.repetitions else None
    time_s = first.bottom_s - share * (first.bottom_s - first.start_s) if first else 0.5 * clip.duration_s
    wanted = min(frame_at(time_s, clip.fps), clip.n_frames - 1)
    return next(image for k, image in enumerate(read_frames(clip.video)) if k == wanted)


def cell(image: Picture) -> Picture:
    """The picture's middle as a square cell."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = image[top : top + side, left : left + side]
    return np.asarray(cv2.resize(middle, (CELL_PX, CELL_PX), interpolation=cv2.INTER_AREA), dtype=np.uint8)


if __name__ == "__main__":
    main(*sys.argv[1:])
