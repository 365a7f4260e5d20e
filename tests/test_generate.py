"""Making a dataset: refused before it begins, resumed where it stopped, the same bytes however it was made."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from curves import squat_curve, trial_from_curves
from planned import SMALL, config_of
from test_dataset import winking_repetitions

from sim import commands, generate
from sim.card import dataset_card
from sim.commands import _name
from sim.plan import Plan
from sim.settings import check_settings, folder_name
from sim.truth import angles
from sim.video import read_frames
from wink.compose import run_composed
from wink.dataset import Dataset
from wink.errors import ConfigError, LifterError
from wink.files import file_sha256
from wink.onset import find_repetitions
from wink.phase import repetition_at

TIME = np.arange(0, 4.0, 0.01)
#: A lifter in colours of their own before an even wall: what moves can be told from what does not.
EVEN = ("scene=plain", "appearance=plain")
TINY = ("width=64", "height=64", "masks=false", "appearance=plain", "paths.cache=cache")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 0}, "n is a whole number from 1"),
        ({"n": 1.5}, "n is a whole number from 1"),
        ({"seed": -1}, "seed is a whole number from 0"),
        ({"workers": -1}, "workers is a whole number"),
        ({"cameras": 0}, "cameras is a whole number"),
        ({"fps": 0}, "fps is 0; expected 1 to 240"),
        ({"fps": None}, "fps must be a number"),
        ({"width": "wide"}, "width is a whole number"),
        ({"views": []}, "views is a list of different cameras"),
        ({"views": ["side", "side"]}, "views is a list of different cameras"),
        ({"cases": [3]}, "cases is a list of"),
        ({"grid": [3]}, "grid is a mapping"),
        ({"twins": {"hips": "mobile"}}, "'hips' is no part of a squat"),
        ({"split": "foo"}, "'foo' is no split; the choices are held_out, test, train, validation"),
        ({"masks": "maybe"}, "masks is true or false"),
        ({"neutral_depth": "guessed"}, "'guessed' is no way to find neutral_depth; the choices are null, planned"),
        ({"attribution": "yes"}, "attribution is true or false"),
        ({"timeout_s": 0}, "timeout_s is 0"),
        ({"most_quarantined": 2}, "most_quarantined is 2"),
        ({"shard": "0/3"}, "shard is i/n"),
        ({"shard": "4/3"}, "shard is i/n"),
        ({"shard": 3}, "shard is i/n"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        check_settings(config_of(**change))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"lifter": {"stature_m": 175}}, LifterError, "lifter-0: stature_m is 175.*centimetres"),
        ({"views": ["nope"]}, ConfigError, "'nope' is no option of camera"),
        ({"width": 641}, ConfigError, "width must be even"),
        ({"appearance": {"_target_": "sim.render.appearance.Nobody"}}, ConfigError, "Nobody"),
        ({"holdout": {"lifter.mas_kg": [1, 2]}}, ConfigError, "Did you mean 'lifter.mass_kg'"),
    ],
)
def test_a_dataset_that_cannot_be_made_is_not_begun(tmp_path, change, error, message):
    config = config_of()
    changed = {key: {**config[key], **value} if isinstance(value, dict) else value for key, value in change.items()}
    with pytest.raises(error, match=message):
        generate.generate_dataset({**config, **changed}, tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_memory_is_no_place_that_several_processes_share():
    with pytest.raises(ConfigError, match="different memory in every process"):
        generate.generate_dataset(config_of(), "memory://x")


@pytest.mark.parametrize("name", ["a/b", "../a", "..", "", "a\\b"])
def test_a_dataset_s_name_is_one_folder(name):
    with pytest.raises(ConfigError, match="name of one folder"):
        folder_name(name)


def test_each_dataset_of_a_multirun_has_a_name_of_its_own():
    names = []
    run_composed(
        "generate", lambda cfg: names.append(_name(cfg)), ["-m", "name=pair", "ankle_dorsiflexion=typical,stiff"]
    )
    run_composed("generate", lambda cfg: names.append(_name(cfg)), ["name=mine", "seed=1"])
    assert names == ["pair-ankle_dorsiflexion-typical", "pair-ankle_dorsiflexion-stiff", "mine"]


def test_a_dataset_made_in_parts_has_one_name():
    names = []
    how = ["shard=1/2", "dry_run=true", "cluster.address=tcp://a:1", "workers=1", "paths.datasets=/a/b"]
    run_composed("generate", lambda cfg: names.append(_name(cfg)), ["n=3", *how])
    run_composed("generate", lambda cfg: names.append(_name(cfg)), ["split={train: 1}"])
    assert names == ["n-3", "split-train1"]


def test_a_frame_rate_that_would_be_passed_over_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"filming\.settings\.fps=15"):
        run_composed("generate", commands.generate, ["filming=phone", "fps=15", f"paths.datasets={tmp_path}"])
    assert not any(tmp_path.iterdir())


def test_the_spec_changes_with_what_makes_the_clips_and_not_with_where_they_go():
    def spec(**changes):
        return generate.dataset_spec(config_of(**changes))

    assert spec(name="x", workers=1, paths={}, shard="1/2") == spec()
    for change in ({"fps": 30}, {"seed": 1}, {"width": 320}, {"views": ["oblique_rear"]}, {"masks": False}):
        assert spec(**change) != spec()
    named = spec(cases=[{"name": "a", "stance": "wide", "camera": "oblique_rear"}])
    assert named["settings"]["options"]["stance"]["wide"]["width"] == 1.5
    assert "azimuth_deg" in named["settings"]["options"]["camera"]["oblique_rear"]
    assert generate.sources_digest() in spec()["program"]
    explained = spec(attribution=True)["settings"]["options"]  # what a cause is, and what it lifts to, makes the shares
    assert explained["cause"]["hip_flexion"]["lifted"] == {"hip_flexion": "mobile"}
    assert "_target_" in explained["hip_flexion"]["mobile"]


def test_the_card_names_what_a_reader_needs():
    spec = generate.dataset_spec(config_of(cameras=1))
    card = dataset_card("x", spec, Plan(spec["settings"]), ["left_hip"], ["background", "skin"])
    for word in ("license: cc0-1.0", "160x120", "10 frames a second", "0 background, 1 skin", "left_hip", "diagnosis"):
        assert word in card


def test_frame_angles_are_the_trial_s_own_and_repetitions_are_numbered():
    thigh = squat_curve(TIME)
    trial = trial_from_curves(TIME, thigh, -0.3 * np.clip(thigh - 60, 0, None), 0.4 * thigh)
    columns = angles(trial)
    np.testing.assert_allclose(columns["thigh_inclination_deg"], thigh)
    np.testing.assert_allclose(columns["pelvic_tilt_deg"], trial.pelvic_tilt_deg)
    number = repetition_at(TIME, winking_repetitions())
    (repetition,) = find_repetitions(trial)
    assert set(number) == {-1, 0}
    assert TIME[number == 0][0] == pytest.approx(repetition.start_s)
    assert number[-1] == -1


@pytest.mark.slow
def test_killed_and_resumed_it_is_the_same_bytes_as_made_in_one_go(tmp_path):
    arguments = [*SMALL, *EVEN, "n=3", "seed=0", "workers=2"]
    with _generating(tmp_path, "killed", arguments) as process:
        _wait_for_a_shard(tmp_path / "killed", process)
        os.killpg(process.pid, signal.SIGKILL)
    done = len(list((tmp_path / "killed/.shards").glob("*.json")))
    assert 1 <= done < 3
    assert not (tmp_path / "killed/metadata.parquet").exists()
    again = _finish(tmp_path, "killed", arguments)
    assert f"{done} of 3 trials are there already" in again
    _finish(tmp_path, "whole", [*SMALL, *EVEN, "n=3", "seed=0", "workers=1"])
    assert _digests(tmp_path / "killed") == _digests(tmp_path / "whole")
    _check_truth(Dataset(tmp_path / "whole"))


def _check_truth(dataset):
    """Frames, keypoints and metadata agree with the videos."""
    for row, clip in zip(dataset.metadata(), dataset.clips(), strict=True):
        frames = dataset.frames(clip.clip_id)
        assert row["sha256"] == file_sha256(clip.video)
        assert clip.n_frames == frames.num_rows == len(list(read_frames(clip.video)))
        labels = np.load(dataset.path / row["mask_file"])["labels"]
        assert labels.shape == (clip.n_frames, clip.height, clip.width)
        left, top, right, bottom = frames["box"][0].as_py()
        assert labels[0, int(top) : int(bottom), int(left) : int(right)].any()
        _check_mask_lies_on_the_picture(list(read_frames(clip.video)), labels)
        (repetition,) = clip.repetitions
        deepest = frames["time_s"].to_numpy()[np.argmax(frames["thigh_inclination_deg"].to_numpy())]
        assert deepest == pytest.approx(repetition.bottom_s, abs=1 / clip.fps)


def _check_mask_lies_on_the_picture(pictures, labels):
    """What moves in the video is what the mask calls the person or its shadow, not that mirrored or turned."""
    change = np.abs(pictures[len(pictures) // 2].astype(int) - pictures[0]).sum(axis=2) > 60
    person = (labels[0] > 0) | (labels[len(labels) // 2] > 0)
    share, mirrored, turned = ((change & mask).sum() / person.sum() for mask in (person, person[:, ::-1], person[::-1]))
    assert share > 0.7  # shirt and shorts that move within themselves change little
    assert share > mirrored + 0.15  # the lifter stands near the middle, so much of a mirrored mask still fits
    assert share > turned + 0.15


def _generating(folder, name, arguments):
    environment = {**os.environ, "WINK_DATASETS": str(folder)}
    command = [Path(sys.executable).with_name("wink"), "generate", f"name={name}", *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def _finish(folder, name, arguments):
    with _generating(folder, name, arguments) as process:
        said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return said


def _wait_for_a_shard(path, process, limit_s=120.0):
    end = time.monotonic() + limit_s
    while not list(path.glob(".shards/*.json")):
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.05)


def _digests(path):
    media = [file for folder in ("videos", "masks", "frames") for file in (path / folder).rglob("*") if file.is_file()]
    return {str(file.relative_to(path)): file_sha256(file) for file in media}
