from pathlib import Path

import cv2
import numpy as np
import pytest

from sim.render.contact_sheet import SheetRow, contact_sheet
from sim.video import VideoWriter
from wink.errors import ClipError


@pytest.fixture
def video(tmp_path: Path) -> Path:
    with VideoWriter(tmp_path / "a.mp4", 30.0, 96, 64) as writer:
        for k in range(12):
            writer.add(np.full((64, 96, 3), 20 * k, dtype=np.uint8))
    return tmp_path / "a.mp4"


def test_shows_the_frames_asked_for_from_left_to_right(video: Path, tmp_path: Path) -> None:
    rows = [SheetRow(video, "first"), SheetRow(video, "chosen", (11, 0, 6))]
    sheet = cv2.imread(str(contact_sheet(rows, tmp_path / "sheet.jpg", columns=3, width_px=288)))
    height = 20 + 64
    assert sheet.shape == (2 * height, 288, 3)
    middle = [[sheet[r * height + 20 + 32, c * 96 + 48].mean() for c in range(3)] for r in range(2)]
    np.testing.assert_allclose(middle, [[0, 120, 220], [220, 0, 120]], atol=8)


def test_stays_below_its_size(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    with VideoWriter(tmp_path / "noise.mp4", 30.0, 320, 240) as writer:
        for _ in range(3):
            writer.add(rng.integers(0, 255, (240, 320, 3), dtype=np.uint8))
    path = contact_sheet([SheetRow(tmp_path / "noise.mp4", "noise")] * 6, tmp_path / "s.jpg", limit_bytes=120_000)
    assert path.stat().st_size <= 120_000


def test_refuses_what_cannot_be_shown(video: Path, tmp_path: Path) -> None:
    with pytest.raises(ClipError, match="at least one clip"):
        contact_sheet([], tmp_path / "s.jpg")
    with pytest.raises(ClipError, match=r"frames 0 to 11, asked for \[12\]"):
        contact_sheet([SheetRow(video, "late", (12,))], tmp_path / "s.jpg")
    with pytest.raises(ClipError, match="cannot write the contact sheet"):
        contact_sheet([SheetRow(video, "x")], tmp_path / "missing" / "s.jpg")
