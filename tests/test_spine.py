"""Loads of the discs, against statics done by hand and against inverse dynamics."""

import numpy as np
import pinocchio as pin
import pytest
from squats import setup_of, trial_of

from sim.dynamics import Dynamics
from sim.skeleton import build_skeleton
from wink.onset import find_repetitions
from wink.spine import DISCS, disc_load, extensor

L5S1, L3L4 = DISCS


def load(disc, pitch_deg=0.0, carried=(0.0, 0.0, 500.0), muscle=0.0, tissue=0.0, flexed=0.0):
    one = disc_load(
        disc, *(np.array(value, float)[None] for value in (np.radians(pitch_deg), carried, muscle, tissue, flexed))
    )
    return float(one.compression_n[0]), float(one.anterior_shear_n[0])


def test_a_level_disc_upright_carries_the_weight_and_no_shear():
    assert load(L3L4) == pytest.approx((500.0, 0.0))


def test_the_sloping_disc_upright_shears_by_its_slope():
    slope = np.radians(L5S1.slope_deg)
    assert load(L5S1) == pytest.approx((500 * np.cos(slope), 500 * np.sin(slope)))


def test_a_level_spine_bent_to_the_horizontal_hangs_across_its_disc():
    assert load(L3L4, pitch_deg=90.0) == pytest.approx((0.0, 500.0), abs=1e-9)


def test_a_muscle_presses_and_holds_back_the_vertebra_above():
    compression, shear = load(L3L4, muscle=60.0)
    assert compression == pytest.approx(500 + 1000 * np.cos(np.radians(12.85)), abs=0.01)  # 60 Nm over 6 cm
    assert shear == pytest.approx(-1000 * np.sin(np.radians(12.85)), abs=0.01)


def test_a_flexed_back_has_less_arm_and_less_hold_against_shear():
    forces, angles = extensor(np.full(2, 60.0), np.array([0.0, 1.0]))
    assert forces[1] == pytest.approx(forces[0] / 0.9)
    assert np.degrees(angles) == pytest.approx([12.85, 5.35])


def test_ligaments_and_abdomen_press_too():
    assert load(L3L4, tissue=8.0)[0] == pytest.approx(500 + 8 / 0.04)
    assert load(L3L4, muscle=-9.0)[0] == pytest.approx(500 + 9 / 0.09)


def test_momentum_beyond_a_joint_is_that_of_the_links_beyond_it():
    setup = setup_of(barbell="high_bar_40")
    dynamics = Dynamics(build_skeleton(setup.lifter, setup.barbell))
    rng = np.random.default_rng(0)
    q = pin.integrate(dynamics.model, pin.neutral(dynamics.model), rng.standard_normal(dynamics.model.nv))
    v = rng.standard_normal(dynamics.model.nv)
    dynamics.q, dynamics.v = q, v
    pin.forwardKinematics(dynamics.model, dynamics.data, q, v)
    joint = dynamics.model.getJointId(L5S1.joint)
    by_link = np.zeros(3)
    for i in dynamics.model.subtrees[joint]:
        about, turn = dynamics.model.inertias[i], dynamics.data.oMi[i].rotation
        motion = dynamics.data.v[i]
        by_link += about.mass * turn @ (motion.linear + np.cross(motion.angular, about.lever))
    assert dynamics.momentum_beyond(L5S1.joint) == pytest.approx(by_link, abs=1e-9)


def test_a_trial_knows_its_discs():
    trial = trial_of()
    bottom, quiet = int(np.argmax(trial.thigh_deg)), trial.time_s < 0.2
    row = trial.moment_names.index(L5S1.joint)
    net = -(trial.active_moment_nm + trial.passive_moment_nm)[:, row]
    assert trial.disc_extension_moment_nm[:, 0] == pytest.approx(net)
    # Arms forward, upright: about body weight (Nachemson 1981 has 500 to 1000 N for a man who stands).
    assert 500 < trial.disc_compression_n[quiet].mean() < 1100
    assert trial.disc_compression_n[bottom].min() > 1200
    (repetition,) = find_repetitions(trial)
    inner = repetition.simulated
    assert inner.peak_l5s1_compression_n == pytest.approx(trial.disc_compression_n[:, 0].max(), rel=0.01)
    assert "hip_flexion" in inner.limits_met
    assert set(inner.limits_at_onset) <= set(trial.limit_names)
