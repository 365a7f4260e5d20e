"""The scores: hand-computed cases, independent oracles, and negatives first."""

import math

import mir_eval
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from detect import events, metrics, presence
from detect.events import TOLERANCES_S
from detect.metrics import truth_class
from detect.score_table import simple_table
from wink.errors import DetectorError

NONE = math.nan


def evaluate(*columns):
    return metrics.evaluate(simple_table(*columns))


def average_precision(reference, detected, score, tolerance):
    return events.average_precision(reference, detected, score, tolerance, np.ones(len(score)))


def event_f1(reference, called):
    return events.event_f1(reference, called, np.ones(len(called)))


def test_a_silent_clip_left_silent_is_a_success():
    scores = evaluate([NONE], [2.0], [NONE], [0.0])
    assert (scores["n_clean"], scores["n_clean_silent"]) == (1, 1)
    assert (scores["presence_f1"], scores["ap_100ms"], scores["event_f1_100ms"]) == (1.0, 1.0, 1.0)
    assert scores["false_alarms_per_100"] == 0.0
    assert scores["presence_auroc"] is None


def test_a_false_alarm_on_a_silent_clip_is_none():
    scores = evaluate([NONE], [2.0], [1.2], [3.0])
    assert (scores["presence_f1"], scores["ap_100ms"], scores["event_f1_100ms"]) == (0.0, 0.0, 0.0)
    assert (scores["n_clean_silent"], scores["false_alarms_per_100"]) == (0, 100.0)


def test_a_pelvis_that_hardly_turns_is_counted_apart():
    scores = evaluate([NONE] * 4, [0.5, 2.9, 3.0, 7.0], [1.2, NONE, 1.0, 1.0], [0.9, 0.1, 0.8, 0.8])
    assert (scores["n_still"], scores["n_still_called"]) == (2, 1)


def test_nothing_to_score_is_no_score():
    scores = evaluate([], [], [], [])
    assert [scores[k] for k in ("presence_f1", "ap_33ms", "ap_mean", "event_f1_100ms")] == [None] * 4
    assert scores["n_repetitions"] == 0


#: Six repetitions: a wink 20 ms late, one 80 ms early, one 250 ms late, one missed, a false alarm, a silent one.
REFERENCE = [1.0, 1.5, 2.0, 1.0, NONE, NONE]
MAGNITUDE = [20.0, 15.0, 12.0, 30.0, 1.0, 4.0]
DETECTED = [1.02, 1.42, 2.25, NONE, 1.1, NONE]
SCORE = [9.0, 7.0, 5.0, 0.5, 8.0, 0.2]


def test_a_case_computed_by_hand():
    scores = evaluate(REFERENCE, MAGNITUDE, DETECTED, SCORE)
    # In order of score: hit(9), false(8), 80 ms(7), 250 ms(5); four events.
    assert scores["ap_33ms"] == pytest.approx(1 / 4)
    assert scores["ap_67ms"] == pytest.approx(1 / 4)
    assert scores["ap_100ms"] == pytest.approx((1 + 2 / 3) / 4)
    assert scores["ap_167ms"] == pytest.approx((1 + 2 / 3) / 4)
    assert scores["ap_333ms"] == pytest.approx((1 + 2 / 3 + 3 / 4) / 4)
    assert scores["event_f1_100ms"] == pytest.approx(2 * 2 / (4 + 4))
    assert scores["presence_f1"] == pytest.approx(2 * 3 / (4 + 4))
    # Winks 9, 7, 5, 0.5 against clean 8, 0.2: five of eight pairs in order.
    assert scores["presence_auroc"] == pytest.approx(5 / 8)
    assert scores["false_alarms_per_100"] == 50.0
    assert (scores["onset_n"], scores["onset_missed"]) == (3, 1)
    assert scores["onset_mae_ms"] == pytest.approx(350 / 3)
    assert scores["onset_median_ms"] == pytest.approx(80)
    assert scores["onset_bias_ms"] == pytest.approx(190 / 3)
    assert scores["onset_loa_ms"] == pytest.approx(1.96 * np.std([20, -80, 250], ddof=1))


def test_ambiguous_repetitions_are_neither_rewarded_nor_punished():
    without = evaluate(REFERENCE, MAGNITUDE, DETECTED, SCORE)
    for detected in (NONE, 1.3):
        scores = evaluate([*REFERENCE, 1.3], [*MAGNITUDE, 7.0], [*DETECTED, detected], [*SCORE, 100.0])
        changed = {k for k, v in scores.items() if v != without[k]}
        changed -= {"n_lifters"}
        assert changed <= {"n_repetitions", "n_ambiguous", "n_ambiguous_called"}
        assert scores["n_ambiguous"] == 1


def test_a_call_outside_every_repetition_costs_precision_but_is_no_clean_repetition():
    scores = evaluate([*REFERENCE, NONE], [*MAGNITUDE, NONE], [*DETECTED, 9.0], [*SCORE, 10.0])
    assert scores["ap_100ms"] == pytest.approx((1 / 2 + 2 / 4) / 4)
    assert (scores["n_called_outside"], scores["n_repetitions"], scores["n_clean"]) == (1, 6, 2)
    assert scores["event_f1_100ms"] == pytest.approx(2 * 2 / (4 + 5))
    assert scores["presence_f1"] == pytest.approx(2 * 3 / (4 + 5))
    assert scores["false_alarms_per_100"] == 100.0  # one in a clean repetition, one outside, for two clean ones
    assert scores["presence_auroc"] == pytest.approx(5 / 8)  # ranks repetitions, the same ones for everybody


def test_calls_while_standing_are_not_free():
    """One wink found, one clean repetition left alone, three calls while nobody squats."""
    scores = evaluate([1.0, NONE, *[NONE] * 3], [20.0, 1.0, *[NONE] * 3], [1.0, NONE, 5.0, 6.0, 7.0], [1, 0, 1, 1, 1])
    assert scores["presence_f1"] == pytest.approx(2 / 5)
    assert (scores["false_alarms_per_100"], scores["n_called_outside"], scores["n_clean_silent"]) == (300.0, 3, 1)
    without_clean = evaluate([1.0, NONE], [20.0, NONE], [1.0, 5.0], [1, 1])
    assert (without_clean["presence_f1"], without_clean["false_alarms_per_100"]) == (pytest.approx(2 / 3), None)


def test_an_empty_video_left_alone_has_no_score_and_a_call_in_it_scores_zero():
    scores = evaluate([NONE], [NONE], [1.0], [1.0])
    assert (scores["n_repetitions"], scores["presence_f1"], scores["ap_100ms"]) == (0, 0.0, 0.0)


def test_a_wink_without_an_onset_by_the_chosen_definition_is_scored_for_presence_only():
    scores = evaluate([NONE, 1.0], [20.0, 20.0], [1.5, 1.0], [2.0, 1.0])
    assert (scores["presence_f1"], scores["ap_33ms"], scores["onset_n"]) == (1.0, 1.0, 1)


@pytest.mark.parametrize(("edge", "name"), [(0, "clean"), (4.9, "clean"), (5, "ambiguous"), (10, "wink"), (60, "wink")])
def test_classes_by_magnitude(edge, name):
    assert truth_class(np.array([edge, NONE])).tolist() == [name, "outside"]


def test_one_frame_at_30_fps_is_forgiven_by_33_ms():
    frames = np.array([30.0, 61.0]) / 30
    assert average_precision(frames, frames + 1 / 30, np.ones(2), TOLERANCES_S[33]) == 1.0
    assert average_precision(frames, frames + 2 / 30, np.ones(2), TOLERANCES_S[33]) == 0.0


rows = st.lists(
    st.tuples(
        st.one_of(st.just(NONE), st.floats(0.5, 3.0)),
        st.one_of(st.just(NONE), st.floats(-0.3, 0.3)),
        st.integers(0, 8).map(float),
    ),
    min_size=1,
    max_size=25,
)


def arrays(rows):
    reference = np.array([r for r, _, _ in rows])
    base = np.where(np.isnan(reference), 1.0, reference)
    return reference, base + np.array([d for _, d, _ in rows]), np.array([s for _, _, s in rows])


def naive_average_precision(reference, detected, score, tolerance):
    """Threshold after threshold: precision times the recall gained."""
    called, total, area, recall = ~np.isnan(detected), (~np.isnan(reference)).sum(), 0.0, 0.0
    for threshold in sorted(set(score[called]), reverse=True):
        chosen = called & (score >= threshold)
        hits = (np.abs(detected - reference)[chosen] <= tolerance + 1e-6).sum()
        area, recall = area + hits / chosen.sum() * (hits / total - recall), hits / total
    return area


@settings(deadline=None)  # a busy machine is no failure
@given(rows)
def test_average_precision_equals_a_naive_one(rows):
    reference, detected, score = arrays(rows)
    for tolerance in TOLERANCES_S.values():
        got = average_precision(reference, detected, score, tolerance)
        if np.isnan(reference).all():
            assert got == float(np.isnan(detected).all())
        else:
            assert got == pytest.approx(naive_average_precision(reference, detected, score, tolerance))


@settings(deadline=None)  # a busy machine is no failure
@given(rows)
def test_event_f1_equals_mir_eval_on_one_long_time_line(rows):
    reference, detected, _ = arrays(rows)
    if np.isnan(reference).all() or np.isnan(detected).all():
        return  # mir_eval scores a right silence 0
    offset = 100.0 * np.arange(len(reference))
    truth, found = ((t + offset)[~np.isnan(t)] for t in (reference, detected))
    expected, _, _ = mir_eval.onset.f_measure(truth, found, window=TOLERANCES_S[100] + 1e-6)
    assert event_f1(reference, detected) == pytest.approx(expected)


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_presence_f1_equals_scikit_learn(rows):
    truth, called = (np.array(column) for column in zip(*rows, strict=True))
    assert presence.f1(truth, called, np.ones(len(truth))) == pytest.approx(f1_score(truth, called, zero_division=1.0))


def test_auroc_is_the_share_of_pairs_in_order():
    rng = np.random.default_rng(0)
    truth, score = rng.random(40) < 0.4, rng.integers(0, 6, 40).astype(float)
    pairs = [(w > c) + 0.5 * (w == c) for w in score[truth] for c in score[~truth]]
    assert presence.auroc(truth, score, np.ones(40)) == pytest.approx(np.mean(pairs))
    assert np.isnan(presence.auroc(np.ones(3, bool), np.arange(3.0), np.ones(3)))


def test_false_alarms_need_a_clean_repetition():
    nobody, everybody, first = np.zeros(4, bool), np.ones(4, bool), np.arange(4) == 0
    assert np.isnan(presence.false_alarms_per_100(nobody, everybody, np.ones(4)))
    assert presence.false_alarms_per_100(everybody, first, np.ones(4)) == 25.0


def test_one_found_onset_has_no_spread():
    scores = evaluate([1.0], [20.0], [1.1], [1.0])
    assert (scores["onset_n"], scores["onset_mae_ms"], scores["onset_loa_ms"]) == (1, pytest.approx(100.0), None)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (([1.0], [20.0], [1200.0], [1.0]), "detected onsets reach 1200.*milliseconds"),
        (([1.0], [20.0], [60.0], [1.0]), "frame numbers"),
        (([1500.0], [20.0], [1.5], [1.0]), "the reference onsets"),
        (([1.0], [20.0, 3.0], [1.0], [1.0]), r"\[1, 2, 1, 1\] rows"),
        (([1.0], [-20.0], [1.0], [1.0]), "Wrong sign"),
        (([1.0], [20.0], [-1.0], [1.0]), "NaN means no wink"),
        (([1.0], [20.0], [1.0], [NONE]), "has score 0"),
    ],
)
def test_mistakes_are_guessed(columns, reason):
    with pytest.raises(DetectorError, match=reason):
        evaluate(*columns)
