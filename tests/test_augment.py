"""What is done to training pictures: to the whole of a stretch alike, and to the truth as to the picture."""

from dataclasses import fields, replace

import pytest

from detect.training.augmentation import Augmentation

torch = pytest.importorskip("torch")

from detect.training.augment import change_pictures, turned_with  # noqa: E402

UNCHANGED = Augmentation(**{field.name: 0.0 for field in fields(Augmentation)})


@pytest.mark.parametrize("inverted", [0.0, 1.0])
def test_a_negative_of_the_grey_picture_leaves_the_mask_alone(inverted):
    how = replace(UNCHANGED, inverted=inverted)
    pictures = torch.randint(0, 256, (6, 2, 64, 64), generator=torch.Generator().manual_seed(0)).float()
    changed, _ = change_pictures(pictures, how, 6, torch.Generator().manual_seed(1))
    assert torch.allclose(changed[:, 0], pictures[:, 0], atol=0.1)
    sign = torch.corrcoef(torch.stack([changed[:, 1].ravel(), pictures[:, 1].ravel()]))[0, 1]
    assert sign.item() == pytest.approx(1 - 2 * inverted, abs=0.1)


def test_a_hidden_disc_is_the_same_over_a_stretch():
    how = replace(UNCHANGED, hidden=1.0)
    pictures = torch.full((8, 2, 64, 64), 100.0)
    changed, _ = change_pictures(pictures, how, 4, torch.Generator().manual_seed(3))
    hidden = changed[:, 0] != 100.0
    assert hidden.any()
    assert (hidden[:4] == hidden[:1]).all()
    assert not (hidden[0] == hidden[4]).all()


def test_marks_go_where_the_picture_goes():
    how = replace(UNCHANGED, shift_px=4.0, size=0.1, slimness=0.1, bend_px=2.0, roll_deg=5.0)
    marks = torch.tensor([[[20.0, 30.0], [44.0, 40.0]]]).repeat(40, 1, 1)
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    dots = [torch.exp(-((x - u) ** 2 + (y - v) ** 2) / 4) for u, v in marks[0].tolist()]
    pictures = 255 * torch.stack(dots).repeat(40, 1, 1, 1)  # one dot on the mask, the other on the grey picture
    generator = torch.Generator().manual_seed(2)
    changed, moved = change_pictures(pictures, how, 1, generator, marks, 10 * torch.randn(40, generator=generator))
    assert (moved - marks).norm(dim=2).median() > 4
    light = (changed - changed.amin(dim=(2, 3), keepdim=True)).clamp(min=30) - 30
    weight = light.sum(dim=(2, 3))
    seen = torch.stack([(light * x).sum(dim=(2, 3)), (light * y).sum(dim=(2, 3))], dim=2) / weight[..., None]
    assert (seen - moved)[:, 0].norm(dim=1).max() < 0.7


def test_a_turned_picture_is_a_lifter_further_forward():
    side = torch.zeros(1, 2, 64, 64)
    side[:, :, 10:32, 30:34] = 255.0  # a trunk upright over the middle
    turned, marks = change_pictures(
        side, UNCHANGED, 1, torch.Generator(), torch.tensor([[[31.5, 10.0]]]), torch.tensor([30.0])
    )
    assert marks[0, 0, 0] > 31.5 + 8  # its top goes right, where everybody faces
    assert turned[0, 0, 14, 42] > 200
    curves, angles = turned_with(torch.tensor([30.0]), torch.zeros(1, 8), torch.zeros(1, 4))
    assert angles.tolist() == [[30.0, 0.0, 30.0, -30.0]]
    assert curves[0, 0] == pytest.approx(2.0)
