"""Lifters left out in turn: whole lifters, groups of one size, the same every time."""

import numpy as np
import pytest

from detect.training.folds import lifter_folds


def test_a_lifters_clips_stay_together_and_groups_are_of_one_size():
    lifters = [f"lifter-{k % 10}" for k in range(34)]
    folds = lifter_folds(lifters, 3)
    assert all(
        len({int(f) for f, name in zip(folds, lifters, strict=True) if name == one}) == 1 for one in set(lifters)
    )
    sizes = [len({name for f, name in zip(folds, lifters, strict=True) if f == fold}) for fold in range(3)]
    assert sorted(sizes) == [3, 3, 4]


def test_the_order_of_the_clips_changes_nothing():
    lifters = [f"lifter-{k % 7}" for k in range(20)]
    order = np.random.default_rng(0).permutation(20)
    assert (lifter_folds([lifters[i] for i in order], 3) == lifter_folds(lifters, 3)[order]).all()


def test_fewer_lifters_than_groups_make_fewer_groups():
    assert lifter_folds(["a", "b", "a"], 5).tolist() == [0, 1, 0]


@pytest.mark.parametrize("facing", [1, -1])
def test_features_are_read_of_people_who_face_either_way(facing):
    torch = pytest.importorskip("torch")
    from types import SimpleNamespace

    from drawn import drawn_pose, thigh_curve, tilt_curve

    from detect.sight import CLOSE_PX, see, small_pictures
    from detect.training.frames import read_features
    from detect.training.network import FrameNet, FrameSettings

    thigh = thigh_curve(np.arange(60) / 15)
    sight = see(drawn_pose(thigh, tilt_curve(thigh, 10.0), facing, fps=15.0))
    pictures = small_pictures(sight.pictures, CLOSE_PX)
    example = SimpleNamespace(pictures=pictures, curves=sight.curves, seen=sight.body.seen, fps=15.0)
    torch.manual_seed(0)
    features = read_features(FrameNet(FrameSettings([2, 2, 2, 2], 4, True, 0.0), 8).eval(), example, None, 0)
    assert features.shape == (sight.n_at_rate, 4 + 2 + 8)
    assert np.isfinite(features).all()


def test_unknown_marks_teach_nothing_and_others_do():
    torch = pytest.importorskip("torch")
    from detect.training.frames import marks_loss

    marks = torch.tensor([[[20.0, 20.0], [float("nan"), 3.0], [70.0, 5.0]]])
    found = torch.tensor([[[20.0, 20.0], [9.0, 9.0], [1.0, 1.0]]], requires_grad=True)
    assert marks_loss(found, marks).item() == 0.0
    loss = marks_loss(found + 3.0, marks)
    loss.backward()
    assert loss.item() > 0
    assert torch.isfinite(found.grad).all()
    assert not found.grad[0, 1:].any()


def test_no_light_is_left_in_what_the_network_sees_of_grey():
    torch = pytest.importorskip("torch")
    from detect.training.network import _without_light

    texture = torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    dim = _without_light(0.2 + 0.3 * texture)
    bright = _without_light(0.5 + 0.5 * texture)
    assert torch.corrcoef(torch.stack([dim.ravel(), bright.ravel()]))[0, 1] > 0.99
    assert abs(bright.mean().item()) < 0.05
