"""Squats found in what a finder of people sees, and the cuts about them."""

import numpy as np
import pytest
from acting import person, squatting

from annotate.clip_file import Cut
from annotate.cuts import FilmedSquat, cuts_about, lifters, squats_of

TIME_S = np.arange(0, 12, 1 / 24)


def found(scenes):
    return squats_of(lifters(scenes, TIME_S))


def act(bottoms_s, **how):
    return [(person(thigh),) for thigh in squatting(TIME_S, bottoms_s, **how)]


def test_every_squat_is_found_where_it_is():
    squats = found(act([2.0, 5.5, 9.0]))
    assert [s.bottom_s for s in squats] == pytest.approx([2.0, 5.5, 9.0], abs=0.1)
    for squat in squats:
        assert squat.start_s == pytest.approx(squat.bottom_s - 0.85, abs=0.15)
        assert squat.end_s == pytest.approx(squat.bottom_s + 0.85, abs=0.15)
        assert squat.deepest_thigh_deg == pytest.approx(100, abs=5)


@pytest.mark.parametrize(("bottoms", "depth"), [([], 100), ([4.0], 30)])
def test_standing_and_nodding_are_no_squats(bottoms, depth):
    assert found(act(bottoms, deepest_deg=depth)) == []


def test_a_squat_the_film_cuts_off_is_none():
    assert [s.bottom_s for s in found(act([0.2, 6.0, 11.8]))] == pytest.approx([6.0], abs=0.1)


def test_a_loss_is_bridged_a_long_one_is_not_believed():
    scenes = act([3.0, 8.0])
    short = [() if 2.4 < t < 2.7 else s for s, t in zip(scenes, TIME_S, strict=True)]
    assert len(found(short)) == 2
    long = [() if 2.2 < t < 3.6 else s for s, t in zip(scenes, TIME_S, strict=True)]
    assert [s.bottom_s for s in found(long)] == pytest.approx([8.0], abs=0.1)


def test_the_lifter_counts_not_who_stands_or_squats_in_the_background():
    scenes = [
        (person(big, at=(160, 220)), person(small, at=(40, 150), number=1, scale=0.4))
        for big, small in zip(squatting(TIME_S, [6.0]), squatting(TIME_S, [3.0, 9.0]), strict=True)
    ]
    assert [s.bottom_s for s in found(scenes)] == pytest.approx([6.0], abs=0.1)


def test_a_lifter_who_got_another_number_in_between_still_squats():
    scenes = [(person(t, number=int(at > 6)),) for t, at in zip(squatting(TIME_S, [3.0, 9.0]), TIME_S, strict=True)]
    assert [s.bottom_s for s in found(scenes)] == pytest.approx([3.0, 9.0], abs=0.1)


def test_cuts_have_margins_that_never_reach_into_the_next_squat():
    squats = [FilmedSquat(1.0, 2.0, 3.0, 90), FilmedSquat(3.4, 4.0, 5.0, 90), FilmedSquat(9.0, 9.5, 9.9, 90)]
    cuts = cuts_about(squats, 10.0, 100, margin_s=0.75)
    assert cuts == [Cut(2, 33), Cut(33, 59), Cut(82, 100)]
