"""`wink check-detector`: who keeps the contract passes every point, and each way to break it fails its own."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_module

from detect.detectors.detector import AngleCurves
from detect.detectors.low_back_contour import LowBackContour
from detect.plugins import commands, contract
from detect.plugins.contract import check_detector
from detect.plugins.mannequin import ONSET_S, nobody, squatting
from wink.config import build, load_option
from wink.errors import ConfigError, DetectorError


@pytest.fixture(autouse=True)
def short(monkeypatch, scenes):
    """A short long clip, and every scene made once for all tests."""
    monkeypatch.setattr(contract, "LONG_S", 5.0)
    monkeypatch.setattr(contract, "_scene", scenes)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    folder, made, make = tmp_path_factory.mktemp("scenes"), {}, contract._scene

    def scene(_folder, name, pose, background=200):
        if name not in made:
            made[name] = make(folder, name, pose, background)
        return replace(made[name], pose=pose)

    return scene


def good():
    return build(load_option("detector", "low_back_contour"))


def failed(detector, folder):
    return {check.name: check.words for check in check_detector(detector, folder) if not check.passed}


def test_our_rule_keeps_the_contract_and_sees_the_figure_wink(tmp_path):
    assert failed(good(), tmp_path) == {}
    from detect.detectors.detector import Observation

    (finding,) = good().detect(Observation(Path("v.mp4"), squatting(120)))
    assert finding.onset_s == pytest.approx(ONSET_S, abs=0.15)
    assert good().detect(Observation(Path("v.mp4"), nobody(30))) == ()


class Like:
    """Our rule with a fault."""

    def __init__(self):
        self.rule: LowBackContour = good()
        self.asked = 0

    def detect(self, observation):
        self.asked += 1
        return tuple(self.spoil(f, observation) for f in self.rule.detect(observation))

    def spoil(self, finding, _observation):
        return finding


class Drifting(Like):
    def spoil(self, finding, _observation):
        return replace(finding, score=min(1.0, 0.5 + 0.001 * self.asked))


class NoNumber(Like):
    def spoil(self, finding, _observation):
        return replace(finding, score=float("nan"))


class NameReader(Like):
    def spoil(self, finding, observation):
        return replace(finding, score=0.9 if "wink" in observation.video.name else 0.6)


class TruthReader(Like):
    def spoil(self, finding, observation):
        import pyarrow.parquet as pq

        truth = observation.video.parents[2] / "repetitions.parquet"
        if not truth.exists():
            return finding
        return replace(finding, magnitude_deg=pq.read_table(truth)["pelvic_reversal_deg"][0].as_py())


class Snooper(Like):
    """Opens a file beside the video and does not even use it."""

    def spoil(self, finding, observation):
        for file in observation.video.parents[2].glob("dataset.json"):
            file.read_text()
        return finding


class Writer(Like):
    def spoil(self, finding, observation):
        (observation.video.parent / "notes.txt").write_text("seen")
        return finding


class Spoiler(Like):
    def spoil(self, finding, observation):
        observation.pose.points_px[0] += 1.0
        return finding


class Fragile(Like):
    def detect(self, observation):
        if not observation.pose.seen.any():
            raise ValueError("nobody here")
        return super().detect(observation)


class Crooked(Like):
    def read_angles(self, _observation):
        return AngleCurves(pelvic_tilt_deg=np.zeros(3))


@pytest.mark.parametrize(
    ("detector", "names"),
    [
        (Drifting, {"same clip, same answer", "same answer after other clips"}),
        (NoNumber, {"answers for a squat, within its contract"}),
        (NameReader, {"does not read names"}),
        (TruthReader, {"does not read the truth"}),
        (Snooper, {"does not read the truth"}),
        (Writer, {"does not write to the dataset"}),
        (Spoiler, {"leaves the pose as it was"}),
        (Fragile, {"survives a black video", "survives a video without a person"}),
        (Crooked, {"reads angles of every frame"}),
    ],
)
def test_every_breach_is_found_and_named(tmp_path, detector, names):
    found = failed(detector(), tmp_path)
    assert names <= found.keys()
    others = {"does not read names", "does not read the truth", "does not write to the dataset"} - names
    if detector not in (Drifting, NoNumber):
        assert not others & found.keys()


def configured(*inputs, **settings):
    with initialize_config_module("configs", version_base="1.3"):
        cfg = compose("check-detector", [f"{key}={value}" for key, value in settings.items()])
    cfg.input = list(inputs)
    return cfg


def test_the_verb_prints_a_list_and_fails_where_something_failed(tmp_path, capsys):
    program = tmp_path / "det.py"
    program.write_text("import sys\nprint('rep,score,bottom_s\\n0,0.4,1.0')")
    with pytest.raises(DetectorError, match="1 check failed"):
        commands.check_detector(configured(f"{sys.executable} {program} {{video}}"))
    text = capsys.readouterr().out
    assert "FAIL  survives a clip of one frame" in text
    assert "pass  does not read the truth" in text
    with pytest.raises(ConfigError, match="say which detector"):
        commands.check_detector(configured())


def test_a_table_is_checked_against_its_dataset(tmp_path, capsys):
    from small_dataset import write_small_dataset

    write_small_dataset(tmp_path / "small")
    table = tmp_path / "mine.csv"
    table.write_text("clip_id,rep,score\naaaaaaaaaaaa,0,0.5\naaaaaaaaaaaa,0,0.6\nffff,0,0.1\n")
    with pytest.raises(ConfigError, match="dataset=demo"):
        commands.check_detector(configured(str(table)))
    with pytest.raises(DetectorError, match="2 checks failed"):
        commands.check_detector(configured(str(table), dataset=tmp_path / "small"))
    assert "FAIL  knows no other clips: 1, such as ffff" in capsys.readouterr().out
    table.write_text("clip_id,rep,score\naaaaaaaaaaaa,0,0.5\nbbbbbbbbbbbb,0,7\ncccccccccccc,-1,0\n")
    with pytest.raises(DetectorError, match="2 checks failed"):
        commands.check_detector(configured(str(table), dataset=tmp_path / "small"))
    text = capsys.readouterr().out
    assert "FAIL  speaks of every clip: 1 of 4, such as dddddddddddd" in text
    assert "magnitude in degrees" in text
