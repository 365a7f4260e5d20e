"""Who and what can be simulated, and what is refused before any work starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from omegaconf import OmegaConf
from squats import CONFIGS, DEFAULTS, setup_of

from sim.anthropometry import measure
from sim.asymmetry import Asymmetry
from sim.barbell import Barbell
from sim.depth import Depth
from sim.lifter import Lifter
from sim.limits.ankle_dorsiflexion import AnkleDorsiflexion
from sim.limits.hip_flexion import HipFlexion
from sim.population import Population
from sim.setup import GROUPS, setup_from
from sim.shoe import Shoe
from sim.skeleton import SIDES
from sim.stance import Stance
from sim.strength import Strength
from sim.style import Style
from sim.tempo import Tempo
from wink.errors import ConfigError, LifterError

PLAIN = {"sex": "male", "age_years": 30.0, "stature_m": 1.75, "mass_kg": 75.0}


@pytest.mark.parametrize(
    ("changed", "hint"),
    [
        ({"stature_m": 175.0}, "are these centimetres"),
        ({"mass_kg": 75000.0}, "are these grams"),
        ({"stature_m": -1.75}, "expected 1.2 to 2.3 metres"),
        ({"mass_kg": float("nan")}, "expected 30 to 250"),
        ({"mass_kg": 240.0, "stature_m": 1.3}, "body mass index"),
        ({"sex": "man"}, "the choices are female, male"),
        ({"stature_m": "tall"}, "must be a number"),
        ({"thigh_scale": 110.0}, "are these percent"),
    ],
)
def test_an_impossible_lifter_is_refused_with_a_guess(changed, hint):
    with pytest.raises(LifterError, match=hint):
        Lifter(**{**PLAIN, **changed})


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (lambda: Barbell("back", 40.0), "the choices are"),
        (lambda: Barbell("none", 40.0), "load_kg 40, but nothing to carry it with"),
        (lambda: Barbell("high", 40000.0), "are these grams"),
        (lambda: Barbell("high"), "without a load; expected load_kg, percent_of_body_mass or percent_of_maximum"),
        (lambda: Barbell("none", percent_of_maximum=80.0), "percent_of_maximum 80"),
        (lambda: Barbell("high", percent_of_body_mass=50.0, percent_of_maximum=80.0), "not of both"),
        (lambda: Population(women=50.0), "are these percent"),
        (lambda: Population(lightest_percent=90.0), "expected 1 to 85"),
        (lambda: Depth(10.0), "expected 50 to 130 degrees$"),
        (lambda: Depth(1.6), "are these radians"),
        (lambda: Tempo(1500.0, 0.2, 1.3), "are these milliseconds"),
        (lambda: Tempo(1.5, 0.2, 1.3, repetitions=0), "whole number from 1 to 30"),
        (lambda: Stance(110.0, 15.0), "are these centimetres"),
        (lambda: Stance(1.1, 15.0, heel_wedge_m=25.0), "are these millimetres"),
        (lambda: Barbell("high", 40.0, arms_down=True), "only without one"),
        (lambda: Style(bracing=-1.0), "expected 0 to 20"),
        (lambda: Style(misjudgement=120.0), "percent"),
        (lambda: Shoe(heel_m=19.0), "are these millimetres"),
        (lambda: Shoe(heel_m=0.01, ball_m=0.02), "falls backward"),
        (lambda: Asymmetry(hip_flexion_deg=90.0), "expected -50 to 50 degrees"),
        (lambda: Strength(quadriceps=0.0), "expected 0.1 to 5"),
    ],
)
def test_impossible_settings_are_refused(make, hint):
    with pytest.raises(ConfigError, match=hint):
        make()


def options():
    return [(group, path.stem) for group in GROUPS for path in sorted((CONFIGS / group).glob("*.yaml"))]


@pytest.mark.parametrize(("group", "option"), options())
def test_every_option_makes_a_setup(group, option):
    setup = setup_of(**{group: option})
    assert getattr(setup, group) is not None


@pytest.mark.parametrize(("group", "option"), options())
def test_every_key_of_every_option_is_explained(group, option):
    first, *rest = (CONFIGS / group / f"{option}.yaml").read_text().splitlines()
    assert first.startswith("# ")
    assert all("#" in line for line in rest if not line.startswith("_target_"))


def test_every_group_has_the_typical_default():
    assert set(DEFAULTS) == set(GROUPS)


def test_ranges_left_open_follow_the_sex():
    man, woman = setup_of(lifter="typical_man"), setup_of(lifter="typical_woman")
    assert man.hip_flexion.flexion_deg < woman.hip_flexion.flexion_deg
    assert man.hip_rotation.internal_rotation_deg < woman.hip_rotation.internal_rotation_deg


def test_sides_differ_by_the_asymmetry_and_the_intent_reckons_with_the_tighter():
    setup = setup_of(asymmetry="stiff_left_hip")
    own, left, right = (limits[HipFlexion].values()[0] for limits in (setup.limits, *map(setup.limits_of, SIDES)))
    assert left == own == pytest.approx(setup.hip_flexion.flexion_deg - 10.0)
    assert right == pytest.approx(setup.hip_flexion.flexion_deg + 10.0)


def test_a_lifting_shoe_tilts_the_foot_like_a_wedge_of_its_drop():
    flat, shod = (setup_of(shoe=shoe).limits[AnkleDorsiflexion].values()[0] for shoe in ("barefoot", "lifting"))
    assert shod - flat == pytest.approx(6.03, abs=0.01)  # 19 mm over 0.18 m


def test_a_load_in_body_mass_is_known_at_once():
    assert setup_of(barbell="high_bar_half_bodyweight").barbell.load_kg == 39.0


def test_an_option_of_another_group_is_refused():
    config = {group: OmegaConf.load(CONFIGS / group / f"{name}.yaml") for group, name in DEFAULTS.items()}
    with pytest.raises(ConfigError, match="must be a HipFlexion"):
        setup_from({**config, "hip_flexion": config["lumbar"]})
    with pytest.raises(ConfigError, match="missing: depth"):
        setup_from({group: node for group, node in config.items() if group != "depth"})


def test_an_unknown_setting_is_refused_by_name():
    config = {group: OmegaConf.load(CONFIGS / group / f"{name}.yaml") for group, name in DEFAULTS.items()}
    config["ankle_dorsiflexion"]["lung_deg"] = 30.0
    with pytest.raises(ConfigError, match="lung_deg"):
        setup_from(config)


def test_masses_sum_to_the_lifter():
    body = measure(Lifter(**PLAIN))
    paired = ("upper_arm", "forearm", "hand", "thigh", "shank", "foot")
    assert sum(m * (2 if n in paired else 1) for n, m in body.mass_kg.items()) == pytest.approx(75.0)


def test_femur_to_trunk_is_that_of_ansur():
    # 0.76 +- 0.04 men, 0.78 +- 0.04 women
    for sex, mean in (("male", 0.76), ("female", 0.78)):
        length = measure(Lifter(**{**PLAIN, "sex": sex})).length_m
        assert length["thigh"] / (length["pelvis"] + length["lumbar"] + length["thorax"]) == pytest.approx(
            mean, abs=0.02
        )


def test_demo_cases_name_existing_options():
    cases = OmegaConf.to_container(OmegaConf.load(Path(CONFIGS) / "experiment" / "demo.yaml"))["cases"]
    assert len(cases) == 6
    for case in cases:
        chosen = {**case, **case["twin"]}
        assert {"name", "twin"} <= set(case)
        for group in set(chosen) - {"name", "twin"}:
            assert (CONFIGS / group / f"{chosen[group]}.yaml").exists(), (group, chosen[group])
