"""Tables, read back by Python's own csv."""

import csv

import pytest
from small_dataset import N_FRAMES, write_small_dataset

from wink.export import write_export
from wink.formats.csv_tables import CsvTables


def read(file):
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_tables_hold_every_clip_repetition_and_frame(tmp_path):
    small = write_small_dataset(tmp_path / "small")
    files = write_export(CsvTables(frames=True), small, tmp_path / "out")
    clips, repetitions, frames = (read(file) for file in files)
    assert [row["clip_id"] for row in clips] == [clip.clip_id for clip in small.clips()]
    assert [row["n_repetitions"] for row in clips] == ["1", "1", "", ""], "unknown is empty, not 0"
    assert [(row["clip_id"], row["view"], row["split"]) for row in repetitions] == [
        ("aaaaaaaaaaaa", "side", "train"),
        ("bbbbbbbbbbbb", "side", "validation"),
    ]
    (winks,) = small.clip("aaaaaaaaaaaa").repetitions
    assert float(repetitions[0]["pelvic_reversal_onset_onset_s"]) == pytest.approx(winks.wink().onset_s)
    assert repetitions[1]["pelvic_reversal_onset_onset_s"] == ""
    assert len(frames) == 3 * N_FRAMES
    assert "keypoints_2d" not in frames[0]


def test_real_clips_have_no_frames(tmp_path):
    real = write_small_dataset(tmp_path / "real", clips=[("dddddddddddd", "test", "side", "real")])
    files = write_export(CsvTables(frames=True), real, tmp_path / "out")
    assert [f.name for f in files] == ["clips.csv", "repetitions.csv"]
    assert read(files[1]) == []
