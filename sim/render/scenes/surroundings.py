"""A photographed place: its light, its distance, and a floor like its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.render.lighting import Environment, Key
from sim.render.panorama import panorama
from sim.render.room import floor
from sim.render.scenes.scene import Scene, Surface

#: Photographs and what their ground looks like: material, and reflectance of the ground.
OUTDOORS = {
    "park": ("ground", 0.20),
    "sunrise": ("ground", 0.20),
    "forest": ("ground", 0.16),
    "city": ("concrete", 0.28),
    "sunset": ("tiles", 0.30),
    "venice": ("concrete", 0.26),
}
INDOORS = {
    "apartment": ("wood", 0.40),
    "esplanade": ("tiles", 0.36),
    "hall": ("wood", 0.34),
    "lab": ("concrete", 0.24),
    "lobby": ("wood", 0.42),
    "warehouse": ("concrete", 0.32),
    "workshop": ("concrete", 0.20),
}
GROUNDS = OUTDOORS | INDOORS


@dataclass(frozen=True)
class Surroundings(Scene):
    """A place photographed all round; turned so that its sun stands where the key light does."""

    photograph: str = "park"

    place: ClassVar[str] = "surroundings"
    names: ClassVar[dict[str, tuple[str, ...]]] = {"photograph": tuple(GROUNDS)}

    def floor(self) -> Surface:
        """Ground in the colour of the photographed ground."""
        material, reflectance = GROUNDS[self.photograph]
        seen = panorama(self.photograph).ground
        red, green, blue = reflectance * seen / seen.mean()
        return Surface(floor(), material, (float(red), float(green), float(blue)), 0.08, key_share=1.0)

    def environment(self) -> Environment:
        """Light of the photograph, sun and lamps left out: they are the key light."""
        return panorama(self.photograph).environment(self.turn_deg, 1.1 * self.ambient)

    @property
    def key(self) -> Key:
        """The photograph's sun or lamps, as strong as they are in it."""
        strength = self.light * float(np.clip(2.5 * panorama(self.photograph).sun_share, 0.15, 1.8))
        return Key(self.light_azimuth_deg, self.light_elevation_deg, strength, self.light_warmth, self.light_size_deg)

    @property
    def turn_deg(self) -> float:
        """How far the photograph is turned about the vertical."""
        return self.light_azimuth_deg - panorama(self.photograph).sun_azimuth_deg

    @property
    def panorama(self) -> str | None:
        """The photograph round the place."""
        return self.photograph
