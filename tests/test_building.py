"""Objects from configurations: the quick way for built-in dictionaries makes what Hydra makes."""

import pytest
from omegaconf import OmegaConf

from sim.stance import Stance
from wink.config import build
from wink.errors import ConfigError

SETTINGS = {"width": {"one_of": {1.1: 2}}, "toe_out_deg": 10.0}
NODE = {"_target_": "sim.render.sampled.Sampled", "of": "sim.stance.Stance", "settings": SETTINGS}


def test_both_ways_make_the_same():
    assert build(NODE) == build(OmegaConf.create(NODE))
    assert list(build(NODE).settings["width"]["one_of"]) == [1.1], "keys stay numbers"


def test_parts_of_parts_lists_and_partials_are_made():
    node = {
        "_target_": "builtins.dict",
        "a": [{"_target_": "sim.stance.Stance", "width": 1.0, "toe_out_deg": 5.0}],
        "b": {"c": 1},
    }
    assert build(node)["a"] == [Stance(1.0, 5.0)]
    assert build({"_target_": "sim.stance.Stance", "_partial_": True, "width": 0.8})(toe_out_deg=5.0) == Stance(
        0.8, 5.0
    )


@pytest.mark.parametrize("make", [dict, OmegaConf.create])
@pytest.mark.parametrize(
    ("change", "message"),
    [({"wide": 1}, "wide"), ({"_target_": "sim.stance.Stanse"}, "Stanse"), ({"width": -1.0}, "width")],
)
def test_what_cannot_be_made_is_named(make, change, message):
    with pytest.raises(ConfigError, match=message):
        build(make({"_target_": "sim.stance.Stance", "width": 1.0, "toe_out_deg": 5.0, **change}))
