"""Of several people the one is followed whose hips go up and down."""

import numpy as np
import pytest

from detect.roi import Roi, different_people
from detect.squatter import Sighting, find_squatter, was_followed


def roi(x, y, side=200.0):
    return Roi(np.array([x, y], float), side, 0.0)


def sightings(*paths):
    """People's heights, one list each, 300 pixels apart; None = not seen in that picture."""
    frames = range(0, 15 * len(paths[0]), 15)
    people = [
        tuple(roi(300 * i, path[k]) for i, path in enumerate(paths) if path[k] is not None) for k in range(len(frames))
    ]
    return [Sighting(frame, seen) for frame, seen in zip(frames, people, strict=True)]


STILL, SQUATS = [100, 101, 100, 99, 100], [100, 120, 150, 125, 100]


def test_one_person_needs_no_choice():
    assert find_squatter(sightings(SQUATS)) == ()


@pytest.mark.parametrize("order", [(STILL, SQUATS), (SQUATS, STILL)])
def test_the_one_who_goes_down_is_chosen_whoever_is_surer(order):
    squatter = find_squatter(sightings(*order))
    assert [r.centre[1] for _, r in squatter] == SQUATS
    assert [frame for frame, _ in squatter] == [0, 15, 30, 45, 60]


def test_where_nobody_squats_nobody_is_chosen():
    assert find_squatter(sightings(STILL, STILL)) == ()


def test_a_gap_does_not_make_two_of_one():
    squatter = find_squatter(sightings(STILL, [100, None, 150, 125, 100]))
    assert [frame for frame, _ in squatter] == [0, 30, 45, 60]


def test_a_passer_by_is_nobody():
    assert find_squatter(sightings([100] * 5, [None, 150, 50, None, None])) == ()


def test_it_is_known_whether_the_right_one_was_followed():
    squatter = find_squatter(sightings(STILL, SQUATS))
    hips = np.full((75, 2), np.nan)
    assert not was_followed(squatter, hips)
    hips[::15] = [[300, y] for y in SQUATS]
    assert was_followed(squatter, hips)
    hips[:, 0] = 0
    assert not was_followed(squatter, hips)


def test_squares_about_one_person_are_one():
    surest, same, other = roi(100, 100), roi(130, 110), roi(300, 100)
    assert different_people([surest, same, other]) == (surest, other)
