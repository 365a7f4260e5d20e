"""Tar files, read back by webdataset."""

import gc
import hashlib
import io
import warnings

import numpy as np
import pytest
from small_dataset import N_FRAMES, NAMES, frame_table, labels_at, points_at, repetitions_of, write_small_dataset

from wink.export import write_export
from wink.formats.web import WebShards

webdataset = pytest.importorskip("webdataset", reason="webdataset (extra `peers`) is not installed")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write_small_dataset(tmp_path_factory.mktemp("datasets") / "small")


def samples(*files):
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):  # it leaves closing to the collector
        found = webdataset.WebDataset([str(f) for f in files], shardshuffle=False, empty_check=False)
        read = {sample["__key__"]: sample for sample in found.decode()}
        gc.collect()
    return read


def test_every_clip_comes_back_with_its_truth(small, tmp_path):
    files = write_export(WebShards(clips=100, masks=True), small, tmp_path / "out")
    assert [f.name for f in files] == ["test-000000.tar", "train-000000.tar", "validation-000000.tar"]
    found = samples(*files)
    assert sorted(found) == sorted(clip.clip_id for clip in small.clips())
    sample = found["aaaaaaaaaaaa"]
    clip = small.clip("aaaaaaaaaaaa")
    assert sample["mp4"] == clip.video.read_bytes()
    assert sample["json"]["split"] == "train"
    assert sample["json"]["factors"] == {"case": "typical_man"}
    (repetition,) = repetitions_of("winks")
    assert sample["json"]["repetitions"][0]["winks"][0]["onset_s"] == repetition.winks[0].onset_s
    arrays = sample["frames.npz"]
    np.testing.assert_allclose(arrays["pelvic_tilt_deg"], frame_table("a")["pelvic_tilt_deg"].to_numpy())
    np.testing.assert_allclose(arrays["keypoints_2d"], [points_at(k) for k in range(N_FRAMES)])
    assert arrays["keypoints_3d"].shape == (N_FRAMES, len(NAMES), 3)
    assert tuple(arrays["keypoint_names"]) == NAMES
    np.testing.assert_array_equal(sample["mask.npz"]["labels"][7], labels_at(7))


def test_unknown_is_null_and_known_to_have_none_is_empty(small, tmp_path):
    found = samples(*write_export(WebShards(clips=2, masks=False), small, tmp_path / "out"))
    assert found["dddddddddddd"]["json"]["repetitions"] is None
    assert "frames.npz" not in found["dddddddddddd"]
    assert found["cccccccccccc"]["json"]["repetitions"] is None, "fell"
    assert found["bbbbbbbbbbbb"]["json"]["repetitions"][0]["winks"] is not None


def test_files_hold_no_more_clips_than_asked_and_are_the_same_twice(small, tmp_path):
    files = write_export(WebShards(clips=1, masks=False), small, tmp_path / "a")
    again = write_export(WebShards(clips=1, masks=False), small, tmp_path / "b")
    assert len(files) == 4
    assert [hashlib.sha256(f.read_bytes()).digest() for f in files] == [
        hashlib.sha256(f.read_bytes()).digest() for f in again
    ]
    assert io.BytesIO(files[0].read_bytes()).read(12) == b"cccccccccccc"
