"""The deepest squat without a wink: squatting there shows none, and going a little deeper does."""

from dataclasses import replace

import pytest
from squats import setup_of

from sim.depth import Depth
from sim.neutral_depth import find_neutral_depth
from sim.squat import simulate_squat
from wink.onset import find_repetitions


@pytest.fixture(scope="module")
def planned():
    return find_neutral_depth(setup_of(), seed=0, how="planned")


@pytest.fixture(scope="module")
def squatted():
    return find_neutral_depth(setup_of(), seed=0)


def reversal_at(depth_deg, seed):
    repetitions = find_repetitions(simulate_squat(replace(setup_of(), depth=Depth(depth_deg)), seed))
    return repetitions[0].pelvic_reversal_deg


def test_squatting_there_shows_no_wink_and_a_little_deeper_does(planned):
    assert reversal_at(planned.pelvic_deg, seed=5) < 5.0
    assert reversal_at(planned.pelvic_deg + 6.0, seed=5) > 5.0


def test_the_spine_bends_before_the_pelvis_is_seen_to_turn(planned):
    assert 50.0 < planned.lumbar_deg < planned.pelvic_deg < 95.0


@pytest.mark.slow
def test_squats_say_about_the_same_as_the_plan(planned, squatted):
    assert squatted.pelvic_deg == pytest.approx(planned.pelvic_deg, abs=3.0)
    assert 50.0 < squatted.lumbar_deg < squatted.pelvic_deg < 95.0
    assert reversal_at(squatted.pelvic_deg, seed=5) < 5.0
    assert reversal_at(squatted.pelvic_deg + 6.0, seed=5) > 5.0


@pytest.mark.slow
def test_who_is_mobile_goes_deeper(squatted):
    free = find_neutral_depth(setup_of(hip_flexion="mobile", ankle_dorsiflexion="mobile"), seed=0)
    assert free.pelvic_deg > squatted.pelvic_deg + 5.0
