"""What two discs of the low back carry: compression and shear, by a single equivalent extensor.

Method: the force between the body above a disc and the body below (weight and acceleration of all that is above) is
resolved along and across the disc; muscle and ligament forces that make the disc's net moment are added along their
own lines. One muscle stands for all extensors and nothing contracts against it, so real compression is higher; no
pressure in the abdomen helps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wink.trial import Array

#: Arm of the extensors upright [m], and the share of it that is lost by full flexion (Tveit 1994, lordosis against
#: kyphosis: about a tenth; 5 to 7.5 cm are in use, McGill and Norman 1987).
EXTENSOR_ARM_M, ARM_LOST_FLEXED = 0.060, 0.10
#: Lumbar extensor fibres against the disc's normal, upright and fully flexed [deg] (McGill, Hughson and Parks 2000).
FIBRE_UPRIGHT_DEG, FIBRE_FLEXED_DEG = 25.7, 10.7
#: Share of the extensor force in those fibres; the thoracic ones pull along the spine. Ours, confidence C; with it
#: the whole pulls at 13 deg upright and 5 deg flexed (one equivalent muscle: 5 deg, McGill and Norman 1987).
OBLIQUE_SHARE = 0.5
#: Arm of the ligaments that resist flexion, and of the muscles of the abdomen [m]; ours, confidence C.
LIGAMENT_ARM_M, ABDOMEN_ARM_M = 0.04, 0.09


@dataclass(frozen=True)
class Disc:
    """A disc of the low back: the joint that bends it, the segments next to it, its slope in the neutral pose."""

    name: str
    joint: str
    below: str
    above: str
    slope_deg: float  # of its middle plane, + front down, in the neutral pose


#: The discs of a trial, in the order of its columns. L5/S1 lies on a sacrum of 40 deg (Legaye 1998, mean 41 +- 8),
#: half its own wedge of 15 deg less steep; L3/4 is about level in standing.
DISCS = (
    Disc("l5s1", "lumbar_flexion_l5s1", "pelvis", "lumbar_lower", 33.0),
    Disc("l3l4", "lumbar_flexion_l3l4", "lumbar_lower", "lumbar_upper", 0.0),
)


@dataclass(frozen=True)
class DiscLoad:
    """What one disc carries over time; shear is + where the vertebra above would slide forward."""

    extension_moment_nm: Array  # (T,) net, muscle and tissue, + straightens the back
    compression_n: Array  # (T,)
    anterior_shear_n: Array  # (T,)


def disc_load(
    disc: Disc, pitch_rad: Array, carried_n: Array, muscle_nm: Array, tissue_nm: Array, flexed: Array
) -> DiscLoad:
    """Load of one disc.

    Args:
        disc: which one.
        pitch_rad: how far the spine at the disc has turned forward from the neutral pose (T,).
        carried_n: force of the body below on the body above at the disc, in the world (T, 3).
        muscle_nm: moment of the muscles about the disc (T,), + straightens the back.
        tissue_nm: moment of the passive tissue (T,), likewise.
        flexed: share of full lumbar flexion gone (T,).
    """
    tilted = pitch_rad + np.radians(disc.slope_deg)
    forward, up = carried_n[:, 0], carried_n[:, 2]
    along = forward * np.sin(tilted) + up * np.cos(tilted)
    across = up * np.sin(tilted) - forward * np.cos(tilted)  # what slides the vertebra above down the slope
    muscle, angle = extensor(muscle_nm, flexed)
    abdomen = np.maximum(-muscle_nm, 0.0) / ABDOMEN_ARM_M
    ligaments = np.maximum(tissue_nm, 0.0) / LIGAMENT_ARM_M
    return DiscLoad(
        extension_moment_nm=muscle_nm + tissue_nm,
        compression_n=along + muscle * np.cos(angle) + abdomen + ligaments,
        anterior_shear_n=across - muscle * np.sin(angle),
    )


def extensor(moment_nm: Array, flexed: Array) -> tuple[Array, Array]:
    """Force [N] of the one extensor and its angle to the disc's normal [rad], pulling the vertebra above backward."""
    share = np.clip(flexed, 0.0, 1.0)
    force = np.maximum(moment_nm, 0.0) / (EXTENSOR_ARM_M * (1.0 - ARM_LOST_FLEXED * share))
    fibres = FIBRE_UPRIGHT_DEG + (FIBRE_FLEXED_DEG - FIBRE_UPRIGHT_DEG) * share
    return np.asarray(force), np.asarray(np.radians(OBLIQUE_SHARE * fibres))
