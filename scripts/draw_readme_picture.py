"""Draw docs/wink.png from a dataset: a lifter and its twin at the bottom, and both tilt curves with the onset.

Run from the repository: .venv/bin/python scripts/draw_readme_picture.py datasets/demo typical_woman docs/wink.png
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from wink.clip import Clip, frame_at
from wink.dataset import Dataset

LIFTER, TWIN = "#b3261e", "#17693a"


def main(folder: str, case: str, out: str) -> None:
    """Draw the picture of one case."""
    dataset = Dataset(Path(folder))
    lifter, twin = side_clips(dataset, case)
    figure, axes = plt.subplots(1, 3, figsize=(13.5, 4.2), width_ratios=[1, 1, 1.3], layout="constrained")
    show_bottom(axes[0], lifter, "hip flexion as in a typical man", LIFTER)
    show_bottom(axes[1], twin, "the same man, that limit lifted", TWIN)
    for clip, colour, name in ((twin, TWIN, "limit lifted"), (lifter, LIFTER, "typical hip")):
        plot_tilt(axes[2], dataset, clip, colour, name)
    axes[2].axvspan(85, 95, color="#eee", zorder=0)
    axes[2].set(xlabel="thigh inclination [°], 90 = parallel", ylabel="pelvic tilt [°], + anterior")
    axes[2].legend(frameon=False, loc="upper left")
    axes[2].spines[["top", "right"]].set_visible(False)
    figure.savefig(out, dpi=80)


def side_clips(dataset: Dataset, case: str) -> tuple[Clip, Clip]:
    """Side-view clips of a case's lifter and of its twin."""
    rows = [row for row in dataset.metadata() if row["view"] == "side" and row["subject_id"].startswith(case)]
    rows.sort(key=lambda row: row["counterfactual_of"] is not None)
    return dataset.clip(rows[0]["clip_id"]), dataset.clip(rows[1]["clip_id"])


def show_bottom(axes: Axes, clip: Clip, title: str, colour: str) -> None:
    """Show the frame at the bottom of the first repetition, cut round the lifter."""
    assert clip.repetitions
    video = cv2.VideoCapture(str(clip.video))
    for _ in range(frame_at(clip.repetitions[0].bottom_s, clip.fps) + 1):
        found, image = video.read()
        assert found
    height, width = image.shape[:2]
    half = int(0.34 * height)
    axes.imshow(image[int(0.27 * height) : int(0.95 * height), width // 2 - half : width // 2 + half, ::-1])
    axes.set_title(title, color=colour, fontsize=11)
    axes.axis("off")


def plot_tilt(axes: Axes, dataset: Dataset, clip: Clip, colour: str, name: str) -> None:
    """Plot tilt against thigh over the first descent, the onset ringed."""
    assert clip.repetitions
    first = clip.repetitions[0]
    frames = dataset.frames(clip.clip_id).to_pydict()
    time = np.array(frames["time_s"])
    down = (time >= first.start_s) & (time <= first.bottom_s)
    thigh, tilt = (np.array(frames[column])[down] for column in ("thigh_inclination_deg", "pelvic_tilt_deg"))
    axes.plot(thigh, tilt, color=colour, lw=2, label=name)
    wink = first.wink()
    if wink:
        at = float(np.interp(wink.onset_s, time[down], tilt))
        axes.plot(wink.thigh_inclination_at_onset_deg, at, "o", ms=10, mfc="white", mec=colour, mew=2)
        where = (wink.thigh_inclination_at_onset_deg, at)
        text = f"wink begins, {where[0]:.0f}°"
        axes.annotate(
            text, (wink.thigh_inclination_at_onset_deg, at), (-12, -6), textcoords="offset points", ha="right"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
