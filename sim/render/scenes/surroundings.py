"""A photographed place: its light, its distance, and a floor like its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.render.lighting import Environment, Key, irradiance
from sim.render.panorama import panorama
from sim.render.room import floor
from sim.render.scenes.scene import Scene, Surface

#: Photographs, and what their ground is like.
GROUNDS = {
    "park": "ground",
    "sunrise": "ground",
    "forest": "ground",
    "city": "concrete",
    "sunset": "tiles",
    "venice": "concrete",
    "apartment": "wood",
    "esplanade": "tiles",
    "hall": "wood",
    "lab": "concrete",
    "lobby": "wood",
    "warehouse": "concrete",
    "workshop": "concrete",
}
#: How bright a photograph is shown, for the light it gives.
SHOWN = 1.1


@dataclass(frozen=True)
class Surroundings(Scene):
    """A place photographed all round; turned so that its sun stands where the key light does."""

    photograph: str = "park"

    place: ClassVar[str] = "surroundings"
    names: ClassVar[dict[str, tuple[str, ...]]] = {"photograph": tuple(GROUNDS)}

    def floor(self) -> Surface:
        """Ground that looks, in this light, like the photographed ground."""
        seen = SHOWN * self.ambient * panorama(self.photograph).ground
        up = irradiance(self.environment().coefficients, np.array([[0.0, 0.0, 1.0]]))[0]
        lit = up + self.key.colour * self.key.direction[2]
        red, green, blue = np.clip(seen / lit, 0.03, 0.6)
        colour = (float(red), float(green), float(blue))
        return Surface(floor(), GROUNDS[self.photograph], colour, 0.08, key_share=1.0)

    def environment(self) -> Environment:
        """Light of the photograph, sun and lamps left out: they are the key light."""
        return panorama(self.photograph).environment(self.turn_deg, SHOWN * self.ambient)

    @property
    def key(self) -> Key:
        """The photograph's sun or lamps, as strong as they are in it."""
        strength = self.light * float(np.clip(2.5 * panorama(self.photograph).sun_share, 0.15, 1.8))
        return Key(self.light_azimuth_deg, self.light_elevation_deg, strength, self.light_warmth, self.light_size_deg)

    @property
    def brightness(self) -> float:
        """A photographed distance is as bright as the light it gives: a camera darkens the picture."""
        return 1.9

    @property
    def turn_deg(self) -> float:
        """How far the photograph is turned about the vertical."""
        return self.light_azimuth_deg - panorama(self.photograph).sun_azimuth_deg

    @property
    def panorama(self) -> str | None:
        """The photograph round the place."""
        return self.photograph
