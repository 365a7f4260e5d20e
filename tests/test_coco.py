"""COCO's files, read back by pycocotools."""

import json

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from small_dataset import CLASSES, COCO, HEIGHT, N_FRAMES, NAMES, WIDTH, labels_at, points_at, write_small_dataset
from videos import number_in

from wink.errors import DatasetError
from wink.export import write_export
from wink.formats.coco import Coco
from wink.formats.run_length import run_lengths, segmentation
from wink.formats.seen import PERSON_CLASSES

coco = pytest.importorskip("pycocotools.coco", reason="pycocotools (extra `peers`) is not installed")
mask_api = pytest.importorskip("pycocotools.mask")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write_small_dataset(tmp_path_factory.mktemp("datasets") / "small")


@pytest.fixture(scope="module")
def out(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("coco") / "out"
    write_export(Coco(images=True, every=10, masks=True), small, folder)
    return folder


def read(out, split):
    return coco.COCO(out / f"annotations/person_keypoints_{split}.json")


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")  # of pycocotools
def test_persons_are_where_they_were(out):
    train = read(out, "train")
    (person,) = train.getCatIds(["person"])
    ids = sorted(train.getImgIds())
    assert len(ids) == N_FRAMES / 10
    for image in train.loadImgs(ids):
        (note,) = train.loadAnns(train.getAnnIds(image["id"], [person]))
        frame = image["frame"]
        assert note["bbox"] == [20 + frame, 30, 40, 60]
        wanted = np.isin(labels_at(frame), [CLASSES.index("top"), CLASSES.index("bottom")])
        np.testing.assert_array_equal(train.annToMask(note).astype(bool), wanted)
        assert note["area"] == mask_api.area(note["segmentation"]) == wanted.sum()


def test_keypoints_are_coco_s_in_its_order_and_all_of_ours(out):
    train = read(out, "train")
    person, lifter = (train.loadCats(train.getCatIds([name]))[0] for name in ("person", "lifter"))
    assert person["keypoints"][:3] == ["nose", "left_eye", "right_eye"]
    assert person["keypoints"][-1] == "right_ankle"
    assert ["_".join(reversed(k.split("_"))) for k in person["keypoints"]] == COCO.split()
    assert max(map(max, person["skeleton"])) == 17
    assert lifter["keypoints"] == list(NAMES)
    image = train.loadImgs(sorted(train.getImgIds()))[1]
    for category, n in ((person, 17), (lifter, len(NAMES))):
        (note,) = train.loadAnns(train.getAnnIds(image["id"], [category["id"]]))
        points = np.array(note["keypoints"]).reshape(n, 3)
        np.testing.assert_allclose(points[:17, :2], points_at(10)[:17], atol=0.01)
        assert (points[:17, 2] == 2).all()
    assert points[-2].tolist() == [0, 0, 0], "outside the picture"
    assert points[-1, 2] == 1, "hidden"
    assert note["num_keypoints"] == len(NAMES) - 1


def test_pictures_are_the_frames_the_labels_speak_of(out):
    for image in read(out, "train").dataset["images"]:
        with av.open(str(out / "images" / image["file_name"])) as file:
            (frame,) = file.decode(video=0)
        assert (frame.width, frame.height) == (WIDTH, HEIGHT) == (image["width"], image["height"])
        assert number_in(frame.to_ndarray(format="rgb24")) == image["frame"]


def test_a_fall_is_labelled_and_a_real_clip_is_left_out(out):
    assert {image["video"] for image in read(out, "test").dataset["images"]} == {"cccccccccccc"}
    assert sorted(p.name for p in (out / "images").iterdir()) == ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"]


def test_truth_goes_with_the_landmarks(out):
    told = json.loads((out / "annotations/person_keypoints_train.json").read_text())
    attributes = [note["attributes"] for note in told["annotations"] if "attributes" in note]
    assert [a["time_s"] for a in attributes] == [0.0, 1.0, 2.0, 3.0]
    assert attributes[2]["pelvic_tilt_deg"] == pytest.approx(20.0)
    ids = [note["id"] for note in told["annotations"]]
    assert len(set(ids)) == len(ids)


def test_a_dataset_of_real_clips_alone_is_refused(tmp_path):
    real = write_small_dataset(tmp_path / "real", clips=[("dddddddddddd", "test", "side", "real")])
    with pytest.raises(DatasetError, match="needs simulated clips"):
        write_export(Coco(images=False, every=1, masks=False), real, tmp_path / "out")


@given(arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 90))))
@settings(max_examples=60, deadline=None)
def test_run_lengths_are_those_of_the_coco_api(mask):
    theirs = mask_api.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert segmentation(mask) == {"size": theirs["size"], "counts": theirs["counts"].decode()}
    assert sum(run_lengths(mask)) == mask.size


def test_the_person_is_the_one_the_renderer_means():
    from sim.render import labels

    assert {labels.CLASSES[k] for k in labels.PERSON} == set(PERSON_CLASSES) & set(labels.CLASSES)
