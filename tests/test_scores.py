"""Scores under weights: scikit-learn as the oracle, the bootstrap against scipy's, depth taken out, angles by hand."""

import math

import numpy as np
import pytest
from drawn import drawn_dataset
from scipy.stats import bootstrap
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, roc_auc_score, roc_curve

from detect import events, presence
from detect.bootstrap import interval, lifter_weights
from detect.depth_matching import depth_weights
from detect.detectors.detector import AngleCurves
from detect.frame_truth import FrameTruth, angle_errors, angle_scores, read_frame_truth
from detect.metrics import counts, depth_matched, evaluate, scores, truth_class
from detect.score_table import ScoreTable, simple_table
from wink.dataset import Dataset

NONE = math.nan
RNG = np.random.default_rng(3)
N = 60
IS_WINK = RNG.random(N) < 0.5
SCORE = np.clip(np.round(0.3 * IS_WINK + RNG.random(N) * 0.7, 1), 0, 1)
WEIGHTS = np.stack([np.ones(N), RNG.integers(0, 4, N).astype(float), RNG.random(N)])


def with_columns(table, **columns):
    return ScoreTable(**{**vars(table), **{k: np.asarray(v) for k, v in columns.items()}})


def table_of(is_wink, score, **columns):
    onset = np.where(is_wink, 1.0, NONE)
    called = np.where(score >= 0.5, 1.05, NONE)
    return with_columns(simple_table(onset, np.where(is_wink, 20.0, 0.0), called, score), **columns)


def best_sensitivity(truth, score, weight, specificity=0.9):
    false, true, _ = roc_curve(truth, score, sample_weight=weight, drop_intermediate=False)
    return true[false <= 1 - specificity + 1e-9].max()


@pytest.mark.parametrize("row", range(len(WEIGHTS)))
@pytest.mark.parametrize(
    ("ours", "oracle"),
    [
        (presence.auroc, lambda t, s, w: roc_auc_score(t, s, sample_weight=w)),
        (presence.auprc, lambda t, s, w: average_precision_score(t, s, sample_weight=w)),
        (presence.brier, lambda t, s, w: brier_score_loss(t, s, sample_weight=w)),
        (presence.sensitivity_at_specificity, best_sensitivity),
    ],
)
def test_weighted_scores_equal_scikit_learn(row, ours, oracle):
    weight = WEIGHTS[row]
    assert ours(IS_WINK, SCORE, weight) == pytest.approx(oracle(IS_WINK, SCORE, weight))
    assert ours(IS_WINK, SCORE, WEIGHTS)[row] == pytest.approx(ours(IS_WINK, SCORE, weight))


@pytest.mark.parametrize("weight", WEIGHTS)
def test_weighted_f1_equals_scikit_learn(weight):
    called = SCORE >= 0.5
    assert presence.f1(IS_WINK, called, weight) == pytest.approx(f1_score(IS_WINK, called, sample_weight=weight))


def test_a_weight_of_two_is_the_row_twice_in_every_score():
    rng = np.random.default_rng(8)
    table = table_of(IS_WINK, SCORE, detected_s=np.where(SCORE >= 0.5, 1 + rng.normal(0, 0.1, N), NONE))
    table = with_columns(table, likely_s=table.detected_s, said_magnitude_deg=rng.normal(15, 5, N))
    times = rng.integers(0, 3, N)
    repeated = table.where(np.repeat(np.arange(N), times))
    weighted = scores(table, times.astype(float))
    for name, value in scores(repeated, np.ones(len(repeated))).items():
        assert weighted[name] == pytest.approx(value, nan_ok=True), name


def test_magnitude_calibration_and_intervals_by_hand():
    table = with_columns(
        simple_table([1.0, 2.0, NONE, NONE], [20.0, 30.0, 2.0, 7.0], [1.1, NONE, NONE, 1.0], [0.9, 0.4, 0.1, 0.6]),
        said_magnitude_deg=[26.0, 28.0, 4.0, NONE],
        magnitude_low_deg=[21.0, 20.0, 1.0, NONE],
        magnitude_high_deg=[30.0, 40.0, 9.0, NONE],
        onset_low_s=[0.9, NONE, NONE, NONE],
        onset_high_s=[1.2, NONE, NONE, NONE],
        relation=["before_parallel", "at_parallel", "", ""],
        said_relation=["at_parallel", "", "", ""],
        descent_s=[2.0, 2.0, 2.0, 2.0],
        onset_thigh_deg=[80.0, 90.0, NONE, NONE],
        detected_thigh_deg=[86.0, NONE, NONE, NONE],
        cannot_tell=[False, True, False, False],
    )
    found = evaluate(table)
    assert found["magnitude_mae_deg"] == pytest.approx((6 + 2 + 2) / 3)
    assert found["magnitude_bias_deg"] == pytest.approx((6 - 2 + 2) / 3)
    assert found["magnitude_coverage_90"] == pytest.approx(2 / 3)
    assert found["onset_coverage_90"] == 1.0
    assert found["relation_accuracy"] == 0.0
    assert found["onset_mae_percent_descent"] == pytest.approx(5.0)
    assert found["onset_mae_thigh_deg"] == pytest.approx(6.0)
    assert found["cannot_tell_share"] == 0.25
    assert found["brier"] == pytest.approx((0.1**2 + 0.6**2 + 0.1**2) / 3)
    assert (found["onset_n"], found["onset_missed"]) == (1, 1)


def test_average_precision_ranks_likely_onsets_and_calls_are_called_onsets():
    """Below the threshold an onset may be right too; it lengthens the curve and is no call."""
    table = simple_table([1.0, 2.0], [20.0, 20.0], [1.0, NONE], [0.9, 0.3])
    silent = evaluate(table)
    likely = evaluate(with_columns(table, likely_s=[1.0, 2.0]))
    assert (silent["ap_33ms"], likely["ap_33ms"]) == (0.5, 1.0)
    assert silent["presence_f1"] == likely["presence_f1"] == pytest.approx(2 / 3)
    assert likely["onset_missed"] == 1


def test_a_clean_repetition_left_uncalled_is_a_success_though_a_likely_onset_is_said():
    table = with_columns(simple_table([NONE], [1.0], [NONE], [0.1]), likely_s=[1.5])
    assert evaluate(table)["ap_33ms"] == 1.0
    assert evaluate(with_columns(table, detected_s=[1.5]))["ap_33ms"] == 0.0


def test_calibration_counts_what_was_said_against_what_was():
    bins = presence.calibration_curve(np.array([True, False, True, True]), np.array([0.05, 0.05, 0.95, 1.0]))
    assert [(b.low, b.n, b.wink_share) for b in bins] == [(0.0, 2, 0.5), (0.9, 2, 1.0)]
    assert bins[1].mean_score == pytest.approx(0.975)


def test_tolerance_curve_by_hand():
    recall, precision = events.tolerance_curve(
        np.array([1.0, 2.0, NONE]), np.array([1.05, NONE, 1.0]), np.array([0.01, 0.1])
    )
    assert (recall.tolist(), precision.tolist()) == ([0.0, 0.5], [0.0, 0.5])


def test_depth_matched_depth_alone_scores_chance_and_a_seer_keeps_one():
    rng = np.random.default_rng(0)
    depth = rng.uniform(70, 120, 600)
    is_wink = rng.random(600) < 1 / (1 + np.exp(-(depth - 95) / 4))  # deeper squats wink more
    bins = np.floor(depth / 5) / 30
    seer = table_of(is_wink, is_wink * 0.8 + 0.1, depth_deg=depth)
    by_depth = table_of(is_wink, bins, depth_deg=depth)
    once = np.ones(600)
    assert scores(by_depth, once)["presence_auroc"] > 0.85
    assert depth_matched(by_depth, once)["presence_auroc"] == pytest.approx(0.5)
    assert depth_matched(seer, once)["presence_auroc"] == 1.0
    everywhere = table_of(is_wink, np.ones(600), depth_deg=depth)
    assert depth_matched(everywhere, once)["presence_f1"] == pytest.approx(2 / 3)  # at half winks, all called


def test_depth_weights_by_hand():
    kind = truth_class(np.array([20.0, 20.0, 20.0, 1.0, 1.0, 7.0, 20.0, NONE]))
    depth = np.array([91.0, 92.0, 94.0, 93.0, 101.0, 92.0, 111.0, NONE])
    weights = depth_weights(kind, depth, np.ones(8))
    # 90-95: three winks against one clean; 100-105 and 110-115: one class only; outside: the share kept, 2 of 6.
    assert weights.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1, 0, 0, 0, 1 / 3])
    assert depth_weights(kind, depth, np.zeros(8)).tolist() == [0] * 8


def test_the_bootstrap_draws_lifters_and_agrees_with_scipy():
    rng = np.random.default_rng(1)
    lifters = np.repeat(np.arange(20), 3)
    values = rng.normal(lifters * 0.2, 1.0)
    weights = lifter_weights([f"s{k}" for k in lifters], seed=0, draws=4000)
    assert np.all(weights.sum(1) == 60)
    assert np.all(weights[:, ::3] == weights[:, 1::3])
    ours = interval((weights * values).sum(1) / weights.sum(1))

    def statistic(chosen):
        return values.reshape(20, 3)[chosen.astype(int)].mean()

    theirs = bootstrap(
        (np.arange(20.0),), statistic, n_resamples=4000, method="percentile", vectorized=False, rng=rng
    ).confidence_interval
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.06)
    assert ours[1] - ours[0] > 1.4 * 1.96 * values.std() / math.sqrt(60)  # wider than for 60 strangers


def test_an_interval_of_what_most_draws_cannot_have_is_none():
    assert interval(np.array([1.0, NONE, NONE])) is None
    assert interval(np.array([])) is None
    assert lifter_weights([], seed=0, draws=5).shape == (5, 0)


def test_angles_are_scored_over_repetitions_by_frames():
    time_s = np.arange(6) / 10
    inside = np.array([False, True, True, True, True, False])
    truth = FrameTruth(time_s, {"pelvic_tilt_deg": np.array([9.0, 10.0, 12.0, 14.0, 16.0, 9.0])}, inside)
    read = AngleCurves(pelvic_tilt_deg=np.array([99.0, 13.0, 11.0, NONE, 20.0, 99.0]), trunk_lean_deg=np.zeros(6))
    (error,) = angle_errors("c", truth, read)
    assert (error.n_frames, error.n_read) == (4, 3)
    found = angle_scores([error], np.ones(1))
    assert found["tilt_rmse_deg"] == pytest.approx(math.sqrt((9 + 1 + 16) / 3))
    assert found["tilt_bias_deg"] == pytest.approx(2.0)
    assert found["tilt_shape_rmse_deg"] == pytest.approx(math.sqrt((1 + 9 + 4) / 3))
    assert np.isnan(found["lumbar_rmse_deg"])
    assert np.isnan(angle_scores([], np.ones(0))["tilt_rmse_deg"])


def test_counts_know_lifters():
    table = with_columns(
        simple_table([NONE] * 3, [0.0, 0.0, NONE], [NONE, NONE, 1.0], [0, 0, 1]), lifter=["a", "a", "b"]
    )
    assert counts(table)["n_lifters"] == 1


def test_on_measured_clips_angles_are_counted_from_quiet_standing_but_for_the_thigh(tmp_path):
    """A detector seven degrees off all along knows the pelvis' course; of the thigh it is wrong."""
    clips = {"a1": {"reversal_deg": 20.0}, "a2": {"reversal_deg": 20.0, "source": "real_motion"}}
    dataset = drawn_dataset(tmp_path / "drawn", tmp_path / "cache", clips)
    off = {}
    for clip in Dataset(dataset.path).clips():
        truth = read_frame_truth(Dataset(dataset.path), clip)
        read = AngleCurves(**{name: truth.angles[name] + 7.0 for name in ("pelvic_tilt_deg", "thigh_inclination_deg")})
        errors = {e.angle: e.sum_deg / e.n_read for e in angle_errors(clip.clip_id, truth, read)}
        off[clip.source] = errors
    assert off["synthetic"] == pytest.approx({"pelvic_tilt_deg": 7.0, "thigh_inclination_deg": 7.0})
    assert off["real_motion"] == pytest.approx({"pelvic_tilt_deg": 0.0, "thigh_inclination_deg": 7.0}, abs=1e-9)
