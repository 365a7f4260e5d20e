"""The definitions of a wink, on curves whose answers are known by hand."""

import numpy as np
import pytest
from curves import squat_curve, trial_from_curves

from wink.angles import relation_to_parallel, severity
from wink.onset import DEFINITIONS, OnsetRules, find_repetitions, repetition_windows
from wink.phase import phase_at

TIME = np.arange(0, 4.0, 0.002)
THIGH = squat_curve(TIME)


def tilt_with_reversal(size_deg, from_thigh_deg=60.0):
    """Anterior tilt follows the thigh to a peak, then falls in proportion to further depth."""
    rise = 0.3 * np.minimum(THIGH, from_thigh_deg)
    fall = size_deg * np.clip((THIGH - from_thigh_deg) / (THIGH.max() - from_thigh_deg), 0, 1)
    return rise - fall


def test_reversal_size_and_onset_are_the_curve_s_own():
    (repetition,) = find_repetitions(trial_from_curves(TIME, THIGH, tilt_with_reversal(20.0)))
    wink = repetition.wink("pelvic_reversal_onset")
    assert repetition.pelvic_reversal_deg == pytest.approx(20.0, abs=0.1)
    assert wink.magnitude_deg == repetition.pelvic_reversal_deg
    assert wink.thigh_inclination_at_onset_deg == pytest.approx(70.0, abs=1.0)  # 5 of 20 deg over 60..100
    assert wink.relation_to_parallel == "before_parallel"
    expected = TIME[np.argmax((THIGH >= 70.0) & (TIME < 2.0))]
    assert wink.onset_s == pytest.approx(expected, abs=0.011)


@pytest.mark.parametrize("size", [0.0, 4.8])
def test_a_reversal_below_the_threshold_is_no_wink(size):
    (repetition,) = find_repetitions(trial_from_curves(TIME, THIGH, tilt_with_reversal(size)))
    assert repetition.wink() is None


def test_a_dip_that_recovers_before_the_bottom_is_no_wink():
    dip = tilt_with_reversal(0.0) - 8.0 * np.exp(-(((THIGH - 75) / 5) ** 2)) * (TIME < 2.0)
    (repetition,) = find_repetitions(trial_from_curves(TIME, THIGH, dip))
    assert repetition.wink() is None


def test_tuck_start_goes_back_to_where_flexion_left_its_minimum():
    lumbar = 3.0 + 15.0 * np.clip((THIGH - 80.0) / 20.0, 0, 1)
    (repetition,) = find_repetitions(trial_from_curves(TIME, THIGH, 0 * THIGH, lumbar))
    start = repetition.wink("tuck_start")
    assert start.thigh_inclination_at_onset_deg == pytest.approx(82.7, abs=1.0)  # 2 of 15 deg over 80..100
    exit_ = repetition.wink("neutral_exit")
    assert exit_.thigh_inclination_at_onset_deg == pytest.approx(86.7, abs=1.0)  # 5 of 15 deg
    assert repetition.wink("pelvic_reversal_onset") is None
    assert repetition.lumbar_flexion_gained_deg == pytest.approx(15.0, abs=0.1)


def test_lumbar_flexion_without_tilt_and_tilt_without_flexion_are_told_apart():
    (tilted,) = find_repetitions(trial_from_curves(TIME, THIGH, tilt_with_reversal(12.0), 0 * THIGH))
    assert [wink.definition for wink in tilted.winks] == ["pelvic_reversal_onset"]


def test_every_definition_is_silent_on_a_still_pelvis():
    (repetition,) = find_repetitions(trial_from_curves(TIME, THIGH, 0 * THIGH))
    assert repetition.winks == ()


def test_three_squats_are_three_repetitions():
    time = np.arange(0, 12.0, 0.01)
    thigh = sum(squat_curve(time, start_s=s, bottom_s=s + 1.5, end_s=s + 3, standing_deg=0) for s in (0.5, 4.5, 8.5))
    windows = repetition_windows(thigh)
    assert [time[bottom] for _, bottom, _ in windows] == pytest.approx([2.0, 6.0, 10.0], abs=0.02)
    for start, bottom, end in windows:
        assert start < bottom < end
        assert thigh[start] < 5
        assert thigh[end] < 5


def test_a_half_squat_above_the_minimum_depth_is_no_repetition():
    assert repetition_windows(squat_curve(TIME, depth_deg=40.0)) == []


@pytest.mark.parametrize("part", [slice(None, 1000), slice(700, None)], ids=["cut at the bottom", "begun on the way"])
def test_a_repetition_that_is_cut_off_is_none(part):
    assert len(repetition_windows(THIGH)) == 1
    assert repetition_windows(THIGH[part]) == []


def test_standing_still_has_no_repetition():
    assert repetition_windows(np.full(100, 3.0)) == []


def test_stricter_rules_find_later_onsets():
    trial = trial_from_curves(TIME, THIGH, tilt_with_reversal(20.0))
    onsets = [find_repetitions(trial, OnsetRules(reversal_deg=d))[0].wink().onset_s for d in (3.0, 5.0, 10.0)]
    assert onsets == sorted(onsets)
    assert onsets[0] < onsets[-1]


def test_definitions_and_default_agree():
    assert set(DEFINITIONS) == {"pelvic_reversal_onset", "tuck_start", "neutral_exit"}


def test_the_label_s_uncertainty_spans_definitions_and_thresholds():
    lumbar = 15.0 * np.clip((THIGH - 80.0) / 20.0, 0, 1)
    (repetition,) = find_repetitions(trial_from_curves(TIME, THIGH, tilt_with_reversal(20.0), lumbar))
    label = repetition.uncertainty
    thigh_at = {t: np.interp(t, TIME, THIGH) for t in (label.onset_earliest_s, label.onset_latest_s)}
    # The tilt is down by 2.5 deg at 65; lumbar flexion is 7.5 deg above its reference at 90.
    assert list(thigh_at.values()) == pytest.approx([65.0, 90.0], abs=1.0)
    assert label.onset_agreement == 1.0
    assert label.magnitude_low_deg == pytest.approx(12.5, abs=0.1)
    assert label.magnitude_high_deg == pytest.approx(22.5, abs=0.1)


def test_a_small_wink_divides_the_definitions():
    (repetition,) = find_repetitions(trial_from_curves(TIME, THIGH, tilt_with_reversal(6.0)))
    assert repetition.uncertainty.onset_agreement == pytest.approx(2 / 9)  # 2.5 and 5 deg of tilt, and no flexion
    assert repetition.uncertainty.magnitude_low_deg == 0.0


def test_nothing_to_argue_about_where_nothing_moves():
    (repetition,) = find_repetitions(trial_from_curves(TIME, THIGH, 0 * THIGH))
    assert repetition.uncertainty.onset_earliest_s is None
    assert repetition.uncertainty.onset_agreement == 0.0
    assert repetition.simulated is None, "a trial without disc loads is a measured one"


def test_phases_follow_the_repetition():
    repetitions = find_repetitions(trial_from_curves(TIME, THIGH, 0 * THIGH))
    names, gone = phase_at(TIME, repetitions)
    order = [name for i, name in enumerate(names) if i == 0 or names[i - 1] != name]
    assert order == ["standing", "descent", "ascent", "standing"]
    for name in ("descent", "ascent"):
        inside = gone[[n == name for n in names]]
        assert inside[0] == pytest.approx(0.0, abs=0.01)
        assert inside[-1] == pytest.approx(1.0, abs=0.01)
        assert np.all(np.diff(inside) > 0)
    assert np.isnan(gone[[n == "standing" for n in names]]).all()


@pytest.mark.parametrize(
    ("deg", "name"), [(84.9, "before_parallel"), (85, "at_parallel"), (95, "at_parallel"), (95.1, "after_parallel")]
)
def test_relation_to_parallel(deg, name):
    assert relation_to_parallel(deg) == name


@pytest.mark.parametrize(("deg", "name"), [(0, "clean"), (5, "ambiguous"), (10, "mild"), (20, "clear"), (34, "marked")])
def test_severity_bands_close_below(deg, name):
    assert severity(deg) == name
