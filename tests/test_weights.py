"""Fetching the pose networks: right files or none, once, and clear words when it cannot be done."""

import hashlib
import subprocess
import zipfile

import pytest
from omegaconf import OmegaConf

from detect import commands, weights
from detect.weights import Weights, are_in_place, fetch_weights, weights_folder, weights_path
from wink.errors import DetectorError

CONTENT = {"a.tflite": b"first network", "b.tflite": b"second network"}
FAKES = tuple(Weights(n, f"inside/{n}", hashlib.sha256(c).hexdigest()) for n, c in CONTENT.items())


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "ALL", FAKES)
    return make_wheel(tmp_path / "fake-1.whl", CONTENT)


def make_wheel(path, content):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(f"inside/{name}", data)
    return path


def test_both_files_and_the_licence_are_put_in_place(wheel, tmp_path):
    folder = fetch_weights(tmp_path / "w", wheel)
    assert {p.name: p.read_bytes() for p in folder.glob("*.tflite")} == CONTENT
    assert "Apache License" in (folder / "LICENSE-pose-networks.txt").read_text()
    assert sorted(p.name for p in folder.iterdir() if p.name.startswith(".")) == []


def test_a_second_time_nothing_is_downloaded(wheel, tmp_path, monkeypatch):
    fetch_weights(tmp_path / "w", wheel)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("pip was started"))
    assert fetch_weights(tmp_path / "w") == tmp_path / "w"


def test_a_corrupt_file_is_refused_and_mended(wheel, tmp_path):
    folder = fetch_weights(tmp_path / "w", wheel)
    (folder / "a.tflite").write_bytes(b"first netw")
    assert not are_in_place(folder)
    with pytest.raises(DetectorError, match="wink fetch"):
        weights_path(FAKES[0], folder)
    fetch_weights(folder, wheel)
    assert weights_path(FAKES[0], folder).read_bytes() == CONTENT["a.tflite"]


def test_a_missing_file_names_the_verb_that_brings_it(tmp_path):
    with pytest.raises(DetectorError, match="`wink fetch`"):
        weights_path(weights.POSE_LANDMARK, tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [({**CONTENT, "b.tflite": b"tampered with"}, "expected"), ({"a.tflite": b""}, "no wheel of mediapipe")],
)
def test_a_wrong_wheel_leaves_nothing_behind(wheel, tmp_path, content, reason):
    other = make_wheel(tmp_path / "other.whl", content)
    with pytest.raises(DetectorError, match=reason):
        fetch_weights(tmp_path / "w", other)
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        ("python: No module named pip", "has no pip.*wheel=PATH"),
        ("noise\nERROR: no matching distribution", "no matching distribution"),
    ],
)
def test_a_failed_download_says_why(wheel, tmp_path, monkeypatch, stderr, reason):
    failed = subprocess.CompletedProcess([], 1, "", stderr)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(DetectorError, match=reason):
        fetch_weights(tmp_path / "w")


def test_pip_is_asked_for_the_pinned_wheel_and_nothing_else(wheel, tmp_path, monkeypatch):
    def pip(command, **_):
        assert command[1:4] == ["-m", "pip", "download"]
        assert {"--no-deps", "mediapipe==0.10.21"} <= set(command)
        make_wheel(weights.Path(command[-1]) / "downloaded.whl", CONTENT)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    assert are_in_place(fetch_weights(tmp_path / "w"))


def test_the_folder_can_be_chosen(tmp_path):
    assert weights_folder({"WINK_WEIGHTS": str(tmp_path)}) == tmp_path
    assert weights_folder({}).parts[-2:] == ("share", "winklab")


def test_the_verb_says_where_they_are(wheel, tmp_path, capsys):
    cfg = OmegaConf.create({"folder": str(tmp_path / "w"), "wheel": str(wheel)})
    commands.fetch(cfg)
    commands.fetch(cfg)
    first, second = capsys.readouterr().out.splitlines()
    assert "are now in" in first
    assert "were already in" in second
