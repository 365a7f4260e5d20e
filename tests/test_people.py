"""Everybody in a picture followed as one person each, with networks that say what they are told."""

from dataclasses import replace

import numpy as np
import pytest

from detect.blazepose import INDEX, Body
from detect.people import BlazePosePeople, _Crowd, _windows
from detect.roi import Roi
from wink.errors import ConfigError
from wink.people import check_people

PICTURE = np.zeros((400, 300, 3), np.uint8)


def body(x, height=300.0, top=50.0, presence=0.9):
    """Somebody who stands with the head at `top`."""
    points = np.full((33, 2), [x, top + 0.5 * height])
    points[: INDEX["mouth_right"] + 1] = [x, top + 5]
    points[[INDEX["left_hip"], INDEX["right_hip"]]] = [x, top + 0.5 * height]
    points[[INDEX["left_shoulder"], INDEX["right_shoulder"]]] = [x, top + 0.2 * height]
    points[[INDEX["left_ankle"], INDEX["right_ankle"]]] = [[x - 20, top + height], [x + 20, top + height]]
    points[[INDEX["left_wrist"], INDEX["right_wrist"]]] = [[x - 40, top + 100], [x + 40, top + 100]]
    empty = np.zeros((256, 256), np.uint8)
    roi = Roi(np.array([x, top + height / 2]), height, 0.0)
    return Body(presence, points, np.zeros((33, 3)), np.ones(33), empty, empty, np.eye(2, 3), roi)


class Seen:
    """Both networks: whoever of the bodies is nearest to a square is in it."""

    def __init__(self, *bodies):
        self.bodies = list(bodies)

    def find_all(self, image):
        return tuple(b.next_roi for b in self.bodies) if image.shape == PICTURE.shape else ()

    def read(self, _image, roi):
        return min(self.bodies, key=lambda b: _apart(b.next_roi, roi))


def _apart(a, b):
    return np.hypot(*(a.centre - b.centre)) + abs(a.side_px - b.side_px)


def crowd(seen):
    return _Crowd(seen, seen, 3)


def step(people):
    people.go_on(PICTURE)
    people.look_around(PICTURE)
    found = people.seen()
    check_people(found)
    return [person.number for person in found]


def test_each_person_keeps_a_number():
    people = crowd(Seen(body(80), body(220)))
    assert [step(people) for _ in range(3)] == [[0, 1]] * 3


def test_a_leg_is_no_person_even_while_the_lifter_squats_and_looks_short():
    seen = Seen(body(150))
    people = crowd(seen)
    step(people)
    seen.bodies = [body(150, height=180, top=170), body(150, height=120, top=220)]
    assert step(people) == [0]


def test_who_is_lost_comes_back_as_the_same_or_is_given_up():
    seen = Seen(body(150))
    people = crowd(seen)
    step(people)
    here, seen.bodies = seen.bodies[0], [replace(seen.bodies[0], presence=0.1)]
    assert [step(people) for _ in range(2)] == [[], []]
    assert people.somebody_is_lost is False
    seen.bodies = [here]
    assert step(people) == [0]
    seen.bodies = [replace(here, presence=0.1)]
    for _ in range(5):
        step(people)
    seen.bodies = [here]
    assert step(people) == [1]


def test_windows_cover_the_picture():
    for height, width in ((1080, 608), (720, 1280), (500, 500)):
        covered = np.zeros((height, width), int)
        for top, left, side in _windows(height, width)[1:]:
            covered[top : top + side, left : left + side] += 1
        assert covered.min() >= 1


def test_looks_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="look_every_s"):
        BlazePosePeople(look_every_s=0)
