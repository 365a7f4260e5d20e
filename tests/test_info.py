"""Counting what is in a dataset, and finding what is wrong with it."""

import json
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_dataset import FPS, N_FRAMES, repetitions_of, write_small_dataset

from wink.census import census
from wink.compose import run_composed
from wink.dataset import Dataset
from wink.errors import ConfigError, DatasetError
from wink.holdout import find_leaks
from wink.info import changed_files, info, told


@pytest.fixture
def small(tmp_path):
    return write_small_dataset(tmp_path / "small")


def run(*arguments):
    run_composed("info", info, arguments)


def test_everything_is_counted_once(small):
    counted = census(small)
    assert (counted["clips"], counted["trials"], counted["twins"], counted["subjects"]) == (4, 3, 1, 4)
    assert counted["frames"] == 4 * N_FRAMES
    assert counted["hours"] == pytest.approx(4 * N_FRAMES / FPS / 3600)
    assert counted["split"] == {"test": 2, "train": 1, "validation": 1}
    assert counted["view"] == {"side": 2, "oblique_rear": 1, "unknown": 1}
    assert counted["case"] == {"typical_man": 3}
    assert counted["outcome"] == {"completed": 2, "fell": 1}
    assert counted["clips_without_labels"] == 2
    assert counted["leaks"] == counted["missing"] == []
    assert counted["bytes"]["videos"] == sum(clip.video.stat().st_size for clip in small.clips())


def test_repetitions_are_counted_once_a_trial(tmp_path):
    winks, clean = repetitions_of("winks")[0], repetitions_of("clean")[0]
    counted = census(write_small_dataset(tmp_path / "small"))["repetitions"]
    assert counted["count"] == 2
    assert counted["severity"] == {**dict.fromkeys(counted["severity"], 0), winks.severity: 1, clean.severity: 1}
    onsets = counted["onsets"]["pelvic_reversal_onset"]
    assert onsets["count"] == 1
    assert onsets["thigh_inclination_deg"]["median"] == pytest.approx(winks.wink().thigh_inclination_at_onset_deg)
    assert counted["depth_deg"]["from 100"]["count"] == 2
    assert counted["depth_deg"]["90 to 100"]["count"] == 0
    twice = [("aaaaaaaaaaaa", "test", "side", "winks"), ("abababababab", "test", "oblique_rear", "winks")]
    same = write_small_dataset(tmp_path / "twice", clips=twice)
    assert census(same)["repetitions"]["count"] == 1, "two cameras, one trial"


def test_files_that_are_gone_or_changed_are_named(small):
    assert changed_files(small) == []
    videos = [clip.video for clip in small.clips()]
    videos[0].unlink()
    videos[1].write_bytes(videos[1].read_bytes()[:-1] + b"x")
    (small.path / "masks/ccc/cccccccccccc.npz").write_bytes(b"")
    assert sorted(census(small)["missing"]) == ["masks/ccc/cccccccccccc.npz", "videos/aaa/aaaaaaaaaaaa.mp4"]
    assert sorted(changed_files(small)) == [
        "masks/ccc/cccccccccccc.npz",
        "videos/aaa/aaaaaaaaaaaa.mp4",
        "videos/bbb/bbbbbbbbbbbb.mp4",
    ]
    with pytest.raises(DatasetError, match="not sound: small"):
        run(str(small.path), "check=true")
    run(str(small.path))  # without `check` it only says so


@pytest.mark.parametrize(
    ("changes", "leaking"),
    [
        ({"subject_id": "subject_a"}, ["lifter subject_a is in train and in test"]),
        ({"trial_id": "trial_a"}, ["trial trial_a is in train and in test"]),
        ({"counterfactual_of": "trial_a"}, ["trial trial_a is in train and in test"]),
        ({"sha256": "1"}, ["video 1 is in train and in test"]),
        ({}, []),
    ],
)
def test_what_joins_splits_is_found(changes, leaking):
    first = {"subject_id": "subject_a", "trial_id": "trial_a", "sha256": "1", "split": "train", "factors": None}
    other = {"subject_id": "b", "trial_id": "trial_b", "sha256": "2", "split": "test", "factors": None}
    assert find_leaks([first, {**other, **changes}]) == leaking
    assert find_leaks([first, {**other, **changes, "split": "train"}]) == []


def test_a_leak_of_a_dataset_is_found(small):
    assert census(small)["leaks"] == []
    table = small.table
    same = pa.array(["anna"] * len(table))
    pq.write_table(
        table.set_column(table.column_names.index("subject_id"), "subject_id", same), small.path / "metadata.parquet"
    )
    (leak,) = census(Dataset(small.path))["leaks"]
    assert leak.startswith("lifter anna is in ")


def test_a_dataset_of_motion_capture_alone_has_no_clips(tmp_path):
    empty = write_small_dataset(tmp_path / "small", clips=())
    (empty.path / "trials").mkdir()
    (empty.path / "trials/squat.parquet").touch()
    said = told(census(empty))
    assert "0 clips by 0 lifters\n1 trial of motion capture" in said


def test_trials_that_were_given_up_are_counted(small):
    assert "quarantined " not in told(census(small))
    record = small.path / ".shards/aaa.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "quarantined": [{"reason": "x"}, {"reason": "y"}]}))
    assert "2 trials" in told(census(small))


def test_it_is_said_in_words_and_in_json(small, capsys):
    run(str(small.path), "check=true")
    said = capsys.readouterr().out
    for words in (
        "4 clips of 3 trials (1 by twins) by 4 lifters",
        "unknown in 2 clips",
        "all there",
        "no lifter, trial",
    ):
        assert words in said
    run(str(small.path), "json=true")
    (counted,) = json.loads(capsys.readouterr().out)
    assert counted == census(small)


def test_a_leak_is_said_and_real_clips_alone_can_be_counted(small, tmp_path):
    counted = {**census(small), "leaks": ["lifter anna is in train and in test"]}
    assert "1 LEAKS: lifter anna is in train and in test" in told(counted)
    real = write_small_dataset(tmp_path / "real", clips=[("dddddddddddd", "test", "side", "real")])
    assert "0 repetitions; unknown in 1 clip" in told(census(real))
    with pytest.raises(ConfigError, match="say which dataset"):
        run()


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A hundred thousand clips: tables only."""
    small = write_small_dataset(tmp_path_factory.mktemp("large") / "large")
    n = 100_000
    rows = small.table.slice(0, 1).take(pa.array([0] * n))
    for column, prefix in (("clip_id", "c"), ("file_name", "videos/aaa/"), ("trial_id", "t"), ("subject_id", "s")):
        values = pa.array([f"{prefix}{k // (3 if prefix in 'ts' else 1):012d}" for k in range(n)])
        rows = rows.set_column(rows.column_names.index(column), column, values)
    pq.write_table(rows, small.path / "metadata.parquet")
    return small.path


def test_a_hundred_thousand_clips_are_opened_in_less_than_a_second(large):
    began = time.process_time()
    dataset = Dataset(large)
    assert dataset.index.num_rows == 100_000
    assert dataset.clip("c000000099999").subject_id == "s000000033333"
    assert time.process_time() - began < 1.0


def test_frames_are_read_when_asked_for(large, monkeypatch):
    read = []
    monkeypatch.setattr(pq, "read_table", lambda file, **_: read.append(file))
    dataset = Dataset(large)
    assert read == []
    assert dataset.path == large
