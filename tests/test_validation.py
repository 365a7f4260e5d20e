"""The checks: each has a band and a source, measures what it says, and hides nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from squats import setup_of, trial_of

from sim.cases import PARTS
from sim.commands import validate
from sim.planner import plan_squat
from sim.posture_cost import Weights
from sim.skeleton import build_skeleton
from sim.validate import ablation_table, summary, table, write_report
from sim.validation.ablation import ABLATIONS, ablation_rows
from sim.validation.calibration import PEOPLE, Problem, plan_curves
from sim.validation.calibration import person as calibrated_person
from sim.validation.check import Evidence, Figure, by_check
from sim.validation.checks import FIGURES, TRIALS
from sim.validation.evidence import NORMAL_MEN, gather, jobs_of, normal_man, seed_of
from sim.validation.measures import (
    lumbar_compression_body_weights,
    pressure_outside_m,
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
    repetition_sd_deg,
    spread_of_wink_deg,
)
from sim.validation.real_people import GRID_DEG, Curve, curve_of, mean_curves, read_people
from wink.compose import run_composed
from wink.errors import ConfigError

NOBODY = Evidence({}, {}, [])
TUNABLE = ("C1", "C4", "C13", "C16")  # and the open people s01, s03, s10, who are no check
NOTHING = np.full(len(GRID_DEG), np.nan)


def person(deepest=100.0, reversal=15.0, at_parallel=10.0, lunge=39.0, lean=35.0, winks=()):
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
        Curve("p", deepest, reversal, -np.abs(GRID_DEG - 56.0), NOTHING, NOTHING),
        winks,
    )


def figure(value, **changed):
    def measure(_):
        if value is None:
            raise KeyError("a trial")
        return value

    given = {"id": "C9", "title": "t", "unit": "deg", "low": 0.0, "high": 1.0, "source": "s", "measure": measure}
    return Figure(**{**given, **changed})


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        (figure(0.5), "passed"),
        (figure(1.5), "FAILED"),
        (figure(float("nan")), "FAILED"),
        (figure(1.5, judged=False), "reported"),
        (figure(None), "not measured"),
    ],
)
def test_every_verdict_is_told(made, verdict):
    result = made.result(NOBODY)
    assert result.verdict == verdict
    assert verdict in table([result])


def test_a_check_fails_with_one_of_its_figures():
    figures = [figure(0.5, id="C1a"), figure(2.0, id="C1b"), figure(9.0, id="C2a", judged=False), figure(1.0, id="C2b")]
    results = [one.result(NOBODY) for one in figures]
    assert by_check(results) == {"C1": "FAILED", "C2": "passed"}
    assert summary(results).startswith("1 of 2 checks passed, 1 failed (C1)")


def test_the_report_opens_by_itself_and_hides_nothing(tmp_path):
    results = [figure(0.5).result(NOBODY), figure(2.0, use="tuned on").result(NOBODY), figure(None).result(NOBODY)]
    crowd = [person(), person(deepest=85.0, reversal=6.0)]
    evidence = Evidence({"man": trial_of()}, {}, crowd)
    data, page = write_report(results, evidence, [crowd[0].curve], tmp_path)
    rows = json.loads(data.read_text())
    assert [row["passed"] for row in rows] == [True, False, None]
    assert [row["tuned_on"] for row in rows] == [False, True, False]
    text = page.read_text()
    assert "FAILED" in text
    assert "not measured" in text
    assert text.count("<svg") >= 4  # curves, wink by depth, a posture, moments
    assert "http" not in text.replace("http://www.w3.org", "").replace("https://www.w3.org", "").replace(
        "http://purl.org", ""
    ).replace("http://creativecommons.org", "").replace("https://matplotlib.org", "")


def test_figures_have_names_bands_and_sources():
    assert len({f.id for f in FIGURES}) == len(FIGURES)
    for f in FIGURES:
        assert f.low <= f.high
        assert f.source
        assert f.use != "tuned on" or f.check in TUNABLE, f.id


def test_every_trial_differs_from_the_default_but_one():
    assert [name for name, changes in TRIALS.items() if not changes] == ["man", ABLATIONS[2].names[0]]


def test_every_limit_with_a_configuration_is_ablated():
    assert {a.limit for a in ABLATIONS} == {
        "hip rotation",
        "hip flexion",
        "hip bone",
        "ankle",
        "hamstrings",
        "lumbar",
        "strength",
    }


def test_an_ablation_is_told_with_and_without_the_limit():
    limited, lifted = ABLATIONS[2].names
    evidence = Evidence({limited: trial_of(), lifted: trial_of((("hip_flexion", "mobile"),))}, {}, [])
    ((_, with_limit, without),) = ablation_rows(evidence)
    assert with_limit.reversal_deg > without.reversal_deg + 3.0
    assert limited in ablation_table(evidence)


def test_an_interrupted_run_goes_on_where_it_was(tmp_path, monkeypatch):
    from sim.validation import evidence as module

    base = {part: {} for part in PARTS}
    jobs = jobs_of(base, {}, {}, people=4)
    asked = []

    def interrupted(work, waiting, workers):
        for job in waiting:
            if asked:
                raise KeyboardInterrupt
            asked.append(job)
            yield job, person()

    monkeypatch.setattr(module, "run_in_processes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        gather(jobs, tmp_path / "kept", 1)
    rest = []

    def finishing(work, waiting, workers):
        for job in waiting:
            rest.append(job)
            yield job, person() if job.repetitions == 1 else (1.0, 2.0, 3.0)

    monkeypatch.setattr(module, "run_in_processes", finishing)
    found = gather(jobs, tmp_path / "kept", 1)
    assert len(asked) + len(rest) == len(jobs) == 9  # four people, a set of repetitions, four men
    assert asked[0] not in rest
    assert [p.repetition_wink_deg for p in found.people] == [(1.0, 2.0, 3.0), (), (), ()]
    assert not (tmp_path / "kept").exists()


def test_a_curve_is_read_against_thigh_inclination():
    trial = trial_of()
    curve = curve_of(trial, "man")
    assert curve.deepest_deg == pytest.approx(trial.thigh_deg.max())
    assert curve.reversal_deg == pytest.approx(describe_person(setup_of(), trial).reversal_deg)
    assert np.isnan(curve.tilt_deg[curve.deepest_deg < GRID_DEG]).all()


def test_a_persons_mean_reaches_as_deep_as_half_of_the_repetitions():
    deep = np.where(GRID_DEG <= 100.0, 10.0, np.nan)
    shallow = np.where(GRID_DEG <= 70.0, 20.0, np.nan)
    curves = [Curve("a", 100.0, 9.0, deep, deep, deep)] + [Curve("a", 70.0, 3.0, shallow, shallow, shallow)] * 2
    mean = mean_curves(curves)["a"]
    assert mean.tilt_deg[GRID_DEG == 60.0] == pytest.approx(50.0 / 3)
    assert np.isnan(mean.tilt_deg[GRID_DEG == 90.0]).all()


@pytest.mark.parametrize("wrong", ["people=0", "people=2.5", "workers=0"])
def test_numbers_that_cannot_be_are_refused_before_anything_is_simulated(wrong, tmp_path):
    with pytest.raises(ConfigError, match=f"{wrong.partition('=')[0]} is a whole number from 1"):
        run_composed("validate", validate, (wrong, f"output={tmp_path / 'validation'}"))
    assert not list(tmp_path.iterdir())


def test_a_folder_without_squats_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no squat was found"):
        read_people(tmp_path)
    with pytest.raises(ConfigError, match="is no folder"):
        read_people(tmp_path / "missing")


def test_a_calibration_finds_nothing_missed_in_a_person_it_made():
    typical, weights, z = setup_of(), Weights(), np.array([0.8, -0.5, 0.0, 0.0, 0.0])
    setup = calibrated_person(typical, "s03", z, 95.0)
    plan = plan_squat(setup, build_skeleton(setup.lifter, setup.barbell), weights)
    curve = Curve("s03", 95.0, 9.0, *plan_curves(plan))
    problem = Problem(typical, {name: [curve] for name in PEOPLE}, {}, weights)
    assert problem.weights(np.zeros(problem.size)) == weights
    assert max(np.abs(apart).max() for apart in problem.apart_deg("s03", z, weights)) < 1e-6
    assert max(np.abs(apart).max() for apart in problem.apart_deg("s03", -z, weights)) > 2.0


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


def test_repetitions_of_different_people_differ_differently():
    base = {part: {} for part in PARTS}
    jobs = jobs_of(base, {}, {"man": {}}, people=32)
    sets = [job for job in jobs if job.repetitions > 1]
    assert len(sets) == 8
    assert len({seed_of(job) for job in sets}) == len(sets)
    assert {seed_of(job) for job in jobs if job.repetitions == 1} == {0}


def test_bones_of_normal_men_go_with_nothing_else_of_them():
    """C22 asks what bones explain by themselves: those of the sampled people go with rotation, and so with flexion."""

    def together(men):
        pairs = [(m.hip_bone.femoral_version_deg, m.hip_rotation.internal_rotation_deg) for m in men]
        return np.corrcoef(np.array(pairs).T)[0, 1]

    men = [normal_man(str(number)) for number in range(300)]
    assert abs(together(men)) < 0.15
    assert together([NORMAL_MEN.draw(np.random.default_rng(number), "m") for number in range(300)]) > 0.3
    assert {m.lifter.sex for m in men} == {"male"}
    assert min(m.hip_rotation.internal_rotation_deg for m in men) < 20 < max(m.hip_bone.alpha_deg for m in men) <= 60
    assert {m.depth.thigh_inclination_deg for m in men} == {95.0}


def test_normal_men_are_kept_apart_from_the_people(monkeypatch, tmp_path):
    from sim.validation import evidence as module

    jobs = jobs_of({part: {} for part in PARTS}, {}, {}, people=4)

    def done(work, waiting, workers):
        return [(job, (1.0, 2.0) if job.repetitions > 1 else person(reversal=float(job.name))) for job in waiting]

    monkeypatch.setattr(module, "run_in_processes", done)
    evidence = gather(jobs, tmp_path / "kept", 1)
    assert len(evidence.people) == len(evidence.normal_men) == 4
    assert [p.repetition_wink_deg for p in evidence.people] == [(1.0, 2.0), (), (), ()]
    assert all(p.repetition_wink_deg == () for p in evidence.normal_men)


def test_depth_classes_count_medians_outside_the_band():
    clean = [person(deepest=95.0, reversal=12.0)] * 4
    assert classes_out_of_band(clean) == 0.0
    assert classes_out_of_band([*clean, *[person(deepest=85.0, reversal=25.0)] * 3]) == 1.0
    assert classes_out_of_band([*clean, *[person(deepest=85.0, reversal=25.0)] * 2]) == 0.0  # too few to judge
    assert median_by_depth(clean)[4] == (4, 12.0)


def test_people_and_repetitions_are_spread():
    crowd = [person(deepest=85.0, reversal=r) for r in range(11)]
    assert spread_of_wink_deg(crowd, 80.0, 90.0) == pytest.approx(8.0)
    assert np.isnan(spread_of_wink_deg(crowd, 90.0, 100.0))
    assert repetition_sd_deg([person(winks=(1.0, 2.0, 3.0)), person(winks=(5.0,))]) == pytest.approx(1.0)
    assert np.isnan(repetition_sd_deg(crowd))


def test_pressure_stays_under_the_feet():
    trial = trial_of()
    assert pressure_outside_m(trial) == 0.0
    assert pressure_outside_m(replace(trial, centre_of_pressure_m=trial.centre_of_pressure_m + 0.5)) > 0.2


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
