"""The pelvic tilt beside the video of a review: where its lines and words stand."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from test_dataset import metadata_row, put_video

from annotate.curve import (
    BOTTOM,
    HEIGHT,
    INK,
    LEFT,
    RIGHT,
    TOP,
    TRUE_COLOUR,
    WIDTH,
    Curve,
    Onset,
    draw_curve,
    review_curves,
)
from wink.dataset_writer import DatasetWriter, Shard
from wink.detection import Detection
from wink.tilt_reading import FILE, TiltReading, read_tilt_readings, write_tilt_readings

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg):
    """Points of every curve, and every word, of a picture."""
    root = ET.fromstring(svg)
    curves = [
        [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        for line in root.iter(f"{SVG}polyline")
    ]
    return curves, [word.text for word in root.iter(f"{SVG}text")]


def test_a_curve_spans_the_frames_and_the_degrees():
    (points,), words = drawn(draw_curve(61, [Curve(np.linspace(0, 40, 61), INK, 2)], []))
    assert points[0] == (LEFT, HEIGHT - BOTTOM)
    assert points[-1] == (WIDTH - RIGHT, TOP)
    assert len(points) == 61
    assert {"0", "10", "20", "30", "40", "1", "60"} <= set(words)


def test_frames_nothing_could_be_read_in_are_left_out():
    tilt = np.where(np.arange(50) < 20, np.nan, 12.0)
    (points,), _ = drawn(draw_curve(50, [Curve(tilt, INK, 2)], []))
    assert len(points) == 30
    curves, words = drawn(draw_curve(50, [Curve(np.full(50, np.nan), INK, 2)], []))
    assert curves == []
    assert "no curve is known for this clip" in words


def test_a_flat_curve_and_a_clip_of_one_frame_are_drawn():
    for tilt in (np.full(30, 10.0), np.array([7.0])):
        (points,), _ = drawn(draw_curve(len(tilt), [Curve(tilt, INK, 2)], []))
        assert all(LEFT <= x <= WIDTH - RIGHT and TOP <= y <= HEIGHT - BOTTOM for x, y in points)


@pytest.mark.parametrize("frame", [0, 30, 60])
def test_an_onset_stands_at_its_frame_named_as_the_page_counts(frame):
    svg = draw_curve(61, [], [Onset("a <rule>", frame, "#123456")])
    x = float(re.search(r"M(\d+) \d+V\d+' stroke='#123456'", svg)[1])
    assert x == pytest.approx(LEFT + (WIDTH - LEFT - RIGHT) * frame / 60, abs=0.5)
    assert f"a <rule>: {frame + 1}" in drawn(svg)[1]


@pytest.fixture
def dataset(tmp_path):
    """A filmed clip, read by two detectors."""
    writer = DatasetWriter(tmp_path / "gym", {})
    writer.add(Shard("0", [metadata_row("aaa", n_repetitions=None, source="real")], [], None))
    put_video(writer.path, "aaa")
    made = writer.finish("")
    n = made.clip("aaa").n_frames
    readings = (TiltReading("net", "aaa", np.linspace(5, 25, n)), TiltReading("trees", "aaa", np.full(n, 15.0)))
    write_tilt_readings(made.path / FILE, readings)
    return made


def test_what_detectors_read_is_drawn_in_the_colour_of_what_they_say(dataset):
    said = {"aaa": [Detection("net", "aaa", 0, 0.9, 0.5, 20.0, 1.0, 0.1)]}
    svg = review_curves([dataset], said)["aaa"]
    curves, words = drawn(svg)
    assert len(curves) == 2
    (onset_colour,) = re.findall(r"V\d+' stroke='(#\w+)' stroke-width='2' stroke-dasharray", svg)
    net, trees = re.findall(r"fill='none' stroke='(#\w+)'", svg)
    assert net == onset_colour != trees
    assert TRUE_COLOUR not in svg
    assert any(word.startswith("net: ") for word in words)
    assert "trees" in words  # it called no onset: its curve is named by itself


def test_readings_come_back_as_they_were_written(dataset):
    net, trees = read_tilt_readings(dataset.path / FILE)
    assert (net.detector, trees.clip_id) == ("net", "aaa")
    assert net.pelvic_tilt_deg[[0, -1]] == pytest.approx([5, 25])
    assert read_tilt_readings(dataset.path / "nothing.parquet") == ()
