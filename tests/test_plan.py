"""Planning a dataset: cases, grids, people, lifters and twins, each from its number alone."""

import tracemalloc

import numpy as np
import pytest
from planned import config_of, plan_of

from sim.cases import PARTS, choose
from sim.generate import check_plan, dataset_spec
from sim.lot import draw_shooting_for, dressed
from sim.plan import Plan, freer, resolved
from sim.population import parts_of, sample_lifter
from sim.setup import setup_from
from wink.config import load_option
from wink.errors import ConfigError


def test_without_cases_there_is_one_lifter():
    (trial,) = plan_of()
    assert set(trial.parts) == set(PARTS)
    assert trial.counterfactual_of is None
    assert trial.split == "test"


def test_a_twin_shares_seed_and_subject_and_differs_in_the_lifted_limit_alone():
    case = {"name": "low_ir", "hip_rotation": "limited", "twin": {"hip_rotation": "mobile"}}
    lifter, twin = plan_of(cases=[case])
    assert (lifter.seed, lifter.subject_id) == (twin.seed, twin.subject_id)
    assert twin.counterfactual_of == lifter.trial_id
    changed = [part for part in PARTS if lifter.parts[part] != twin.parts[part]]
    assert changed == ["hip_rotation"]


def test_twins_lift_one_limit_each():
    plan = plan_of(n=2, twins={"hip_flexion": "mobile", "ankle_dorsiflexion": {"lunge_deg": 50.0}})
    trials = list(plan)
    assert [t.trial_id for t in trials[:3]] == [
        "lifter-0",
        "lifter-0-twin-hip_flexion",
        "lifter-0-twin-ankle_dorsiflexion",
    ]
    for twin, part in zip(trials[1:3], ("hip_flexion", "ankle_dorsiflexion"), strict=True):
        assert [p for p in PARTS if trials[0].parts[p] != twin.parts[p]] == [part]
    assert plan.n_trials == len(trials) == 6


def test_any_trial_can_be_asked_for_alone():
    plan = plan_of(n=3, cases=[{"name": "a"}, {"name": "b", "twin": {"strength": "strong"}}, {"name": "c"}])
    trials = list(plan)
    assert [t.index for t in trials] == list(range(plan.n_trials)) == list(range(12))
    assert [plan.trial(i) for i in reversed(range(12))] == trials[::-1]
    with pytest.raises(IndexError):
        plan.trial(12)


def test_lifters_draw_from_independent_seeds_that_do_not_depend_on_their_number():
    few, many = list(plan_of(n=2)), list(plan_of(n=5))
    assert [t.seed for t in few] == [t.seed for t in many[:2]]
    assert len({t.seed for t in many}) == 5
    assert not {t.seed for t in many} & {t.seed for t in plan_of(n=5, seed=1)}
    assert all(0 <= t.seed < 2**53 for t in many)


def test_a_grid_has_every_combination_once():
    grid = {"stance": ["narrow", "wide"], "ankle_dorsiflexion": {"lunge_deg": {"from": 20, "to": 50, "steps": 4}}}
    plan = plan_of(n=2, grid=grid)
    cells = {(t.parts["stance"]["width"], t.parts["ankle_dorsiflexion"]["lunge_deg"]) for t in plan}
    assert cells == {(width, lunge) for width in (0.75, 1.5) for lunge in (20.0, 30.0, 40.0, 50.0)}
    assert plan.n_trials == 16
    assert plan.trial(15).case == "stance-wide_ankle_dorsiflexion.lunge_deg-50"


def test_a_grid_may_sweep_cameras():
    views = [dict(t.picture)["views"] for t in plan_of(grid={"views": ["side", "oblique_rear"]})]
    assert views == [["side"], ["oblique_rear"]]


def test_a_million_trials_cost_nothing_to_plan():
    lunges = {"from": 20, "to": 50, "steps": 1000}
    flexions = {"from": 80, "to": 130, "steps": 1000}
    tracemalloc.start()
    plan = plan_of(grid={"ankle_dorsiflexion": {"lunge_deg": lunges}, "hip_flexion": {"flexion_deg": flexions}})
    assert plan.n_trials == 1_000_000
    assert plan.trial(999_999).parts["hip_flexion"]["flexion_deg"] == 130.0
    assert plan.shard_size == 32
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6


def test_shards_cover_every_trial_once():
    for n in (1, 5, 300, 9000):
        plan = plan_of(n=n)
        covered = [index for number in range(plan.n_shards) for index in plan.shard(number)]
        assert covered == list(range(n))


def test_people_are_drawn_and_what_is_fixed_stays():
    plan = plan_of("population=adults", n=5, cases=[{"name": "loaded", "barbell": "high_bar_20"}], fixed=["depth"])
    trials = list(plan)
    assert len({t.parts["lifter"]["stature_m"] for t in trials}) == 5
    assert {t.parts["barbell"]["load_kg"] for t in trials} == {20.0}
    assert {t.parts["depth"]["thigh_inclination_deg"] for t in trials} == {100.0}
    assert len({t.parts["stance"]["width"] for t in trials}) == 5


def test_a_drawn_lifter_s_limit_is_only_ever_lifted():
    twins = {"hip_flexion": {"flexion_deg": 105.0}, "hamstrings": {"hamstring_tightness_deg": 0.0}}
    plan = plan_of("population=adults", n=12, twins=twins)
    for k in range(12):
        own, flexed, loose = plan.family(0, k)
        assert flexed.parts["hip_flexion"]["flexion_deg"] == max(105.0, own.parts["hip_flexion"]["flexion_deg"])
        assert loose.parts["hamstrings"]["hamstring_tightness_deg"] <= min(
            0.0, own.parts["hamstrings"]["hamstring_tightness_deg"]
        )
    assert freer({"a": 1.0, "b": True}, {"a": 2.0, "b": False}) == {"a": 2.0, "b": False}


@pytest.mark.parametrize("seed", range(3))
def test_parts_make_the_setup_they_were_taken_from(seed):
    setup = sample_lifter(np.random.default_rng(seed), "a")
    assert setup_from(parts_of(setup)) == setup


def test_what_was_left_open_is_resolved_to_the_mean_of_the_sex():
    (trial,) = plan_of(cases=[{"name": "her", "lifter": "typical_woman"}])
    assert trial.parts["hip_flexion"]["flexion_deg"] is None
    assert resolved(trial.parts)["hip_flexion"]["flexion_deg"] == pytest.approx(107.3)


def test_a_single_setting_of_a_part_can_be_changed():
    parts = plan_of().trial(0).parts
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
        ({"cases": [{"name": "a"}], "grid": {"stance": ["wide"]}}, "give one of them"),
        ({"grid": {"stanse": ["wide"]}}, "Did you mean 'stance'"),
        ({"grid": {"stance": ["wid"]}}, "Did you mean 'wide'"),
        ({"grid": {"stance": ["wide", "wide"]}}, "every value once"),
        ({"grid": {"stance": "wide"}}, "values are a list"),
        ({"grid": {"lifter": {"stature_m": {"from": 1.5, "to": 1.9}}}}, "a range is"),
        ({"grid": {"lifter": {"stature": [1.5]}}}, "Did you mean 'stature_m'"),
        ({"twins": {"hip_flexion": "mobil"}}, "Did you mean 'mobile'"),
    ],
)
def test_what_cannot_be_planned_is_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        _planned(change)


def _planned(change):
    settings = dataset_spec(config_of(**change))["settings"]
    check_plan(Plan(settings), settings)


def test_an_unknown_group_is_refused():
    with pytest.raises(ConfigError, match="is no option of hair"):
        load_option("hair", "short")


def test_a_case_may_choose_how_it_is_filmed():
    case = {"name": "a", "views": ["side"], "camera": {"roll_deg": 12.0}, "appearance": {"top": "tank"}, "scene": "gym"}
    settings = dataset_spec(config_of(cases=[case]))["settings"]
    plan = Plan(settings)
    shooting = draw_shooting_for(settings, plan.trial(0), "male", plan.splits)
    assert list(shooting.shots) == ["side"]
    assert shooting.shots["side"].camera.roll_deg == 12.0
    assert shooting.look.appearance.top == "tank"
    drawn = {"name": "b", "views": ["sampled_side"], "camera": {"roll_deg": 9.0}}
    settings = dataset_spec(config_of(cases=[drawn]))["settings"]
    again = draw_shooting_for(settings, Plan(settings).trial(0), "male", plan.splits)
    assert again.shots["sampled_side"].camera.roll_deg == 9.0
    with pytest.raises(ConfigError, match="Did you mean 'top'"):
        dressed(shooting, {"tops": "tank"})


def test_twins_are_filmed_alike_and_lifters_from_views_by_lot():
    config = config_of(
        n=12, views=["side", "oblique_front", "oblique_rear"], cameras=1, twins={"hip_flexion": "mobile"}
    )
    settings = dataset_spec(config)["settings"]
    plan, seen = Plan(settings), set()
    for k in range(12):
        own, twin = (draw_shooting_for(settings, trial, "male", plan.splits) for trial in plan.family(0, k))
        assert own.factors(next(iter(own.shots))) == twin.factors(next(iter(twin.shots)))
        seen |= set(own.shots)
    assert seen == {"side", "oblique_front", "oblique_rear"}
