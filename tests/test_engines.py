"""Every engine moves the body as Pinocchio says, and all of them tell of the same squat."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pinocchio as pin
import pytest
from squats import setup_of, trial_of
from test_skeleton import MAN, WOMAN, some_state

import sim
from sim.barbell import Barbell
from sim.controller import Controller
from sim.dynamics import Dynamics
from sim.engine import ground_reaction
from sim.execution import STEP_S
from sim.muscles import Muscles
from sim.planner import plan_squat
from sim.reference import N_WANTED
from sim.skeleton import JOINTS, build_skeleton
from sim.squat import simulate_squat, standing_state
from sim.strength import strength_values
from wink import config
from wink.config import build, load_option, options_of
from wink.errors import ConfigError

PACKAGE = {"bullet": "pybullet", "mujoco": "mujoco"}


@pytest.fixture(params=options_of("engine"))
def make_engine(request):
    pytest.importorskip(PACKAGE.get(request.param, request.param))
    return build(load_option("engine", request.param))


@pytest.fixture(scope="module")
def twin():
    pytest.importorskip("mujoco")
    return simulate_squat(setup_of(), 0, build(load_option("engine", "mujoco")))


def difference_rms(a, b, field):
    n = min(len(a.time_s), len(b.time_s))
    return float(np.sqrt(np.mean((getattr(a, field)[:n] - getattr(b, field)[:n]) ** 2)))


@pytest.mark.parametrize(("lifter", "barbell"), [(MAN, Barbell("none", 0.0)), (WOMAN, Barbell("front", 40.0))])
def test_a_body_in_the_air_moves_as_pinocchio_says(make_engine, lifter, barbell):
    skeleton, step = build_skeleton(lifter, barbell), 1e-5
    dynamics, rng = Dynamics(skeleton), np.random.default_rng(7)
    for _ in range(3):
        state, torque = some_state(rng), 50 * rng.standard_normal(len(JOINTS))
        engine = make_engine(skeleton, step)
        engine.set(state)
        engine.torque(torque)
        engine.step()
        after = engine.get()
        engine.close()
        q, v = dynamics.configuration(state)
        effort = np.zeros(dynamics.size)
        effort[dynamics.columns] = torque
        expected = pin.aba(dynamics.model, dynamics.data, q, v, effort)
        moved = (after.rates_rad_s - state.rates_rad_s) / step
        assert np.abs(moved - expected[dynamics.columns]).max() / np.abs(expected).max() < 1e-8
        spun = (after.spin_rad_s - state.spin_rad_s) / step
        assert np.allclose(spun, state.rotation @ expected[3:6], rtol=1e-4, atol=2e-2)


def test_a_state_survives_every_engine(make_engine):
    state = some_state(np.random.default_rng(1))
    engine = make_engine(build_skeleton(MAN, Barbell("high", 60.0)), 1e-3)
    engine.set(state)
    back = engine.get()
    engine.close()
    for name in vars(state):
        assert np.allclose(getattr(back, name), getattr(state, name), atol=1e-9), name


def test_torques_last_one_step_only(make_engine):
    skeleton = build_skeleton(MAN, Barbell("none", 0.0))
    state = replace(some_state(np.random.default_rng(2)), rates_rad_s=np.zeros(len(JOINTS)), spin_rad_s=np.zeros(3))
    moved = []
    for push in (0.0, 20.0):
        engine = make_engine(skeleton, 1e-4)
        engine.set(state)
        engine.torque(np.full(len(JOINTS), push))
        engine.step()
        first = engine.get().rates_rad_s
        engine.step()
        moved.append((first, engine.get().rates_rad_s - first))
        engine.close()
    (still, falling), (pushed, coasting) = moved
    assert np.abs(pushed - still).max() > 0.1
    assert np.abs(coasting - falling).max() < 0.2 * np.abs(pushed - still).max()


def test_the_floor_carries_each_foot(make_engine):
    setup = setup_of()
    skeleton = build_skeleton(setup.lifter, setup.barbell)
    plan = plan_squat(setup, skeleton)
    muscles = Muscles(strength_values(setup.strength, setup.lifter), setup.lifter)
    controller, engine = Controller(skeleton, muscles), make_engine(skeleton, STEP_S)
    engine.set(standing_state(plan))
    goal = np.zeros((3, N_WANTED))
    goal[0] = np.r_[plan.posture[0], plan.centre_of_mass_m[0, 0], 0.0, plan.active_nm[0]]
    for _ in range(150):
        engine.torque(controller.command(engine.get(), tuple(goal), np.zeros(len(JOINTS))).active_nm)
        engine.step()
    ground, state = engine.ground_reaction(), engine.get()
    engine.close()
    weight = skeleton.total_mass_kg * 9.81
    assert ground.force_n[2] == pytest.approx(weight, rel=0.01)
    assert ground.feet_n[:, 2] == pytest.approx([weight / 2] * 2, rel=0.02)
    assert ground.feet_centre_m[0, 1] > 0.1 > -0.1 > ground.feet_centre_m[1, 1]
    assert ground.feet_twist_nm == pytest.approx(-ground.feet_twist_nm[::-1], abs=0.1)
    assert ground.centre_m == pytest.approx([state.position_m[0], 0.0], abs=0.15)


def test_contacts_are_summed_to_a_force_a_place_and_a_twist():
    places = [np.array([0.2, 0.1, 0.0]), np.array([0.0, 0.1, 0.0])]
    pushes = [np.array([0.0, 4.0, 30.0]), np.array([1.0, 0.0, 10.0])]
    found = ground_reaction([1, 1], places, pushes)
    assert found.feet_n[1] == pytest.approx([1.0, 4.0, 40.0])
    assert found.feet_centre_m[1] == pytest.approx([0.15, 0.1])
    about_origin = 0.2 * 4.0 - 0.1 * 1.0
    assert found.feet_twist_nm[1] == pytest.approx(about_origin - (0.15 * 4.0 - 0.1 * 1.0))
    assert found.centre_m == pytest.approx(found.feet_centre_m[1])
    assert not found.feet_n[0].any()


def test_what_is_no_number_is_not_hidden(make_engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    engine = make_engine(build_skeleton(MAN, Barbell("none", 0.0)), STEP_S)
    engine.set(some_state(np.random.default_rng(3)))
    for _ in range(60):
        engine.torque(np.full(len(JOINTS), np.nan))
        engine.step()
    assert not np.isfinite(engine.get().angles_rad).all()
    engine.close()
    assert not list(tmp_path.iterdir())  # nor is anything written


def test_no_contact_is_no_force():
    found = ground_reaction([], [], [])
    assert not found.force_n.any()
    assert not found.centre_m.any()


def test_mujoco_tells_of_the_same_squat(twin):
    own = trial_of()
    assert twin.outcome == own.outcome
    assert difference_rms(own, twin, "pelvic_tilt_deg") < 0.2
    assert difference_rms(own, twin, "lumbar_flexion_deg") < 0.2
    assert difference_rms(own, twin, "feet_reaction_n") < 1.0
    assert 0.0 < difference_rms(own, twin, "knee_flexion_deg") < 0.2  # another engine, not the same one twice


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        {"barbell": "high_bar_40", "lifter": "typical_woman"},
        pytest.param(
            {"ankle_dorsiflexion": "stiff", "depth": "deep"},
            marks=pytest.mark.xfail(reason="0.23 deg: in MuJoCo a foot rolls over its edge and slips on the way up"),
        ),
        {"stance": "wide", "tempo": "three_repetitions"},
    ],
)
def test_mujoco_tells_of_other_squats_alike(options):
    pytest.importorskip("mujoco")
    own, twin = (simulate_squat(setup_of(**options), 0, build(load_option("engine", e))) for e in ("bullet", "mujoco"))
    assert own.outcome == twin.outcome == "completed"
    assert difference_rms(own, twin, "pelvic_tilt_deg") < 0.2


def test_without_mujoco_the_user_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "mujoco", None)
    monkeypatch.delitem(sys.modules, "sim.mujoco_engine", raising=False)
    monkeypatch.delattr(sim, "mujoco_engine", raising=False)
    config._object.cache_clear()
    with pytest.raises(ConfigError, match="pip install 'winklab"):
        build(load_option("engine", "mujoco"))


def test_the_core_does_not_import_mujoco():
    folder = Path(sim.__file__).parent
    users = [
        file.name for file in folder.rglob("*.py") if re.search(r"^\s*(import|from) .*mujoco", file.read_text(), re.M)
    ]
    assert users == ["mujoco_engine.py"]
