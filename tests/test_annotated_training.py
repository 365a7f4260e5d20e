"""Learning from clips that people marked: what they said is a target, what they were not asked is none.

Drawn figures stand in for filmed people, and marks made from their truth for annotators.
"""

from importlib.util import find_spec

import numpy as np
import pytest
from drawn import FPS, drawn_dataset, drawn_pose, thigh_curve, tilt_curve
from test_annotators import annotation, clip, pose
from test_training import settings

from detect.annotators import referenced
from detect.detectors.detector import Observation
from detect.detectors.silhouette_tcn import SilhouetteTcn
from detect.training.annotated import annotated_targets, read_all
from detect.training.examples import TARGETS
from wink.annotation import write_annotations
from wink.config import build
from wink.dataset import Dataset
from wink.errors import DatasetError

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed: the extra `train`")
PAST, AT, DESCENT = (TARGETS.index(name) for name in ("past_onset", "at_onset", "in_descent"))


def targets(*annotations):
    """Of two squats of 4 s, each deepest at its middle."""
    told = referenced(clip(), pose(), annotations)
    return annotated_targets(240, 30.0, told.repetitions), told.repetitions


def test_a_mark_says_since_when_and_nothing_of_angles():
    known, (first,) = targets(annotation("c1", "a", "clear", 1.5))
    assert np.isnan(known[:, :5]).all()
    down = known[:, DESCENT] == 1
    assert down.sum() / 30 == pytest.approx(first.bottom_s - first.start_s, abs=0.1)
    assert known[down, PAST].nonzero()[0][0] + down.nonzero()[0][0] == 45
    assert np.nanargmax(known[:, AT]) == 45
    later = np.arange(240) / 30 > first.end_s
    assert np.isnan(known[later, PAST]).all()  # of the second squat nobody was asked
    assert np.isnan(known[later, AT]).all()


def test_no_wink_is_said_of_every_repetition():
    known, repetitions = targets(annotation("c1", "a", "none"))
    assert len(repetitions) == 2
    assert (known[:, DESCENT] == 1).sum() > 60
    asked = np.arange(240) / 30 <= repetitions[-1].end_s
    assert not known[asked][:, [PAST, AT]].any()


def test_divided_annotators_teach_nothing():
    one = referenced(clip(), pose(1), [annotation("c1", "a", "none"), annotation("c1", "b", "clear", 1.5)])
    known = annotated_targets(120, 30.0, one.repetitions)
    inside = (np.arange(120) / 30 >= one.repetitions[0].start_s) & (np.arange(120) / 30 <= one.repetitions[0].bottom_s)
    assert np.isnan(known[inside][:, [PAST, AT]]).all()
    assert not known[:, DESCENT].any()


def filmed(folder, cache, splits, **changes):
    """Clips without truth, each marked by one annotator: every other one winks."""
    names = [f"c{k:x}" for k in range(10, 10 + len(splits))]
    clips = {
        name: {"reversal_deg": 30.0 * (k % 2), "split": splits[k], "labelled": False} for k, name in enumerate(names)
    }
    dataset = drawn_dataset(folder, cache, clips)
    marks = [
        annotation(name, "a", "clear" if k % 2 else "none", 1.7 if k % 2 else None, **changes)
        for k, name in enumerate(names)
    ]
    write_annotations(dataset.path / "annotations.parquet", tuple(marks))
    return Dataset(dataset.path)


def test_as_many_as_asked_for_by_lot_and_none_that_broke_the_rules(tmp_path):
    real = filmed(tmp_path / "real", tmp_path / "cache", ["train"] * 6 + ["test"] * 2)

    def read(split, most, seed=0):
        return {one.clip.clip_id for one in read_all(real, split, {}, tmp_path / "cache", 1, most, seed)}

    assert len(read("train", None)) == 6
    assert len(read("train", 2)) == 2
    assert read("train", 2) == read("train", 2)
    assert len({frozenset(read("train", 2, seed)) for seed in range(6)}) > 1
    assert read("train", 2) < read("train", 4)  # more clips are those and others
    assert read("validation", None) == set()
    primed = filmed(tmp_path / "primed", tmp_path / "cache", ["train"] * 2, primed=True)
    with pytest.raises(DatasetError, match="no labelled clip in split 'train'"):
        read_all(primed, "train", {}, tmp_path / "cache", 1)


@needs_torch
def test_unknown_targets_change_nothing_and_known_ones_what_they_did():
    import torch

    from detect.training.sequences import sequence_loss

    drawn = torch.Generator().manual_seed(0)
    out = torch.randn(2, 7, 30, generator=drawn, requires_grad=True)
    whole = torch.rand(2, 8, 30, generator=drawn).round()
    there = torch.ones(2, 30)
    marked = whole.clone()
    marked[1, :5] = torch.nan
    marked[1, 5:7, 20:] = torch.nan
    marked[1, 7, 20:] = 0.0
    loss = sequence_loss(out, marked, there)
    (gradient,) = torch.autograd.grad(loss, out)
    assert torch.isfinite(loss)
    assert torch.isfinite(gradient).all()
    assert not gradient[1, :5].any()
    assert not gradient[1, :, 20:].any()
    assert gradient[1, 5:, :20].any()


@needs_torch
def test_simulated_and_marked_clips_are_learned_from_together(tmp_path):
    from detect.training.train import train_networks

    cache = tmp_path / "cache"
    clips = {f"a{k}": {"reversal_deg": 8.0 * k, "split": "train" if k < 4 else "validation"} for k in range(6)}
    simulated = drawn_dataset(tmp_path / "simulated", cache, clips)
    real = filmed(tmp_path / "real", cache, ["train"] * 4 + ["validation"] * 2)
    how = build(settings("training.annotated_clips=3").training)
    made = train_networks([Dataset(simulated.path), real], how, tmp_path / "both", cache)
    assert (
        "3 clips, 3 lifters, 360 frames; of 3 only what people marked is known."
        in (made.folder / "README.md").read_text()
    )
    thigh = thigh_curve(np.arange(120) / FPS)
    seen = Observation(None, drawn_pose(thigh, tilt_curve(thigh, 20.0)))
    assert len(SilhouetteTcn(str(made.folder), 90.0, 0.0).detect(seen)) == 1


@needs_torch
def test_marked_clips_alone_train_what_they_can(tmp_path):
    from detect.training.train import train_networks

    real = filmed(tmp_path / "real", tmp_path / "cache", ["train"] * 4 + ["validation"] * 2)
    made = train_networks([real], build(settings().training), tmp_path / "alone", tmp_path / "cache")
    assert [row["head"] for row in made.figures][::2] == ["offline", "causal"]
    assert made.figures[0]["tilt_rmse_deg"] is None
    how = build(settings("network=boosting").training)
    with pytest.raises(DatasetError, match="silhouette_boosting is fitted to the truth of every frame"):
        train_networks([real], how, tmp_path / "trees", tmp_path / "cache")
