"""What real films do to a silhouette, done to training pictures: shifts, sizes, askew phones, frayed edges, losses."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from detect.training.augmentation import Augmentation


def change_pictures(pictures: Tensor, how: Augmentation, alike: int, generator: torch.Generator) -> Tensor:
    """Pictures (N, 2, 48, 48) in bytes, changed; stretches of `alike` frames are moved together, as a camera does."""
    n = len(pictures)
    groups = -(-n // alike)

    def draw(*shape: int) -> Tensor:
        return torch.randn(groups, *shape, generator=generator).repeat_interleave(alike, 0)[:n]

    roll = torch.deg2rad(how.roll_deg * draw(1).squeeze(1))
    size = 1 + how.size * draw(1).squeeze(1)
    shift = how.shift_px / (pictures.shape[-1] / 2) * draw(2)
    turn = torch.stack([torch.cos(roll), -torch.sin(roll), torch.sin(roll), torch.cos(roll)], 1).view(-1, 2, 2)
    affine = torch.cat([turn * size.view(-1, 1, 1), shift.unsqueeze(2)], dim=2)
    grid = functional.affine_grid(affine, list(pictures.shape), align_corners=False)
    moved = functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    waves = torch.randn(n, 1, 12, 12, generator=generator)
    edge = functional.interpolate(waves, size=pictures.shape[-2:], mode="bilinear", align_corners=False)
    mask = moved[:, :1] + 255 * how.wobble * edge
    tone = (moved[:, 1:] - 128) * (1 + how.grey * draw(1, 1, 1)) + 128 * how.grey * draw(1, 1, 1) + 128
    return _hide(torch.cat([mask, tone], dim=1).clamp(0, 255), how.hidden, alike, generator)


def _hide(pictures: Tensor, share: float, alike: int, generator: torch.Generator) -> Tensor:
    """Hide a block of some stretches: person or not, the silhouette says one of the two there."""
    for start in range(0, len(pictures), alike):
        if torch.rand(1, generator=generator).item() < share:
            x, y, width, height = (int(v) for v in torch.randint(0, 24, (4,), generator=generator))
            kind = 255 * torch.randint(0, 2, (1,), generator=generator).item()
            block = pictures[start : start + alike, :, 2 * y : 2 * y + 6 + height // 2, 2 * x : 2 * x + 6 + width // 2]
            block[:, :1] = kind
            block[:, 1:] = 128
    return pictures
