"""What every place has: light, a floor, things that stand about."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from sim.checks import require_between
from sim.render import palette
from sim.render.lighting import Environment, Key, even_environment
from sim.render.room import REACH_M, SHADED_M, Quads, floor, level
from sim.render.solids import Solid
from wink.errors import ConfigError, unknown_name

_BETWEEN: dict[str, tuple[float, float, str]] = {
    "light_azimuth_deg": (-180.0, 180.0, "degrees"),
    "light_elevation_deg": (15.0, 85.0, "degrees"),
    "light": (0.0, 4.0, ""),
    "light_warmth": (-1.0, 1.0, ""),
    "light_size_deg": (0.1, 20.0, "degrees"),
    "ambient": (0.1, 2.0, ""),
}


@dataclass(frozen=True)
class Surface:
    """Rectangles that share a texture and a finish."""

    quads: Quads
    texture: str  # a name of sim.render.textures.KINDS
    colour: palette.Colour
    gloss: float = 0.0
    key_share: float = 0.45  # how much of the key light reaches it; walls get less than the floor: it has a beam
    glow: float = 0.0  # light of its own: windows, lamps


@dataclass(frozen=True)
class Scene(ABC):
    """A place, drawn to the last detail; every field is a factor of the clip.

    Raises:
        ConfigError: a value out of range, or a colour or material that does not exist.
    """

    light_azimuth_deg: float = 55.0  # where the key light stands, as a camera's azimuth
    light_elevation_deg: float = 50.0
    light: float = 1.0  # strength of the key light
    light_warmth: float = 0.2  # -1 cold to 1 warm
    light_size_deg: float = 4.0  # half angle of the lamp as the lifter sees it; the sun's is 0.27
    ambient: float = 0.6  # light from everywhere, as a share of the key light
    seed: int = 0  # arrangement and irregularities

    place: ClassVar[str]
    names: ClassVar[dict[str, tuple[str, ...]]] = {}  # fields that are names, and their choices
    bounds: ClassVar[dict[str, tuple[float, float, str]]] = {}  # fields that are numbers, besides the light's

    def __post_init__(self) -> None:
        for name, (low, high, unit) in {**_BETWEEN, **self.bounds}.items():
            require_between(ConfigError, name, getattr(self, name), (low, high), unit)
        for name, choices in self.names.items():
            if getattr(self, name) not in choices:
                raise ConfigError(unknown_name(f"choice of {name}", str(getattr(self, name)), choices))

    def sample(self, rng: np.random.Generator) -> Scene:  # noqa: ARG002
        """Itself: nothing is drawn, the rng is left alone."""
        return self

    @property
    def factors(self) -> dict[str, Any]:
        """Every field with the name of the place."""
        return {"place": self.place, **asdict(self)}

    @property
    def key(self) -> Key:
        """The key light."""
        return Key(self.light_azimuth_deg, self.light_elevation_deg, self.light, self.light_warmth, self.light_size_deg)

    @abstractmethod
    def floor(self) -> Surface:
        """The floor, whole."""

    def floor_by_lifter(self) -> Surface:
        """The part of the floor that the lifter's shadow can reach."""
        whole = self.floor()
        reach = max(SHADED_M, 0.6 + 1.9 / float(np.tan(np.radians(self.light_elevation_deg))))
        west, east, south, north = self.ends
        near = level(max(-reach, west), min(reach, east), max(-reach, south), min(reach, north), 0.0)
        return Surface(near, whole.texture, whole.colour, whole.gloss, whole.key_share)

    @property
    def ends(self) -> tuple[float, float, float, float]:
        """Where the place ends behind, before, right and left of the lifter [m]."""
        return -REACH_M, REACH_M, -REACH_M, REACH_M

    def surfaces(self) -> list[Surface]:
        """Everything flat but the floor."""
        return []

    def furniture(self) -> list[Solid]:
        """Things that stand about; those between lifter and camera are left out later."""
        return []

    def environment(self) -> Environment:
        """Light from everywhere."""
        return even_environment(self.key, self.ambient, np.array(self.floor().colour), np.array((0.45, 0.45, 0.44)))

    @property
    def brightness(self) -> float:
        """How much brighter the place looks than a usual room under the same light: a camera's meter allows for it."""
        return 1.0

    @property
    def panorama(self) -> str | None:
        """The photograph round the place, if there is one."""
        return None


def plain_floor(material: str, colour: palette.Colour, gloss: float) -> Surface:
    """A floor of one material."""
    return Surface(floor(), material, colour, gloss, key_share=1.0)
