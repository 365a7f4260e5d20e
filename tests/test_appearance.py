from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.body.data import body_data
from sim.body.outfit import CHOICES, Outfit
from sim.render.appearance import Appearance, sample_appearance
from wink.config import build
from wink.errors import ConfigError

OPTIONS = sorted((Path(__file__).parents[1] / "configs" / "appearance").glob("*.yaml"))


def test_same_rng_same_appearance_and_seed_zero_is_a_seed() -> None:
    first, again, other = (sample_appearance(np.random.default_rng(s), "male") for s in (0, 0, 1))
    assert first == again
    assert first != other


def test_samples_use_the_whole_range() -> None:
    rng = np.random.default_rng(0)
    drawn = [sample_appearance(rng, sex) for sex in ("male", "female") for _ in range(200)]
    assert {a.skin_tone for a in drawn} == {1, 2, 3, 4, 5, 6}
    for field in ("top", "bottom", "hair"):
        seen = {getattr(a, field) for a in drawn}
        assert seen == set(CHOICES[field])
    assert len({a.top_colour for a in drawn}) == 13


@pytest.mark.parametrize("sex", ["male", "female"])
@pytest.mark.parametrize("option", OPTIONS, ids=lambda p: p.stem)
def test_every_option_gives_appearances(option: Path, sex: str) -> None:
    make = build(yaml.safe_load(option.read_text()))
    assert isinstance(make(np.random.default_rng(0), sex), Appearance)


def test_an_appearance_survives_a_config() -> None:
    appearance = sample_appearance(np.random.default_rng(5), "female")
    assert build({"_target_": "sim.render.appearance.Appearance", **asdict(appearance)}) == appearance


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"top": "tshrt"}, "Did you mean 'tshirt'"),
        ({"skin_tone": 7}, "skin_tone must lie between 1 and 6"),
        ({"plate_colour": "gold"}, "black, blue, competition, green, red"),
        ({"skin_tone": float("nan")}, "skin_tone"),
    ],
)
def test_refuses_unknown_looks(change: dict[str, object], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        replace(Appearance(), **change)


def test_every_outfit_has_its_parts_in_the_body() -> None:
    data = body_data()
    for top in CHOICES["top"]:
        for bottom in CHOICES["bottom"]:
            for hair in CHOICES["hair"]:
                outfit = Outfit(top, bottom, hair)
                assert set(outfit.parts) <= set(data.triangles)
                assert set(outfit.covering("skin")) <= set(data.covers)
