"""The trial checks its own shape, and resampling keeps rotations rotations."""

from dataclasses import replace

import numpy as np
import pytest
from curves import squat_curve, trial_from_curves
from scipy.spatial.transform import Rotation

TIME = np.arange(0, 4.0, 0.004)


def make_trial():
    return trial_from_curves(TIME, squat_curve(TIME), np.sin(TIME))


def test_arrays_of_another_length_are_refused():
    with pytest.raises(ValueError, match="trunk_lean_deg has 3 samples, time_s has 1000"):
        replace(make_trial(), trunk_lean_deg=np.zeros(3))


def test_time_must_increase():
    with pytest.raises(ValueError, match="strictly increasing"):
        replace(make_trial(), time_s=TIME[::-1])


def test_sampling_at_its_own_times_changes_nothing():
    trial = make_trial()
    same = trial.sampled_at(TIME)
    np.testing.assert_allclose(same.pelvic_tilt_deg, trial.pelvic_tilt_deg, atol=1e-12)
    np.testing.assert_allclose(same.segment_poses, trial.segment_poses, atol=1e-12)


def test_resampled_rotations_stay_rotations_and_lie_between():
    trial = make_trial()
    poses = trial.segment_poses.copy()
    poses[:, 0, :3, :3] = Rotation.from_euler("y", 60 * TIME[:, None], degrees=True).as_matrix()
    sampled = replace(trial, segment_poses=poses).sampled_at(np.array([1.002, 2.0017]))
    angles = Rotation.from_matrix(sampled.segment_poses[:, 0, :3, :3]).magnitude()
    np.testing.assert_allclose(np.degrees(angles), [60.12, 120.102], atol=1e-3)


def test_sampling_keeps_booleans():
    trial = make_trial()
    engaged = (TIME > 2.0)[:, None]
    sampled = replace(trial, limit_engaged=engaged).sampled_at(np.array([1.0, 3.0]))
    assert sampled.limit_engaged.dtype == np.bool_
    assert sampled.limit_engaged[:, 0].tolist() == [False, True]
