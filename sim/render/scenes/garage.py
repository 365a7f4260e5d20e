"""A garage: roller door, shelves with boxes, a workbench, tyres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.render.palette import Colour
from sim.render.scenes import colours
from sim.render.scenes.gym import boxes, bumper_row
from sim.render.scenes.indoors import Indoors, Maker
from sim.render.scenes.scene import Surface
from sim.render.solids import Solid, box, cylinder, joined

Rng = np.random.Generator


@dataclass(frozen=True)
class Garage(Indoors):
    """A garage with a roller door."""

    place: ClassVar[str] = "garage"

    def makers(self) -> Sequence[Maker]:
        """Shelves, bench, cartons, tyres, tools, bins, weights."""
        return shelves, workbench, cartons, tyres, tool_wall, bins, boxes, bumper_row

    def surfaces(self) -> list[Surface]:
        """The room's, and the door."""
        side, half = self._door()
        panel = self.room.panel(side, 0.5 - half, 0.5 + half, 0.0, min(2.25, self.height_m - 0.2), 0.012)
        paint = colours.METALS["grey"] if self.seed % 5 < 2 else colours.FRAME
        return [*super().surfaces(), Surface(panel, "metal", paint, gloss=0.2)]

    def _door(self) -> tuple[str, float]:
        """The wall the roller door is in, and half its width as a share of the wall: no wall with a window."""
        rng, windows = np.random.default_rng([self.seed, 13]), [side for side, _, _ in self._window_places()]
        free = [side for side in self.room.sides if side not in windows] or list(self.room.sides)
        side = str(rng.choice(free))
        return side, 1.25 / self.room.length(side)

    def _taken(self) -> list[tuple[str, float, float, float]]:
        side, half = self._door()
        return [*super()._taken(), (side, 0.5 - half, 0.5 + half, 0.0)]


def shelves(rng: Rng) -> tuple[Solid, float]:
    """Metal shelves with cartons and bins."""
    wide = float(rng.uniform(0.9, 1.6))
    posts = [
        box((0.04, 0.04, 1.85), (x, y, 0.0), colours.METALS["grey"]) for x in (-wide / 2, wide / 2) for y in (0.05, 0.5)
    ]
    parts = list(posts)
    for z in (0.12, 0.70, 1.28, 1.83):
        parts.append(box((wide, 0.5, 0.03), (0.0, 0.28, z), colours.METALS["grey"]))
        x = -wide / 2 + 0.05
        while z < 1.8 and x < wide / 2 - 0.3:
            w, h = float(rng.uniform(0.2, 0.42)), float(rng.uniform(0.15, 0.45))
            if rng.random() < 0.8:
                parts.append(box((w, 0.4, h), (x + w / 2, 0.28, z + 0.03), _one(rng, colours.BOXES)))
            x += w + 0.03
    return joined(parts), wide + 0.1


def workbench(rng: Rng) -> tuple[Solid, float]:
    """A bench with a vice and a tool box."""
    wood = colours.WOODS[int(rng.integers(3))]
    parts = [box((0.08, 0.08, 0.82), (x, y, 0.0), wood) for x in (-0.75, 0.75) for y in (0.1, 0.55)]
    parts += [box((1.7, 0.65, 0.06), (0.0, 0.33, 0.82), wood), box((1.5, 0.5, 0.03), (0.0, 0.33, 0.25), wood)]
    parts.append(box((0.45, 0.22, 0.22), (0.4, 0.3, 0.88), colours.METALS["red"], 0.3))
    parts.append(box((0.14, 0.22, 0.16), (-0.6, 0.5, 0.88), colours.METALS["blue"], 0.3))
    return joined(parts), 1.8


def cartons(rng: Rng) -> tuple[Solid, float]:
    """A stack of cartons."""
    parts, z = [], 0.0
    for _ in range(int(rng.integers(2, 5))):
        w, d, h = (float(v) for v in rng.uniform((0.35, 0.3, 0.25), (0.6, 0.45, 0.45)))
        parts.append(box((w, d, h), (float(rng.normal(0, 0.03)), 0.27, z), _one(rng, colours.BOXES[:2])))
        z += h
    return joined(parts), 0.7


def tyres(rng: Rng) -> tuple[Solid, float]:
    """A stack of tyres."""
    parts = []
    for k in range(int(rng.integers(2, 5))):
        z = 0.2 * k
        parts.append(cylinder(0.31, (0, 0.36, z), (0, 0.36, z + 0.05), colours.RUBBER, sides=24, taper=1.08))
        parts.append(cylinder(0.335, (0, 0.36, z + 0.05), (0, 0.36, z + 0.14), colours.RUBBER, sides=24))
        parts.append(cylinder(0.335, (0, 0.36, z + 0.14), (0, 0.36, z + 0.19), colours.RUBBER, sides=24, taper=0.92))
        parts.append(cylinder(0.19, (0, 0.36, z + 0.19), (0, 0.36, z + 0.195), (0.05, 0.05, 0.05), sides=20))
    return joined(parts), 0.8


def tool_wall(rng: Rng) -> tuple[Solid, float]:
    """A board with tools on it."""
    parts = [box((1.4, 0.02, 0.8), (0.0, 0.01, 1.15), colours.WOODS[2])]
    for x in np.linspace(-0.6, 0.6, 9):
        if rng.random() < 0.85:
            long = float(rng.uniform(0.15, 0.5))
            handle = _one(rng, list(colours.METALS.values()))
            parts.append(box((0.03, 0.03, long), (float(x), 0.035, 1.85 - long), colours.CHROME, 0.4))
            parts.append(box((0.05, 0.04, 0.12), (float(x), 0.04, 1.78 - long), handle))
    return joined(parts), 1.5


def bins(rng: Rng) -> tuple[Solid, float]:
    """A pair of waste bins."""
    parts = []
    for x in (-0.32, 0.32):
        lid: Colour = _one(rng, ((0.03, 0.10, 0.04), (0.03, 0.05, 0.14), (0.04, 0.04, 0.04), (0.25, 0.18, 0.02)))
        parts.append(box((0.56, 0.6, 0.95), (x, 0.34, 0.05), (0.045, 0.047, 0.05), 0.2))
        parts.append(box((0.6, 0.66, 0.08), (x, 0.35, 1.0), lid, 0.2))
    return joined(parts), 1.3


def _one(rng: Rng, choices: Sequence[Colour]) -> Colour:
    return choices[int(rng.integers(len(choices)))]
