"""E2E-Spot's files, read by a reader written from its README."""

import json

import av
import pytest
from small_dataset import FPS, N_FRAMES, repetitions_of, write_small_dataset
from videos import number_in

from wink.config import build, load_option
from wink.errors import DatasetError
from wink.export import write_export
from wink.formats.e2espot import E2eSpot


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write_small_dataset(tmp_path_factory.mktemp("datasets") / "small")


def read_split(folder, split):
    """Entries of a split, checked against everything the README says of them."""
    classes = (folder / "class.txt").read_text().splitlines()
    entries = json.loads((folder / f"{split}.json").read_text())
    for entry in entries:
        assert entry["num_events"] == len(entry["events"])
        assert set(entry) == {"video", "num_frames", "num_events", "events", "fps", "width", "height"}
        for event in entry["events"]:
            assert event["label"] in classes
            assert 0 <= event["frame"] < entry["num_frames"]
            assert isinstance(event["comment"], str)
    return entries


def test_events_are_the_onsets_and_bottoms_of_the_truth(small, tmp_path):
    write_export(build(load_option("format", "e2espot")), small, tmp_path / "out")
    (winks,) = read_split(tmp_path / "out", "train")
    (clean,) = read_split(tmp_path / "out", "val")
    (repetition,) = repetitions_of("winks")
    onset, bottom = winks["events"]
    assert winks["num_frames"] == N_FRAMES
    assert 0 <= onset["frame"] / FPS - repetition.wink().onset_s < 1 / FPS
    assert 0 <= bottom["frame"] / FPS - repetition.bottom_s < 1 / FPS
    assert [event["label"] for event in clean["events"]] == ["bottom"]


def test_clips_without_labels_are_not_passed_off_as_clean(small, tmp_path):
    write_export(build(load_option("format", "e2espot")), small, tmp_path / "out")
    assert not (tmp_path / "out/test.json").exists()
    assert sorted(json.loads((tmp_path / "out/videos.json").read_text())) == ["aaaaaaaaaaaa", "bbbbbbbbbbbb"]
    unknown = write_small_dataset(tmp_path / "unknown", clips=[("dddddddddddd", "test", "side", "real")])
    with pytest.raises(DatasetError, match="no clip of unknown has labels"):
        write_export(build(load_option("format", "e2espot")), unknown, tmp_path / "none")


def test_pictures_are_numbered_as_the_events_are(small, tmp_path):
    form = E2eSpot("tuck_start", bottoms=False, frames=True, height=120)
    write_export(form, small, tmp_path / "out")
    pictures = sorted((tmp_path / "out/frames/aaaaaaaaaaaa").iterdir())
    assert [p.name for p in pictures] == [f"{k:06d}.jpg" for k in range(N_FRAMES)]
    for number in (0, 17, 39):
        with av.open(str(pictures[number])) as file:
            (frame,) = file.decode(video=0)
        assert (frame.width, frame.height) == (160, 120)
        assert number_in(frame.to_ndarray(format="rgb24")) == number
