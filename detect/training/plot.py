"""The curves of a training as a picture."""

from __future__ import annotations

import csv
from pathlib import Path

CURVES = ("frames", "offline", "causal")


def plot_curves(work: Path, file: Path) -> None:
    """Draw loss and validation figures of every network of a training over its steps."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.4), layout="constrained")
    for axis, name in zip(figure.subplots(1, len(CURVES)), CURVES, strict=True):
        if not (work / f"{name}.csv").exists():  # the truth of no frame was known: nothing to train it on
            axis.set_visible(False)
            continue
        with (work / f"{name}.csv").open(newline="") as opened:
            rows = list(csv.DictReader(opened))
        for column in [c for c in (rows[0] if rows else {}) if c != "step"]:
            points = [(int(row["step"]), float(row[column])) for row in rows if row[column]]
            axis.plot(*zip(*points, strict=True), label=column, marker="." if len(points) < 20 else "")
        axis.set_title({"frames": "one picture"}.get(name, f"over time, {name}"))
        axis.set_xlabel("step")
        axis.set_yscale("log")
        axis.legend(fontsize=7)
    figure.savefig(file, dpi=110)
