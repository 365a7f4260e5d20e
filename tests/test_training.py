"""Training: the same from any step on, whole files and a card, and a detector that runs from them without torch."""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from drawn import FPS, drawn_dataset, drawn_pose, thigh_curve, tilt_curve
from hydra import compose, initialize_config_module
from omegaconf import DictConfig

from detect.detectors.detector import AngleReader, Observation, check_findings
from detect.detectors.silhouette_tcn import SilhouetteTcn
from detect.detectors.silhouette_tcn_causal import SilhouetteTcnCausal
from wink.config import build
from wink.dataset import Dataset
from wink.errors import ConfigError, DatasetError, DetectorError

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed: the extra `train`")
REVERSALS = (0.0, 3.0, 12.0, 20.0, 26.0, 7.0)


def settings(*overrides):
    with initialize_config_module("configs", version_base="1.3"):
        return compose("train", ["network=tiny", *overrides])


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory, cache):
    names = [f"{k:x}" for k in range(10, 10 + 2 * len(REVERSALS))]
    clips = {
        name: {"reversal_deg": REVERSALS[k % len(REVERSALS)], "split": "train" if k < len(REVERSALS) else "validation"}
        for k, name in enumerate(names)
    }
    return drawn_dataset(tmp_path_factory.mktemp("data") / "drawn", cache, clips)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, dataset, cache):
    pytest.importorskip("torch")
    from detect.training.train import train_networks

    folder = tmp_path_factory.mktemp("networks")
    return train_networks([Dataset(dataset.path)], build(settings().training), folder, cache)


def observation(reversal_deg=20.0, seconds=4.0):
    thigh = thigh_curve(np.arange(int(seconds * FPS)) / FPS)
    return Observation(Path("clip.mp4"), drawn_pose(thigh, tilt_curve(thigh, reversal_deg)))


@needs_torch
def test_the_folder_holds_networks_curves_and_a_card(trained):
    names = {p.name for p in trained.folder.iterdir()}
    assert {"frames.onnx", "offline.onnx", "causal.onnx", "settings.json", "figures.json", "curves.png"} <= names
    card = (trained.folder / "README.md").read_text()
    for word in (
        "6 clips, 6 lifters, 720 frames",
        "## Intended use",
        "## Limits",
        "appearance.top ['hoodie']",
        "| causal | 0 |",
    ):
        assert word in card
    assert [row["head"] for row in trained.figures[::2]] == ["boosting", "offline", "causal"]
    assert [row["on"] for row in trained.figures] == ["validation", "left out in turn"] * 3
    assert all(np.isfinite(row["tilt_rmse_deg"]) for row in trained.figures)


@needs_torch
@pytest.mark.parametrize("kind", [SilhouetteTcn, SilhouetteTcnCausal])
def test_a_detector_runs_from_the_folder(trained, kind):
    detector = kind(str(trained.folder), 90.0, 0.0)
    findings = detector.detect(observation())
    check_findings(findings, 4.0)
    assert len(findings) == 1
    assert isinstance(detector, AngleReader)
    angles = detector.read_angles(observation())
    assert angles.pelvic_tilt_deg.shape == (120,)
    assert np.isfinite(angles.lumbar_flexion_deg).all()


def test_boosting_alone_is_fitted_and_reads_a_lean(tmp_path, dataset, cache):
    from detect.detectors.silhouette_boosting import SilhouetteBoosting
    from detect.training.train import train_networks

    how = build(settings("network=boosting", "training.boosting.epochs=20", "training.boosting.trees=10").training)
    made = train_networks([Dataset(dataset.path)], how, tmp_path, cache)
    assert [row["head"] for row in made.figures] == ["boosting"] * 2
    detector = SilhouetteBoosting(str(tmp_path), 90.0, 0.0)
    check_findings(detector.detect(observation()), 4.0)
    lean = 5 + 0.35 * thigh_curve(np.arange(120) / FPS)
    error = detector.read_angles(observation()).trunk_lean_deg - lean
    assert np.sqrt(np.mean(error**2)) < 4


def test_trees_in_numpy_are_those_of_scikit_learn():
    from sklearn.ensemble import GradientBoostingClassifier

    from detect.boosted import BoostedSilhouette
    from detect.training.boosting import _boosted, _no_trees

    rng = np.random.default_rng(0)
    windows = rng.normal(size=(200, 5))
    past = windows[:, 0] + windows[:, 1] ** 2 > 0.5
    bare = BoostedSilhouette(*[np.zeros(1)] * 10, *_no_trees())
    ours = _boosted(bare, windows, past, 12, 0).logit(windows)
    theirs = GradientBoostingClassifier(n_estimators=12, max_depth=3, subsample=0.5, random_state=0).fit(windows, past)
    assert ours == pytest.approx(theirs.decision_function(windows), abs=1e-6)


@needs_torch
def test_no_torch_is_needed_to_detect(trained, monkeypatch):
    for name in [m for m in sys.modules if m == "torch" or m.startswith(("torch.", "detect.training"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it fails
    from detect.trained import open_networks

    assert set(open_networks(trained.folder).over_time) == {"offline", "causal"}


@needs_torch
def test_a_causal_network_does_not_look_ahead(trained):
    from detect.sight import see
    from detect.trained import open_networks

    networks, sight = open_networks(trained.folder), see(observation().pose)
    short = networks.over_time["causal"]
    features = np.random.default_rng(0).normal(size=(1, 14, 1, 100)).astype(np.float32)
    assert sight is not None
    (whole,), (part,) = (short.run(None, {"features": f}) for f in (features, features[..., :60]))
    assert whole[..., :60] == pytest.approx(part, abs=1e-4)


@needs_torch
def test_killed_and_taken_up_again_it_ends_with_the_same_weights(tmp_path):
    import torch

    from detect.training import stepping

    schedule = stepping.Schedule(steps=30, learning_rate=0.01, weight_decay=0.01)

    def run(files, dies_at=None, keep_every_s=0.0):
        torch.manual_seed(0)
        net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Dropout(0.3), torch.nn.Linear(4, 1))
        made = []

        def loss(drawn):
            made.append(1)
            if dies_at is not None and len(made) > dies_at:
                raise KeyboardInterrupt
            x = torch.randn(8, 3, generator=drawn)
            return (net(x) - x.sum(1, keepdim=True)).pow(2).mean()

        stepping.descend(net, schedule, loss, dict, 0, files, "test")
        return net.state_dict(), len(made)

    whole, _ = run(tmp_path / "whole")
    stepping_keep, stepping._KEEP_EVERY_S = stepping._KEEP_EVERY_S, 0.0
    try:
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "killed", dies_at=17)
        again, steps = run(tmp_path / "killed")
    finally:
        stepping._KEEP_EVERY_S = stepping_keep
    assert steps == 13
    assert all(torch.equal(whole[name], again[name]) for name in whole)
    lines = (tmp_path / "killed.csv").read_text().splitlines()
    assert len(lines) == 31


@needs_torch
def test_a_trained_folder_is_not_trained_again(trained, dataset, cache):
    from detect.training.train import train_networks

    before = {p.name: p.read_bytes() for p in trained.folder.glob("*.onnx")}
    again = train_networks([Dataset(dataset.path)], build(settings().training), trained.folder, cache)
    assert {p.name: p.read_bytes() for p in again.folder.glob("*.onnx")} == before


@needs_torch
def test_a_split_without_clips_and_a_holdout_of_everything_are_refused(dataset, cache):
    from detect.training.examples import read_examples

    with pytest.raises(DatasetError, match="no labelled clip in split 'test'; its splits are train, validation"):
        read_examples(dataset, "test", {}, cache, 1)
    with pytest.raises(DatasetError, match="shows something held out"):
        read_examples(dataset, "train", {"case": ["stiff ankles"]}, cache, 1)


def test_two_datasets_are_both_learned_from_and_told_on_the_card(tmp_path, dataset, cache):
    from detect.training.train import train_networks

    clips = {
        name: {"reversal_deg": 9.0 + k, "split": ("train", "validation")[k]} for k, name in enumerate(("a1", "b1"))
    }
    more = drawn_dataset(tmp_path / "more", cache, clips)
    how = build(settings("network=boosting", "training.boosting.epochs=2", "training.boosting.trees=2").training)
    made = train_networks([Dataset(dataset.path), Dataset(more.path)], how, tmp_path / "networks", cache)
    card = (made.folder / "README.md").read_text()
    assert "Dataset `drawn`" in card
    assert "Dataset `more`" in card
    assert "1 clips, 1 lifters, 120 frames" in card
    assert made.figures[0]["n_repetitions"] == 7


def test_a_lifter_is_not_trained_on_here_and_validated_on_there(tmp_path, dataset, cache):
    from detect.training.train import train_networks

    same = {"reversal_deg": 9.0, "split": "validation", "subject_id": "subject-a"}
    other = drawn_dataset(tmp_path / "other", cache, {"a1": same, "b1": {"reversal_deg": 9.0, "split": "train"}})
    how = build(settings("network=boosting").training)
    with pytest.raises(DatasetError, match="lifter subject-a and 0 more are trained on"):
        train_networks([Dataset(dataset.path), Dataset(other.path)], how, tmp_path / "networks", cache)


def test_targets_by_hand():
    from curves import trial_from_curves

    from detect.training.examples import make_targets
    from wink.onset import find_repetitions

    time_s = np.arange(4 * 60) / 60.0
    thigh = thigh_curve(time_s)
    tilt = tilt_curve(thigh, 20.0)
    (repetition,) = find_repetitions(trial_from_curves(time_s, thigh, tilt))
    angles = np.stack([tilt, 5 - tilt, thigh * 0, thigh], axis=1).astype(np.float32)
    targets = make_targets(angles, 60.0, (repetition,))
    onset = repetition.wink().onset_s
    assert len(targets) == 120
    assert targets[:, 4].max() == pytest.approx(20.0, abs=0.5)
    assert targets[:, 5].nonzero()[0][0] / 30 == pytest.approx(onset, abs=1 / 30)
    assert targets[:, 6].argmax() / 30 == pytest.approx(onset, abs=0.5 / 30 + 1e-6)
    assert targets[targets[:, 7] == 1].shape[0] / 30 == pytest.approx(repetition.bottom_s - repetition.start_s, abs=0.1)


def test_without_torch_the_verb_says_how_to_get_it(monkeypatch):
    from detect import commands

    monkeypatch.setattr(commands, "find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match=r"needs torch.*pip install 'winklab\[train\]'"):
        commands.train(DictConfig({"input": ["x"], "workers": 1, "training": {"frames": {}}}))


@pytest.mark.parametrize(
    ("override", "reason"),
    [("training.seeds=[]", "at least one"), ("+training.holdout.case=x", "holdout case is a list")],
)
def test_settings_that_cannot_be_are_refused(override, reason):
    pytest.importorskip("torch")
    with pytest.raises(ConfigError, match=reason):
        build(settings(override).training)


def test_a_folder_without_networks_is_named(tmp_path):
    with pytest.raises(DetectorError, match="no trained networks in"):
        SilhouetteTcn(str(tmp_path), 70.0, 0.3)


@pytest.mark.parametrize("settings", ['{"format": 3, "cal', "[]", '{"format": 1}'], ids=["cut off", "a list", "bare"])
def test_broken_settings_of_networks_are_refused(tmp_path, settings):
    (tmp_path / "settings.json").write_text(settings)
    with pytest.raises(DetectorError, match="train again"):
        SilhouetteTcn(str(tmp_path), 70.0, 0.3)
