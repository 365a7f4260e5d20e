"""Marker files and OpenSim tables are read as they are, or refused with what was expected and what came."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wink.errors import ClipError, MocapError
from wink.mot import read_mot
from wink.trc import Markers, plain_names, read_trc, write_trc

MILLIMETRES = (
    "PathFileType\t4\t(X/Y/Z)\ta.trc\n"
    "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
    "100\t100\t3\t2\tmm\t100\t1\t3\n"
    "Frame#\tTime\tA\t\t\tB\t\t\n"
    "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n"
    "\n"
    "1\t0.00\t1000\t2000\t3000\t0\t0\t0\n"
    "2\t0.01\t1001\t2001\t3001\t\t\t\n"
    "3\t0.02\t1002\t2002\t3002\t10\t20\t30\n"
)

RADIANS = (
    "Coordinates\nversion=1\nnRows=2\nnColumns=3\ninDegrees=no\n\n"
    "If the header above contains a line with 'inDegrees', units = as it says\n\nendheader\n"
    "time\tpelvis_tilt\tknee_angle_r\n0.0\t0.5\t1.0\n0.01\t0.6\t1.1\n"
)


def written(tmp_path, text, name="a.trc"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_millimetres_become_metres_and_gaps_are_told(tmp_path):
    markers = read_trc(written(tmp_path, MILLIMETRES))
    assert markers.names == ("A", "B")
    assert markers.rate_hz == pytest.approx(100.0)
    np.testing.assert_allclose(markers.of("A")[0], [1.0, 2.0, 3.0])
    np.testing.assert_allclose(markers.of("B")[2], [0.01, 0.02, 0.03])
    assert np.isnan(markers.of("B")[:2]).all()
    assert markers.unseen() == {"B": 2}


def test_the_subject_s_name_before_a_marker_s_is_dropped(tmp_path):
    assert read_trc(written(tmp_path, MILLIMETRES.replace("\tA\t", "\tAnna:A\t"))).names == ("A", "B")
    assert plain_names(["Anna:A", "Ben:A"]) == ("Anna:A", "Ben:A")


def test_windows_line_ends_and_trailing_tabs_do_no_harm(tmp_path):
    path = written(tmp_path, "")
    path.write_bytes(MILLIMETRES.replace("3000\t0\t0\t0\n", "3000\t0\t0\t0\t\t\n").replace("\n", "\r\n").encode())
    assert read_trc(path).positions_m.shape == (3, 2, 3)


@given(st.integers(2, 12), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_what_is_written_is_read_back(tmp_path_factory, n, m, seed):
    rng = np.random.default_rng(seed)
    positions = rng.normal(0, 1, (n, m, 3))
    positions[rng.random((n, m)) < 0.2] = np.nan
    made = Markers(tuple(f"M{i}" for i in range(m)), np.arange(n) / 120.0, positions)
    path = tmp_path_factory.mktemp("trc") / "made.trc"
    write_trc(path, made)
    read = read_trc(path)
    assert read.names == made.names
    np.testing.assert_allclose(read.time_s, made.time_s, atol=1e-6)
    np.testing.assert_allclose(read.positions_m, made.positions_m, atol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("PathFileType", "Coordinates", "expected a first line `PathFileType"),
        ("\tmm\t", "\tinch\t", "'inch' is no unit of length; the choices are cm, m, mm"),
        ("\tUnits\t", "\tUnit\t", "line 2 names no Units"),
        ("100\t3\t2\t", "100\t9\t2\t", r"promises NumFrames 9, the file has 3 rows; was the file cut short\?"),
        ("100\t3\t2\t", "100\t3\t5\t", "promises NumMarkers 5, the file has 2 marker names"),
        ("3001\t\t\t", "3001\t\t\t\t7\t8", "line 8: expected 8 fields between tabs, got 10"),
        ("2001", "20o1", "line 8: expected numbers: .*20o1"),
        ("3\t0.02", "3\t0.01", "Time column must rise"),
        ("2\t0.01", "2\t", "Time column must rise"),
    ],
)
def test_a_broken_marker_file_is_refused_with_where_and_what(tmp_path, old, new, message):
    assert old in MILLIMETRES
    with pytest.raises(MocapError, match=message):
        read_trc(written(tmp_path, MILLIMETRES.replace(old, new, 1)))


@pytest.mark.parametrize("text", ["", "PathFileType\t4\n", "\x00\x01\x02"])
def test_empty_short_and_binary_files_are_refused(tmp_path, text):
    with pytest.raises(MocapError, match=r"a\.trc"):
        read_trc(written(tmp_path, text))


def test_a_file_that_is_not_there_is_a_clip_error(tmp_path):
    with pytest.raises(ClipError, match="No such file"):
        read_trc(tmp_path / "none.trc")
    with pytest.raises(ClipError, match="No such file"):
        read_mot(tmp_path / "none.mot")


def test_a_marker_that_is_not_there_is_answered_with_the_choices(tmp_path):
    markers = read_trc(written(tmp_path, MILLIMETRES))
    with pytest.raises(MocapError, match="'C' is no marker of this file; the choices are A, B"):
        markers.of("C")


def test_rates_come_from_the_times(tmp_path):
    markers = read_trc(written(tmp_path, MILLIMETRES))
    assert replace(markers, time_s=markers.time_s * 2).rate_hz == pytest.approx(50.0)


def test_radians_become_degrees_and_degrees_stay(tmp_path):
    columns = read_mot(written(tmp_path, RADIANS, "a.mot"))
    np.testing.assert_allclose(columns.angle_deg("pelvis_tilt"), np.degrees([0.5, 0.6]))
    degrees = read_mot(written(tmp_path, RADIANS.replace("inDegrees=no", "inDegrees=yes"), "b.sto"))
    np.testing.assert_allclose(degrees.angle_deg("pelvis_tilt"), [0.5, 0.6])
    with pytest.raises(MocapError, match="'pelvis' is no coordinate.*Did you mean 'pelvis_tilt'"):
        columns.angle_deg("pelvis")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("endheader", "end", "expected a line `endheader`"),
        ("time\t", "t\t", "column names that begins with `time`"),
        ("0.6\t1.1", "0.6", "line 12: expected 3 values, got 2"),
        ("0.6\t1.1", "0.6\tx", "line 12: expected numbers"),
        ("0.6\t1.1", "0.6\tnan", "values that are not numbers"),
        ("nRows=2", "nRows=5", "promises nrows 5, the file has 2"),
        ("0.01\t", "0.0\t", "time column must rise"),
    ],
)
def test_a_broken_table_is_refused_with_where_and_what(tmp_path, old, new, message):
    assert old in RADIANS
    with pytest.raises(MocapError, match=message):
        read_mot(written(tmp_path, RADIANS.replace(old, new, 1), "a.mot"))
