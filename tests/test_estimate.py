"""What a dataset would be: counts and costs, before it is made; every recipe of configs/experiment can be planned."""

import pytest
from hydra import compose, initialize_config_module
from planned import config_of

from sim.estimate import duration_s, estimate, forecast, frame_s
from sim.render.filming import Filming
from sim.render.quality import Quality
from wink.config import options_of, plain


@pytest.mark.parametrize("experiment", options_of("experiment"))
def test_every_experiment_can_be_planned(experiment):
    with initialize_config_module("configs", version_base="1.3"):
        made = estimate(plain(compose("generate", [f"experiment={experiment}"])))
    assert made.clips >= made.trials >= 1
    assert sum(made.by_split.values()) == pytest.approx(made.trials)
    assert str(made.clips) in forecast(made, "there").replace(",", "")


def test_cost_is_linear_in_the_number_of_lifters_and_looks_at_few():
    few, many = (estimate(config_of("population=adults", n=n, split={"train": 3, "test": 1})) for n in (1000, 100_000))
    assert many.cpu_s == pytest.approx(100 * few.cpu_s, rel=0.03)
    assert many.size_bytes == pytest.approx(100 * few.size_bytes, rel=0.03)
    assert many.by_split["train"] == pytest.approx(75_000, rel=0.02)
    assert not many.exact


def test_a_set_s_length():
    tempo = {"descent_s": 1.5, "pause_s": 0.2, "ascent_s": 1.3, "repetitions": 3, "rest_s": 0.5, "quiet_s": 0.3}
    assert duration_s(tempo) == pytest.approx(0.6 + 3 * 3.0 + 2 * 0.5)


def test_what_is_drawn_for_the_clips_counts():
    """Phones film at 24 to 60 frames a second, each frame from two moments, upright or not; two moments cost twice."""
    clean, phones = (estimate(config_of(f"filming={name}", n=200)) for name in ("clean", "phone"))
    rates = {24: 1, 25: 1, 29.97: 3, 30: 4, 60: 1}
    mean_fps = sum(fps * often for fps, often in rates.items()) / sum(rates.values())
    assert phones.frames / clean.frames == pytest.approx(mean_fps / 10, rel=0.1)  # these clean clips have 10 a second
    still, moving = (frame_s(0.3, Filming(shutter_deg=shutter), Quality()) for shutter in (0.0, 180.0))
    assert moving / still == pytest.approx(2.0, rel=0.3)
    assert estimate(config_of("quality=hero")).cpu_s > 2 * estimate(config_of()).cpu_s


def test_a_large_grid_is_listed_in_a_few_lines():
    grid = {"stance": ["narrow", "wide"], "lifter": {"stature_m": {"from": 1.6, "to": 1.9, "steps": 300}}}
    said = forecast(estimate(config_of(grid=grid)), "there").splitlines()
    assert len(said) < 20
    assert any("more cases" in line for line in said)


def test_a_single_lifter_is_a_single_clip_unless_every_view_is_asked_for():
    with initialize_config_module("configs", version_base="1.3"):
        config = plain(compose("generate", ["n=1", "seed=0", "name=x"]))
    assert estimate(config).clips == 1
    assert estimate({**config, "cameras": None}).clips == 3
