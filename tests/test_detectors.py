"""Every detector in the folder keeps the contract, from its configuration alone; and ours sees a drawn pelvis."""

import re
from dataclasses import is_dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from drawn import FPS, drawn_pose, thigh_curve, tilt_curve
from hydra import compose, initialize_config_module

from detect.detectors.detector import Observation, check_findings
from detect.features import find_squats, measure_body
from wink.config import build
from wink.errors import ConfigError

CONFIGS = sorted(Path(str(files("configs") / "detector")).glob("*.yaml"))
NAMES = [file.stem for file in CONFIGS]
MODULES = sorted(p.stem for p in Path(str(files("detect") / "detectors")).glob("*.py"))
TIME_S = np.arange(int(4 * FPS)) / FPS
VIDEO = Path("clip.mp4")


def detector(name, **changes):
    with initialize_config_module("configs", version_base="1.3"):
        overrides = [f"detector=[{name}]", *(f"detector.{name}.{k}={v}" for k, v in changes.items())]
        return build(compose("benchmark", overrides).detector[name])


def watch(name, reversal_deg=20.0, n_reps=1, **changes):
    time_s = np.arange(int(4 * FPS * n_reps)) / FPS
    thigh = thigh_curve(time_s, n_reps)
    pose = replace(drawn_pose(thigh, tilt_curve(thigh, reversal_deg)), **changes)
    return detector(name).detect(Observation(VIDEO, pose))


def test_every_method_has_a_configuration_and_the_other_way_round():
    assert sorted(set(MODULES) - {"__init__", "detector"}) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_is_frozen_and_answers_once_a_repetition_in_order(name):
    assert is_dataclass(detector(name))
    assert detector(name).__dataclass_params__.frozen
    findings = watch(name, n_reps=3)
    check_findings(findings, 12.0)
    assert [f.bottom_s for f in findings] == pytest.approx([2.0, 6.0, 10.0], abs=0.1)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_picture_gives_the_same_answer_from_either_side(name):
    thigh = thigh_curve(TIME_S)
    tilt = tilt_curve(thigh, 20.0)
    right, left = (detector(name).detect(Observation(VIDEO, drawn_pose(thigh, tilt, facing=f))) for f in (1, -1))
    assert [f.score for f in right] == pytest.approx([f.score for f in left], abs=0.05)


@pytest.mark.parametrize("name", NAMES)
def test_nobody_in_the_picture_is_no_repetition(name):
    assert watch(name, presence=np.zeros(len(TIME_S)), leg_length_px=np.nan) == ()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lost", [slice(0, 15), slice(40, 46), slice(100, 120)])
def test_a_late_start_or_a_loss_leaves_finite_answers(name, lost):
    thigh = thigh_curve(TIME_S)
    pose = drawn_pose(thigh, tilt_curve(thigh, 20.0))
    presence, points, silhouette = pose.presence.copy(), pose.points_px.copy(), pose.silhouette.copy()
    presence[lost], points[lost], silhouette[lost] = 0.0, np.nan, 0
    gap = replace(pose, presence=presence, points_px=points, silhouette=silhouette)
    findings = detector(name).detect(Observation(VIDEO, gap))
    check_findings(findings, 4.0)
    assert len(findings) == 1
    whole = detector(name).detect(Observation(VIDEO, pose))
    assert findings[0].magnitude_deg == pytest.approx(whole[0].magnitude_deg, abs=5.0)


@pytest.mark.parametrize("name", ["silhouette_tcn", "silhouette_tcn_causal", "silhouette_boosting"])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"presence": np.where((TIME_S > 0.6) & (TIME_S < 1.5), 0.0, 1.0)}, "was lost in .* of the descent"),
        ({"visibility": np.full((len(TIME_S), 33), 0.1)}, "hip or shoulder are hidden"),
        (
            {"world_m": np.tile(np.where(np.arange(33)[:, None] % 2, [0.3, 0, 0], 0.0), (len(TIME_S), 1, 1))},
            "the front",
        ),
    ],
)
def test_the_learned_ones_say_when_they_cannot_tell(name, changes, reason):
    findings = watch(name, 25.0, **changes)
    assert len(findings) == 1
    assert findings[0].onset_s is None
    assert re.search(reason, findings[0].cannot_tell)
    check_findings(findings, 4.0)


@pytest.mark.parametrize("name", NAMES)
def test_half_a_squat_at_the_end_of_a_clip_is_no_crash(name):
    thigh = thigh_curve(TIME_S)[:50]
    check_findings(detector(name).detect(Observation(VIDEO, drawn_pose(thigh, tilt_curve(thigh, 9.0)))), 50 / FPS)


@pytest.mark.parametrize("reversal_deg", [14.0, 20.0, 30.0])
def test_the_contour_rule_finds_when_a_drawn_pelvis_turns_back(reversal_deg):
    thigh = thigh_curve(TIME_S)
    tilt = tilt_curve(thigh, reversal_deg)
    descent = TIME_S <= 2.0
    onset_s = TIME_S[descent][np.flatnonzero(tilt.max() - tilt[descent] < 5)[-1] + 1]
    (finding,) = watch("low_back_contour", reversal_deg)
    assert finding.onset_s == pytest.approx(onset_s, abs=0.1)


def test_the_contour_rule_scores_a_larger_turn_higher():
    found = [watch("low_back_contour", reversal_deg)[0] for reversal_deg in (0.0, 7.0, 14.0, 21.0, 28.0)]
    assert np.all(np.diff([f.magnitude_deg for f in found]) > 1.0)
    assert np.all(np.diff([f.score for f in found]) > 0.0)


def test_the_contour_rule_is_silent_where_the_pelvis_stays():
    (finding,) = watch("low_back_contour", 0.0)
    assert (finding.onset_s, finding.magnitude_deg) == (None, pytest.approx(0.0, abs=3.0))


def test_the_contour_rule_is_silent_from_the_front():
    n = len(TIME_S)
    across = np.zeros((n, 33, 3))
    across[:, 11::2, 0] = 0.3  # left and right side by side in the picture
    (finding,) = watch("low_back_contour", 30.0, world_m=across)
    assert (finding.onset_s, finding.score) == (None, 0.0)


def test_the_published_rule_measures_what_the_thigh_sinks_beyond_mid_descent():
    """By hand: the angle closes by trunk and thigh together, so the trunk cancels and the pelvis does not matter."""
    thigh = thigh_curve(TIME_S)
    body = measure_body(drawn_pose(thigh, tilt_curve(thigh, 0.0)))
    (squat,) = find_squats(body)
    sunk = thigh[squat.bottom] - thigh[(squat.start + squat.bottom) // 2]
    for reversal_deg in (0.0, 30.0):
        (finding,) = watch("hip_angle_change", reversal_deg)
        assert finding.magnitude_deg == pytest.approx(sunk, abs=2.0)
        assert finding.score > 0.5
        onset = round(finding.onset_s * FPS)
        assert thigh[onset] - thigh[(squat.start + squat.bottom) // 2] == pytest.approx(12.0, abs=5.0)


def test_the_published_rule_is_silent_below_its_threshold():
    thigh = thigh_curve(TIME_S)
    pose = drawn_pose(thigh, tilt_curve(thigh, 30.0))
    (finding,) = detector("hip_angle_change", wink_deg=60.0).detect(Observation(VIDEO, pose))
    assert finding.onset_s is None
    assert 0 < finding.score < 0.5


@pytest.mark.parametrize(
    ("name", "key", "value", "reason"),
    [
        ("hip_angle_change", "wink_deg", "abc", "wink_deg is 'abc'; expected a number above 0"),
        ("hip_angle_change", "wink_deg", -1, "wink_deg is -1; expected a number above 0"),
        ("hip_angle_change", "wink_deg", "true", "wink_deg is True"),
        ("hip_angle_change", "from_share", 50, "from_share is 50; expected a number from 0 up to 1"),
        ("low_back_contour", "contour_share", 0, "contour_share is 0"),
        ("low_back_contour", "smoothing_s", "null", "smoothing_s is None"),
        ("low_back_contour", "max_off_side_deg", "nan", "max_off_side_deg is nan"),
        ("low_back_contour", "stretch", "[0.1]", "stretch is .*expected two numbers"),
        ("low_back_contour", "stretch", "[a,b]", "beginning of stretch is 'a'"),
        ("low_back_contour", "stretch", "[0.2,0.1]", "end of stretch is 0.1; expected a number above 0.2"),
    ],
)
def test_a_mistyped_setting_is_refused_before_any_clip(name, key, value, reason):
    with pytest.raises(ConfigError, match=reason):
        detector(name, **{key: value})
