"""Fitting a lifter to a person: the search against linear algebra, the whole against a lifter who is known."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from curves import squat_curve, trial_from_curves
from hydra import compose, initialize_config_dir
from squats import setup_of, trial_of

from sim.commands import fit
from sim.depth import Depth
from sim.fitting.curves import PersonCurves, person_curves, plan_curves
from sim.fitting.estimate import intervals, minimise
from sim.fitting.fit import fit_person
from sim.fitting.misfit import Misfit
from sim.fitting.unknowns import Unknown, unknowns_of, with_values
from sim.planner import plan_squat
from sim.population import Population
from sim.setup import GROUPS, setup_from
from sim.skeleton import build_skeleton
from wink.compose import run_composed
from wink.errors import ConfigError, MocapError

TIME = np.arange(0, 4.0, 0.01)
UI_PRMD = Path(__file__).parents[1] / "../shared/real/mocap/ui_prmd_squat"


def person_of(setup):
    """A person who does exactly what a lifter means to."""
    plan = plan_squat(setup, build_skeleton(setup.lifter, setup.barbell))
    thigh = np.arange(30.0, plan.deepest_deg + 1e-9, 5.0)
    curves = plan_curves(plan, thigh)
    return PersonCurves(thigh, curves, (curves,), plan.deepest_deg)


@dataclass
class Linear:
    """Residuals of a straight-line model: what least squares and intervals have to be is known."""

    matrix: np.ndarray
    wanted: np.ndarray
    unknowns: tuple[Unknown, ...]

    @property
    def observations(self):
        return len(self.wanted)

    def __call__(self, z):
        return np.concatenate([self.matrix @ z - self.wanted, z])


@pytest.fixture(scope="module")
def linear():
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((40, 3)) * np.array([3.0, 0.5, 0.0])  # the last is not seen at all
    matrix[:, 1] += 0.15 * matrix[:, 0]
    wanted = matrix @ np.array([0.7, -0.5, 0.9]) + 0.9 * rng.standard_normal(40)
    unknowns = tuple(Unknown("g", name, 10.0, 2.0, "deg") for name in "abc")
    return Linear(matrix, wanted, unknowns)


def test_the_search_finds_the_least_squares(linear):
    *_, optimum = minimise(linear, np.zeros(3))
    exact = np.linalg.solve(linear.matrix.T @ linear.matrix + np.eye(3), linear.matrix.T @ linear.wanted)
    assert optimum.z == pytest.approx(exact, abs=2e-3)


def test_intervals_are_those_of_the_covariance(linear):
    *_, optimum = minimise(linear, np.zeros(3))
    covariance = np.linalg.inv(linear.matrix.T @ linear.matrix + np.eye(3))
    for k, estimate in enumerate(intervals(linear, optimum)):
        half = 1.96 * np.sqrt(covariance[k, k])
        assert estimate.narrowed_to == pytest.approx(half / 1.96, rel=0.1)
        assert estimate.low == pytest.approx(10.0 + 2.0 * (optimum.z[k] - half), abs=0.15)
        assert estimate.high == pytest.approx(10.0 + 2.0 * (optimum.z[k] + half), abs=0.15)
        assert estimate.verdict == ("determined", "determined", "not determined by this trial")[k]


def test_intervals_widen_where_the_model_does_not_fit(linear):
    *_, optimum = minimise(linear, np.zeros(3))
    off = replace_wanted(linear, linear.wanted + 3.0 * np.resize([1.0, -1.0], 40))
    *_, badly = minimise(off, np.zeros(3))
    fits, misfits = (next(intervals(m, o)) for m, o in ((linear, optimum), (off, badly)))
    assert misfits.narrowed_to > 2.0 * fits.narrowed_to


def replace_wanted(linear, wanted):
    return Linear(linear.matrix, wanted, linear.unknowns)


def test_a_lifters_own_curves_leave_nothing_over():
    setup = replace(setup_of(), depth=Depth(95.0))
    unknowns = unknowns_of(setup)
    z = np.array([0.5, 0.0, -0.8, 0.3, 0.0, 0.4, 0.0, -0.4])
    misfit = Misfit(person_of(with_values(setup, unknowns, z)), setup, unknowns, 2.5)
    data = misfit(z)[: -len(z)]
    assert data == pytest.approx(np.zeros(len(data)), abs=1e-6)
    assert np.abs(misfit(0 * z)[: -len(z)]).max() > 0.3
    assert misfit.plans == 2


def test_a_person_who_stands_otherwise_is_not_another_lifter():
    setup = replace(setup_of(), depth=Depth(90.0))
    person, unknowns = person_of(setup), unknowns_of(setup)
    beside = replace(person, mean_deg=person.mean_deg + np.array([[4.0], [-3.0], [0.0]]))
    misfit = Misfit(beside, setup, unknowns, 2.5)
    curves, _ = misfit.curves(np.zeros(len(unknowns)))
    assert misfit.offsets(curves) == pytest.approx([4.0, -3.0, 0.0], abs=0.5)


def test_unknowns_name_settings_that_exist_and_hold_what_they_are_given():
    setup = setup_of(lifter="typical_woman")
    unknowns = unknowns_of(setup)
    changed = with_values(setup, unknowns, np.full(len(unknowns), 1.0))
    for unknown in unknowns:
        assert getattr(getattr(changed, unknown.group), unknown.setting) == pytest.approx(unknown.value(1.0))
        assert unknown.value(1.0) > unknown.value(0.0) > unknown.value(-1.0)
    assert unknowns[0].mean == setup.hip_flexion.flexion_deg  # of her sex


def test_what_is_believed_before_is_what_the_population_draws():
    rng, people = np.random.default_rng(4), Population(women=0.0, impinging=0.0, age_sd_years=0.0)
    drawn = [people.draw(rng, "p") for _ in range(400)]
    for unknown in unknowns_of(replace(setup_of(), lifter=replace(setup_of().lifter, age_years=30.0))):
        values = np.array([getattr(getattr(setup, unknown.group), unknown.setting) for setup in drawn])
        z = (np.log(values / unknown.mean) if unknown.is_weight else values - unknown.mean) / unknown.sd
        assert np.mean(z) == pytest.approx(0.0, abs=0.2), unknown.name
        assert np.std(z) == pytest.approx(1.0, abs=0.2), unknown.name


def test_curves_of_a_trial_are_read_on_the_way_down():
    thigh = squat_curve(TIME, depth_deg=93.0)
    tilt = 7.0 + 0.3 * thigh - np.where(TIME > 2.0, 4.0, 0.0)  # the way up is another
    found = person_curves([trial_from_curves(TIME, thigh, tilt), trial_from_curves(TIME, 0.9 * thigh, tilt)])
    assert found.thigh_deg == pytest.approx(np.arange(30.0, 90.0, 5.0))
    assert found.deepest_deg == pytest.approx(0.95 * 93.0, abs=0.1)
    assert len(found.repetitions_deg) == 2
    standing = 0.3 * 5.0
    assert found.repetitions_deg[0][0] == pytest.approx(0.3 * found.thigh_deg - standing, abs=0.4)
    assert np.isnan(found.repetitions_deg[1][0, -1])  # never so deep
    assert np.isfinite(found.mean_deg).all()


def test_a_simulated_squat_follows_its_intent():
    setup = setup_of()
    person, body = person_of(setup), person_curves([trial_of()])
    shared = min(len(person.thigh_deg), len(body.thigh_deg))
    assert np.abs(person.mean_deg[:, :shared] - body.mean_deg[:, :shared]).max() < 6.0
    assert np.sqrt(np.mean((person.mean_deg[0, :shared] - body.mean_deg[0, :shared]) ** 2)) < 2.5


def test_recordings_that_show_nothing_are_refused():
    still = trial_from_curves(TIME, np.full(len(TIME), 5.0), np.zeros(len(TIME)))
    with pytest.raises(MocapError, match="no whole repetition"):
        person_curves([still])
    shallow = trial_from_curves(TIME, squat_curve(TIME, depth_deg=52.0), np.zeros(len(TIME)))
    with pytest.raises(MocapError, match="come down to 52 deg"):
        person_curves([shallow])


def run(*arguments):
    run_composed("fit", fit, arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say which recordings"),
        (["squat.trc", "error_deg=300"], "error_deg is 300; expected 0.1 to 30"),
        (["nowhere.trc"], "nowhere.trc"),
        (["squat.trc", "lifter.stature_m=176"], "centimetres"),
    ],
)
def test_what_cannot_be_fitted_is_refused(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ConfigError, MocapError), match=said):
        run(*arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_known_lifter_is_found_within_the_intervals():
    setup = replace(setup_of(), depth=Depth(100.0))
    unknowns = unknowns_of(setup)
    z = np.array([1.4, 0.0, -0.9, -0.8, 0.0, 0.9, 0.0, -0.7])
    misfit = Misfit(person_of(with_values(setup, unknowns, z)), setup, unknowns, 1.0)
    *_, optimum = minimise(misfit, np.zeros(len(unknowns)))
    found = {e.unknown.name: e for e in intervals(misfit, optimum)}
    for unknown, true in zip(unknowns, z, strict=True):
        assert found[unknown.name].low <= unknown.value(true) <= found[unknown.name].high, unknown.name
    assert found["ankle_dorsiflexion.lunge_deg"].verdict == "determined"
    assert found["hip_flexion.flexion_deg"].narrowed_to < 0.7
    assert found["hip_rotation.internal_rotation_deg"].verdict == "not determined by this trial"
    assert misfit.plans < 200
    elsewhere = np.array([-1.0, 0.5, 1.0, 0.0, 0.0, -0.5, 0.5, 0.5])
    *_, again = minimise(misfit, elsewhere)
    assert again.squares == pytest.approx(optimum.squares, abs=0.1)  # one valley


@pytest.mark.slow
def test_a_real_person_is_fitted_and_can_be_simulated(tmp_path):
    files = sorted(UI_PRMD.glob("s01_correct_rep*.trc"))
    if not files:
        pytest.skip(f"no recordings in {UI_PRMD}")
    run(*map(str, files), "name=s01", f"output={tmp_path}")
    told = json.loads((tmp_path / "s01/fit.json").read_text())
    assert told["repetitions"] == 10
    assert told["rms_deg"]["tilt"] < 2.0 < told["rms_of_the_mean_lifter_deg"]["tilt"]
    assert told["cpu_s"] < 120
    assert (tmp_path / "s01/fit.png").stat().st_size > 20_000
    with initialize_config_dir(str(tmp_path / "s01"), version_base="1.3"):
        config = compose("experiment/s01")
    setup = setup_from({group: config[group] for group in GROUPS})
    for setting in told["settings"]:
        group, name = setting["name"].split(".")
        assert getattr(getattr(setup, group), name) == pytest.approx(setting["value"], abs=1e-3)


@pytest.mark.slow
def test_a_simulated_squat_is_fitted_by_its_own_lifter():
    found = fit_person([trial_of()], setup_of(), 2.5)
    own = setup_of()
    for estimate in found.estimates:
        true = getattr(getattr(own, estimate.unknown.group), estimate.unknown.setting)
        assert estimate.low <= true <= estimate.high, estimate.unknown.name
    assert max(found.rms_deg(found.fitted_deg).values()) < 2.5
