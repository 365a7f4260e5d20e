"""Why a lifter winks: terms that sum, causes that are really there, and doubt where style decides."""

import json

import pytest
from hydra import compose, initialize_config_module

from sim.attribution import Attribution, Terms, attribute, common_depth, wink_of
from sim.attribution_report import data_of, table, write_attribution
from sim.cases import PARTS, choose
from sim.causes import USUAL_CAUSES, causes_of
from sim.commands import attribute as verb
from sim.planner import plan_squat
from sim.setup import setup_from
from sim.skeleton import build_skeleton
from wink.causes import CauseShares
from wink.compose import run_composed
from wink.config import load_option, options_of, plain
from wink.errors import ConfigError

CAUSES = ["hip_flexion", "ankle_dorsiflexion"]


@pytest.fixture(scope="module")
def parts():
    with initialize_config_module("configs", version_base="1.3"):
        config = plain(compose("attribute", ["ankle_dorsiflexion=stiff"]))
    return {part: config[part] for part in PARTS}


@pytest.fixture(scope="module")
def found(parts):
    return attribute(parts, CAUSES, styles=False)


def test_the_terms_sum_to_the_wink_that_the_causes_make(found):
    for terms in found.views.values():
        assert sum(terms.shapley_deg.values()) == pytest.approx(terms.own_deg - terms.healthy_deg, abs=1e-9)
    assert found.views["lumbar_flexion"].shapley_deg["hip_flexion"] > 5.0
    assert found.views["lumbar_flexion"].shapley_deg["ankle_dorsiflexion"] > 3.0
    assert found.plans == 4


def test_the_worths_are_those_of_the_lifters_planned_one_by_one(parts, found):
    def planned(lifted):
        setup = setup_from(choose(parts, lifted))
        return plan_squat(setup, build_skeleton(setup.lifter, setup.barbell))

    own, free = planned({}), planned({"hip_flexion": "mobile"})
    terms = found.views["pelvic_reversal"]
    depth = found.thigh_inclination_deg
    assert terms.own_deg == pytest.approx(wink_of("pelvic_reversal", own, depth), abs=1e-6)
    lost = terms.own_deg - wink_of("pelvic_reversal", free, depth)
    assert terms.removal_deg["hip_flexion"] == pytest.approx(lost, abs=1e-6)
    assert common_depth([own, free]) >= depth


def test_shares_by_kind_sum_to_one(found):
    causes = found.cause_shares()
    assert sum(causes.shares.values()) == pytest.approx(1.0)
    assert causes.shares["structural"] == 0.0
    assert causes.baseline_deg + causes.explained_deg == pytest.approx(found.views["lumbar_flexion"].own_deg)


def test_there_is_nothing_to_share_below_the_dead_band():
    assert CauseShares(90.0, 3.0, {"functional": 4.0}, ()).shares is None


def test_a_term_whose_sign_swings_with_style_is_uncertain():
    ranges = {"a": (-1.0, 2.0), "b": (0.5, 3.0), "c": (-0.1, 0.1)}
    terms = Terms(6.0, 0.0, {"a": 1.0, "b": 2.0, "c": 0.0}, {}, {}, {}, ranges)
    assert terms.uncertain == ("a",)
    attribution = Attribution(90.0, {"a": "ankle", "b": "load", "c": "strength"}, {"lumbar_flexion": terms}, 8)
    assert attribution.cause_shares().uncertain == ("ankle",)


def test_every_cause_takes_away_what_the_configuration_knows(parts):
    names = options_of("cause")
    assert {"hip_flexion", "load"} <= set(names)
    for name in names:
        causes_of([name], {**parts, "barbell": load_option("barbell", "high_bar_20")})


def test_a_dataset_s_lifters_are_asked_for_the_causes_of_the_verb():
    with initialize_config_module("configs", version_base="1.3"):
        assert tuple(compose("attribute").causes) == USUAL_CAUSES


def test_without_a_bar_there_is_no_load_and_what_is_mobile_cannot_be_lifted(parts):
    assert set(causes_of([*CAUSES, "load"], parts)) == set(CAUSES)
    mobile = choose(parts, {"hip_flexion": "mobile"})
    assert set(causes_of(CAUSES, mobile)) == {"ankle_dorsiflexion"}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["hip_flexoin"], "Did you mean 'hip_flexion'"),
        (["load", "load"], "are to be different"),
        ([], "no causes to compare; the choices are"),
        (["hip_flexion", "hip_rotation", "hip_bone", "ankle_dorsiflexion", "strength", "load", "hamstrings"], "most 6"),
    ],
)
def test_causes_that_cannot_be_compared_are_refused(parts, names, message):
    loaded = {**parts, "barbell": load_option("barbell", "high_bar_20")}
    with pytest.raises(ConfigError, match=message):
        causes_of(names, loaded)


def test_styles_are_asked_for_or_not(tmp_path):
    with pytest.raises(ConfigError, match="styles is 'maybe'; expected true or false"):
        run_composed("attribute", verb, ("styles=maybe", f"output={tmp_path / 'attribution'}"))


def test_it_is_told_drawn_and_written(found, tmp_path):
    data, picture = write_attribution(found, tmp_path / "a")
    read = json.loads(data.read_text())
    assert read == json.loads(json.dumps(data_of(found)))
    assert read["lumbar_flexion"]["group_share"]["functional"] > 0.3
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "hip_flexion" in table(found)
