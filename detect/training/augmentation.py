"""How much is done to training pictures and curves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Augmentation:
    """How much is done to the pictures and curves of training; spreads are standard deviations."""

    shift_px: float  # of a 64 pixel picture; the network's hips wander
    size: float  # share by which a person is drawn larger or smaller
    slimness: float  # share by which the picture is drawn wider or narrower: other builds
    bend_px: float  # pixels by which the picture is bent, here one way, there another: other shapes and clothes
    roll_deg: float  # a phone held askew
    turn_deg: float  # the whole picture and its angles, so that a pelvis is read off itself and not off how it is held
    wobble: float  # of the mask's edge, in probability
    thickness: float  # of the whole mask's edge, in probability: tight and loose clothes
    grey: float  # contrast and brightness of the grey picture, share
    inverted: float  # share of grey pictures shown as negatives: dark shorts on a light shirt or the other way round
    hidden: float  # share of stretches of which a disc is hidden (a plate, an arm)
    curves: float  # noise on the pose's curves, in their unit size
    lost: float  # share of clips in which the person is lost for a while
