"""Angles and repetitions out of a drawn lifter, whose curves are known."""

from dataclasses import replace

import numpy as np
import pytest
from drawn import FPS, drawn_pose, thigh_curve, tilt_curve

from detect.features import find_squats, measure_body, smooth_curve
from detect.silhouette import back_contour, contour_angle_deg

TIME_S = np.arange(int(8 * FPS)) / FPS
THIGH = thigh_curve(TIME_S, 2)
POSE = drawn_pose(THIGH, tilt_curve(THIGH, 0.0))


@pytest.mark.parametrize("facing", [1, -1])
def test_angles_are_those_that_were_drawn(facing):
    body = measure_body(drawn_pose(THIGH, tilt_curve(THIGH, 0.0), facing))
    assert body.facing == facing
    assert np.abs(body.trunk_lean_deg - (5 + 0.35 * THIGH)).max() < 1.0
    assert np.abs(body.knee_angle_deg - (180 - 1.3 * THIGH)).max() < 3.0
    assert np.abs(body.hip_angle_deg - (180 - THIGH - (5 + 0.35 * THIGH))).max() < 3.0
    deep = THIGH > 40
    assert np.abs(body.thigh_inclination_deg - THIGH)[deep].max() < 2.0
    assert body.trunk_length == pytest.approx(0.6, abs=0.01)


def test_the_side_with_less_depth_is_near_and_a_side_view_is_one():
    body = measure_body(POSE)
    assert body.near_side == "right"  # facing right, the right side is turned to the camera
    assert body.off_side_deg == pytest.approx(0.0)


def test_a_front_view_says_so():
    world = POSE.world_m.copy()
    world[..., 0], world[..., 2] = world[..., 2], 0.01
    assert measure_body(replace(POSE, world_m=world)).off_side_deg > 80


def test_distance_from_the_camera_does_not_matter():
    far = replace(POSE, points_px=POSE.points_px / 3, leg_length_px=POSE.leg_length_px / 3)
    near, away = measure_body(POSE), measure_body(far)
    assert near.hip_height == pytest.approx(away.hip_height)
    assert near.thigh_inclination_deg == pytest.approx(away.thigh_inclination_deg, abs=1e-6)


def test_repetitions_are_those_that_were_drawn():
    squats = find_squats(measure_body(drawn_pose(THIGH, tilt_curve(THIGH, 0.0), jitter_px=1.5)))
    assert [s.bottom / FPS for s in squats] == pytest.approx([2.0, 6.0], abs=0.1)
    assert [s.start / FPS for s in squats] == pytest.approx([0.95, 4.95], abs=0.1)
    assert all(s.start < s.bottom < s.end for s in squats)


def test_a_descent_nobody_saw_is_not_believed():
    presence = POSE.presence.copy()
    presence[int(0.9 * FPS) : int(1.9 * FPS)] = 0
    assert [s.bottom / FPS for s in find_squats(measure_body(replace(POSE, presence=presence)))] == pytest.approx(
        [6.0], abs=0.1
    )


def test_a_moment_of_a_person_is_nobody():
    presence = np.zeros_like(POSE.presence)
    presence[:10] = 1
    assert measure_body(replace(POSE, presence=presence)) is None


def test_gaps_are_bridged_in_a_straight_line():
    line = np.arange(60.0)
    broken = line.copy()
    broken[20:30] = np.nan
    assert smooth_curve(broken, 30.0, np.ones(60, bool))[5:-5] == pytest.approx(line[5:-5], abs=1e-3)


def test_the_contour_lies_where_the_silhouette_ends():
    """A vertical wall 0.2 leg lengths behind an upright trunk."""
    silhouette = np.zeros_like(POSE.silhouette)
    wall_px = 64 - 0.2 * POSE.silhouette_px_per_leg
    silhouette[:, :, round(wall_px) + 1 :] = 255
    body = replace(measure_body(POSE), trunk_lean_deg=np.zeros(len(THIGH)), facing=1)
    along = np.linspace(-0.1, 0.3, 9)
    distance = back_contour(replace(POSE, silhouette=silhouette), body, along)
    assert distance == pytest.approx(0.2, abs=0.01)
    assert contour_angle_deg(along, distance) == pytest.approx(0.0, abs=0.01)


def test_the_contour_of_a_leaning_plane_leans():
    along = np.linspace(0, 0.2, 5)
    assert contour_angle_deg(along, np.array([0.1 + along * np.tan(np.radians(12))])) == pytest.approx(12)
