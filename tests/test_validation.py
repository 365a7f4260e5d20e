"""The checks: each has a band and a source, measures what it says, and hides nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from squats import setup_of, trial_of

from sim.validate import summary, table, write_report
from sim.validation.check import Check, Evidence
from sim.validation.checks import CHECKS
from sim.validation.measures import (
    lumbar_compression_body_weights,
    reaches,
    reversal_at_parallel,
    total_moment,
)
from sim.validation.people import (
    Person,
    classes_out_of_band,
    describe_person,
    explained,
    median_by_depth,
    percent_at_parallel,
    percent_reversing,
)
from sim.validation.trials import TRIALS

NOBODY = Evidence({}, [])
TUNABLE = ("C1", "C4", "C13", "C16", "C25a", "C25b")


def person(deepest=100.0, reversal=15.0, at_parallel=10.0, lunge=39.0, lean=35.0):
    return Person(
        "male",
        lunge,
        0.76,
        (15.0, 20.0, 127.0, 30.0, 48.0),
        deepest,
        reversal,
        56.0,
        75.0,
        at_parallel,
        lean,
        "completed",
    )


def check(value, **changed):
    given = {"id": "X", "title": "t", "unit": "deg", "low": 0.0, "high": 1.0, "source": "s", "measure": lambda _: value}
    return Check(**{**given, **changed})


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        (check(0.5), "passed"),
        (check(1.5), "FAILED"),
        (check(float("nan")), "FAILED"),
        (check(1.5, contested=True), "reported"),
        (check(0.0, measure=None), "not measured"),
    ],
)
def test_every_verdict_is_told(made, verdict):
    result = made.result(NOBODY)
    assert result.verdict == verdict
    assert verdict in table([result])


def test_a_report_counts_every_verdict(tmp_path):
    results = [check(0.5).result(NOBODY), check(2.0).result(NOBODY), check(0.0, measure=None).result(NOBODY)]
    data, page = write_report(results, tmp_path)
    assert summary(results) == "1 passed, 1 failed, 0 only reported, 1 not measured yet, of 3."
    assert [row["passed"] for row in json.loads(data.read_text())] == [True, False, None]
    assert "FAILED" in page.read_text()


def test_checks_have_names_bands_and_sources():
    assert len({c.id for c in CHECKS}) == len(CHECKS)
    for c in CHECKS:
        assert c.low <= c.high
        assert c.source
        assert not c.tuned_on or c.id.startswith(TUNABLE), c.id


def test_every_trial_differs_from_the_default_but_one():
    assert [name for name, changes in TRIALS.items() if not changes] == ["man"]


def test_the_moments_of_a_squat_hold_the_body_up():
    trial = trial_of()
    assert 40.0 < total_moment(trial, "knee_flexion", 90.0) < 400.0
    assert total_moment(trial, "hip_flexion", 60.0) > 0.0
    assert np.isnan(total_moment(trial, "hip_flexion", 170.0))


def test_compression_grows_with_the_load_that_is_carried():
    trial = trial_of()
    loaded = trial_of((("barbell", "high_bar_40"),))
    gained = lumbar_compression_body_weights(loaded, 60.0) - lumbar_compression_body_weights(trial, 60.0)
    assert lumbar_compression_body_weights(trial, 60.0) > 1.0
    assert gained > 40.0 / 78.0  # the load itself, and the muscle that holds it


def test_reaching_is_coming_up_again():
    trial = trial_of()
    assert reaches(trial, 90.0)
    assert not reaches(trial, 115.0)
    assert not reaches(replace(trial, outcome="stalled"), 90.0)


def test_a_person_is_what_the_trial_shows():
    trial = trial_of()
    found = describe_person(setup_of(), trial)
    assert found.deepest_thigh_deg == pytest.approx(trial.thigh_deg.max())
    assert found.reversal_at_parallel_deg == pytest.approx(reversal_at_parallel(trial))
    assert found.reversal_deg > found.reversal_at_parallel_deg > 0
    assert 40.0 < found.turning_thigh_deg < found.onset_thigh_deg < 95.0


def test_depth_classes_count_medians_outside_the_band():
    clean = [person(deepest=95.0, reversal=12.0)] * 4
    assert classes_out_of_band(clean) == 0.0
    assert classes_out_of_band([*clean, *[person(deepest=85.0, reversal=25.0)] * 3]) == 1.0
    assert classes_out_of_band([*clean, *[person(deepest=85.0, reversal=25.0)] * 2]) == 0.0  # too few to judge
    assert median_by_depth(clean)[4] == (4, 12.0)


def test_shares_are_percent_of_those_meant():
    crowd = [person(reversal=20.0, at_parallel=10.0)] * 3 + [person(deepest=85.0, reversal=2.0)]
    assert percent_reversing(crowd) == 75.0
    assert percent_at_parallel(crowd) == 50.0
    assert np.isnan(percent_reversing([person(deepest=60.0)]))


def test_explained_variance_is_that_of_a_straight_line():
    rng = np.random.default_rng(2)
    lunges = rng.normal(39.0, 6.0, 200)
    crowd = [person(lunge=x, lean=60.0 - x + e) for x, e in zip(lunges, rng.normal(0.0, 6.0, 200), strict=True)]
    assert explained(crowd, lambda p: (p.lunge_deg,), "lean_at_parallel_deg") == pytest.approx(0.5, abs=0.12)
    assert explained(crowd, lambda p: (p.deepest_thigh_deg,), "lean_at_parallel_deg") == pytest.approx(0.0, abs=0.02)
    assert np.isnan(explained(crowd[:3], lambda p: (p.lunge_deg,), "lean_at_parallel_deg"))
