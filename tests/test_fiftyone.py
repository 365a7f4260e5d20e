"""FiftyOne's two layouts: read by a reader written from its guide, and by its own importers where it is installed."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from small_dataset import FPS, HEIGHT, N_FRAMES, NAMES, WIDTH, points_at, repetitions_of, write_small_dataset

from wink.export import write_export
from wink.formats.fiftyone import CLASSES, FiftyOne


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write_small_dataset(tmp_path_factory.mktemp("datasets") / "small")


@pytest.fixture(scope="module")
def out(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fiftyone") / "out"
    write_export(FiftyOne("pelvic_reversal_onset", copy=True), small, folder)
    return folder


def expected_supports():
    """First and last frame of descent, ascent and wink, both in it, counted from 1."""
    (repetition,) = repetitions_of("winks")
    times = [repetition.start_s, repetition.wink().onset_s, repetition.bottom_s, repetition.end_s]
    start, onset, bottom, end = (int(np.ceil(t * FPS - 1e-6)) for t in times)
    return {"descent": [start + 1, bottom], "ascent": [bottom + 1, end], "wink": [onset + 1, bottom]}


def test_temporal_detections_are_the_repetitions_and_the_wink(out):
    told = json.loads((out / "labels.json").read_text())
    assert told["classes"] == list(CLASSES)
    assert {e["label"]: e["support"] for e in told["labels"]["aaaaaaaaaaaa"]} == expected_supports()
    assert [e["label"] for e in told["labels"]["bbbbbbbbbbbb"]] == ["descent", "ascent"]
    assert sorted(told["labels"]) == ["aaaaaaaaaaaa", "bbbbbbbbbbbb"], "unknown is not clean"
    assert all((out / f"data/{name}.mp4").is_file() for name in told["labels"])


def test_every_video_has_its_labels_and_the_manifest_names_both(small, out):
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["type"] == "eta.core.datasets.LabeledVideoDataset"
    assert len(manifest["index"]) == len(small.clips())
    for entry in manifest["index"]:
        assert (out / entry["data"]).is_file()
        labels = json.loads((out / entry["labels"]).read_text())
        assert all(int(number) == frame["frame_number"] for number, frame in labels["frames"].items())


def test_frames_count_from_1_and_positions_are_shares_of_the_picture(out):
    frames = json.loads((out / "labels/aaaaaaaaaaaa.json").read_text())["frames"]
    assert sorted(map(int, frames)) == list(range(1, N_FRAMES + 1))
    (lifter,) = frames["8"]["objects"]["objects"]
    assert lifter["bounding_box"]["top_left"] == pytest.approx({"x": 27 / WIDTH, "y": 30 / HEIGHT})
    assert lifter["bounding_box"]["bottom_right"] == pytest.approx({"x": 67 / WIDTH, "y": 90 / HEIGHT})
    points = {p["label"]: p["points"][0] for p in frames["8"]["keypoints"]["keypoints"]}
    assert set(points) == set(NAMES) - {"sacrum"}, "the sacrum lies outside"
    np.testing.assert_allclose(points["nose"], points_at(7)[0] / [WIDTH, HEIGHT])
    assert "frames" in json.loads((out / "labels/dddddddddddd.json").read_text())


def test_links_instead_of_copies_lead_to_the_videos(small, tmp_path):
    write_export(FiftyOne("tuck_start", copy=False), small, tmp_path / "out")
    link = tmp_path / "out/data/aaaaaaaaaaaa.mp4"
    assert link.is_symlink()
    assert link.resolve() == small.clip("aaaaaaaaaaaa").video.resolve()


#: Its importers need no database, but importing the package would start one.
READER = """
import json, sys
import fiftyone.core.odm.database as database
database.establish_db_conn = lambda *_, **__: None
import fiftyone.utils.data as data
found = {}
for kind in (data.FiftyOneTemporalDetectionDatasetImporter, data.FiftyOneVideoLabelsDatasetImporter):
    with kind(dataset_dir=sys.argv[1]) as importer:
        for path, _, label, frames in importer:
            if "aaaaaaaaaaaa" in path:
                found[kind.__name__] = label, frames
(events, _), (facts, frames) = found.values()
(lifter,) = frames[8]["lifter"].detections
print(json.dumps({
    "events": {e.label: e.support for e in events.detections},
    "again": {e.label: e.support for e in facts["events"].detections},
    "box": lifter.bounding_box, "tilt": lifter["pelvic_tilt_deg"], "split": facts["split"].label,
    "points": {p.label: p.points[0] for p in frames[8]["keypoints"].keypoints},
}))
"""


def test_fiftyone_s_own_importers_read_both_layouts(small, out, tmp_path):
    if importlib.util.find_spec("fiftyone") is None:
        pytest.skip("fiftyone (with MongoDB, 500 MB) is not installed")
    environment = {**os.environ, "HOME": str(tmp_path), "FIFTYONE_DATABASE_URI": "mongodb://127.0.0.1:1"}
    done = subprocess.run(
        [sys.executable, "-c", READER, out], capture_output=True, text=True, env=environment, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout.splitlines()[-1])
    assert read["events"] == read["again"] == expected_supports()
    assert read["box"] == pytest.approx([27 / WIDTH, 30 / HEIGHT, 40 / WIDTH, 60 / HEIGHT])
    assert read["tilt"] == pytest.approx(small.frames("aaaaaaaaaaaa")["pelvic_tilt_deg"][7].as_py())
    assert read["split"] == "train"
    assert len(read["points"]) == len(NAMES) - 1
