"""A dataset that lies about one clip, and a watch on what is opened and written: to catch who looks at the truth."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from detect.plugins.mannequin import BOTTOM_S, FPS, SQUAT_S
from wink.dataset import Dataset
from wink.dataset_writer import DatasetWriter, Shard
from wink.files import file_sha256
from wink.onset import DEFAULT_DEFINITION, Repetition, Wink
from wink.repetition_table import repetition_rows

#: What the bait says: a wink of a size and at a moment that nothing in the picture shows.
LIE_ONSET_S, LIE_DEG = 0.777, 55.5
CLIP_ID = "0badc0ffee00"

_opened: list[str] = []
_watched: list[Path] = []


def bait(folder: Path, video: Path) -> Dataset:
    """A dataset of one clip, with a copy of the video and false truth beside it."""
    writer = DatasetWriter(folder, {"bait": True})
    place = folder / "videos" / "00000" / f"{CLIP_ID}.mp4"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(video.read_bytes())
    wink = Wink(DEFAULT_DEFINITION, LIE_ONSET_S, 90.0, 50.0, 100.0, LIE_DEG, "at_parallel")
    repetition = Repetition(0, 0.1, BOTTOM_S, 3.9, 105.0, LIE_DEG, LIE_DEG, (wink,))
    row = {
        "file_name": f"videos/00000/{CLIP_ID}.mp4",
        "clip_id": CLIP_ID,
        "source": "synthetic",
        "subject_id": "bait",
        "split": "test",
        "view": "side",
        "license": "CC0-1.0",
        "fps": FPS,
        "n_frames": round(SQUAT_S * FPS),
        "width": 480,
        "height": 360,
        "n_repetitions": 1,
        "sha256": file_sha256(place),
        "factors": json.dumps({"case": f"winks by {LIE_DEG:g}"}),
    }
    writer.add(Shard("00000", [row], repetition_rows(CLIP_ID, [repetition], FPS), None))
    return writer.finish("# bait\n")


def state_of(folder: Path) -> dict[str, str]:
    """Content of every file of a folder."""
    return {str(f.relative_to(folder)): file_sha256(f) for f in sorted(folder.rglob("*")) if f.is_file()}


@contextmanager
def watched(folder: Path) -> Iterator[list[str]]:
    """Names of the files of a folder that this process opens meanwhile, by Python's own account."""
    if not _watched and not getattr(sys, "_wink_watches", False):
        sys.addaudithook(_note)
        sys._wink_watches = True  # type: ignore[attr-defined]
    _opened.clear()
    _watched.append(folder.resolve())
    try:
        yield _opened
    finally:
        _watched.clear()


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watched or event not in ("open", "os.listdir", "os.scandir") or not isinstance(arguments[0], str | Path):
        return
    if event == "open" and isinstance(arguments[-1], int) and arguments[-1] & (os.O_WRONLY | os.O_CREAT):
        return  # what is written shows by itself
    path = Path(arguments[0]).absolute()
    if path.is_relative_to(_watched[-1]):
        _opened.append(str(path.relative_to(_watched[-1])))
