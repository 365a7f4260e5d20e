"""What a dataset would be: counts and costs, before it is made; every recipe of configs/experiment can be planned."""

import pytest
from hydra import compose, initialize_config_module
from planned import config_of

from sim.estimate import duration_s, estimate, forecast
from wink.config import options_of, plain


@pytest.mark.parametrize("experiment", options_of("experiment"))
def test_every_experiment_can_be_planned(experiment):
    made = estimate(config_of(f"experiment={experiment}"))
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


def test_a_single_lifter_is_a_single_clip_unless_every_view_is_asked_for():
    with initialize_config_module("configs", version_base="1.3"):
        config = plain(compose("generate", ["n=1", "seed=0", "name=x"]))
    assert estimate(config).clips == 1
    assert estimate({**config, "cameras": None}).clips == 3
