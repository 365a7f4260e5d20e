"""What a learned detector is shown: small pictures facing right, curves of unit size, one rate for every video."""

from dataclasses import replace

import numpy as np
import pytest
from drawn import FPS, drawn_pose, thigh_curve, tilt_curve

from detect.blazepose import INDEX
from detect.sight import (
    CLOSE_PX,
    CURVES,
    RATE_HZ,
    close_places,
    resampled,
    samples_at_rate,
    see,
    small_pictures,
    turned_deg,
)
from wink.errors import DetectorError

TIME_S = np.arange(int(4 * FPS)) / FPS
THIGH = thigh_curve(TIME_S)
POSE = drawn_pose(THIGH, tilt_curve(THIGH, 20.0))


def test_pictures_are_small_and_everybody_faces_right():
    right, left = (see(drawn_pose(THIGH, tilt_curve(THIGH, 20.0), facing=f)) for f in (1, -1))
    assert right.pictures.shape == (len(THIGH), 2, 96, 96)
    for side_px, in_front, rows in ((48, 30, slice(24, 30)), (64, 48, slice(36, 44))):
        small, mirrored = (small_pictures(sight.pictures[:, 0], side_px) for sight in (right, left))
        assert small.shape == (len(THIGH), side_px, side_px)
        assert np.abs(small.astype(int) - mirrored).mean() < 3
        bottom = small[60, rows]
        assert bottom[:, in_front:].mean() > 2 * bottom[:, :14].mean()  # the thigh points to the right


def test_a_network_of_another_size_is_refused():
    with pytest.raises(DetectorError, match="of 50 pixels; known are 48 and 64"):
        small_pictures(np.zeros((2, 96, 96), np.uint8), 50)


def test_curves_are_of_about_unit_size():
    sight = see(POSE)
    assert sight.curves.shape == (len(THIGH), len(CURVES))
    assert np.abs(sight.curves).max() < 5


def test_nobody_is_nothing_to_see():
    assert see(replace(POSE, presence=np.zeros(POSE.n_frames))) is None


def test_a_curve_that_is_no_number_is_fatal():
    world = POSE.world_m.copy()
    world[POSE.seen] = np.nan
    with pytest.raises(DetectorError, match="turned is no finite number"):
        see(replace(POSE, world_m=world))


@pytest.mark.parametrize(("fps", "n"), [(24.0, 49), (30.0, 61), (60.0, 121)])
def test_two_seconds_are_as_many_samples_at_any_frame_rate(fps, n):
    assert samples_at_rate(n, fps) == 2 * RATE_HZ + 1
    line = np.arange(n, dtype=np.float32)[:, None] / fps
    at = resampled(line, fps, np.ones(n, bool))
    assert at[:, 0] == pytest.approx(np.arange(61) / RATE_HZ, abs=1e-5)


def test_frames_without_a_person_are_bridged():
    values = np.arange(30, dtype=np.float32)[:, None]
    seen = np.ones(30, bool)
    seen[10:20] = False
    values[10:20] = 1e6
    assert resampled(values, 30.0, seen)[:, 0] == pytest.approx(np.arange(30))


@pytest.mark.parametrize(
    ("forward", "turned"), [((1, 0), 0), ((-1, 0), 0), ((0, -1), 90), ((0, 1), -90), ((1, -1), 45)]
)
def test_towards_the_camera_is_plus(forward, turned):
    """z points away from the camera; a person who looks forward has the left hand a quarter turn from there."""
    across = np.zeros((POSE.n_frames, 33, 3))
    x, z = forward
    across[:, 11::2] = np.array([-z, 0, x]) * 0.3  # left side
    assert turned_deg(replace(POSE, world_m=across)) == pytest.approx(turned, abs=1)


@pytest.mark.parametrize("facing", [1, -1])
def test_points_of_the_video_lie_in_the_close_pictures_where_the_person_is_drawn(facing):
    thigh = thigh_curve(np.arange(60) / 15)
    pose = drawn_pose(thigh, tilt_curve(thigh, 10.0), facing, fps=15.0)
    sight = see(pose)
    hips = pose.points_px[:, [INDEX["left_hip"]]]
    ahead_and_up = hips + np.array([[[facing * 0.1, -0.2]]]) * pose.leg_length_px
    places = close_places(pose, facing, np.concatenate([hips, ahead_and_up], axis=1))
    assert places[:, 0] == pytest.approx(np.tile([39.0, 36.0], (60, 1)))
    assert places[:, 1] == pytest.approx(np.tile([39.0 + 8, 36.0 - 16], (60, 1)))
    assert (small_pictures(sight.pictures[:, 0], CLOSE_PX)[:, 36, 39] > 200).all()
