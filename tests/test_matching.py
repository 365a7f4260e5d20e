"""Answers go to the repetitions they speak of, one to one."""

import math
from dataclasses import replace

import numpy as np
import pytest
from curves import squat_curve, trial_from_curves

from detect.matching import judge, match_repetitions, true_magnitude_deg
from detect.metrics import truth_class
from wink.clip import Clip
from wink.detection import Detection
from wink.onset import Repetition, Wink, find_repetitions


def repetition(rep, reversal_deg=20.0, onset_s=1.5):
    wink = Wink("pelvic_reversal_onset", 4 * rep + onset_s, 80.0, 70.0, 90.0, reversal_deg, "before_parallel")
    winks = (wink,) if reversal_deg >= 5 else ()
    return Repetition(rep, 4.0 * rep + 0.5, 4.0 * rep + 2, 4.0 * rep + 3.5, 100.0, reversal_deg, 10.0, winks)


def detection(rep, bottom_s, onset_s=None, score=1.0, error=None):
    return Detection("d", "c", rep, score, onset_s, None, bottom_s, 0.0, error)


def clip(*repetitions):
    return Clip("c", "c.mp4", 30.0, 360, 64, 48, "synthetic", "s", "test", "side", repetitions)


REPS = tuple(repetition(k) for k in range(3))


def test_a_repetition_the_detector_overlooked_leaves_the_others_in_place():
    found = [detection(0, 2.1), detection(1, 9.9)]
    assert match_repetitions(REPS, found) == {0: 0, 2: 1}


def test_of_two_answers_in_one_repetition_the_nearer_is_taken():
    assert match_repetitions(REPS[:1], [detection(0, 1.2), detection(1, 2.1)]) == {0: 1}


def test_an_answer_between_repetitions_fits_none():
    assert match_repetitions(REPS, [detection(0, 3.9)]) == {}


def test_without_a_bottom_the_onset_counts_and_without_both_the_number():
    assert match_repetitions(REPS, [detection(5, None, onset_s=5.4)]) == {1: 0}
    assert match_repetitions(REPS, [detection(2, None)]) == {2: 0}


def test_nothing_on_either_side_is_no_match():
    assert match_repetitions((), [detection(0, 1.0)]) == match_repetitions(REPS, []) == {}


def test_what_nobody_spoke_of_is_silence_with_score_zero():
    (row,) = judge(clip(REPS[0]), [])
    assert (row.score, row.reference_s, math.isnan(row.detected_s)) == (0.0, 1.5, True)


def test_a_failed_clip_is_silence_even_if_it_carries_a_score():
    (row,) = judge(clip(REPS[0]), [detection(0, 2.0, onset_s=1.5, score=9.0, error="crash")])
    assert (row.score, math.isnan(row.detected_s)) == (0.0, True)


def test_a_second_call_in_one_repetition_and_a_call_between_are_outside():
    rows = judge(clip(*REPS[:2]), [detection(0, 2.0, 1.5), detection(1, 2.4, 1.9), detection(2, 3.9, 3.8)])
    assert [r.rep for r in rows] == [0, 1, -1, -1]
    assert all(np.isnan(r.magnitude_deg) for r in rows[2:])


def test_a_silent_answer_outside_is_nothing():
    assert len(judge(clip(), [detection(0, 2.0)])) == 0


def test_another_definition_has_its_own_onset():
    (row,) = judge(clip(REPS[0]), [detection(0, 2.0, 1.5)], "tuck_start")
    assert math.isnan(row.reference_s)


@pytest.mark.parametrize(
    ("definition", "magnitude_deg"), [("pelvic_reversal_onset", 4.0), ("tuck_start", 18.0), ("neutral_exit", 18.0)]
)
def test_the_class_comes_from_the_size_of_what_is_scored(definition, magnitude_deg):
    """A right call of a tuck is right, though the pelvis itself hardly turned back."""
    rounding = replace(
        repetition(0, reversal_deg=4.0),
        lumbar_flexion_gained_deg=18.0,
        winks=tuple(Wink(d, 1.5, 80.0, 70.0, 90.0, 18.0, "before_parallel") for d in ("tuck_start", "neutral_exit")),
    )
    (row,) = judge(clip(rounding), [detection(0, 2.0, 1.5)], definition)
    assert row.magnitude_deg == magnitude_deg
    called = definition != "pelvic_reversal_onset"
    assert truth_class(np.array([row.magnitude_deg])) == ["wink" if called else "clean"]


def test_a_back_that_flattens_is_clean_and_not_an_error():
    flattening = replace(repetition(0), lumbar_flexion_gained_deg=-3.0)
    assert true_magnitude_deg(flattening, "neutral_exit") == 0.0


def test_the_size_is_that_of_the_truth_where_it_has_an_onset():
    time_s = np.arange(0, 4, 0.01)
    thigh = squat_curve(time_s)
    trial = trial_from_curves(time_s, thigh, 0.3 * thigh, lumbar_deg=0.25 * np.maximum(thigh - 50, 0))
    (found,) = find_repetitions(trial)
    assert {w.definition for w in found.winks} >= {"tuck_start", "neutral_exit"}
    for wink in found.winks:
        assert true_magnitude_deg(found, wink.definition) == wink.magnitude_deg


def test_a_clip_without_labels_cannot_be_judged():
    unknown = Clip("c", "c.mp4", 30.0, 360, 64, 48, "real", "s", "test", "side", None)
    with pytest.raises(AssertionError, match="no labels"):
        judge(unknown, [])
