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
from detect.training.examples import MARKS

#: Angles a picture is read for, `detect.training.examples.ANGLES`: about this value, spread by this much [deg].
ANGLE_ABOUT = (18.0, 12.0, 28.0, 55.0)
ANGLE_SPREAD = (12.0, 12.0, 15.0, 35.0)
#: Of a picture alone, were it one of a descent: how far tilt has fallen [`FALLEN_UNIT_DEG`], logit of past the onset.
HINTS = ("fallen", "past_onset")
FALLEN_UNIT_DEG = 8.0
MARK_UNIT_PX = 10.0  # of a mark, in sums and losses
_WHOLE = 16  # numbers about the whole picture
_AROUND_PX = 16  # neighbourhood whose mean and spread of grey are taken away
_LEAST_SPREAD = 0.06  # of grey, of 1


@dataclass(frozen=True)
class FrameSettings:
    """Size of the network that reads one picture."""

    channels: Sequence[int]  # at a half, a quarter, an eighth and a sixteenth of the picture's side
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
    """Pictures (N, 2, 64, 64) in bytes and curves (N, 8) to angles (N, 4) [deg], `HINTS` (N, 2), marks (N, K, 2) [px].

    It first finds the marks of the skeleton, each as the mean of a map of where it may be (Sun et al. 2018, integral
    regression), on pictures made small and large again (Ronneberger et al. 2015), and reads the angles off where they
    are and how surely: the same pelvis elsewhere in the picture needs no lifter of its own to be learned from.
    """

    about: Tensor
    spread: Tensor
    places: Tensor

    def __init__(self, settings: FrameSettings, n_curves: int) -> None:
        """Make the layers."""
        super().__init__()
        a, b, c, d = settings.channels
        self.n_in, k = 2 if settings.grey else 1, len(MARKS)
        self.smaller = nn.ModuleList(
            [
                _layers(self.n_in, a, 2),
                nn.Sequential(_layers(a, b, 2), _layers(b, b, 1)),
                nn.Sequential(_layers(b, c, 2), _layers(c, c, 1)),
                nn.Sequential(_layers(c, d, 2), _layers(d, d, 1)),
            ]
        )
        self.larger = nn.ModuleList([_layers(d + c, c, 1), _layers(c + b, b, 1), _layers(b + a, 2 * a, 1)])
        self.maps = nn.Conv2d(2 * a, k, 1)
        self.whole = nn.Linear(d, _WHOLE)
        self.join = nn.Sequential(
            nn.Linear(3 * k + n_curves + _WHOLE, settings.hidden), nn.ReLU(), nn.Dropout(settings.dropout),
            nn.Linear(settings.hidden, settings.hidden), nn.ReLU(),
        )  # fmt: skip
        self.angles = nn.Linear(settings.hidden, len(ANGLE_ABOUT))
        self.hints = nn.Linear(settings.hidden, len(HINTS))
        self.register_buffer("about", torch.tensor(ANGLE_ABOUT))
        self.register_buffer("spread", torch.tensor(ANGLE_SPREAD))
        self.register_buffer("places", 2.0 * torch.arange(CLOSE_PX // 2) + 0.5)  # of the maps' pixels in the picture's

    def forward(self, pictures: Tensor, curves: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Angles [deg], hints and marks [px]."""
        marks, variance, whole = self._find(self._shown(pictures))
        where = ((marks - CLOSE_PX / 2) / MARK_UNIT_PX).flatten(1)
        joined = self.join(torch.cat([where, torch.log1p(variance) / 3 - 1, self.whole(whole), curves], dim=1))
        return self.angles(joined) * self.spread + self.about, self.hints(joined), marks

    def _shown(self, pictures: Tensor) -> Tensor:
        shown = torch.sigmoid((pictures[:, :1] / 255 - 0.5) * 8) - 0.5  # a mask's edge, made steeper
        if self.n_in == 2:
            shown = torch.cat([shown, _without_light(pictures[:, 1:] / 255)], dim=1)
        return shown.contiguous(memory_format=torch.channels_last)

    def _find(self, shown: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Marks (N, K, 2) [px], how widely each is spread (N, K) [px^2], and what the whole picture is like (N, d)."""
        seen = [shown]
        for layer in self.smaller:
            seen.append(layer(seen[-1]))
        x = seen[-1]
        for layer, finer in zip(self.larger, reversed(seen[1:-1]), strict=True):
            x = layer(torch.cat([nn.functional.interpolate(x, scale_factor=2.0), finer], dim=1))
        maps = self.maps(x).float()
        side = maps.shape[-1]
        share = torch.softmax(maps.flatten(2), dim=2).unflatten(2, (side, side))
        both = torch.stack([share.sum(dim=2), share.sum(dim=3)], dim=2)  # along x, along y
        marks = (both * self.places).sum(dim=3)
        variance = ((both * self.places**2).sum(dim=3) - marks**2).sum(dim=2)
        return marks, variance.clamp(min=0.0), seen[-1].mean(dim=(2, 3)).float()


class FrameNets(nn.Module):
    """The mean of several networks, each trained without some of the lifters."""

    def __init__(self, nets: Sequence[FrameNet]) -> None:
        """Put them together."""
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, pictures: Tensor, curves: Tensor) -> tuple[Tensor, ...]:
        """Angles [deg], hints and marks [px]."""
        return tuple(
            torch.stack(one).mean(dim=0) for one in zip(*(n(pictures, curves) for n in self.nets), strict=True)
        )


def _without_light(grey: Tensor) -> Tensor:
    """Grey pictures (N, 1, S, S) as light and shade about the mean of their neighbourhood, in its own spread."""

    def blurred(picture: Tensor) -> Tensor:
        coarse = nn.functional.avg_pool2d(picture, _AROUND_PX, _AROUND_PX // 2, _AROUND_PX // 4, False, False)
        return nn.functional.interpolate(coarse, size=(CLOSE_PX, CLOSE_PX), mode="bilinear", align_corners=False)

    off = grey - blurred(grey)
    return 0.5 * (off / (blurred(off**2).sqrt() + _LEAST_SPREAD)).clamp(-3, 3)


def _layers(n_in: int, n_out: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU())


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
