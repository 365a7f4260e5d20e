"""The dataset folder: what is written is what is read, and nothing half-made looks whole."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from curves import squat_curve, trial_from_curves
from hypothesis import given
from hypothesis import strategies as st

from wink.causes import CAUSE_GROUPS, CauseShares
from wink.clip import frame_at, time_of
from wink.dataset import METADATA, SCHEMA_VERSION, Dataset
from wink.dataset_writer import DatasetWriter, Shard, clip_id, differences, spec_hash
from wink.errors import DatasetError
from wink.onset import find_repetitions
from wink.repetition_table import repetition_rows
from wink.simulated import SimulatedTruth

TIME = np.arange(0, 4.0, 0.01)


def winking_repetitions():
    thigh = squat_curve(TIME)
    return find_repetitions(trial_from_curves(TIME, thigh, -0.3 * np.clip(thigh - 60, 0, None), 0.4 * thigh))


def metadata_row(name, **changes):
    row = {
        "file_name": f"videos/00000/{name}.mp4",
        "clip_id": name,
        "source": "synthetic",
        "subject_id": "a",
        "split": "test",
        "view": "side",
        "fps": 30.0,
        "n_frames": 120,
        "width": 64,
        "height": 48,
        "n_repetitions": 1,
        "license": "CC0-1.0",
        "sha256": "0" * 64,
        "factors": "{}",
    }
    return {**row, **changes}


def shard(name, clip, **changes):
    """A shard of one clip; its video is not there unless the test puts one."""
    frames = pa.table({"clip_id": [clip] * 3, "frame": [0, 1, 2]})
    return Shard(name, [metadata_row(clip, **changes)], repetition_rows(clip, winking_repetitions(), 30.0), frames)


def put_video(folder, clip):
    (folder / "videos/00000").mkdir(parents=True, exist_ok=True)
    (folder / f"videos/00000/{clip}.mp4").touch()


def test_what_is_written_is_what_is_read(tmp_path):
    writer = DatasetWriter(tmp_path / "d", {"seed": 0})
    writer.add(shard("00000", "aaa"))
    put_video(writer.path, "aaa")
    dataset = writer.finish("# card\n")
    (clip,) = dataset.clips()
    assert clip.repetitions == winking_repetitions()
    assert clip.video == tmp_path / "d/videos/00000/aaa.mp4"
    assert dataset.frames("aaa")["frame"].to_pylist() == [0, 1, 2]
    assert dataset.frames("bbb").num_rows == 0
    assert dataset.spec == {"seed": 0}


def test_what_only_a_simulation_knows_comes_back_too(tmp_path):
    added = dict(zip(CAUSE_GROUPS, (6.0, 1.0, -0.5, 0.0, 0.5), strict=True))
    causes = CauseShares(95.0, 8.0, added, ("load",))
    inner = SimulatedTruth(("hip_flexion",), ("ankle_dorsiflexion", "hip_flexion"), 100.0, 2000.0, 90.0, 1900.0, causes)
    known = tuple(replace(repetition, simulated=inner) for repetition in winking_repetitions())
    writer = DatasetWriter(tmp_path / "d", {})
    writer.add(Shard("00000", [metadata_row("aaa")], repetition_rows("aaa", known, 30.0), None))
    put_video(writer.path, "aaa")
    dataset = writer.finish("")
    assert dataset.clips()[0].repetitions == known
    (row,) = pq.read_table(dataset.path / "repetitions.parquet").to_pylist()
    assert row["cause_functional_share"] == pytest.approx(6.0 / 7.0)
    assert row["severity"] == known[0].severity
    assert row["onset_earliest_frame"] == frame_at(known[0].uncertainty.onset_earliest_s, 30.0)


def test_unknown_labels_are_not_clean_labels(tmp_path):
    writer = DatasetWriter(tmp_path / "d", {})
    writer.add(Shard("r", [metadata_row("real", n_repetitions=None, source="real")], [], None))
    writer.add(Shard("s", [metadata_row("still", n_repetitions=0)], [], None))
    put_video(writer.path, "real")
    put_video(writer.path, "still")
    real, still = writer.finish("").clips()
    assert real.repetitions is None
    assert still.repetitions == ()


def test_an_interrupted_dataset_goes_on_and_does_not_look_whole(tmp_path):
    writer = DatasetWriter(tmp_path / "d", {"seed": 0})
    writer.add(shard("00000", "aaa"))
    put_video(writer.path, "aaa")
    with pytest.raises(DatasetError, match="unfinished"):
        Dataset(tmp_path / "d")
    (tmp_path / "d/videos/00000/aaa.mp4").rename(tmp_path / "elsewhere")
    again = DatasetWriter(tmp_path / "d", {"seed": 0})
    assert again.finished_shards() == set(), "its video is gone"
    put_video(tmp_path / "d", "aaa")
    assert again.finished_shards() == {"00000"}
    again.add(shard("00001", "bbb"))
    put_video(again.path, "bbb")
    assert [clip.clip_id for clip in again.finish("").clips()] == ["aaa", "bbb"]


def test_only_what_differs_is_named_also_beside_keys_that_are_numbers(tmp_path):
    rates = {"one_of": {24: 1, 29.97: 3}}
    writer = DatasetWriter(tmp_path / "d", {"fps": rates, "seed": 0})
    writer.add(shard("00000", "aaa"))
    del writer
    with pytest.raises(DatasetError, match=r"\(changed: seed\)"):
        DatasetWriter(tmp_path / "d", {"fps": rates, "seed": 1})


def test_another_configuration_is_refused_and_nothing_is_lost(tmp_path):
    writer = DatasetWriter(tmp_path / "d", {"seed": 0})
    writer.add(shard("00000", "aaa"))
    put_video(writer.path, "aaa")
    writer.finish("")
    with pytest.raises(DatasetError, match=r"another configuration \(changed: seed\)"):
        DatasetWriter(tmp_path / "d", {"seed": 1})
    assert len(Dataset(tmp_path / "d").clips()) == 1


def test_a_folder_of_other_things_is_refused(tmp_path):
    (tmp_path / "holiday.jpg").write_text("x")
    with pytest.raises(DatasetError, match="no winklab dataset"):
        DatasetWriter(tmp_path, {})
    with pytest.raises(DatasetError, match="there is no dataset"):
        Dataset(tmp_path / "nowhere")


def test_another_schema_is_refused(tmp_path):
    writer = DatasetWriter(tmp_path / "d", {})
    writer.finish("")
    state = tmp_path / "d/dataset.json"
    state.write_text(state.read_text().replace(f'"{SCHEMA_VERSION}"', '"9.0"'))
    with pytest.raises(DatasetError, match=rf"9\.0.*reads {re.escape(SCHEMA_VERSION)}"):
        Dataset(tmp_path / "d")


def test_columns_that_were_added_since_are_null_and_unknown_ones_are_passed_over(tmp_path):
    writer = DatasetWriter(tmp_path / "d", {})
    writer.add(shard("00000", "aaa"))
    put_video(writer.path, "aaa")
    writer.finish("")
    for name, column in (("metadata", "load_kg"), ("repetitions", "onset_earliest_s")):
        file = tmp_path / f"d/{name}.parquet"
        table = pq.read_table(file).drop_columns([column])
        pq.write_table(table.append_column("from_tomorrow", pa.nulls(table.num_rows)), file)
    dataset = Dataset(tmp_path / "d")
    assert dataset.row("aaa")["load_kg"] is None
    assert dataset.index.column_names == [name for name in METADATA.names if name != "factors"]
    assert dataset.clip("aaa").repetitions[0].uncertainty.onset_earliest_s is None
    pq.write_table(pq.read_table(file).drop_columns(["severity"]), file)
    with pytest.raises(DatasetError, match="lacks the columns severity.*make them again"):
        dataset.clips()


def test_a_missing_clip_is_named(tmp_path):
    writer = DatasetWriter(tmp_path / "d", {})
    writer.add(shard("00000", "aaa"))
    put_video(writer.path, "aaa")
    with pytest.raises(DatasetError, match="'aab' is no clip of d.*Did you mean 'aaa'"):
        writer.finish("").clip("aab")


@given(st.integers(0, 10**6), st.sampled_from([24, 25, 30000 / 1001, 30, 59.94, 60]))
def test_frames_and_times_are_each_other_s_inverse(frame, fps):
    assert frame_at(time_of(frame, fps), fps) == frame


def test_an_event_between_frames_shows_on_the_next():
    assert frame_at(1.001, 30) == 31
    assert frame_at(1.0, 30) == 30


def test_ids_follow_from_the_spec_alone_and_tell_nothing():
    spec = spec_hash({"seed": 0})
    assert clip_id(spec, 0, "side") == clip_id(spec, 0, "side")
    assert (
        len({clip_id(s, i, v) for s in (spec, spec_hash({"seed": 1})) for i in range(9) for v in ("side", "front")})
        == 36
    )
    assert "side" not in clip_id(spec, 0, "side")


def test_shard_records_are_whole_json(tmp_path):
    writer = DatasetWriter(tmp_path / "d", {})
    writer.add(shard("00000", "aaa"))
    put_video(writer.path, "aaa")
    record = json.loads((tmp_path / "d/.shards/00000.json").read_text())
    assert record["metadata"][0]["clip_id"] == "aaa"
    assert not list((tmp_path / "d").rglob("*.tmp"))


def test_a_folder_without_a_finished_shard_is_taken_over(tmp_path):
    DatasetWriter(tmp_path / "d", {"seed": 0})
    assert DatasetWriter(tmp_path / "d", {"seed": 1}).finished_shards() == set()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "d").write_text("x")
    with pytest.raises(DatasetError, match="is a file"):
        DatasetWriter(tmp_path / "d", {})


def test_what_a_killed_run_left_half_written_is_swept(tmp_path):
    writer = DatasetWriter(tmp_path / "d", {})
    put_video(tmp_path / "d", "aaa")
    (tmp_path / "d/videos/00000/.bbb.mp4.part").touch()
    (tmp_path / "d/.README.md.12.tmp").touch()
    DatasetWriter(writer.path, {})
    assert not [*writer.path.rglob("*.part"), *writer.path.rglob("*.tmp")]
    assert (tmp_path / "d/videos/00000/aaa.mp4").exists()


def test_two_processes_cannot_write_one_dataset(tmp_path):
    script = "import sys, time; from pathlib import Path; from wink.dataset_writer import DatasetWriter\n"
    script += "w = DatasetWriter(Path(sys.argv[1]), {}); print('in', flush=True); time.sleep(60)"
    other = subprocess.Popen([sys.executable, "-c", script, tmp_path / "d"], stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "in\n"
    with pytest.raises(DatasetError, match="another process is writing"):
        DatasetWriter(tmp_path / "d", {})
    other.kill()
    other.communicate()
    DatasetWriter(tmp_path / "d", {})


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ["a.c"]),
        ({"t": [{"x": 1}, {"x": 2}]}, {"t": [{"x": 1}, {"x": 5}]}, ["t[1].x"]),
        ({"a": 1}, {"a": 1, "b": None, "c": 0}, ["c"]),
        ({"t": [1]}, {"t": [1, 2]}, ["t"]),
    ],
)
def test_differences_of_specs_are_named(old, new, where):
    assert differences(old, new) == where


def test_a_run_that_was_stopped_at_its_very_beginning_is_begun_again(tmp_path):
    (tmp_path / "d/.shards").mkdir(parents=True)
    assert DatasetWriter(tmp_path / "d", {}).finished_shards() == set()
