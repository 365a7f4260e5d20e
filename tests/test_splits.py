"""Splits by lifter, things held out, and the check that would notice a leak."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planned import config_of, plan_of

from sim.generate import dataset_spec
from sim.lot import draw_shooting_for
from sim.population import parts_of
from sim.settings import check_settings
from sim.setup import setup_from
from sim.splits import check_paths, splits_from
from wink.errors import ConfigError
from wink.holdout import HELD_OUT, check_holdout, factor_at, find_leaks, is_held_out

SHARES = {"train": 0.7, "validation": 0.1, "test": 0.1, HELD_OUT: 0.1}


@given(st.integers(0, 1000), st.integers(20, 2000))
def test_shares_are_kept_to_a_few_lifters_however_many_there_are(seed, n):
    splits = splits_from(SHARES, {}, seed)
    counts = Counter(splits.of_lifter(k, []) for k in range(n))
    for split, share in SHARES.items():
        assert abs(counts[split] - share * n) <= 4  # by lot it would be up to 3 sd, 64 of 2000


def test_another_seed_splits_otherwise():
    first, second = (splits_from({"train": 1, "test": 1}, {}, seed) for seed in (0, 1))
    assert [first.of_lifter(k, []) for k in range(40)] != [second.of_lifter(k, []) for k in range(40)]


def test_a_lifter_and_the_twins_are_in_one_split():
    plan = plan_of(n=60, split=SHARES, twins={"hip_flexion": "mobile"})
    by_lifter = {}
    for trial in plan:
        by_lifter.setdefault(trial.subject_id, set()).add(trial.split)
    assert len(by_lifter) == 60
    assert all(len(splits) == 1 for splits in by_lifter.values())


def test_a_held_out_body_is_in_no_other_split_nor_is_its_twin():
    holdout = {"ankle_dorsiflexion.lunge_deg": [20, 36], "lifter.stature_m": [1.85, 2.3]}
    twins = {"ankle_dorsiflexion": {"lunge_deg": 50.0}}
    plan = plan_of("population=adults", n=80, split={"train": 0.8, "test": 0.2}, holdout=holdout, twins=twins)
    counts = Counter()
    for trial in plan:
        own = plan.trial(trial.index - (trial.counterfactual_of is not None)).parts
        held = is_held_out(own, holdout)
        assert (trial.split == HELD_OUT) == held
        counts[trial.split] += 1
    assert min(counts[split] for split in ("train", "test", HELD_OUT)) > 4


def rows_of(plan, settings):
    """Rows of metadata as far as splits go, each clip filmed as it would be."""
    for trial in plan:
        shooting = draw_shooting_for(settings, trial, trial.parts["lifter"]["sex"], plan.splits)
        for view in shooting.shots:
            factors = {"seed": trial.seed, **parts_of(setup_from(trial.parts)), "view": view, **shooting.factors(view)}
            yield {
                "clip_id": f"{trial.index}-{view}",
                "subject_id": trial.subject_id,
                "split": trial.split,
                "trial_id": trial.trial_id,
                "counterfactual_of": trial.counterfactual_of,
                "sha256": f"{trial.index}-{view}",
                "factors": json.dumps(factors),
            }


@pytest.fixture(scope="module")
def held_out():
    holdout = {"camera.azimuth_deg": [100, 130], "appearance.top": ["tank"], "hip_flexion.flexion_deg": [60, 92]}
    config = config_of(
        "population=adults",
        n=60,
        views=["side", "oblique_front", "oblique_rear"],
        cameras=1,
        split=SHARES,
        holdout=holdout,
        twins={"hip_flexion": "mobile"},
    )
    settings = dataset_spec(config)["settings"]
    return holdout, list(rows_of(plan_of(**config), settings))


def test_a_planned_dataset_does_not_leak(held_out):
    holdout, rows = held_out
    assert {row["split"] for row in rows} == set(SHARES)
    assert find_leaks(rows, holdout) == []
    shown = [json.loads(row["factors"]) for row in rows if row["split"] == HELD_OUT]
    assert all(is_held_out(factors, holdout) for factors in shown)
    assert sum(is_held_out(factors, {"camera.azimuth_deg": [100, 130]}) for factors in shown) > 2


@pytest.mark.parametrize("column", ["subject_id", "trial_id", "sha256"])
def test_what_is_in_two_splits_is_noticed(held_out, column):
    holdout, rows = held_out
    train = next(row for row in rows if row["split"] == "train")
    test = next(row for row in rows if row["split"] == "test")
    planted = {**test, "clip_id": "x", **_apart(column), column: train[column]}
    (leak,) = find_leaks([*rows, planted], holdout)
    assert "is in train and in test" in leak or "is in test and in train" in leak


def _apart(column):
    """Everything else of the planted row is new."""
    marks = {k: "new" for k in ("subject_id", "trial_id", "sha256") if k != column}
    return {**marks, "counterfactual_of": None, "factors": "{}"}


def test_a_seed_a_twin_and_a_held_out_thing_out_of_place_are_noticed(held_out):
    holdout, rows = held_out
    train = next(row for row in rows if row["split"] == "train" and row["counterfactual_of"] is None)
    stray = {**train, "clip_id": "s", "subject_id": "new", "trial_id": "new", "sha256": "new", "split": "test"}
    assert any(leak.startswith("seed") for leak in find_leaks([*rows, stray], holdout))
    twin = {**stray, "factors": "{}", "counterfactual_of": train["trial_id"]}
    assert any(leak.startswith("trial") for leak in find_leaks([*rows, twin], holdout))
    look = json.loads(train["factors"])["appearance"]
    same = {**stray, "factors": json.dumps({"appearance": look})}
    assert any(leak.startswith("look") for leak in find_leaks([*rows, same], holdout))
    shown = {**stray, "split": "train", "factors": json.dumps({"camera": {"azimuth_deg": 110.0}})}
    assert find_leaks([*rows, shown], holdout) == ["clip s shows what is held out and is in train"]


def test_one_look_for_all_is_no_leak():
    row = {"subject_id": "a", "split": "train", "sha256": "1", "factors": json.dumps({"appearance": {"floor": "mat"}})}
    others = [{**row, "subject_id": f"b{k}", "sha256": f"{k}b", "split": "test"} for k in range(4)]
    assert find_leaks([row, *others]) == []


@pytest.mark.parametrize(
    ("factors", "holdout", "held"),
    [
        ({"camera": {"azimuth_deg": 100.0}}, {"camera.azimuth_deg": [100, 130]}, True),
        ({"camera": {"azimuth_deg": 99.9}}, {"camera.azimuth_deg": [100, 130]}, False),
        ({"appearance": {"floor": "wood"}}, {"appearance.floor": ["wood", "mat"]}, True),
        ({"appearance": {"floor": "rubber"}}, {"appearance.floor": ["wood", "mat"]}, False),
        ({}, {"camera.azimuth_deg": [100, 130]}, False),
        ({"a": {"b": 1}}, {}, False),
    ],
)
def test_what_is_held_out(factors, holdout, held):
    assert is_held_out(factors, holdout) == held


def test_factors_by_path():
    assert factor_at({"a": {"b": {"c": 3}}}, "a.b.c") == 3
    assert factor_at({"a": 1}, "a.b") is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"split": "foo"}, "'foo' is no split"),
        ({"split": {"train": 0}}, "a number above 0"),
        ({"split": {}}, "one name, or shares"),
        ({"holdout": {"camera.azimuth_deg": [130, 100]}}, "wrong way"),
        ({"holdout": {"camera.azimuth_deg": 100}}, "list of values"),
        ({"holdout": ["camera"]}, "holdout is"),
        ({"holdout": {"camera.azimuth_deg": [100, 130]}, "split": {"train": 1}}, "some lifters must show it"),
    ],
)
def test_splits_that_cannot_be_meant_are_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        check_settings(config_of(**change))


def test_holding_out_what_no_clip_has_is_refused():
    with pytest.raises(ConfigError, match=r"Did you mean 'lifter\.stature_m'"):
        check_paths({"lifter.stature": [1, 2]}, {"lifter": {"stature_m": 1.7, "_target_": "x"}})


def test_holding_out_all_that_can_be_drawn_is_noticed():
    config = config_of(split={"train": 0.5, HELD_OUT: 0.5}, holdout={"camera.azimuth_deg": [0, 180]}, n=8)
    settings = dataset_spec(config)["settings"]
    plan = plan_of(**config)
    trial = next(t for t in plan if t.split == "train")
    with pytest.raises(ConfigError, match="no camera and look that suit its split 'train'"):
        draw_shooting_for(settings, trial, "male", plan.splits)


def test_what_is_held_out_together_is_in_training_one_by_one():
    together = "ankle_dorsiflexion.lunge_deg & hip_flexion.flexion_deg"
    holdout = {together: [[10, 40], [50, 100]]}
    plan = plan_of("population=adults", n=200, split={"train": 0.8, "test": 0.2}, holdout=holdout)
    seen = Counter()
    for trial in plan:
        ankle, hip = (factor_at(trial.parts, path) for path in together.split(" & "))
        stiff = (10 <= ankle <= 40, 50 <= hip <= 100)
        assert (trial.split == HELD_OUT) == all(stiff)
        seen[stiff, trial.split == "train"] += 1
    assert min(seen[stiff, True] for stiff in ((True, False), (False, True), (False, False))) > 10
    assert seen[(True, True), False] > 10


@pytest.mark.parametrize("values", [[10, 40], [[10, 40]], [[10, 40], [100, 50]], [[10, 40], []], "stiff"])
def test_what_is_held_out_together_needs_values_of_each(values):
    with pytest.raises(ConfigError, match="holdout"):
        check_holdout({"ankle_dorsiflexion.lunge_deg & hip_flexion.flexion_deg": values})
