"""`wink attach`: film and recording laid beside each other by the hips, and the truth written to one clip alone."""

from dataclasses import replace

import numpy as np
import pytest
from drawn import FPS, drawn_dataset, drawn_pose, thigh_curve, tilt_curve
from marked_body import marked, squat_angles

from detect.sync import agreement_at, find_sync
from wink.errors import ClipError, DatasetError
from wink.measured_truth import attach, in_clip_time
from wink.mocap import read_recording
from wink.trc import write_trc

LEAD_S = 0.7  # the recording begins so long before the film


def film(n_reps=2):
    time_s = np.arange(int(4 * FPS * n_reps)) / FPS
    thigh = thigh_curve(time_s, n_reps) * (1 - 0.25 * (time_s > 4))  # two unlike squats
    return time_s, drawn_pose(thigh, tilt_curve(thigh, 10.0))


def recorded(time_s, pose, rate=1.0):
    """Hip heights as a laboratory measures them: 100 Hz, metres, another clock."""
    clock = np.arange(0, time_s[-1] + 2 * LEAD_S, 0.01)
    height = -pose.points_px[:, 23, 1] / 400 + 2.0
    return clock, np.interp((clock - LEAD_S) * rate, time_s, height)


def test_the_offset_is_found_to_a_hundredth():
    time_s, pose = film()
    found = find_sync(pose, FPS, *recorded(time_s, pose))
    assert found.offset_s == pytest.approx(LEAD_S, abs=0.011)
    assert found.agreement > 0.999
    assert abs(found.drift_s) < 0.011
    assert agreement_at(pose, FPS, *recorded(time_s, pose), LEAD_S) == pytest.approx(found.agreement, abs=1e-3)


def test_another_movement_and_a_wrong_frame_rate_are_refused():
    time_s, pose = film()
    clock, height = recorded(time_s, pose)
    with pytest.raises(ClipError, match="do not show the same movement"):
        find_sync(pose, FPS, clock, np.sin(clock))
    with pytest.raises(ClipError, match="drift apart|do not show"):
        find_sync(pose, 0.95 * FPS, clock, height)


def test_nobody_in_the_film_is_said():
    time_s, pose = film()
    with pytest.raises(ClipError, match="nobody is seen"):
        find_sync(replace(pose, presence=0 * pose.presence), FPS, *recorded(time_s, pose))


def test_the_truth_goes_to_one_clip_and_no_other(tmp_path):
    clips = {"aa1": {"reversal_deg": 0.0, "labelled": False, "n_reps": 2}, "aa2": {"reversal_deg": 0.0}}
    dataset = drawn_dataset(tmp_path / "real", tmp_path / "cache", clips)
    before = dataset.clip("aa2")
    write_trc(tmp_path / "squat.trc", marked(squat_angles()))
    trial = read_recording(tmp_path / "squat.trc").trial
    repetitions = attach(dataset, "aa1", in_clip_time(trial, 0.5), {"source_file": "squat.trc"})
    again = type(dataset)(dataset.path)
    clip = again.clip("aa1")
    assert clip.repetitions == repetitions
    (original,) = read_recording(tmp_path / "squat.trc").repetitions()
    assert clip.repetitions[0].bottom_s == pytest.approx(original.bottom_s - 0.5)
    assert clip.repetitions[0].pelvic_reversal_deg == original.pelvic_reversal_deg
    frames = again.frames("aa1")
    assert frames.num_rows == clip.n_frames
    tilt = np.interp(frames["time_s"].to_numpy(), trial.time_s - 0.5, trial.pelvic_tilt_deg)
    known = frames["time_s"].to_numpy() <= trial.time_s[-1] - 0.5
    assert frames["pelvic_tilt_deg"].to_numpy(zero_copy_only=False)[known] == pytest.approx(tilt[known])
    assert frames["pelvic_tilt_deg"].null_count == int((~known).sum())
    assert again.clip("aa2") == before
    with pytest.raises(DatasetError, match="its truth is known already"):
        attach(again, "aa2", trial, {})
