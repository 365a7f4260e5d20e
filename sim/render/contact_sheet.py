"""A picture of several clips at a glance: one row a clip, its moments from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.video import count_frames, read_frames
from wink.errors import ClipError

Picture = NDArray[np.uint8]
CAPTION_PX = 20


@dataclass(frozen=True)
class SheetRow:
    """One clip of a contact sheet."""

    video: Path
    caption: str
    frames: tuple[int, ...] | None = None  # which to show; None = evenly over the clip


def contact_sheet(
    rows: Sequence[SheetRow], path: Path, columns: int = 6, width_px: int = 1440, limit_bytes: int = 600_000
) -> Path:
    """Write frames of several videos as one captioned JPEG of at most `limit_bytes`.

    Raises:
        ClipError: no rows, a video that cannot be read, or a sheet that cannot be written.
    """
    if not rows:
        raise ClipError("a contact sheet needs at least one clip")
    sheet = np.concatenate([_strip(row, columns, width_px) for row in rows], axis=0)
    for quality in range(90, 20, -7):
        done, data = cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        if done and len(data) <= limit_bytes:
            break
    else:
        return contact_sheet(rows, path, columns, int(0.8 * width_px), limit_bytes)
    try:
        Path(path).write_bytes(data.tobytes())
    except OSError as error:
        raise ClipError(f"cannot write the contact sheet {path}: {error}") from error
    return Path(path)


def _strip(row: SheetRow, columns: int, width_px: int) -> Picture:
    """One clip's frames side by side under its caption."""
    total = count_frames(row.video)
    even = np.linspace(0, max(total - 1, 0), columns).round().astype(int)
    wanted = [int(k) for k in (even if row.frames is None else row.frames)]
    if not wanted or max(wanted) >= total or min(wanted) < 0:
        raise ClipError(f"{row.video} has frames 0 to {total - 1}, asked for {wanted}")
    shown = {k: image for k, image in enumerate(read_frames(row.video)) if k in wanted}
    cell = width_px // columns
    cells = [_cell(shown[k], cell) for k in wanted[:columns]]
    cells += [np.full_like(cells[0], 255)] * (columns - len(cells))
    strip = np.concatenate(cells, axis=1)
    head = np.full((CAPTION_PX, strip.shape[1], 3), 255, dtype=np.uint8)
    where = (6, CAPTION_PX - 6)
    cv2.putText(head, row.caption, where, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (30, 30, 30), 1, cv2.LINE_AA)
    return np.concatenate([head, strip], axis=0)


def _cell(image: Picture, width_px: int) -> Picture:
    height = round(image.shape[0] * width_px / image.shape[1])
    return np.asarray(cv2.resize(image, (width_px, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
