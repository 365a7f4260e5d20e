"""One tree behind three libraries: PyBullet, Pinocchio and CasADi must agree on it."""

from __future__ import annotations

import casadi as ca
import numpy as np
import pinocchio as pin
import pytest

from sim.barbell import Barbell
from sim.bullet import Bullet
from sim.dynamics import Dynamics
from sim.engine import State
from sim.kinematics import HALF_JOINTS, HALF_LINKS, N_HALF, half_model, skeleton_values
from sim.lifter import Lifter
from sim.skeleton import HINGES, JOINTS, LINKS, build_skeleton, combine

MAN = Lifter("male", 28, 1.76, 78.0)
WOMAN = Lifter("female", 40, 1.60, 70.0, thigh_scale=1.1)


def some_state(rng: np.random.Generator) -> State:
    rotation = pin.exp3(0.4 * rng.standard_normal(3))
    n = len(JOINTS)
    return State(
        np.array([0.1, -0.2, 1.5]) + 0.1 * rng.standard_normal(3),
        rotation,
        rng.standard_normal(3),
        rng.standard_normal(3),
        0.5 * rng.standard_normal(n),
        rng.standard_normal(n),
    )


@pytest.mark.parametrize(("lifter", "barbell"), [(MAN, Barbell("none", 0.0)), (WOMAN, Barbell("front", 40.0))])
def test_pybullet_moves_as_pinocchio_says(lifter, barbell):
    skeleton = build_skeleton(lifter, barbell)
    dynamics, step = Dynamics(skeleton), 1e-4
    rng = np.random.default_rng(7)
    for _ in range(3):
        state, torque = some_state(rng), 50 * rng.standard_normal(len(JOINTS))
        engine = Bullet(skeleton, step)
        engine.set(state)
        engine.torque(torque)
        engine.step()
        after = engine.get()
        engine.close()
        q, v = dynamics.configuration(state)
        effort = np.zeros(dynamics.size)
        effort[dynamics.columns] = torque
        acceleration = pin.aba(dynamics.model, dynamics.data, q, v, effort)
        moved = (after.rates_rad_s - state.rates_rad_s) / step
        expected = acceleration[dynamics.columns]
        assert np.abs(moved - expected).max() / np.abs(expected).max() < 1e-9
        # A spatial acceleration's angular part is the rate of the body-axis spin.
        spun = (after.spin_rad_s - state.spin_rad_s) / step
        assert np.allclose(spun, state.rotation @ acceleration[3:6], rtol=1e-6, atol=1e-4)


def test_state_survives_the_engine():
    skeleton, state = build_skeleton(MAN, Barbell("high", 60.0)), some_state(np.random.default_rng(1))
    engine = Bullet(skeleton, 1e-3)
    engine.set(state)
    back = engine.get()
    engine.close()
    for name in vars(state):
        assert np.allclose(getattr(back, name), getattr(state, name), atol=1e-9), name


def test_half_model_agrees_with_the_whole_body():
    skeleton = build_skeleton(WOMAN, Barbell("high", 40.0))
    model = half_model()
    places = ca.Function("f", [model.posture, model.values], [model.places[n] for n in HALF_LINKS])
    whole = ca.Function("g", [model.posture, model.values], [model.centre_of_mass, model.energy])
    posture = np.r_[0.1, 0.7, 0.2, np.linspace(-0.3, 0.6, N_HALF - 3)]
    half = dict(zip((n.removesuffix("_left") for n in HALF_JOINTS), posture[3:], strict=True))
    angles = np.array([half.get(n.removesuffix("_left").removesuffix("_right"), 0.0) for n in JOINTS])
    c, s = np.cos(0.2), np.sin(0.2)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    state = State(np.array([0.1, 0, 0.7]), turn, np.zeros(3), np.zeros(3), angles, np.zeros(len(JOINTS)))
    dynamics = Dynamics(skeleton)
    dynamics.update(state)
    for name, place in zip(HALF_LINKS, places(posture, skeleton_values(skeleton)), strict=True):
        assert np.allclose(np.array(place).ravel(), dynamics.pose(name)[:3, 3], atol=1e-12), name
    centre, energy = (np.array(a).ravel() for a in whole(posture, skeleton_values(skeleton)))
    assert np.allclose(centre, dynamics.centre_m, atol=1e-12)
    assert energy[0] == pytest.approx(pin.computePotentialEnergy(dynamics.model, dynamics.data, dynamics.q), rel=1e-9)


@pytest.mark.parametrize("load", [0.0, 60.0])
def test_the_whole_weighs_what_lifter_and_load_weigh(load):
    skeleton = build_skeleton(MAN, Barbell("high" if load else "none", load))
    assert skeleton.total_mass_kg == pytest.approx(78.0 + load)


def test_parents_come_before_children():
    seen = {"pelvis"}
    for hinge in HINGES:
        assert hinge.parent in seen
        seen.add(hinge.child)
    assert seen == set(LINKS)


def test_combining_two_points_is_a_dumb_bell():
    link = combine(
        "x", [(1.0, np.array([0.0, 0, 1]), np.zeros((3, 3))), (1.0, np.array([0.0, 0, -1]), np.zeros((3, 3)))]
    )
    assert np.allclose(link.centre_m, 0)
    assert np.allclose(link.inertia, np.diag([2.0, 2.0, 0.0]))


@pytest.mark.parametrize(
    ("joint", "link", "tip", "moved"),
    [
        ("hip_flexion_left", "thigh_left", (0, 0, -1), (1, 0, 0)),
        ("hip_abduction_left", "thigh_left", (0, 0, -1), (0, 1, 0)),
        ("hip_abduction_right", "thigh_right", (0, 0, -1), (0, -1, 0)),
        ("hip_rotation_left", "thigh_left", (1, 0, 0), (0, -1, 0)),
        ("knee_flexion_right", "shank_right", (0, 0, -1), (-1, 0, 0)),
        ("ankle_dorsiflexion_left", "foot_left", (1, 0, 0), (0, 0, 1)),
        ("subtalar_inversion_left", "foot_left", (0, 1, 0), (0, 0, -1)),
        ("lumbar_flexion_l5s1", "thorax", (0, 0, 1), (1, 0, 0)),
        ("shoulder_flexion_right", "upper_arm_right", (0, 0, -1), (1, 0, 0)),
    ],
)
def test_positive_angles_move_the_named_way(joint, link, tip, moved):
    dynamics = Dynamics(build_skeleton(MAN, Barbell("none", 0.0)))
    angles = np.zeros(len(JOINTS))
    angles[JOINTS.index(joint)] = 0.01
    dynamics.place(State(np.zeros(3), np.eye(3), np.zeros(3), np.zeros(3), angles, np.zeros(len(JOINTS))))
    step = dynamics.rotation(link) @ np.array(tip) - np.array(tip)
    assert step @ np.array(moved) > 0.0099
