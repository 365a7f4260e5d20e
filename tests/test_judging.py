"""From what a network says of every moment to one answer a repetition, and the calibration that makes it right."""

from types import SimpleNamespace

import numpy as np
import pytest

from detect.detectors.detector import check_findings
from detect.features import Squat
from detect.judging import Calibration, judge, onset_distribution, read_squat
from detect.sight import RATE_HZ
from detect.training.calibrate import Case, best_threshold, calibrate
from wink.errors import DetectorError

BODY = SimpleNamespace(fps=30.0)
SQUAT = Squat(0, 30, 90, 150)
PLAIN = Calibration((0.5, 0.5, 0.0, -3.0), 0.0, 0.0, 2.0, 0.02, 1.0, 0.0, -4.0, 4.0)


def said(onset_s=2.0, fallen_deg=15.0, sureness=4.0):
    """Outputs of a network that knows: fallen rises from the onset to the bottom at 3 s."""
    time_s = np.arange(180) / RATE_HZ
    out = np.zeros((180, 7), np.float32)
    out[:, 3] = np.interp(time_s, [1, 3, 5], [0, 100, 0])
    out[:, 4] = np.interp(time_s, [onset_s, 3.0], [0.0, fallen_deg])
    out[:, 5] = np.where(time_s >= onset_s - 1e-6, sureness, -sureness)
    out[:, 6] = 6 * np.exp(-0.5 * ((time_s - onset_s) / 0.05) ** 2) - 5
    return out


def answer(reason=None, how=PLAIN, **changes):
    return judge(read_squat(said(**changes), SQUAT, BODY), SQUAT, 0, BODY, how, reason)


@pytest.mark.parametrize("onset_s", [1.5, 2.0, 2.517])
def test_the_onset_is_where_both_outputs_put_it(onset_s):
    finding = answer(onset_s=onset_s)
    assert finding.onset_s == pytest.approx(onset_s, abs=0.02)
    assert finding.onset_low_s < finding.onset_s < finding.onset_high_s
    check_findings((finding,), 6.0)


def test_what_is_said_of_it_fits_the_thigh():
    assert answer(onset_s=2.0).relation_to_parallel == "before_parallel"  # thigh at 50
    assert answer(onset_s=2.8).relation_to_parallel == "at_parallel"
    finding = answer(onset_s=2.0)
    assert 40 < finding.stop_at_thigh_deg < 50  # before the earliest onset
    assert finding.magnitude_deg == pytest.approx(15.0, abs=0.5)
    assert (finding.magnitude_low_deg, finding.magnitude_high_deg) == pytest.approx((10.5, 18.5), abs=1.0)


def test_a_small_turn_is_no_call_but_says_where_it_would_be():
    finding = answer(fallen_deg=1.0, sureness=-1.0)
    assert (finding.onset_s, finding.relation_to_parallel, finding.stop_at_thigh_deg) == (None, None, None)
    assert finding.score < 0.5
    assert finding.likely_onset_s is not None
    check_findings((finding,), 6.0)


def test_with_a_reason_not_to_tell_there_is_no_call():
    finding = answer(reason="seen from the front")
    assert (finding.onset_s, finding.cannot_tell) == (None, "seen from the front")
    assert finding.score > 0.5
    check_findings((finding,), 6.0)


def test_no_number_is_fatal():
    out = said()
    out[50, 4] = np.nan
    with pytest.raises(DetectorError, match="no finite number"):
        read_squat(out, SQUAT, BODY)


def test_a_descent_of_two_samples_says_nothing():
    assert read_squat(said(), Squat(0, 30, 32, 40), BODY) is None


def test_the_distribution_adds_up_and_a_lone_hill_decides():
    flat, hill = np.zeros(40), np.full(40, -6.0)
    hill[25] = 6.0
    where = onset_distribution(flat, hill)
    assert where.sum() == pytest.approx(1.0)
    assert where.argmax() == 25
    step = np.where(np.arange(40) >= 10, 5.0, -5.0)
    assert onset_distribution(step, flat).argmax() == 10


def test_the_best_threshold_by_hand():
    logits, winks = np.array([0.0, 1.0, 2.0, 3.0]), np.array([False, False, True, True])
    assert best_threshold(logits, winks) == pytest.approx(1.5)
    assert best_threshold(logits, np.array([False, True, False, True])) == pytest.approx(0.5)  # F1 4/5 beats 2/3


def cases(n, seed, shift_s=0.1, spread_s=0.04):
    """Readings that are late by `shift_s` and off by `spread_s`, and see two thirds of each turn."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        size = float(rng.choice([2.0, 18.0]) + rng.normal(0, 1))
        onset = float(rng.uniform(1.3, 2.5))
        out = said(
            onset_s=onset + shift_s + rng.normal(0, spread_s), fallen_deg=size / 1.5, sureness=3 * np.sign(size - 9)
        )
        wink = SimpleNamespace(onset_s=onset)
        truth = SimpleNamespace(pelvic_reversal_deg=size, wink=lambda w=wink, s=size: w if s >= 5 else None)
        made.append(Case(read_squat(out, SQUAT, BODY), truth))
    return made


def test_calibration_takes_off_shift_and_scale_and_its_intervals_hold_on_new_cases():
    how = calibrate(cases(300, seed=1))
    assert how.onset_shift_s == pytest.approx(0.1, abs=0.02)
    assert how.size_gain == pytest.approx(1.5, abs=0.1)
    new = [(judge(c.reading, SQUAT, 0, BODY, how, None), c.truth) for c in cases(300, seed=2)]
    winks = [(f, t) for f, t in new if t.pelvic_reversal_deg >= 10]
    assert all((f.score >= 0.5) == (t.pelvic_reversal_deg >= 10) for f, t in new)
    covered = np.mean([f.onset_low_s <= t.wink().onset_s <= f.onset_high_s for f, t in winks])
    assert 0.84 < covered < 0.97
    sized = np.mean([f.magnitude_low_deg <= t.pelvic_reversal_deg <= f.magnitude_high_deg for f, t in new])
    assert 0.84 < sized < 0.97


def test_without_cases_the_calibration_is_rough_but_usable():
    how = calibrate([])
    assert 0 <= answer(how=how).score <= 1
