"""The smallest wink that is seen: a known observer is found again, and who guesses sees nothing."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm
from test_scores import table_of, with_columns

from detect.clip_facts import ClipFacts
from detect.matching import Judged
from detect.observability import ALL, observability, sees, smallest_seen_deg
from detect.slices import slices
from wink.clip import Clip
from wink.onset import Repetition

RNG = np.random.default_rng(5)
N = 400
SIZE = np.where(RNG.random(N) < 0.3, RNG.uniform(0, 4.9, N), RNG.uniform(5, 45, N))


def test_a_known_observer_is_found_again():
    seen = RNG.random(N) < norm.cdf((SIZE - 18) / 4) * (SIZE >= 5)
    found = smallest_seen_deg(SIZE, seen, np.ones((1, N)))
    assert found[0] == pytest.approx(18 + 4 * norm.ppf(0.8 / 0.98), abs=2.0)


def test_who_sees_nothing_or_calls_everything_reaches_nothing():
    for seen in (np.zeros(N, bool), np.ones(N, bool)):
        assert np.isnan(smallest_seen_deg(SIZE, seen, np.ones((1, N)))[0])


def test_a_threshold_beyond_the_largest_wink_is_not_reached():
    small = SIZE <= 15
    seen = RNG.random(N) < norm.cdf((SIZE - 30) / 4)
    assert np.isnan(smallest_seen_deg(SIZE[small], seen[small], np.ones((1, small.sum())))[0])


def test_seeing_is_scoring_above_nine_of_ten_clean_repetitions():
    is_wink = np.arange(20) >= 10
    score = np.r_[np.arange(10) / 10, np.full(5, 0.85), np.full(5, 0.8)]
    assert sees(table_of(is_wink, score)).tolist() == [False] * 9 + [True] + [True] * 5 + [False] * 5


def facts(azimuth_off_deg, clothing, k):
    clip = Clip(f"c{k}", "c.mp4", 30.0, 90, 64, 48, "synthetic", f"s{k}", "test", "side", ())
    return ClipFacts(clip, azimuth_off_deg, clothing, None, None, None)


def test_cells_know_cameras_and_clothes():
    """From the side everything above 15 degrees is seen, from the front nothing."""
    where = np.where(np.arange(N) % 2 == 0, 0.0, 60.0)
    known = {f"c{k}": facts(where[k], "loose" if k % 3 else "bare or close-fitting", k) for k in range(N)}
    score = np.where((SIZE > 15) & (where == 0), 0.9, 0.1) + RNG.uniform(0, 0.05, N)
    table = with_columns(table_of(SIZE >= 10, score), magnitude_deg=SIZE, lifter=np.arange(N).astype(str))
    cells = observability("d", table, list(known), known)
    by = {(cell.azimuth, cell.clothing): cell for cell in cells}
    side, front = by["side, ±15°", ALL], by["front, over 40°", ALL]
    assert side.threshold.smallest_deg == pytest.approx(15.5, abs=1.5)
    low, high = side.threshold.ci95_deg
    assert low <= side.threshold.smallest_deg <= high
    assert (front.threshold.smallest_deg, front.threshold.note) == (None, "not reached")
    assert sum(by[ALL, ALL].n) == N == sum(sum(by[ALL, c].n) for c in ("loose", "bare or close-fitting"))
    assert (ALL, "T-shirt or sleeves") not in by


def test_few_winks_have_no_smallest():
    known = {f"c{k}": facts(0.0, "loose", k) for k in range(6)}
    cells = observability("d", table_of(np.arange(6) > 2, np.arange(6) / 6), list(known), known)
    assert {cell.threshold.note for cell in cells} == {"too few"}


def judged(k, magnitude_deg, limits=None):
    simulated = SimpleNamespace(causes=None, limits_at_onset=limits, limits_met=())
    repetition = replace(Repetition(0, 0, 1, 2, 100.0, magnitude_deg, 0.0, ()), simulated=simulated)
    return Judged(f"c{k}", 0, magnitude_deg, math.nan, math.nan, 0.1, math.nan, repetition, None)


def test_slices_by_clip_part_and_slices_by_wink_keep_what_is_none():
    known = {f"c{k}": facts(50.0 * (k % 2), "loose", k) for k in range(5)}
    rows = [judged(0, 1.0), judged(1, 2.0), judged(2, 12.0, ("hip_flexion",)), judged(3, 40.0), judged(4, 7.0)]
    found = {
        (name, label): [r.clip_id for r in some] for name, label, some in slices(rows, known, "pelvic_reversal_onset")
    }
    assert found["azimuth", "side, ±15°"] == ["c0", "c2", "c4"]
    assert found["size of the wink", "mild"] == ["c2", "c0", "c1", "c4"]
    assert found["size of the wink", "marked"] == ["c3", "c0", "c1", "c4"]
    assert found["main cause", "limit met first: hip flexion"] == ["c2", "c0", "c1", "c4"]
    assert not any(name == "clothing" for name, _ in found)  # one class is no slice
