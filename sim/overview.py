"""A dataset at a glance: a contact sheet of its trials, each from one of its views."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.render.contact_sheet import SheetRow, contact_sheet
from wink.clip import Clip, frame_at
from wink.dataset import Dataset

MOMENTS = 6
MOST_ROWS = 24


def dataset_sheet(dataset: Dataset) -> Path:
    """Write `contact_sheet.jpg` into the dataset's folder: a row a trial, the views by turns."""
    trials: dict[str, list[str]] = {}
    for row in dataset.metadata():
        trials.setdefault(row["trial_id"], []).append(row["clip_id"])
    clips = {clip.clip_id: clip for clip in dataset.clips()}
    rows = [
        SheetRow(clip.video, f"{trial}, {clip.view}: {_truth(clip)}", _moments(clip))
        for i, (trial, ids) in enumerate(list(trials.items())[:MOST_ROWS])
        for clip in (clips[ids[(i // 2) % len(ids)]],)  # a lifter and its twin from the same side
    ]
    return contact_sheet(rows, dataset.path / "contact_sheet.jpg", columns=MOMENTS)


def _moments(clip: Clip) -> tuple[int, ...]:
    """Frames from the start of the first descent to standing again, the bottom among them."""
    if not clip.repetitions:
        return tuple(int(k) for k in np.linspace(0, clip.n_frames - 1, MOMENTS))
    first = clip.repetitions[0]
    down = np.linspace(first.start_s, first.bottom_s, MOMENTS - 1)
    times = [*down, (first.bottom_s + first.end_s) / 2]
    return tuple(min(frame_at(float(t), clip.fps), clip.n_frames - 1) for t in times)


def _truth(clip: Clip) -> str:
    if not clip.repetitions:
        return "no repetition"
    first = clip.repetitions[0]
    wink = first.wink()
    begins = f", wink from {wink.thigh_inclination_at_onset_deg:.0f} deg of thigh" if wink else ""
    return f"pelvis turns back {first.pelvic_reversal_deg:.0f} deg{begins}"
