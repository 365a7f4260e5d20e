"""What films do to pictures, done to those of training: shifts, other builds, askew phones, frayed edges, plates."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from detect.sight import CURVES, CURVES_SPREAD
from detect.training.augmentation import Augmentation

_BENDS = 5  # points along a side by which a picture is bent
_GRAIN = 6.0  # of the grey picture, at most about so many of 255


def change_pictures(
    pictures: Tensor,
    how: Augmentation,
    alike: int,
    generator: torch.Generator,
    marks: Tensor | None = None,
    turn_deg: Tensor | None = None,
) -> tuple[Tensor, Tensor | None]:
    """Pictures (N, 2, S, S) in bytes, changed, and where marks (N, K, 2) [px] of them have gone.

    Stretches of `alike` frames are changed together, as a camera does; `turn_deg` (N,) turns them clockwise besides.
    """
    n, _, side, _ = pictures.shape
    groups = -(-n // alike)

    def draw(*shape: int) -> Tensor:
        return torch.randn(groups, *shape, generator=generator).repeat_interleave(alike, 0)[:n]

    affine, bend = _drawn_change(draw, how, side, torch.zeros(n) if turn_deg is None else turn_deg)
    grid = functional.affine_grid(affine, [n, 1, side, side], align_corners=False)
    bent = functional.interpolate(bend, size=(side, side), mode="bicubic", align_corners=False)
    moved = functional.grid_sample(
        pictures, grid + bent.permute(0, 2, 3, 1), padding_mode="border", align_corners=False
    )
    waves = torch.randn(n, 1, side // 4, side // 4, generator=generator)
    edge = functional.interpolate(waves, size=(side, side), mode="bilinear", align_corners=False)
    mask = moved[:, :1] + 255 * (how.wobble * edge + how.thickness * draw(1, 1, 1))
    share = 0.5 * (1 + torch.erf(draw(1, 1, 1) / 2**0.5))
    contrast = torch.exp(how.grey * draw(1, 1, 1)) * torch.where(share < how.inverted, -1.0, 1.0)
    grain = _GRAIN * draw(1, 1, 1).abs() * torch.randn(n, 1, side, side, generator=generator)
    tone = (moved[:, 1:] - 128) * contrast + 128 + 128 * how.grey * draw(1, 1, 1) + grain
    changed = _hide(torch.cat([mask, tone], dim=1).clamp(0, 255), how.hidden, alike, generator)
    return changed, None if marks is None else _moved_marks(marks, affine, bent, side)


def turned_with(turn_deg: Tensor, curves: Tensor, angles: Tensor) -> tuple[Tensor, Tensor]:
    """Curves (N, 8) and angles (N, 4) [deg] of pictures that are turned clockwise, which is forward."""
    lean, thigh = (CURVES.index(name) for name in ("trunk_lean", "thigh_inclination"))
    curves = curves.clone()
    curves[:, lean] += turn_deg / float(CURVES_SPREAD[lean])
    curves[:, thigh] -= turn_deg / float(CURVES_SPREAD[thigh])
    still = torch.zeros_like(turn_deg)
    return curves, angles + torch.stack([turn_deg, still, turn_deg, -turn_deg], dim=1)


def _drawn_change(draw: Callable[..., Tensor], how: Augmentation, side: int, turn_deg: Tensor) -> tuple[Tensor, Tensor]:
    """Where the pixels of changed pictures lie in the old ones: affine (N, 2, 3), and a bend (N, 2, 5, 5) besides."""
    roll, half = torch.deg2rad(how.roll_deg * draw(1).squeeze(1) + turn_deg), side / 2
    wide = torch.exp(how.slimness * draw(1).squeeze(1))
    turn = torch.stack([torch.cos(roll) * wide, torch.sin(roll), -torch.sin(roll), torch.cos(roll)], 1).view(-1, 2, 2)
    turn = turn * (1 + how.size * draw(1)).unsqueeze(2)
    affine = torch.cat([turn, how.shift_px / half * draw(2).unsqueeze(2)], dim=2)
    return affine, how.bend_px / half * draw(2, _BENDS, _BENDS)


def _moved_marks(marks: Tensor, affine: Tensor, bent: Tensor, side: int) -> Tensor:
    """Where marks (N, K, 2) [px] of the old pictures lie in the changed ones."""
    there = (2 * marks + 1) / side - 1
    back = torch.linalg.inv(affine[:, :, :2])

    def straight(places: Tensor) -> Tensor:
        return torch.einsum("nij,nkj->nki", back, places - affine[:, None, :, 2])

    at = straight(there)
    for _ in range(3):  # the bend is known where a mark ends up, which depends on the bend
        bend = functional.grid_sample(bent, at.unsqueeze(1), padding_mode="border", align_corners=False)
        at = straight(there - bend.squeeze(2).transpose(1, 2))
    return ((at + 1) * side - 1) / 2


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
