"""What a camera does to time and space: exposure, rolling shutter, lens, a hand's unrest."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kinematic_trial import kinematic_trial

from sim.render.appearance import Appearance
from sim.render.camera import Camera, phone_camera
from sim.render.clip import Look, Shot, render_clip, render_views
from sim.render.filming import CLEAN, Filming
from sim.render.lens import bent, straightened
from sim.render.quality import Quality
from sim.render.recorder import Recorder, moments, row_weights, whole_shares
from sim.render.scenes.gym import Gym
from sim.render.shake import wander
from wink.errors import ConfigError

FILMED = st.builds(Filming, fps=st.floats(10, 60), shutter_deg=st.floats(0, 360), readout_share=st.floats(0, 1))
SMALL = Camera(azimuth_deg=60.0, width=320, height=240)
LOOK = Look(Appearance(), Gym(windows=0, crowding=0.0), Quality())


@given(FILMED, st.integers(1, 12))
def test_every_row_is_exposed_once_and_the_middle_one_round_the_labels_moment(filming: Filming, count: int) -> None:
    weights, times = row_weights(filming, count, 101), moments(filming, count)
    np.testing.assert_allclose(weights.sum(axis=0), 1.0)
    assert (weights >= 0).all()
    assert times @ weights[:, 50] == pytest.approx(0.0, abs=1e-9)
    assert whole_shares(weights).sum(axis=0).tolist() == [256] * 101


def test_a_rolling_shutter_takes_the_top_before_the_bottom() -> None:
    filming = Filming(fps=30.0, shutter_deg=36.0, readout_share=0.6)
    weights, times = row_weights(filming, 14, 240), moments(filming, 14)
    middle = times @ weights * filming.fps  # of each row's exposure, in frames
    assert middle[0] == pytest.approx(-0.3, abs=0.01)
    assert middle[-1] == pytest.approx(0.3, abs=0.01)
    assert (np.diff(middle) >= -1e-9).all()


def test_an_exposure_blurs_over_the_time_the_shutter_is_open() -> None:
    filming = Filming(fps=25.0, shutter_deg=180.0)
    times = moments(filming, 8)
    assert np.ptp(times) == pytest.approx(0.02 * 7 / 8)
    np.testing.assert_allclose(row_weights(filming, 8, 10), 1 / 8)


@given(st.floats(-0.1, 0.12), st.integers(0, 640), st.integers(0, 480))
def test_a_lens_can_be_undone(distortion: float, x: int, y: int) -> None:
    pixel = np.array([float(x), float(y)])
    np.testing.assert_allclose(bent(straightened(pixel, 640, 480, distortion), 640, 480, distortion), pixel, atol=1e-6)


def test_a_barrel_lens_draws_corners_in_and_keeps_the_middle_s_scale() -> None:
    straight, barrel = (
        Camera(azimuth_deg=0.0, height_m=1.0, aim_height_m=1.0),
        Camera(azimuth_deg=0.0, height_m=1.0, aim_height_m=1.0, distortion=0.1),
    )
    near, far = np.array([0.0, 0.02, 1.0]), np.array([0.0, 1.1, 1.8])
    offset = [[abs(c.project(p)[0] - [320, 240]) for p in (near, far)] for c in (straight, barrel)]
    np.testing.assert_allclose(offset[0][0], offset[1][0], rtol=1e-3, atol=1e-6)
    assert (offset[1][1] < offset[0][1]).all()
    np.testing.assert_allclose(barrel.before_lens(barrel.through_lens(np.array([600.0, 30.0]))), [600.0, 30.0])


def test_a_hand_s_unrest_has_the_size_asked_for_and_is_smooth() -> None:
    path = np.array([wander(3, t) for t in np.arange(0, 200, 1 / 30)])
    np.testing.assert_allclose(path.std(axis=0), 1.0, atol=0.15)
    assert np.abs(np.diff(path, axis=0)).mean() < 0.15  # a frame later it has hardly moved
    assert (wander(3, 1.0) != wander(4, 1.0)).all()
    steady, held = SMALL, replace(SMALL, shake_deg=0.5, shake_m=0.01)
    assert steady.still
    assert not held.still
    assert (steady.view(0.0) == steady.view(5.0)).all()
    assert not np.allclose(held.view(0.0), held.view(5.0))
    np.testing.assert_allclose(-held.view(2.0)[:3, :3].T @ held.view(2.0)[:3, 3], held.position(2.0))


def test_a_phone_held_upright_exchanges_sides_and_sees_as_much_along_the_longer() -> None:
    level, upright = (phone_camera(focal_mm=26.0, portrait=p, width=640, height=360) for p in (False, True))
    assert (level.width, level.height, upright.width, upright.height) == (640, 360, 360, 640)
    assert upright.field_of_view_deg == pytest.approx(2 * np.degrees(np.arctan(18 / 26)))
    assert 1 / level.projection()[0, 0] == pytest.approx(1 / upright.projection()[1, 1])


def test_a_moving_bar_is_blurred_and_a_still_room_is_not() -> None:
    trial = kinematic_trial(bar_kind="high", load_kg=60.0).sampled_at(np.array([0.7, 0.8, 0.9]))
    sharp, blurred = (
        next(render_clip(trial, Shot(SMALL, Filming(fps=10.0, shutter_deg=shutter, noise=0.0)), LOOK, 0))
        for shutter in (0.0, 360.0)
    )
    assert (sharp.labels == blurred.labels).all()
    moving = sharp.labels > 0
    change = np.abs(sharp.image.astype(int) - blurred.image).mean(axis=2)
    assert change[moving].mean() > 3.0
    assert change[:, :12].max() == 0  # the wall beside the lifter


def test_noise_free_pictures_of_a_tripod_and_a_hand_at_rest_agree() -> None:
    """A backdrop bent for the hand against one drawn anew: the same place to within what resampling blurs."""
    trial = kinematic_trial().sampled_at(np.array([1.5, 1.501]))
    filming = Filming(noise=0.0)
    held = replace(SMALL, shake_deg=0.3, shake_m=0.008, shake_seed=2, distance_m=4.0)
    frame = next(render_clip(trial, Shot(held, filming), LOOK, 0))
    whole = next(render_clip(trial, Shot(held, filming), replace(LOOK, quality=Quality(still_subframes=16)), 0))
    difference = np.abs(frame.image.astype(int) - whole.image)
    assert difference.mean() < 3.0
    assert (frame.labels == whole.labels).all()


def test_worse_recordings_have_less_detail() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 255, (240, 320, 3), dtype=np.uint8)
    kept = [
        Recorder(SMALL, Filming(noise=0.0, resolution=share), 1, 0, 0).frame([picture], 0).std() for share in (1.0, 0.5)
    ]
    assert kept[0] == picture.std()
    assert kept[1] < 0.7 * kept[0]


def test_exposure_and_white_balance_go_the_way_they_say() -> None:
    trial = kinematic_trial().sampled_at(np.array([1.5, 1.501]))

    def mean(**filming: float) -> np.ndarray:
        shot = Shot(SMALL, Filming(noise=0.0, **filming))
        return next(render_clip(trial, shot, LOOK, 0)).image.reshape(-1, 3).mean(axis=0)

    usual, bright, warm = mean(), mean(exposure=1.6), mean(warmth=0.8)
    assert (bright > usual + 10).all()
    assert warm[0] > usual[0] + 5
    assert warm[2] < usual[2] - 5


def test_cameras_of_one_trial_share_their_timing() -> None:
    shots = [Shot(SMALL, CLEAN), Shot(SMALL, Filming(fps=25.0))]
    with pytest.raises(ConfigError, match="must share fps"):
        next(render_views(kinematic_trial(), shots, LOOK, 0))


def test_depth_is_how_far_away_things_are() -> None:
    trial = kinematic_trial().sampled_at(np.array([1.5, 1.501]))
    frame = next(render_clip(trial, Shot(SMALL), LOOK, 0, depth=True))
    assert frame.depth_m is not None
    column, row = np.floor(frame.keypoints_2d[:, 0]).astype(int), np.floor(frame.keypoints_2d[:, 1]).astype(int)
    _, distance = frame.camera.project(frame.keypoints_3d)
    seen = frame.visible
    gap = distance[seen] - frame.depth_m[row[seen], column[seen]]
    assert (np.abs(gap) < 0.25).all()
    assert np.isfinite(frame.depth_m).all()  # walls all round
    assert frame.depth_m.max() > distance.max() + 1.0


def test_the_same_bytes_whatever_was_drawn_before() -> None:
    trial = kinematic_trial(bar_kind="high", load_kg=60.0).sampled_at(np.array([0.9, 1.0]))
    held = replace(SMALL, shake_deg=0.4, shake_m=0.01, shake_seed=5, distortion=0.03)
    filming = Filming(fps=30.0, shutter_deg=150.0, readout_share=0.5)

    def drawn(camera: Camera) -> bytes:
        frame = next(render_clip(trial, Shot(camera, filming), LOOK, 0, depth=True))
        assert frame.depth_m is not None
        return frame.image.tobytes() + frame.labels.tobytes() + frame.depth_m.tobytes()

    first = drawn(held)
    for width in (200, 264, 400):  # other sizes push the buffers out and in
        drawn(replace(SMALL, width=width, azimuth_deg=-90.0 + width / 4))
    assert drawn(held) == first
