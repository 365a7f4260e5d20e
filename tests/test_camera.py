from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim.render.camera import Camera
from wink.config import build
from wink.errors import ConfigError

OPTIONS = sorted((Path(__file__).parents[1] / "configs" / "camera").glob("*.yaml"))

CAMERAS = st.builds(
    Camera,
    azimuth_deg=st.floats(-180, 180),
    height_m=st.floats(0.3, 2.5),
    distance_m=st.floats(1.5, 6),
    roll_deg=st.floats(-20, 20),
)


@given(CAMERAS)
def test_the_aim_is_in_the_middle_of_the_picture(camera: Camera) -> None:
    pixels, distance = camera.project(np.array([0.0, 0.0, camera.aim_height_m]))
    np.testing.assert_allclose(pixels, [camera.width / 2, camera.height / 2], atol=1e-6)
    assert distance == pytest.approx(np.hypot(camera.distance_m, camera.height_m - camera.aim_height_m))


@given(CAMERAS)
def test_view_is_a_rigid_motion(camera: Camera) -> None:
    rotation = camera.view()[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)
    np.testing.assert_allclose(rotation @ camera.position_m + camera.view()[:3, 3], 0.0, atol=1e-12)


def test_azimuth_names_the_side_of_the_lifter_it_sees() -> None:
    nose, left_hand = np.array([0.3, 0.0, 1.6]), np.array([0.0, 0.5, 1.0])
    middle = Camera().width / 2
    side, _ = Camera(azimuth_deg=90.0).project(nose)
    assert side[0] < middle  # from the left the lifter faces left
    front, _ = Camera(azimuth_deg=0.0).project(left_hand)
    assert front[0] > middle  # as when you face somebody
    behind, _ = Camera(azimuth_deg=180.0).project(left_hand)
    assert behind[0] < middle


def test_up_is_up_and_roll_turns_clockwise() -> None:
    head = np.array([0.0, 0.0, 1.7])
    upright, _ = Camera().project(head)
    assert upright[1] < Camera().height / 2
    rolled, _ = replace(Camera(), roll_deg=10.0).project(head)
    assert rolled[0] > Camera().width / 2


def test_a_metre_at_the_aim_has_the_size_the_lens_gives_it() -> None:
    camera = Camera(height_m=1.0, aim_height_m=1.0, distance_m=3.0, field_of_view_deg=40.0)
    (a, b), _ = camera.project(np.array([[0.0, 0, 0.5], [0.0, 0, 1.5]]))
    expected = camera.height / (2 * 3.0 * np.tan(np.radians(20.0)))
    assert a[1] - b[1] == pytest.approx(expected)


def test_steps_back_until_everything_is_in_the_picture() -> None:
    tall = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 2.2]])
    camera = Camera(distance_m=1.0)
    assert not camera.sees(tall)
    back = camera.stepped_back(tall)
    assert back.sees(tall)
    assert not replace(back, distance_m=back.distance_m - 0.11).sees(tall)


def test_says_when_it_cannot_step_back_far_enough() -> None:
    with pytest.raises(ConfigError, match="does not fit"):
        Camera().stepped_back(np.array([[0.0, 0.0, 60.0]]))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"azimuth_deg": 200.0}, "azimuth_deg must lie between -180 and 180 degrees, got 200"),
        ({"distance_m": 300.0}, "centimetres"),
        ({"field_of_view_deg": 0.0}, "field_of_view_deg"),
        ({"width": 641}, "even"),
        ({"height": float("nan")}, "height"),
        ({"height_m": float("nan")}, "height_m"),
    ],
)
def test_refuses_what_no_camera_can_be(change: dict[str, float], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        replace(Camera(), **change)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda p: p.stem)
def test_every_option_builds_a_camera(option: Path) -> None:
    camera = build(yaml.safe_load(option.read_text()))
    assert all(isinstance(camera.sample(np.random.default_rng(seed)), Camera) for seed in range(20))
