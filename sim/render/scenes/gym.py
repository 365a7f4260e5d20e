"""A gym: rubber floor, racks of weights, boxes, benches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.render.scenes import colours
from sim.render.scenes.indoors import Indoors, Maker
from sim.render.solids import Solid, ball, box, cylinder, joined

Rng = np.random.Generator


@dataclass(frozen=True)
class Gym(Indoors):
    """A gym with weights along its walls."""

    place: ClassVar[str] = "gym"

    def makers(self) -> Sequence[Maker]:
        """Weights, boxes, benches, lockers."""
        return dumbbell_rack, plate_tree, boxes, bench, lockers, ball_rack, bumper_row


def dumbbell_rack(rng: Rng) -> tuple[Solid, float]:
    """Three shelves of dumb-bells."""
    wide, metal = float(rng.uniform(1.5, 2.3)), _metal(rng)
    parts = [box((0.06, 0.5, 1.05), (x, 0.3, 0.0), metal) for x in (-wide / 2, wide / 2)]
    for shelf, (y, z) in enumerate(((0.45, 0.25), (0.32, 0.60), (0.19, 0.95))):
        parts.append(box((wide, 0.26, 0.03), (0.0, y, z), metal))
        radius = 0.085 - 0.017 * shelf
        for x in np.arange(-wide / 2 + 0.12, wide / 2 - 0.08, 2.35 * radius).tolist():
            for end in (-0.10, 0.06):
                near, far = (x, y + end, z + 0.03 + radius), (x, y + end + 0.07, z + 0.03 + radius)
                parts.append(cylinder(radius, near, far, colours.RUBBER, sides=8))
    return joined(parts), wide + 0.1


def plate_tree(rng: Rng) -> tuple[Solid, float]:
    """A post with plates hung on it."""
    metal = _metal(rng)
    parts = [box((0.55, 0.5, 0.05), (0.0, 0.35, 0.0), metal), box((0.07, 0.07, 1.2), (0.0, 0.35, 0.0), metal)]
    for side in (-1.0, 1.0):
        for z, radius in ((0.30, 0.225), (0.72, 0.17), (1.05, 0.115)):
            count = int(rng.integers(1, 4))
            reach = 0.05 + 0.055 * count
            parts.append(cylinder(radius, (side * 0.05, 0.35, z), (side * reach, 0.35, z), _plate(rng), sides=28))
            parts.append(cylinder(0.025, (side * 0.05, 0.35, z), (side * 0.28, 0.35, z), colours.CHROME, 0.6, 10))
    return joined(parts), 0.75


def bumper_row(rng: Rng) -> tuple[Solid, float]:
    """Bumper plates standing in a low rack."""
    count = int(rng.integers(4, 10))
    wide = 0.10 * count + 0.1
    parts = [box((wide, 0.10, 0.08), (0.0, y, 0.0), _metal(rng)) for y in (0.18, 0.42)]
    for k in range(count):
        x = -wide / 2 + 0.07 + 0.10 * k
        parts.append(cylinder(0.225, (x, 0.3, 0.27), (x + 0.07, 0.3, 0.27), _plate(rng), sides=28))
    return joined(parts), wide


def boxes(rng: Rng) -> tuple[Solid, float]:
    """A wooden jump box, sometimes a smaller one on it."""
    wood = colours.WOODS[int(rng.integers(3))]
    parts = [box((0.75, 0.5, 0.6), (0.0, 0.35, 0.0), wood)]
    if rng.random() < 0.5:
        parts.append(box((0.6, 0.45, 0.3), (0.05, 0.33, 0.6), colours.METALS["black"]))
    return joined(parts), 0.8


def bench(rng: Rng) -> tuple[Solid, float]:
    """A flat bench."""
    cover = colours.FABRICS[int(rng.integers(len(colours.FABRICS)))]
    legs = [box((0.3, 0.05, 0.36), (x, 0.5, 0.0), colours.METALS["grey"]) for x in (-0.45, 0.45)]
    return joined([*legs, box((1.2, 0.3, 0.08), (0.0, 0.5, 0.36), cover, 0.3)]), 1.3


def lockers(rng: Rng) -> tuple[Solid, float]:
    """A row of metal lockers."""
    count, metal = int(rng.integers(3, 7)), _metal(rng)
    parts = []
    for k in range(count):
        x = 0.32 * (k - (count - 1) / 2)
        parts.append(box((0.31, 0.45, 1.8), (x, 0.25, 0.0), metal, 0.3))
        parts.append(box((0.02, 0.02, 0.12), (x + 0.1, 0.49, 1.0), colours.CHROME, 0.6))
    return joined(parts), 0.32 * count


def ball_rack(rng: Rng) -> tuple[Solid, float]:
    """Medicine balls on a shelf."""
    metal = _metal(rng)
    parts = [box((1.1, 0.3, 0.03), (0.0, 0.3, z), metal) for z in (0.35, 0.8)]
    parts += [box((0.04, 0.3, 1.0), (x, 0.3, 0.0), metal) for x in (-0.55, 0.55)]
    for z in (0.38, 0.83):
        for x in (-0.36, 0.0, 0.36):
            if rng.random() < 0.85:
                parts.append(ball(0.13, (x, 0.3, z + 0.13), _plate(rng)))
    return joined(parts), 1.2


def _metal(rng: Rng) -> tuple[float, float, float]:
    return list(colours.METALS.values())[int(rng.choice(5, p=[0.5, 0.25, 0.1, 0.1, 0.05]))]


def _plate(rng: Rng) -> tuple[float, float, float]:
    return list(colours.METALS.values())[int(rng.choice(5, p=[0.6, 0.15, 0.1, 0.1, 0.05]))]
