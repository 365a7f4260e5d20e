"""The two networks: one reads angles off a single picture, one follows them over time. Needs torch.

Both carry their own scaling, so that the exported files take what `detect.sight` gives: bytes and curves.
Convolutions over time are written as pictures of height 1, which every runtime of ONNX can do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from detect.judging import OUTPUTS
from detect.sight import CLOSE_PX

#: Angles a picture is read for, `detect.training.examples.ANGLES`: about this value, spread by this much [deg].
ANGLE_ABOUT = (18.0, 12.0, 28.0, 55.0)
ANGLE_SPREAD = (12.0, 12.0, 15.0, 35.0)
#: Of a picture alone, were it one of a descent: how far tilt has fallen [`FALLEN_UNIT_DEG`], logit of past the onset.
HINTS = ("fallen", "past_onset")
FALLEN_UNIT_DEG = 8.0
_AROUND_PX = 16  # neighbourhood whose mean and spread of grey are taken away
_LEAST_SPREAD = 0.06  # of grey, of 1


@dataclass(frozen=True)
class FrameSettings:
    """Size of the network that reads one picture."""

    channels: Sequence[int]  # of the convolutions; the 1st, 2nd and 4th halve the picture
    hidden: int
    grey: bool  # look at the grey picture as well as at the silhouette
    dropout: float


@dataclass(frozen=True)
class SequenceSettings:
    """Size of the network that looks at a stretch of time."""

    channels: int
    kernel: int
    layers: int  # reach doubles with each
    dropout: float


class FrameNet(nn.Module):
    """Pictures (N, 2, 64, 64) in bytes and curves (N, 8) to angles (N, 4) [deg] and `HINTS` (N, 2)."""

    about: Tensor
    spread: Tensor

    def __init__(self, settings: FrameSettings, n_curves: int) -> None:
        """Make the layers."""
        super().__init__()
        a, b, c, d, e = settings.channels
        self.n_in = 2 if settings.grey else 1
        self.look = nn.Sequential(
            *_layer(self.n_in, a, 2), *_layer(a, b, 2), *_layer(b, c, 1), *_layer(c, d, 2), *_layer(d, e, 1),
            nn.Conv2d(e, 16, 1), nn.ReLU(), nn.Flatten(), nn.Dropout(settings.dropout),
        )  # fmt: skip
        self.join = nn.Sequential(
            nn.Linear(16 * (CLOSE_PX // 8) ** 2 + n_curves, settings.hidden), nn.ReLU(), nn.Dropout(settings.dropout)
        )
        self.angles = nn.Linear(settings.hidden, len(ANGLE_ABOUT))
        self.hints = nn.Linear(settings.hidden, len(HINTS))
        self.register_buffer("about", torch.tensor(ANGLE_ABOUT))
        self.register_buffer("spread", torch.tensor(ANGLE_SPREAD))

    def forward(self, pictures: Tensor, curves: Tensor) -> tuple[Tensor, Tensor]:
        """Angles [deg] and hints."""
        shown = torch.sigmoid((pictures[:, :1] / 255 - 0.5) * 8) - 0.5  # a mask's edge, made steeper
        if self.n_in == 2:
            shown = torch.cat([shown, _without_light(pictures[:, 1:] / 255)], dim=1)
        looked = self.look(shown.contiguous(memory_format=torch.channels_last))
        joined = self.join(torch.cat([looked, curves], dim=1))
        return self.angles(joined) * self.spread + self.about, self.hints(joined)


class FrameNets(nn.Module):
    """The mean of several networks, each trained without some of the lifters."""

    def __init__(self, nets: Sequence[FrameNet]) -> None:
        """Put them together."""
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, pictures: Tensor, curves: Tensor) -> tuple[Tensor, Tensor]:
        """Angles [deg] and hints."""
        angles, hints = zip(*(net(pictures, curves) for net in self.nets), strict=True)
        return torch.stack(angles).mean(dim=0), torch.stack(hints).mean(dim=0)


def _without_light(grey: Tensor) -> Tensor:
    """Grey pictures (N, 1, S, S) as light and shade about the mean of their neighbourhood, in its own spread."""

    def blurred(picture: Tensor) -> Tensor:
        coarse = nn.functional.avg_pool2d(picture, _AROUND_PX, _AROUND_PX // 2, _AROUND_PX // 4, False, False)
        return nn.functional.interpolate(coarse, size=(CLOSE_PX, CLOSE_PX), mode="bilinear", align_corners=False)

    off = grey - blurred(grey)
    return 0.5 * (off / (blurred(off**2).sqrt() + _LEAST_SPREAD)).clamp(-3, 3)


def _layer(n_in: int, n_out: int, stride: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()


class SequenceNet(nn.Module):
    """Features (N, F, 1, T) at `RATE_HZ`, the four angles [deg] first, to `OUTPUTS` (N, 7, 1, T)."""

    about: Tensor
    spread: Tensor
    scale: Tensor

    def __init__(self, settings: SequenceSettings, n_features: int, causal: bool) -> None:
        """Make the layers; a causal one never looks ahead."""
        super().__init__()
        n, k = settings.channels, settings.kernel
        steps = [2**i for i in range(settings.layers)]
        self.pads = [(step * (k - 1), 0) if causal else (step * (k - 1) // 2,) * 2 for step in steps]
        self.inward = nn.Conv2d(n_features, n, 1)
        self.over_time = nn.ModuleList([nn.Conv2d(n, n, (1, k), dilation=(1, step)) for step in steps])
        self.across = nn.ModuleList([nn.Conv2d(n, n, 1) for _ in steps])
        self.outward = nn.Conv2d(n, len(OUTPUTS), 1)
        self.drop = nn.Dropout2d(settings.dropout)
        self.register_buffer("about", torch.zeros(1, n_features, 1, 1))
        self.register_buffer("spread", torch.ones(1, n_features, 1, 1))
        self.register_buffer("scale", torch.tensor([5.0, 5.0, 4.0, 8.0, 10.0, 1.0, 1.0]).view(1, -1, 1, 1))

    def forward(self, features: Tensor) -> Tensor:
        """Angles are said as corrections of those that come in."""
        x = self.inward((features - self.about) / self.spread)
        for over_time, across, pad in zip(self.over_time, self.across, self.pads, strict=True):
            x = x + self.drop(across(torch.relu(over_time(nn.functional.pad(x, pad)))))
        out = self.outward(torch.relu(x)) * self.scale
        return torch.cat([out[:, :4] + features[:, :4], out[:, 4:]], dim=1)


class SequenceNets(nn.Module):
    """The mean of several networks over time, each trained without some of the lifters."""

    def __init__(self, nets: Sequence[SequenceNet]) -> None:
        """Put them together."""
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, features: Tensor) -> Tensor:
        """`OUTPUTS` (N, 7, 1, T)."""
        return torch.stack([net(features) for net in self.nets]).mean(dim=0)
