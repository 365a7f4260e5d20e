"""Heads are covered wherever somebody may be seen, and nothing of the low back is."""

import numpy as np
import pytest
from acting import STATURE_PX, person, squatting

from annotate.faces import CARRIED_S, blurred, head_boxes, low_back_and_hips, stature_px, touched_share

HEAD_PX = 0.130 * STATURE_PX


def boxes_of(scenes, rate=10.0, step=1):
    n = (len(scenes) - 1) * step + 1
    return head_boxes(scenes, range(0, n, step), n, rate)


def covers(boxes, points):
    return any(((box[:2] <= points) & (points <= box[2:])).all() for box in boxes)


def around(head):
    """Points about a head, a head's height across."""
    middle = (head.face_px[:2] + head.face_px[2:]) / 2
    return middle + HEAD_PX / 2 * np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])


def test_the_whole_head_is_covered_while_somebody_squats_and_looks_short():
    scenes = [(person(thigh),) for thigh in squatting(np.arange(40) / 10, [2.0])]
    for (actor,), boxes in zip(scenes, boxes_of(scenes), strict=True):
        assert covers(boxes, around(actor))


def test_a_lost_head_is_covered_where_it_may_be():
    """Lost for a second: both ends and all between. Lost for good: for a second more, the lifter to the end."""
    walk = [person(at=(100 + 2 * k, 220)) for k in range(40)]
    scenes = [(actor,) if not 15 <= k < 25 else () for k, actor in enumerate(walk)]
    boxes = boxes_of(scenes)
    assert all(covers(found, around(actor)) for actor, found in zip(walk, boxes, strict=True))
    passing = [(person(), *((person(at=(40, 220), number=1),) if k < 10 else ())) for k in range(60)]
    counts = [len(found) for found in boxes_of(passing)]
    last = 9 + round(CARRIED_S * 10)
    assert counts[: last + 1] == [2] * (last + 1)
    assert counts[last + 2 :] == [1] * (60 - last - 2)


def test_the_lifter_stays_covered_before_the_first_and_after_the_last_sight():
    scenes = [(), *[(person(),)] * 30, *[()] * 50]
    assert all(covers(found, around(person())) for found in boxes_of(scenes))


def test_heads_are_covered_between_the_pictures_that_were_looked_at():
    run = [person(at=(20 + 5 * k, 220)) for k in range(41)]
    boxes = head_boxes([(a,) for a in run[::4]], range(0, 41, 4), 41, 7.5)
    assert all(covers(found, around(actor)) for actor, found in zip(run, boxes, strict=True))


def test_nobody_nothing():
    assert [len(found) for found in boxes_of([(), (), ()])] == [0, 0, 0]


def test_what_is_left_of_a_face_is_a_few_squares():
    """Nothing finer than a sixth of the box survives, the rest of the picture is untouched."""
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 255, (120, 120, 3), dtype=np.uint8)
    box = np.array([[30.0, 20.0, 90.0, 80.0]])
    hidden = blurred(picture, box)
    outside = np.ones((120, 120), bool)
    outside[20:80, 30:90] = False
    assert (hidden[outside] == picture[outside]).all()
    patch = hidden[20:80, 30:90].mean(axis=2)
    power = np.abs(np.fft.fft2(patch - patch.mean())) ** 2
    fine = np.minimum(np.arange(60), 60 - np.arange(60)) > 6
    assert power[fine][:, fine].sum() < 0.02 * power.sum()
    assert patch.std() < 0.35 * picture[20:80, 30:90].mean(axis=2).std()
    assert (blurred(picture, np.array([[-500.0, -500, -400, -400]])) == picture).all()


@pytest.mark.parametrize("thigh", [0, 60, 110])
def test_hips_and_low_back_stay_clear(thigh):
    scenes = [(person(thigh),)] * 5
    boxes = boxes_of(scenes)
    spots = [low_back_and_hips(actor) for (actor,) in scenes]
    assert touched_share(boxes, spots) == 0.0
    assert touched_share([np.array([[0.0, 0, 400, 400]])] * 5, spots) == 1.0


def test_stature_follows_from_leg_or_trunk():
    assert stature_px(person()) == pytest.approx(STATURE_PX, rel=0.01)
    assert stature_px(person(90)) == pytest.approx(STATURE_PX, rel=0.01)
