"""What rooms have in common: walls, ceiling, lamps, windows, and furniture along the walls."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.render.lighting import Environment, even_environment
from sim.render.room import SKIRTING_M, Room, joined_quads, level
from sim.render.scenes import colours
from sim.render.scenes.scene import Scene, Surface, plain_floor
from sim.render.solids import Solid, box, joined

#: Makes a piece of furniture that stands with its back at y = 0, facing +y, in the middle of x; and its width [m].
Maker = Callable[[np.random.Generator], tuple[Solid, float]]

FLOOR_GLOSS = {"rubber": 0.25, "concrete": 0.3, "wood": 0.55, "mat": 0.15, "tiles": 0.6, "carpet": 0.0}


@dataclass(frozen=True)
class Indoors(Scene):
    """A room round the lifter."""

    floor_material: str = "rubber"
    floor_colour: str = "black"
    wall: str = "plaster"
    wall_colour: str = "grey"
    length_m: float = 7.2  # along the lifter's line of sight
    width_m: float = 6.0
    height_m: float = 3.2
    back_m: float = 3.6  # from the lifter to the wall behind
    right_m: float = 3.0  # from the lifter to the wall at the right side
    windows: int = 1  # on the walls, 0 to 4
    crowding: float = 0.6  # share of the walls that furniture stands along

    names: ClassVar[dict[str, tuple[str, ...]]] = {
        "floor_material": tuple(colours.FLOORS),
        "wall": ("plaster", "brick", "blocks", "boards", "metal"),
        "wall_colour": tuple(colours.WALLS),
    }
    bounds: ClassVar[dict[str, tuple[float, float, str]]] = {
        "length_m": (4.0, 20.0, "metres"),
        "width_m": (4.0, 20.0, "metres"),
        "height_m": (2.3, 8.0, "metres"),
        "back_m": (1.6, 10.0, "metres"),
        "right_m": (1.6, 10.0, "metres"),
        "windows": (0, 4, "windows"),
        "crowding": (0.0, 1.0, ""),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        shades = colours.FLOORS[self.floor_material]
        if self.floor_colour not in shades:  # a colour drawn for another material: the material's usual one
            object.__setattr__(self, "floor_colour", next(iter(shades)))

    @abstractmethod
    def makers(self) -> Sequence[Maker]:
        """Furniture this kind of room may have."""

    @property
    def room(self) -> Room:
        """The room's measures; the lifter never stands nearer than 1.6 m to a wall."""
        back = min(self.back_m, self.length_m - 1.6)
        return Room(self.length_m, self.width_m, self.height_m, back, min(self.right_m, self.width_m - 1.6))

    @property
    def ends(self) -> tuple[float, float, float, float]:
        """Where the walls are behind, before, right and left of the lifter [m]."""
        room = self.room
        return -room.back_m, room.length_m - room.back_m, -room.right_m, room.width_m - room.right_m

    def floor(self) -> Surface:
        """The floor, whole."""
        shade = colours.FLOORS[self.floor_material][self.floor_colour]
        return plain_floor(self.floor_material, shade, FLOOR_GLOSS[self.floor_material])

    def surfaces(self) -> list[Surface]:
        """Walls, skirting, ceiling with lamps, windows."""
        room, tint = self.room, colours.WALLS[self.wall_colour]
        dark = (0.45 * tint[0], 0.45 * tint[1], 0.45 * tint[2])
        found = [
            Surface(room.walls(SKIRTING_M, room.height_m), self.wall, tint),
            Surface(room.walls(0.0, SKIRTING_M), "plaster", dark, gloss=0.1),
            Surface(room.ceiling(), "plaster", colours.CEILING, key_share=0.0),
            self._lamps(),
        ]
        return found + self._windows()

    def furniture(self) -> list[Solid]:
        """Pieces along the walls, side by side, as many as the crowding asks for."""
        rng, makers = np.random.default_rng([self.seed, 11]), self.makers()
        order = rng.permutation(np.repeat(np.arange(len(makers)), 3))
        pieces, k = [], 0
        for side in self.room.sides:
            along, length = float(rng.uniform(0.1, 0.8)), self.room.length(side)
            while k < len(order):
                solid, wide = makers[order[k]](rng)
                if along + wide > length - 0.1:
                    break
                k += 1
                high = float(solid.vertices[:, 2].max())
                if rng.random() < self.crowding and not self._is_taken(side, along / length, wide / length, high):
                    x, y, turn = self.room.at(side, (along + wide / 2) / length, 0.03)
                    pieces.append(solid.moved((x, y, 0.0), turn))
                along += wide + float(rng.uniform(0.15, 0.7))
        return pieces + [self._frame(*place) for place in self._window_places()]

    def environment(self) -> Environment:
        """Light of a room of these colours."""
        wall = np.array(colours.WALLS[self.wall_colour])
        return even_environment(self.key, self.ambient, np.array(self.floor().colour), wall)

    @property
    def brightness(self) -> float:
        """Pale walls and floors make a camera darken the picture."""
        wall, floor_ = colours.WALLS[self.wall_colour], self.floor().colour
        return float(np.clip((0.1 + np.mean(wall) + np.mean(floor_)) / 0.55, 0.6, 2.0))

    def _lamps(self) -> Surface:
        """Tubes on the ceiling in two rows."""
        room, spots = self.room, []
        for x in np.arange(1.0, room.length_m - 0.5, 2.2) - room.back_m:
            for y in np.array([0.3, 0.7]) * room.width_m - room.right_m:
                spots.append(level(x, x + 1.2, y - 0.08, y + 0.08, room.height_m - 0.01, up=False))
        return Surface(joined_quads(spots), "flat", colours.LAMP, glow=1.6)

    def _window_places(self) -> list[tuple[str, float, float]]:
        """Wall, middle and width (shares of its length) of each window."""
        rng = np.random.default_rng([self.seed, 12])
        sides = rng.permutation(list(self.room.sides))[: int(self.windows)]
        return [(str(s), float(rng.uniform(0.3, 0.7)), 1.0 + 0.8 * float(rng.random())) for s in sides]

    def _taken(self) -> list[tuple[str, float, float, float]]:
        """Wall, start, end (shares of its length) and lower edge of what is on the walls: windows."""
        found = []
        for side, middle, wide in self._window_places():
            half = 0.5 * (wide + 0.1) / self.room.length(side)
            found.append((side, middle - half, middle + half, 0.95))
        return found

    def _is_taken(self, side: str, start: float, wide: float, height_m: float) -> bool:
        """Whether a thing of a width (share of the wall) and height would stand before something on the wall."""
        return any(
            side == where and start < last and start + wide > first and height_m > low
            for where, first, last, low in self._taken()
        )

    def _windows(self) -> list[Surface]:
        room, panes = self.room, []
        for side, middle, wide in self._window_places():
            half = 0.5 * wide / room.length(side)
            panes.append(room.panel(side, middle - half, middle + half, 1.0, min(2.2, room.height_m - 0.25)))
        return [Surface(joined_quads(panes), "sky", colours.SKY, glow=1.15)] if panes else []

    def _frame(self, side: str, middle: float, wide: float) -> Solid:
        """Sill, posts and mullion round a window."""
        high = min(2.2, self.room.height_m - 0.25) - 1.0
        posts = [box((0.05, 0.05, high), (x, 0.0, 1.0), colours.FRAME) for x in (-wide / 2, 0.0, wide / 2)]
        beams = [box((wide + 0.1, 0.07, 0.05), (0.0, 0.0, 1.0 + z), colours.FRAME) for z in (-0.03, high)]
        x, y, turn = self.room.at(side, middle, 0.02)
        return joined([*posts, *beams]).moved((x, y, 0.0), turn)
