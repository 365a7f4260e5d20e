"""From a subject's sex, mass and stature to the mesh's shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.body.data import LEVELS, SEXES, BodyData, Indices
from wink.trial import Subject

Array = NDArray[np.float32]

#: Muscle slider of an adult who trains, 0 least, 1 most; ours.
MUSCLE = {"male": 0.62, "female": 0.55}
#: How much of the slider lies between a soft and a muscular build of one mass; ours.
BUILD_RANGE = 0.7
#: Mean density of a living body at mid-breath [kg/m3]; Clauser, McConville & Young (1969) give 0.98-1.06 g/ml.
DENSITY_KG_M3 = 1010.0
#: The heaviest corner bodies weigh about 75 kg at 176 cm; the weight slider goes on as a straight line to here.
HEAVIEST = 2.2


@dataclass(frozen=True)
class Shape:
    """One body shape at rest, scaled to the subject's stature."""

    vertices: Array  # (V, 3) of every part
    fists: Array  # (F, 3) how far the hand's vertices move when it closes
    joints: dict[str, Array]  # (3,)
    weight: float  # slider that gives the subject's mass: 0 lightest, 1 heaviest corner, up to 2.2


def muscle_of(sex: str, build: float) -> float:
    """Muscle slider of a build from 0, soft, to 1, muscular."""
    return float(np.clip(MUSCLE[sex] + BUILD_RANGE * (build - 0.5), 0.0, 1.0))


def shape_of(data: BodyData, subject: Subject, build: float = 0.5) -> Shape:
    """The shape with the subject's sex, stature and, as far as the sliders go, mass."""
    muscle = muscle_of(subject.sex, build)
    low, high = 0.0, HEAVIEST
    for _ in range(12):  # volume grows with the slider; 1/4096 of the range is finer than a scale shows
        middle = 0.5 * (low + high)
        heavier = _skin_mass_kg(data, subject, muscle, middle) > subject.mass_kg
        low, high = (low, middle) if heavier else (middle, high)
    weight = 0.5 * (low + high)
    shares = corner_shares(subject.sex, muscle, weight)
    vertices = _mixed(shares, data.deltas) + data.mean
    scale = _scale_to_stature(data, vertices, subject.stature_m)
    joints = np.einsum("c,cjx->jx", shares, data.joints) * scale
    return Shape(
        vertices=vertices * scale,
        fists=_mixed(shares, data.fists) * scale,
        joints=dict(zip(data.joint_names, joints, strict=True)),
        weight=weight,
    )


def corner_shares(sex: str, muscle: float, weight: float) -> Array:
    """Share (18,) of each corner shape: linear between the sliders' three levels, and beyond the last by weight."""
    levels = np.linspace(0.0, 1.0, LEVELS)
    hats = np.eye(LEVELS)
    of_muscle = np.array([np.interp(muscle, levels, hat) for hat in hats])
    of_weight = np.array([np.interp(weight, levels, hat) for hat in hats])
    of_weight[1:] += (LEVELS - 1) * max(weight - 1.0, 0.0) * np.array([-1.0, 1.0])
    of_sex = np.array([float(sex == name) for name in SEXES])
    return np.asarray(np.einsum("i,j,k->ijk", of_sex, of_muscle, of_weight).ravel(), dtype=np.float32)


def enclosed_volume(vertices: Array, triangles: Indices) -> float:
    """Volume [m3] inside a closed mesh, by the divergence theorem."""
    a, b, c = (vertices[triangles[:, k]].astype(np.float64) for k in range(3))
    return float(np.abs((a * np.cross(b, c)).sum()) / 6.0)


def _skin_mass_kg(data: BodyData, subject: Subject, muscle: float, weight: float) -> float:
    skin = data.vertex_range["skin"]
    shares = corner_shares(subject.sex, muscle, weight)
    vertices = _mixed(shares, data.deltas[:, skin]) + data.mean[skin]
    vertices = vertices * _scale_to_stature(data, vertices, subject.stature_m)
    return DENSITY_KG_M3 * enclosed_volume(vertices, data.triangles["skin"])


def _mixed(shares: Array, corners: NDArray[np.float16]) -> Array:
    used = np.flatnonzero(shares)
    return np.asarray(sum(shares[i] * corners[i].astype(np.float32) for i in used), dtype=np.float32)


def _scale_to_stature(data: BodyData, vertices: Array, stature_m: float) -> np.float32:
    height = np.ptp(vertices[data.vertex_range["skin"], 2])
    return np.float32(stature_m / height)
