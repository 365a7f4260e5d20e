"""A room at home: sofa, shelves, plants, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.render.palette import Colour
from sim.render.scenes import colours
from sim.render.scenes.indoors import Indoors, Maker
from sim.render.solids import Solid, ball, box, cylinder, joined

Rng = np.random.Generator


@dataclass(frozen=True)
class Home(Indoors):
    """A living room or bedroom."""

    place: ClassVar[str] = "home"

    def makers(self) -> Sequence[Maker]:
        """Sofa, shelves, plants, pictures, a door."""
        return sofa, bookshelf, plant, picture, sideboard, door, bed, lamp


def sofa(rng: Rng) -> tuple[Solid, float]:
    """A sofa with cushions."""
    seats, cloth = int(rng.integers(2, 4)), _one(rng, colours.FABRICS)
    wide = 0.68 * seats
    parts = [
        box((wide + 0.4, 0.85, 0.22), (0.0, 0.45, 0.10), cloth),
        box((wide + 0.4, 0.22, 0.78), (0.0, 0.13, 0.05), cloth),
    ]
    parts += [box((0.2, 0.85, 0.60), (s * (wide / 2 + 0.1), 0.45, 0.05), cloth) for s in (-1, 1)]
    for k in range(seats):
        x = 0.68 * (k - (seats - 1) / 2)
        parts.append(box((0.65, 0.60, 0.14), (x, 0.55, 0.32), cloth, 0.05))
    parts.append(box((0.38, 0.14, 0.36), (-wide / 2 + 0.3, 0.32, 0.46), _one(rng, colours.SPINES)))
    return joined(parts), wide + 0.45


def bookshelf(rng: Rng) -> tuple[Solid, float]:
    """A tall shelf with books and gaps."""
    wide, wood = float(rng.uniform(0.7, 1.1)), _one(rng, colours.WOODS)
    parts = [box((0.03, 0.3, 1.9), (x, 0.17, 0.0), wood) for x in (-wide / 2, wide / 2)]
    parts.append(box((wide, 0.02, 1.9), (0.0, 0.03, 0.0), wood))
    for level in range(6):
        z = 0.05 + 0.365 * level
        parts.append(box((wide, 0.3, 0.03), (0.0, 0.17, z), wood))
        x = -wide / 2 + 0.03
        while level < 5 and x < wide / 2 - 0.1:
            thick = float(rng.uniform(0.02, 0.07))
            if rng.random() < 0.8:
                high = float(rng.uniform(0.18, 0.30))
                parts.append(box((thick, 0.2, high), (x + thick / 2, 0.18, z + 0.03), _one(rng, colours.SPINES)))
            x += thick + 0.003
    return joined(parts), wide + 0.1


def plant(rng: Rng) -> tuple[Solid, float]:
    """A pot plant."""
    high = float(rng.uniform(0.5, 1.3))
    parts = [cylinder(0.12, (0, 0.3, 0.0), (0, 0.3, 0.28), colours.POT, taper=1.3)]
    parts.append(cylinder(0.02, (0, 0.3, 0.28), (0, 0.3, 0.28 + 0.6 * high), colours.WOODS[1], sides=6))
    for _ in range(14):
        spread = rng.normal(0.0, 0.13, 2)
        where = (float(spread[0]), 0.34 + 0.7 * float(spread[1]), 0.35 + float(rng.uniform(0.2, 1.0)) * high)
        stretch = tuple(float(s) for s in rng.uniform((0.7, 0.7, 0.3), (1.6, 1.6, 0.9)))
        parts.append(ball(0.09, where, colours.LEAF, 0.1, (stretch[0], stretch[1], stretch[2])))
    return joined(parts), 0.7


def picture(rng: Rng) -> tuple[Solid, float]:
    """One or two framed pictures on the wall."""
    parts, wide = [], 0.0
    for _ in range(int(rng.integers(1, 3))):
        w, h = rng.uniform(0.35, 0.8, 2)
        z = 1.55 - h / 2
        parts.append(box((w, 0.03, h), (wide + w / 2, 0.0, z), _one(rng, colours.WOODS)))
        parts.append(box((w - 0.08, 0.035, h - 0.08), (wide + w / 2, 0.0, z + 0.04), colours.FRAME))
        inner = (w - 0.2, 0.04, h - 0.2)
        parts.append(box(inner, (wide + w / 2, 0.0, z + 0.10), _one(rng, colours.SPINES)))
        wide += float(w) + 0.12
    return joined(parts).moved((-(wide - 0.12) / 2, 0.0, 0.0)), wide


def sideboard(rng: Rng) -> tuple[Solid, float]:
    """A sideboard with a television."""
    wood = _one(rng, colours.WOODS)
    parts = [box((1.5, 0.42, 0.5), (0.0, 0.24, 0.1), wood, 0.2)]
    parts += [box((0.48, 0.01, 0.42), (0.5 * k, 0.455, 0.14), _paler(wood), 0.2) for k in (-1, 0, 1)]
    if rng.random() < 0.7:
        parts.append(box((1.2, 0.05, 0.68), (0.0, 0.2, 0.66), (0.012, 0.012, 0.014), 0.8))
    return joined(parts), 1.6


def door(rng: Rng) -> tuple[Solid, float]:
    """A closed door in its frame."""
    leaf = colours.FRAME if rng.random() < 0.6 else _one(rng, colours.WOODS)
    parts = [box((0.86, 0.03, 2.02), (0.0, 0.0, 0.0), leaf, 0.2)]
    parts += [
        box((0.30, 0.035, h), (x, 0.0, z), _paler(leaf)) for x in (-0.2, 0.2) for z, h in ((0.2, 0.7), (1.1, 0.7))
    ]
    parts += [box((0.07, 0.06, 2.1), (x, 0.0, 0.0), colours.FRAME) for x in (-0.46, 0.46)]
    parts.append(box((1.0, 0.06, 0.07), (0.0, 0.0, 2.03), colours.FRAME))
    parts.append(cylinder(0.012, (0.33, 0.05, 1.0), (0.22, 0.06, 1.0), colours.CHROME, 0.8, 8))
    return joined(parts), 1.1


def bed(rng: Rng) -> tuple[Solid, float]:
    """A bed along the wall."""
    cover = _one(rng, colours.FABRICS)
    parts = [
        box((2.05, 0.95, 0.28), (0.0, 0.5, 0.05), _one(rng, colours.WOODS)),
        box((2.0, 0.9, 0.2), (0.0, 0.5, 0.33), colours.FRAME),
        box((1.4, 0.98, 0.10), (0.3, 0.5, 0.47), cover),
        box((0.42, 0.6, 0.14), (-0.75, 0.5, 0.53), colours.FRAME),
    ]
    return joined(parts), 2.15


def lamp(rng: Rng) -> tuple[Solid, float]:
    """A standing lamp."""
    parts = [
        cylinder(0.14, (0, 0.3, 0), (0, 0.3, 0.03), colours.METALS["black"]),
        cylinder(0.012, (0, 0.3, 0.03), (0, 0.3, 1.4), colours.METALS["black"], sides=6),
        cylinder(0.2, (0, 0.3, 1.35), (0, 0.3, 1.65), _paler(_one(rng, colours.FABRICS)), taper=0.7),
    ]
    return joined(parts), 0.5


def _one(rng: Rng, choices: Sequence[Colour]) -> Colour:
    return choices[int(rng.integers(len(choices)))]


def _paler(colour: Colour) -> Colour:
    return (0.85 * colour[0] + 0.05, 0.85 * colour[1] + 0.05, 0.85 * colour[2] + 0.05)
