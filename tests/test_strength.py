"""Strength against the published curves (Anderson, Madigan and Nussbaum 2007)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.lifter import Lifter
from sim.muscles import Muscles
from sim.skeleton import JOINTS
from sim.strength import Strength, coefficients, speed_factor, strength_values

MAN = Lifter("male", 21.5, 1.76, 75.0)


def capacity(joint, angle_deg, rate_rad_s=0.0, strength=None, lifter=MAN):
    muscles = Muscles(strength_values(strength or Strength(overall=1.0), lifter), lifter)
    angles, rates = np.zeros(len(JOINTS)), np.zeros(len(JOINTS))
    i = JOINTS.index(joint)
    angles[i], rates[i] = np.radians(angle_deg), rate_rad_s
    up, down = muscles.capacity(angles, rates)
    return up[i], down[i]


@pytest.mark.parametrize(
    ("joint", "angle", "expected"),
    [
        ("hip_flexion_left", 53.0, 208.0),
        ("knee_flexion_left", 65.0, 211.0),
        ("ankle_dorsiflexion_left", 20.0, 123.0),
    ],
)
def test_peak_extension_of_a_young_man(joint, angle, expected):
    assert capacity(joint, angle)[1] == pytest.approx(expected, rel=0.02)


def test_nothing_pulls_a_hip_past_its_end():
    assert capacity("hip_flexion_left", 120.0)[0] < 0.12 * capacity("hip_flexion_left", 0.0)[0]


def test_speed_takes_strength_as_measured():
    c4, c5 = (np.array([c]) for c in coefficients("knee_extension", MAN)[3:5])
    assert speed_factor(c4, c4, c5)[0] == pytest.approx(0.75)
    assert speed_factor(c5, c4, c5)[0] == pytest.approx(0.50)
    assert speed_factor(np.zeros(1), c4, c5)[0] == 1.0
    assert 1.0 < speed_factor(-c4, c4, c5)[0] <= 1.3
    assert speed_factor(np.array([100.0]), c4, c5)[0] == 0.0


def test_extending_fast_is_what_weakens_the_extensors():
    # knee extension is motion in the negative direction
    assert capacity("knee_flexion_left", 65.0, rate_rad_s=-2.0)[1] < capacity("knee_flexion_left", 65.0)[1]
    assert capacity("knee_flexion_left", 65.0, rate_rad_s=2.0)[1] > capacity("knee_flexion_left", 65.0)[1]


def test_a_multiplier_acts_on_its_own_group():
    weak = Strength(overall=1.0, quadriceps=0.5)
    assert capacity("knee_flexion_left", 65.0, strength=weak)[1] == pytest.approx(
        0.5 * capacity("knee_flexion_left", 65.0)[1]
    )
    assert capacity("hip_flexion_left", 53.0, strength=weak) == capacity("hip_flexion_left", 53.0)


def test_age_lowers_strength():
    old = Lifter("male", 70.0, 1.76, 75.0)
    assert capacity("knee_flexion_left", 65.0, lifter=old)[1] < capacity("knee_flexion_left", 65.0)[1]
