"""Strength against the published curves (Anderson, Madigan and Nussbaum 2007)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from sim.anderson import GROUP_AGES_YEARS
from sim.lifter import Lifter
from sim.muscles import Muscles
from sim.skeleton import JOINTS
from sim.strength import Strength, coefficients, speed_factor, strength_values

TABLE = Path(__file__).parents[1] / "../shared/science/anderson2007_table3.csv"
#: Joint and direction in the table: our joint, and which way (0 = toward its positive angle).
ACTIONS = {
    ("hip", "ext"): ("hip_flexion_left", 1),
    ("hip", "flex"): ("hip_flexion_left", 0),
    ("knee", "ext"): ("knee_flexion_left", 1),
    ("knee", "flex"): ("knee_flexion_left", 0),
    ("ankle", "ext"): ("ankle_dorsiflexion_left", 1),
    ("ankle", "flex"): ("ankle_dorsiflexion_left", 0),
}
AGES = dict(zip(("18-25", "55-65", ">65"), GROUP_AGES_YEARS, strict=True))

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


@pytest.mark.skipif(not TABLE.exists(), reason="the published table is not here")
def test_the_curve_is_the_published_one_wherever_its_cosine_is_valid():
    rows = list(csv.DictReader(TABLE.read_text().splitlines()))
    assert len(rows) == 36
    for row in rows:
        joint, way = ACTIONS[row["joint"], row["dir"]]
        lifter = Lifter(row["sex"], AGES[row["age"]], 1.70, 70.0)
        c1, c2, c3 = (float(row[name]) for name in ("C1", "C2", "C3"))
        for angle in np.arange(-30.0, 131.0, 10.0):
            cosine = np.cos(c2 * (np.radians(angle) - c3))
            if cosine < 0.4:
                continue
            published = c1 * 70.0 * 9.81 * 1.70 * cosine
            assert capacity(joint, angle, lifter=lifter)[way] == pytest.approx(published, rel=0.01), (row, angle)


@pytest.mark.parametrize(("joint", "floor"), [("knee_flexion_left", 0.25), ("hip_flexion_left", 0.25)])
def test_the_floor_holds_only_where_the_cosine_falls_below_it(joint, floor):
    peak = max(capacity(joint, angle)[1] for angle in range(30, 80))
    beyond = capacity(joint, 145.0)[1]
    assert floor * peak < beyond < (floor + 0.02) * peak
    slopes = np.diff([capacity(joint, angle)[1] for angle in np.arange(100.0, 150.0, 0.5)], 2)
    assert np.abs(slopes).max() < 0.01 * peak  # a rounded corner: solvers need its slope to be smooth


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
