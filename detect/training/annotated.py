"""Examples of clips whose truth is what people marked: since when there is a wink, not how far anything is turned.

Angles of frames are unknown there (NaN), and so is all that nobody was asked about: repetitions after the first wink,
and those over which annotators are divided. Losses leave unknown targets out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detect.annotators import UNDECIDED_DEG, referenced, usable
from detect.sight import RATE_HZ, samples_at_rate
from detect.training.examples import ANGLES, TARGETS, Watched, hill, make_example, read_examples, watched
from wink.annotation import Annotation, read_annotations
from wink.clip import Clip
from wink.dataset import Dataset
from wink.holdout import Holdout, is_held_out
from wink.onset import Repetition


def read_all(
    dataset: Dataset, split: str, holdout: Holdout, cache: Path, workers: int, most: int | None = None, seed: int = 0
) -> list[Watched]:
    """Every clip of a split with known truth, and those that people have marked.

    Args:
        dataset: simulated, measured, or filmed and annotated.
        split: of it.
        holdout: what is left out.
        cache: folder of poses.
        workers: videos looked at at the same time.
        most: clips whose truth is annotations; None = all, else so many by lot.
        seed: of the lot.

    Raises:
        DatasetError: the split has neither, where the dataset has no annotated clip at all.
    """
    marked = {
        clip_id: some
        for clip_id, some in usable(read_annotations(dataset.path / "annotations.parquet")).items()
        if some
    }
    unlabelled = [clip for clip in dataset.clips() if clip.repetitions is None and clip.clip_id in marked]
    here = [clip for clip in _shown(dataset, unlabelled, holdout) if clip.split == split]
    if most is not None:
        order = np.random.default_rng([seed, 11]).permutation(len(here))[:most]
        here = [here[i] for i in sorted(order)]
    known = any(clip.split == split and clip.repetitions is not None for clip in dataset.clips())
    examples = read_examples(dataset, split, holdout, cache, workers) if known or not unlabelled else []
    return examples + _annotated(here, marked, cache, workers)


def _shown(dataset: Dataset, clips: Sequence[Clip], holdout: Holdout) -> list[Clip]:
    """The clips without those that show something held out."""
    factors = {row["clip_id"]: json.loads(row["factors"] or "{}") for row in dataset.metadata()} if clips else {}
    return [clip for clip in clips if not is_held_out(factors[clip.clip_id], holdout)]


def _annotated(
    clips: Sequence[Clip], marked: Mapping[str, Sequence[Annotation]], cache: Path, workers: int
) -> list[Watched]:
    examples = []
    for clip, pose, sight in watched(clips, cache, workers):
        told = referenced(clip, pose, marked[clip.clip_id])
        if told.repetitions is not None:
            unknown = np.full((clip.n_frames, len(ANGLES)), np.nan, np.float32)
            targets = annotated_targets(clip.n_frames, clip.fps, told.repetitions)
            examples.append(Watched(told, sight, make_example(clip, sight, unknown, targets)))
    return examples


def annotated_targets(n_frames: int, fps: float, repetitions: Sequence[Repetition]) -> NDArray[np.float32]:
    """What is known (n, 8) at `RATE_HZ` of a clip from its annotators; NaN where nothing is.

    Args:
        n_frames: of the clip.
        fps: of the clip.
        repetitions: as `detect.annotators.referenced` makes them: those that annotators spoke of.
    """
    time_s = np.arange(samples_at_rate(n_frames, fps)) / RATE_HZ
    targets = np.full((len(time_s), len(TARGETS)), np.nan, np.float32)
    past, at, descent = (TARGETS.index(name) for name in ("past_onset", "at_onset", "in_descent"))
    targets[:, descent] = 0.0
    spoken_of = time_s <= max((r.end_s for r in repetitions), default=-1.0)
    targets[spoken_of, past] = targets[spoken_of, at] = 0.0
    for repetition in repetitions:
        inside = (time_s >= repetition.start_s) & (time_s <= repetition.bottom_s + 0.5 / RATE_HZ)
        wink = repetition.wink()
        if wink is None and repetition.pelvic_reversal_deg >= UNDECIDED_DEG:  # undecided, or a wink nobody timed
            targets[inside, past] = targets[inside, at] = np.nan
            continue
        targets[inside, descent] = 1.0
        if wink is not None:
            targets[inside & (time_s >= wink.onset_s), past] = 1.0
            targets[:, at] = np.maximum(targets[:, at], hill(time_s, wink.onset_s))
    return targets
