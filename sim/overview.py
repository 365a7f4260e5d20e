"""A dataset at a glance: a contact sheet of its trials, each from one of its views."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from sim.render.contact_sheet import SheetRow, contact_sheet
from wink.clip import Clip, frame_at
from wink.dataset import Dataset

MOMENTS = 6
MOST_ROWS = 24


def dataset_sheet(dataset: Dataset) -> Path:
    """Write `contact_sheet.jpg` into the dataset's folder: a row a trial, the views by turns."""
    rows = [
        SheetRow(clip.video, f"{trial}{_twin(dataset, clip)}, {clip.view}: {truth_words(clip)}", _moments(clip))
        for i, (trial, ids) in enumerate(first_trials(dataset, MOST_ROWS).items())
        for clip in (dataset.clip(ids[(i // 2) % len(ids)]),)  # a lifter and its twin from the same side
    ]
    return contact_sheet(rows, dataset.path / "contact_sheet.jpg", columns=MOMENTS)


def first_trials(dataset: Dataset, most: int) -> dict[str, list[str]]:
    """The clips of the first trials of a dataset, however many it holds."""
    trials: dict[str, list[str]] = {}
    with pq.ParquetFile(dataset.path / "metadata.parquet") as file:
        for batch in file.iter_batches(256, columns=["trial_id", "clip_id"]):
            for row in batch.to_pylist():
                if len(trials) == most and row["trial_id"] not in trials:
                    return trials
                trials.setdefault(row["trial_id"], []).append(row["clip_id"])
    return trials


def outcomes(dataset: Dataset) -> Counter[str]:
    """How many trials ended in which way."""
    seen: dict[str, str] = {}
    with pq.ParquetFile(dataset.path / "metadata.parquet") as file:
        for batch in file.iter_batches(columns=["trial_id", "outcome"]):
            seen.update((row["trial_id"], row["outcome"]) for row in batch.to_pylist())
    return Counter(seen.values())


def _moments(clip: Clip) -> tuple[int, ...]:
    """Frames from the start of the first descent to standing again, the bottom among them."""
    if not clip.repetitions:
        return tuple(int(k) for k in np.linspace(0, clip.n_frames - 1, MOMENTS))
    first = clip.repetitions[0]
    down = np.linspace(first.start_s, first.bottom_s, MOMENTS - 1)
    times = [*down, (first.bottom_s + first.end_s) / 2]
    return tuple(min(frame_at(float(t), clip.fps), clip.n_frames - 1) for t in times)


def _twin(dataset: Dataset, clip: Clip) -> str:
    """What a twin is, in a few words."""
    return " (the same lifter, a limit lifted)" if dataset.row(clip.clip_id)["counterfactual_of"] else ""


def truth_words(clip: Clip) -> str:
    """How far the pelvis turns back in the first repetition, what that size is called, and from where on."""
    if not clip.repetitions:
        return "no repetition"
    first = clip.repetitions[0]
    words = {"clean": "no wink", "ambiguous": "too little to call a wink or none"}
    named = words.get(first.severity, f"{first.severity} wink")
    onset = first.wink()
    begins = f", from {onset.thigh_inclination_at_onset_deg:.0f} deg of thigh" if onset else ""
    return f"pelvis turns back {first.pelvic_reversal_deg:.0f} deg{begins}: {named}"
