"""Sampled lifters: as people are spread, correlated as people are, and all of them able to be planned."""

from __future__ import annotations

import json

import numpy as np
import pytest
from omegaconf import OmegaConf
from squats import CONFIGS

from sim.planner import plan_squat
from sim.population import Population, sample_lifter
from sim.setup import setup_from
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
        (lambda s: s.hip_flexion.flexion_deg, 93.2, 106.0, 1.5),  # 6 of 100 impinge
        (lambda s: s.hip_rotation.internal_rotation_deg, 31.7, 38.3, 1.7),
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
    assert 0.6 <= np.corrcoef(flexion, rotation)[0, 1] <= 0.85


def test_bones_leave_room_for_the_rotation_found(men, women):
    for setup in (*men, *women):
        if setup.hip_rotation.internal_rotation_deg > 16.0:  # those who do not impinge
            assert setup.hip_bone.rotation_end_deg > setup.hip_rotation.internal_rotation_deg - 0.5
    version = [s.hip_bone.femoral_version_deg for s in men]
    rotation = [s.hip_rotation.internal_rotation_deg for s in men]
    assert 0.25 < np.corrcoef(version, rotation)[0, 1] < 0.75


def test_sides_differ_as_in_healthy_people(men):
    for name, low, high in (("hip_rotation_deg", 3.0, 5.5), ("ankle_dorsiflexion_deg", 2.5, 4.0)):
        assert low < np.std([getattr(s.asymmetry, name) for s in men]) < high
    rng = np.random.default_rng(0)
    assert Population(asymmetry=0.0).draw(rng, "p").asymmetry.hip_flexion_deg == 0.0


def test_long_thighs_go_with_short_trunks(men):
    thigh, trunk = [s.lifter.thigh_scale for s in men], [s.lifter.trunk_scale for s in men]
    assert -0.45 < np.corrcoef(thigh, trunk)[0, 1] < -0.15


def test_a_populations_shares_are_drawn():
    people = Population(women=0.0, loaded=1.0, trained=1.0, impinging=1.0, repetitions=5, lifting_shoes=1.0)
    rng = np.random.default_rng(1)
    drawn = [people.draw(rng, f"p{i}") for i in range(40)]
    assert {s.lifter.sex for s in drawn} == {"male"}
    assert all(40.0 <= s.barbell.percent_of_maximum <= 85.0 for s in drawn)
    assert {s.barbell.kind for s in drawn} == {"high", "low", "front"}
    assert all(s.hip_rotation.internal_rotation_deg <= 15.0 for s in drawn)
    assert all(s.tempo.repetitions == 5 and s.shoe.drop_m > 0.015 for s in drawn)
    assert np.median([s.strength.overall for s in drawn]) == pytest.approx(1.6, rel=0.15)


@pytest.mark.parametrize("option", sorted(p.stem for p in (CONFIGS / "population").glob("*.yaml")))
def test_every_population_draws_plain_parts_that_make_the_same_lifter(option):
    path = CONFIGS / "population" / f"{option}.yaml"
    settings = OmegaConf.to_container(OmegaConf.load(path))
    assert settings.pop("_target_") == "sim.population.Population"
    people = Population(**settings)
    parts = people.sample(np.random.default_rng(2), "somebody")
    assert json.loads(json.dumps(parts)) == parts
    assert setup_from(parts) == people.draw(np.random.default_rng(2), "somebody")
    assert all("#" in line for line in path.read_text().splitlines() if not line.startswith("_target_"))


def test_tall_people_are_heavier(women):
    assert 0.3 < np.corrcoef([s.lifter.stature_m for s in women], [s.lifter.mass_kg for s in women])[0, 1] < 0.8


def test_the_first_drawn_can_stand_and_squat(men, women):
    for setup in (*men[:3], *women[:3]):
        plan = plan_squat(setup, build_skeleton(setup.lifter, setup.barbell))
        assert plan.deepest_deg > 55.0


def test_who_reaches_far_squats_deep(men):
    """The deepest squat's correlation is 0.6 (Kim 2015); the habitual one's is ours, weaker."""
    reach = [(s.hip_flexion.flexion_deg - 94.0) / 7.8 + (s.ankle_dorsiflexion.lunge_deg - 39.0) / 6.3 for s in men]
    assert 0.25 < np.corrcoef(reach, [s.depth.thigh_inclination_deg for s in men])[0, 1] < 0.5
