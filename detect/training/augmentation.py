"""How much is done to training pictures and curves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Augmentation:
    """How much is done to the pictures and curves of training."""

    shift_px: float  # of a 48 pixel picture; the network's hips wander
    size: float  # share by which a person is drawn larger or smaller
    roll_deg: float  # standard deviation: a phone held askew
    wobble: float  # of the mask's edge, in probability
    grey: float  # contrast and brightness of the grey picture, share
    hidden: float  # share of pictures of which a block is hidden (a plate, an arm)
    curves: float  # noise on the pose's curves, in their unit size
    lost: float  # share of clips in which the person is lost for a while
