"""The most a lifter can squat once: found by the model, the same every time, and what loads are a share of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from squats import setup_of

from sim.barbell import Barbell
from sim.maximum import GREATEST_KG, WITHIN_KG, _maximum_kg, one_repetition_maximum_kg, with_load
from sim.planner import plan_squat
from sim.skeleton import build_skeleton
from wink.errors import ConfigError


@pytest.fixture(scope="module")
def man():
    return setup_of(depth="parallel")


def test_the_maximum_is_found_and_is_a_recreational_lifters(man):
    # 1.2 to 1.8 times body mass is what recreationally trained men squat (78 kg, 1.3 times untrained strength).
    assert 1.2 * 78.0 < one_repetition_maximum_kg(man) < 1.8 * 78.0


@pytest.mark.slow
def test_it_is_the_heaviest_that_can_be_held(man):
    maximum = one_repetition_maximum_kg(man)
    all_out = replace(man, style=replace(man.style, reserve=0.85))
    for load, reaches in ((maximum - 5.0, True), (maximum + 10.0 + WITHIN_KG, False)):
        loaded = replace(all_out, barbell=Barbell("high", load))
        plan = plan_squat(loaded, build_skeleton(loaded.lifter, loaded.barbell))
        assert (plan.deepest_deg >= 89.5) == reaches, load


def test_a_share_of_the_maximum_becomes_kilograms_when_it_is_needed(man):
    setup = replace(man, barbell=Barbell("high", percent_of_maximum=80.0))
    with pytest.raises(ConfigError, match="share of the lifter's maximum"):
        build_skeleton(setup.lifter, setup.barbell)
    settled = with_load(setup)
    assert settled.barbell.load_kg == pytest.approx(0.8 * one_repetition_maximum_kg(man))
    assert settled.style.reserve > setup.style.reserve
    assert with_load(man) is man


@pytest.mark.parametrize(("able_kg", "found_kg"), [(900.0, GREATEST_KG), (499.2, 499.2), (300.0, 300.0)])
def test_no_maximum_is_sought_beyond_anybodys(man, monkeypatch, able_kg, found_kg):
    tried = []

    def deepest_deg(_setup, load_kg, aim_deg=None):
        tried.append(Barbell("high", load_kg).load_kg)  # which refuses what no barbell takes
        return 90.0 if load_kg <= able_kg else 20.0

    monkeypatch.setattr("sim.maximum._deepest_deg", deepest_deg)
    found = _maximum_kg.__wrapped__(man)
    assert found_kg - WITHIN_KG <= found <= found_kg
    assert max(tried) <= GREATEST_KG


def test_what_does_not_change_the_maximum_is_not_asked_again(man):
    before = one_repetition_maximum_kg(man)
    named = replace(man, lifter=replace(man.lifter, name="another"), tempo=setup_of(tempo="slow").tempo)
    assert one_repetition_maximum_kg(named) == before


@pytest.mark.slow
def test_a_stronger_lifter_has_a_greater_maximum(man):
    assert one_repetition_maximum_kg(setup_of(depth="parallel", strength="strong")) > 1.3 * one_repetition_maximum_kg(
        man
    )
