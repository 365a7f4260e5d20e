"""From markers and OpenSim coordinates to the angles of a trial, on bodies whose angles are known."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from marked_body import STANDING_TILT_DEG, coordinates, marked, squat_angles

from wink import marker_posture, opensim_posture
from wink.c3d import read_c3d
from wink.errors import ConfigError, MocapError
from wink.joint_centres import chord_centre
from wink.marker_posture import knee_axes, smoothed, without_gaps
from wink.marker_set import MarkerSet, marker_set, marker_set_of
from wink.mocap import read_recording, read_trial, rules_for, unknown_subject
from wink.onset import find_repetitions
from wink.posture import trial_of
from wink.trc import write_trc

PLUG_IN_GAIT = marker_set("plug_in_gait")
MARKER_SETS = sorted(f.name.removesuffix(".yaml") for f in (files("configs") / "marker_set").iterdir())


def trial_from(markers, names=PLUG_IN_GAIT):
    return trial_of(marker_posture.posture_of(markers, names), unknown_subject("s"))


def assert_close(measured, expected, atol=0.01):
    expected = expected if measured.ndim == 1 else np.repeat(expected[:, None], 2, axis=1)
    np.testing.assert_allclose(measured, expected, atol=atol)


def assert_angles(trial, angles):
    assert_close(trial.pelvic_tilt_deg, angles.tilt)
    assert_close(trial.pelvic_obliquity_deg, angles.obliquity)
    assert_close(trial.pelvic_rotation_deg, angles.rotation)
    assert_close(trial.hip_deg[..., 0], angles.flexion)
    assert_close(trial.hip_deg[..., 1], angles.abduction)
    assert_close(trial.knee_flexion_deg, angles.knee)


@pytest.mark.parametrize("up", ["y", "z"])
@pytest.mark.parametrize("heading_deg", [0.0, 40.0, -170.0])
def test_markers_give_the_angles_of_the_body_whatever_the_laboratory_s_axes(up, heading_deg):
    angles = squat_angles()
    markers = marked(angles, heading_deg=heading_deg, up=up)
    trial = trial_from(markers, replace(PLUG_IN_GAIT, up=up))
    assert_angles(trial, angles)


def test_the_spine_is_the_thorax_against_the_pelvis():
    angles = squat_angles(obliquity=0.0, rotation=0.0)
    trial = trial_from(marked(angles))
    assert_close(trial.lumbar_flexion_deg, angles.lumbar)
    assert_close(trial.trunk_lean_deg, angles.tilt + angles.lumbar)


def test_an_upper_thorax_alone_leans_from_quiet_standing():
    angles = squat_angles(obliquity=0.0, rotation=0.0)
    trial = trial_from(marked(angles), replace(PLUG_IN_GAIT, thorax_lower_back=None, thorax_lower_front=None))
    assert_close(trial.lumbar_flexion_deg, angles.lumbar)
    assert_close(trial.trunk_lean_deg, angles.tilt + angles.lumbar)


def test_thigh_inclination_is_ninety_where_hip_and_knee_are_level():
    angles = squat_angles(obliquity=0.0, rotation=0.0, abduction=0.0)
    assert_close(trial_from(marked(angles)).thigh_inclination_deg, angles.flexion - angles.tilt)


def test_shank_and_ankle_lean_with_the_feet_flat():
    angles = squat_angles(obliquity=0.0, rotation=0.0, abduction=0.0)
    trial = trial_from(marked(angles))
    shank = angles.knee - (angles.flexion - angles.tilt)
    assert_close(trial.shank_lean_deg, shank)
    assert_close(trial.ankle_dorsiflexion_deg, shank)


@pytest.mark.parametrize("internal", [-20.0, 15.0])
def test_hip_rotation_shows_once_the_knee_is_bent(internal):
    angles = squat_angles(internal=internal)
    bent = angles.knee > 35.0
    trial = trial_from(marked(angles))
    # Not exact: the knee's centre is sought along the pelvis' side, not along the turned knee's own axis.
    np.testing.assert_allclose(trial.hip_deg[bent, :, 2], np.repeat(angles.internal[bent, None], 2, 1), atol=1.1)
    np.testing.assert_allclose(trial.hip_deg[bent, :, 0], np.repeat(angles.flexion[bent, None], 2, 1), atol=3.0)
    assert np.isnan(trial.hip_deg[angles.knee < 25.0, :, 2]).all()


def test_what_markers_cannot_give_is_not_made_up():
    trial = trial_from(marked(squat_angles()))
    assert np.isnan(trial.ground_reaction_n).all()
    assert np.isnan(trial.centre_of_pressure_m).all()
    assert np.isnan(trial.load_kg)
    assert trial.outcome is None
    assert trial.bar_position_m is None
    assert trial.moment_names == trial.limit_names == trial.segment_names == ()
    assert trial.subject.sex == "unknown"
    assert trial.sampled_at(np.array([1.0, 2.0])).pelvic_tilt_deg.shape == (2,)


def test_the_events_of_a_measured_squat_are_those_of_the_body():
    (repetition,) = find_repetitions(trial_from(marked(squat_angles(wink_deg=14.0, obliquity=0.0, abduction=0.0))))
    assert repetition.pelvic_reversal_deg == pytest.approx(14.0, abs=0.05)
    assert repetition.wink().thigh_inclination_at_onset_deg == pytest.approx(60.0 + 40.0 * 5 / 14, abs=0.7)


@pytest.mark.parametrize("in_degrees", [True, False])
def test_opensim_coordinates_give_the_same_angles_with_their_signs_turned(in_degrees):
    angles = squat_angles(internal=12.0)
    columns = coordinates(angles, in_degrees=in_degrees)
    trial = trial_of(opensim_posture.posture_of(columns), unknown_subject("s"))
    assert columns.angle_deg("pelvis_tilt")[0] == pytest.approx(-STANDING_TILT_DEG)
    assert_angles(trial, angles)
    assert_close(trial.hip_deg[..., 2], angles.internal)
    assert_close(trial.ankle_dorsiflexion_deg, 0.2 * angles.knee)


def test_opensim_lumbar_extension_turns_into_flexion():
    angles = squat_angles(obliquity=0.0, rotation=0.0)
    trial = trial_of(opensim_posture.posture_of(coordinates(angles)), unknown_subject("s"))
    assert_close(trial.lumbar_flexion_deg, angles.lumbar)


def test_a_table_without_joint_coordinates_is_refused():
    columns = coordinates(squat_angles())
    forces = replace(columns, names=tuple(f"force_{i}" for i in range(len(columns.names))))
    with pytest.raises(MocapError, match="lacks pelvis_tilt, pelvis_list.*inverse kinematics"):
        opensim_posture.posture_of(forces)


def test_a_chord_centre_lies_square_to_the_limb():
    centre = chord_centre(np.zeros(3), np.array([0.05, 0.0, -0.4]), np.array([1.0, 0.0, 0.3]), 0.05)
    np.testing.assert_allclose(centre, [0.0, 0.0, -0.4], atol=1e-12)


def test_a_straight_knee_has_no_axis_and_a_folded_one_has():
    thigh = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])
    shank = np.array([[0.0, 0.0, 1.0], [0.9, 0.0, 0.435]])
    axes = knee_axes(thigh, shank)
    assert np.isnan(axes[0]).all()
    np.testing.assert_allclose(axes[1], [0.0, 1.0, 0.0], atol=1e-12)


def test_short_gaps_are_bridged_and_told():
    markers = marked(squat_angles())
    holed = markers.positions_m.copy()
    holed[200:215, markers.names.index("LPSI")] = np.nan
    whole, gaps = without_gaps(replace(markers, positions_m=holed), PLUG_IN_GAIT.needed)
    assert gaps.filled == {"LPSI": 15}
    assert str(gaps) == "LPSI interpolated in 15 of 600 samples"
    np.testing.assert_allclose(whole.of("LPSI"), markers.of("LPSI"), atol=2e-3)


def test_a_long_gap_cuts_the_recording_to_its_longest_whole_stretch():
    markers = marked(squat_angles())
    holed = markers.positions_m.copy()
    holed[100:150, markers.names.index("C7")] = np.nan
    whole, gaps = without_gaps(replace(markers, positions_m=holed), PLUG_IN_GAIT.needed)
    assert gaps.kept == (150, 600)
    assert whole.time_s[0] == pytest.approx(1.5)
    assert "only samples 150 to 599 of 600" in str(gaps)


def test_a_marker_hardly_ever_seen_is_named():
    markers = marked(squat_angles())
    holed = markers.positions_m.copy()
    holed[10:, markers.names.index("T10")] = np.nan
    with pytest.raises(MocapError, match="T10 is missing most: seen in 10 of 600"):
        without_gaps(replace(markers, positions_m=holed), PLUG_IN_GAIT.needed)


def test_a_recording_too_slow_to_filter_is_refused():
    markers = marked(squat_angles())
    slow = replace(markers, time_s=markers.time_s[::10], positions_m=markers.positions_m[::10])
    with pytest.raises(MocapError, match="recorded at 10 Hz"):
        smoothed(slow)


def test_the_low_pass_does_not_delay():
    markers = marked(squat_angles())
    still = smoothed(markers)
    np.testing.assert_allclose(still.positions_m, markers.positions_m, atol=1.5e-3)


@pytest.mark.parametrize("name", MARKER_SETS)
def test_every_marker_set_builds_and_needs_each_marker_once(name):
    built = marker_set(name)
    assert built.name == name
    assert len(set(built.needed)) == len(built.needed) >= 14


def test_the_marker_set_is_known_by_its_markers():
    assert marker_set_of(marked(squat_angles())).name == "plug_in_gait"


def test_markers_of_no_set_are_refused_with_what_each_lacks():
    markers = marked(squat_angles())
    renamed = replace(markers, names=tuple("SACR" if n == "LPSI" else n for n in markers.names))
    with pytest.raises(MocapError, match="plug_in_gait lacks LPSI"):
        marker_set_of(renamed)


def test_a_marker_set_with_one_side_only_is_refused():
    with pytest.raises(ConfigError, match="asis names 1 markers; expected left, right"):
        replace(PLUG_IN_GAIT, asis=["LASI"])
    with pytest.raises(ConfigError, match="up='x'"):
        replace(PLUG_IN_GAIT, up="x")


def test_a_file_becomes_a_trial(tmp_path):
    angles = squat_angles()
    write_trc(tmp_path / "anna.trc", marked(angles, heading_deg=70))
    recording = read_recording(tmp_path / "anna.trc")
    assert recording.source == "markers (plug_in_gait)"
    assert recording.standing_tilt_deg == pytest.approx(STANDING_TILT_DEG, abs=0.1)
    assert str(recording.gaps) == "no gaps"
    assert recording.trial.subject.subject_id == "anna"
    (repetition,) = recording.repetitions()
    assert repetition.pelvic_reversal_deg == pytest.approx(14.0, abs=0.6)  # the low-pass rounds the curve's corner
    np.testing.assert_allclose(read_trial(tmp_path / "anna.trc").thigh_deg, recording.trial.thigh_deg)


def test_a_wide_stance_is_told_from_a_repetition():
    trial = trial_from(marked(squat_angles()))
    wide = replace(trial, thigh_inclination_deg=np.maximum(trial.thigh_inclination_deg, 32.0))
    assert rules_for(trial).repetition_thigh_deg == 30.0
    assert rules_for(wide).repetition_thigh_deg == 42.0


def test_another_kind_of_file_is_refused_with_the_choices():
    with pytest.raises(MocapError, match=r"'\.csv' is no kind of motion capture file; the choices are \.c3d, \.mot"):
        read_trial(Path("a.csv"))


def test_c3d_without_its_package_names_it(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ezc3d", None)
    with pytest.raises(MocapError, match=r"need the package ezc3d.*winklab\[c3d\]"):
        read_trial(tmp_path / "a.c3d")


def test_a_set_is_a_marker_set():
    assert isinstance(PLUG_IN_GAIT, MarkerSet)


def test_c3d_gives_the_markers_it_was_written_with(tmp_path):
    ezc3d = pytest.importorskip("ezc3d", reason="the optional package ezc3d is not installed")
    markers = marked(squat_angles())
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [100]
    file["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    file["parameters"]["POINT"]["LABELS"]["value"] = [f"Anna:{name}" for name in markers.names]
    points = np.concatenate(
        [markers.positions_m.transpose(2, 1, 0) * 1000, np.ones((1, *markers.positions_m.shape[1::-1]))]
    )
    file["data"]["points"] = points
    file.write(str(tmp_path / "a.c3d"))
    read = read_c3d(tmp_path / "a.c3d")
    assert read.names == markers.names
    np.testing.assert_allclose(read.time_s, markers.time_s, atol=1e-9)
    np.testing.assert_allclose(read.positions_m, markers.positions_m, atol=1e-6)
