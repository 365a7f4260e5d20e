"""Planning a dataset: cases, lifters and twins."""

import pytest
from hydra import compose, initialize_config_module

from sim.plan import PARTS, choose, plan_trials
from wink.config import load_option, plain
from wink.errors import ConfigError


@pytest.fixture(scope="module")
def config():
    with initialize_config_module("configs", version_base="1.3"):
        return plain(compose("generate"))


def test_without_cases_there_is_one_lifter(config):
    (trial,) = plan_trials(config)
    assert set(trial.parts) == set(PARTS)
    assert trial.counterfactual_of is None


def test_a_twin_shares_seed_and_subject_and_differs_in_the_lifted_limit_alone(config):
    case = {"name": "low_ir", "hip_rotation": "limited", "twin": {"hip_rotation": "mobile"}}
    lifter, twin = plan_trials({**config, "cases": [case]})
    assert (lifter.seed, lifter.subject_id) == (twin.seed, twin.subject_id)
    assert twin.counterfactual_of == lifter.trial_id
    changed = [part for part in PARTS if lifter.parts[part] != twin.parts[part]]
    assert changed == ["hip_rotation"]


def test_lifters_draw_from_independent_seeds_that_do_not_depend_on_their_number(config):
    few = plan_trials({**config, "n": 2})
    many = plan_trials({**config, "n": 5})
    assert [t.seed for t in few] == [t.seed for t in many[:2]]
    assert len({t.seed for t in many}) == 5
    other = plan_trials({**config, "n": 5, "seed": 1})
    assert not {t.seed for t in many} & {t.seed for t in other}


def test_a_single_setting_of_a_part_can_be_changed(config):
    parts = {part: config[part] for part in PARTS}
    heavier = choose(parts, {"lifter": {"mass_kg": 95.0}})
    assert heavier["lifter"]["mass_kg"] == 95.0
    assert heavier["lifter"]["stature_m"] == parts["lifter"]["stature_m"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cases": [{"name": "a", "hip_rotatoin": "limited"}]}, "Did you mean 'hip_rotation'"),
        ({"cases": [{"name": "a", "hip_rotation": "limted"}]}, "Did you mean 'limited'"),
        ({"cases": [{"name": "a", "lifter": {"mas_kg": 9}}]}, "Did you mean 'mass_kg'"),
        ({"cases": [{"name": "a"}, {"name": "a"}]}, "a name of its own"),
        ({"cases": [{"hip_rotation": "limited"}]}, "a name of its own"),
    ],
)
def test_what_cannot_be_planned_is_refused(config, change, message):
    with pytest.raises(ConfigError, match=message):
        plan_trials({**config, **change})


def test_an_unknown_group_is_refused():
    with pytest.raises(ConfigError, match="is no option of hair"):
        load_option("hair", "short")
