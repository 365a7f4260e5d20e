"""Sampled lifters: as people are spread, correlated as people are, and all of them able to be planned."""

from __future__ import annotations

import numpy as np
import pytest

from sim.planner import plan_squat
from sim.population import sample_lifter
from sim.skeleton import build_skeleton


def people(sex, n=300):
    rng = np.random.default_rng(5)
    return [sample_lifter(rng, f"p{i}", sex) for i in range(n)]


@pytest.fixture(scope="module")
def men():
    return people("male")


@pytest.fixture(scope="module")
def women():
    return people("female")


def test_the_same_generator_draws_the_same_person():
    first, again, other = (sample_lifter(np.random.default_rng(seed), "p") for seed in (3, 3, 4))
    assert first == again != other


def test_both_sexes_are_drawn():
    rng = np.random.default_rng(0)
    assert {sample_lifter(rng, "p").lifter.sex for _ in range(20)} == {"male", "female"}


@pytest.mark.parametrize(
    ("measure", "man", "woman", "within"),
    [
        (lambda s: s.lifter.stature_m, 1.756, 1.629, 0.015),
        (lambda s: s.hip_flexion.flexion_deg, 93.8, 107.3, 1.5),
        (lambda s: s.hip_rotation.internal_rotation_deg, 33.0, 40.0, 1.5),
        (lambda s: s.ankle_dorsiflexion.lunge_deg, 39.0, 39.0, 1.2),
        (lambda s: s.lumbar.flexion_deg, 49.0, 45.0, 2.0),
    ],
)
def test_means_are_those_published(men, women, measure, man, woman, within):
    assert np.mean([measure(s) for s in men]) == pytest.approx(man, abs=within)
    assert np.mean([measure(s) for s in women]) == pytest.approx(woman, abs=within)


def test_hips_that_flex_far_also_rotate_far(men):
    flexion = [s.hip_flexion.flexion_deg for s in men]
    rotation = [s.hip_rotation.internal_rotation_deg for s in men]
    assert np.std(flexion) == pytest.approx(7.8, abs=1.0)
    assert 0.6 <= np.corrcoef(flexion, rotation)[0, 1] <= 0.8


def test_tall_people_are_heavier(women):
    assert 0.3 < np.corrcoef([s.lifter.stature_m for s in women], [s.lifter.mass_kg for s in women])[0, 1] < 0.8


def test_everyone_can_stand_and_squat(men, women):
    for setup in (*men[:6], *women[:6]):
        plan = plan_squat(setup, build_skeleton(setup.lifter, setup.barbell))
        assert plan.deepest_deg > 55.0
