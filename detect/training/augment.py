"""What films do to pictures, done to those of training: shifts, other builds, askew phones, frayed edges, plates."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from detect.training.augmentation import Augmentation

_BENDS = 5  # points along a side by which a picture is bent
_GRAIN = 6.0  # of the grey picture, at most about so many of 255


def change_pictures(pictures: Tensor, how: Augmentation, alike: int, generator: torch.Generator) -> Tensor:
    """Pictures (N, 2, S, S) in bytes, changed; stretches of `alike` frames are changed together, as a camera does."""
    n, _, side, _ = pictures.shape
    groups = -(-n // alike)

    def draw(*shape: int) -> Tensor:
        return torch.randn(groups, *shape, generator=generator).repeat_interleave(alike, 0)[:n]

    moved = functional.grid_sample(pictures, _grid(draw, how, side), padding_mode="border", align_corners=False)
    waves = torch.randn(n, 1, side // 4, side // 4, generator=generator)
    edge = functional.interpolate(waves, size=(side, side), mode="bilinear", align_corners=False)
    mask = moved[:, :1] + 255 * (how.wobble * edge + how.thickness * draw(1, 1, 1))
    share = 0.5 * (1 + torch.erf(draw(1, 1, 1) / 2**0.5))
    contrast = torch.exp(how.grey * draw(1, 1, 1)) * torch.where(share < how.inverted, -1.0, 1.0)
    grain = _GRAIN * draw(1, 1, 1).abs() * torch.randn(n, 1, side, side, generator=generator)
    tone = (moved[:, 1:] - 128) * contrast + 128 + 128 * how.grey * draw(1, 1, 1) + grain
    return _hide(torch.cat([mask, tone], dim=1).clamp(0, 255), how.hidden, alike, generator)


def _grid(draw: Callable[..., Tensor], how: Augmentation, side: int) -> Tensor:
    """Where each pixel (N, S, S, 2) of the changed pictures lies in the old ones."""
    roll, half = torch.deg2rad(how.roll_deg * draw(1).squeeze(1)), side / 2
    wide = torch.exp(how.slimness * draw(1).squeeze(1))
    turn = torch.stack([torch.cos(roll) * wide, -torch.sin(roll), torch.sin(roll), torch.cos(roll)], 1).view(-1, 2, 2)
    turn = turn * (1 + how.size * draw(1)).unsqueeze(2)
    affine = torch.cat([turn, how.shift_px / half * draw(2).unsqueeze(2)], dim=2)
    grid = functional.affine_grid(affine, [len(affine), 1, side, side], align_corners=False)
    bend = how.bend_px / half * draw(2, _BENDS, _BENDS)
    bent = functional.interpolate(bend, size=(side, side), mode="bicubic", align_corners=False)
    return grid + bent.permute(0, 2, 3, 1)


def _hide(pictures: Tensor, share: float, alike: int, generator: torch.Generator) -> Tensor:
    """Hide a disc of some stretches: person or not, the silhouette says one of the two there; one tone of grey."""
    side = pictures.shape[-1]
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    for start in range(0, len(pictures), alike):
        if torch.rand(1, generator=generator).item() < share:
            at_x, at_y = (int(v) for v in torch.randint(0, side, (2,), generator=generator))
            radius = int(torch.randint(side // 8, side // 3, (1,), generator=generator))
            disc = (x - at_x) ** 2 + (y - at_y) ** 2 < radius**2
            person, tone = (float(v) for v in torch.rand(2, generator=generator))
            stretch = pictures[start : start + alike]
            stretch[:, 0] = torch.where(disc, 255.0 * (person < 0.5), stretch[:, 0])
            stretch[:, 1] = torch.where(disc, 255.0 * tone, stretch[:, 1])
    return pictures
