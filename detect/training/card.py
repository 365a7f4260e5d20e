"""The card beside trained networks: what they were made of, how well they do, what they are for and what not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detect.boosted import FILE
from detect.trained import HEADS
from wink.dataset import Dataset, read_state
from wink.files import write_atomically

if TYPE_CHECKING:
    from detect.training.examples import Watched
    from detect.training.train import Training

_USE = """## Intended use
Kinematics of one person's squats in a video of a whole body: when and how far the pelvis turns back on the way down,
for coaching, for research on annotation, as a yardstick for other detectors. No diagnosis, no statement on injury.

## Limits
* Trained on simulated lifters and rendered pictures alone; nothing here says how well it does on real people.
* Within about 40 degrees of a side view, one person squatting in the picture, the low back in sight. Beyond that the
  detector says that it cannot tell, and a setting of it decides where beyond begins.
* Clothes, bodies, places and cameras are those of the dataset below; so are the sizes of winks and the depths.
* Scores that count are of a benchmark of other lifters (`wink benchmark`), where views that cannot be judged count too.
"""

_FIGURES = """On `validation`: other lifters, who chose neither weights nor threshold, shift or intervals (only the
settings of the training were looked for there). `left out in turn`: each training clip by networks that never saw its
lifter; these chose threshold, shift and intervals. Every view counts, also those that cannot be judged.
"""


def write_card(
    folder: Path,
    datasets: Sequence[Dataset],
    how: Training,
    shown: Sequence[Sequence[Watched]],
    figures: Sequence[Mapping[str, Any]],
) -> Path:
    """Write `README.md` beside the networks; `shown` are the training clips of each dataset."""
    text = "\n".join(
        [
            "# Weights of `silhouette_tcn`, `silhouette_tcn_causal` and `silhouette_boosting`",
            f"Made by `wink train` of winklab {version('winklab')}: {_sizes(folder)}.",
            *("", "## Data", _data(datasets, how, shown)),
            *("", "## Training", _training(how)),
            *("", "## Figures", _FIGURES, _table(figures), _USE),
        ]
    )
    card = folder / "README.md"
    write_atomically(card, text)
    return card


def _table(figures: Sequence[Mapping[str, Any]]) -> str:
    names = [name for name in figures[0] if name not in ("seed", "head", "on")]
    lines = ["| head | seed | on | " + " | ".join(names) + " |", "|---" * (len(names) + 3) + "|"]
    for row in figures:
        values = ("–" if row[name] is None else f"{row[name]:.3g}" for name in names)
        lines.append(f"| {row['head']} | {row['seed']} | {row['on']} | " + " | ".join(values) + " |")
    return "\n".join(lines) + "\n"


def _sizes(folder: Path) -> str:
    files = (folder / name for name in (FILE, "frames.onnx", *(f"{head}.onnx" for head in HEADS)))
    return ", ".join(f"{file.name} {file.stat().st_size / 1e6:.2f} MB" for file in files if file.exists())


def _data(datasets: Sequence[Dataset], how: Training, shown: Sequence[Sequence[Watched]]) -> str:
    grey = " and the grey picture" if how.frames is not None and how.frames.network.grey else ""
    return f"""{chr(10).join(_told(*each, how) for each in zip(datasets, shown, strict=True))}
Left out of all splits: {", ".join(f"{name} {list(values)}" for name, values in how.holdout.items()) or "nothing"}.
Validated on split `{how.validation_split}`, other lifters. Pictures are the pose network's own silhouettes{grey};
no true point is ever shown."""


def _told(dataset: Dataset, train: Sequence[Watched], how: Training) -> str:
    spec, state = dataset.spec, read_state(dataset.path)
    lifters, frames = len({w.clip.subject_id for w in train}), sum(w.clip.n_frames for w in train)
    marked = sum(not w.example.known.any() for w in train)
    how_known = f"; of {marked} only what people marked is known" if marked else ""
    return f"""Dataset `{dataset.name}`, spec {state.get("spec_hash", "unknown")}, made by {spec.get("program", "?")}.
Split `{how.train_split}`: {len(train)} clips, {lifters} lifters, {frames} frames{how_known}."""


def _training(how: Training) -> str:
    frames, sequences = how.frames, how.sequences
    if frames is None or sequences is None:
        return f"Seed {how.seeds[0]}; silhouette_boosting alone, no networks."
    return f"""Seeds {", ".join(str(seed) for seed in how.seeds)}; the first one's networks are kept.
Lifters in {how.folds} groups, left out in turn: {frames.schedule.steps} steps of {frames.batch} pictures, then
{sequences.schedule.steps} steps of {sequences.batch} clips for each of {" and ".join(HEADS)}, which learn from
readings of lifters left out. The networks kept are the means of {how.folds}.
Curves of the first: `curves.png`, `curve_*.csv`."""
