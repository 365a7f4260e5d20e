"""Answers go to the repetitions they speak of, one to one."""

import math

import numpy as np
import pytest

from detect.matching import judge, match_repetitions
from wink.clip import Clip
from wink.detection import Detection
from wink.onset import Repetition, Wink


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
    assert all(np.isnan(r.reversal_deg) for r in rows[2:])


def test_a_silent_answer_outside_is_nothing():
    assert len(judge(clip(), [detection(0, 2.0)])) == 0


def test_another_definition_has_its_own_onset():
    (row,) = judge(clip(REPS[0]), [detection(0, 2.0, 1.5)], "tuck_start")
    assert math.isnan(row.reference_s)


def test_a_clip_without_labels_cannot_be_judged():
    unknown = Clip("c", "c.mp4", 30.0, 360, 64, 48, "real", "s", "test", "side", None)
    with pytest.raises(AssertionError, match="no labels"):
        judge(unknown, [])
