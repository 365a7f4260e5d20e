"""How the lifter and the load look: person, clothes, plates."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.body.outfit import CHOICES, Outfit
from sim.render import palette
from wink.errors import ConfigError, unknown_name

_NAMED: dict[str, tuple[str, ...]] = {
    **CHOICES,
    "top_colour": tuple(palette.TOPS),
    "bottom_colour": tuple(palette.BOTTOMS),
    "shoe_colour": tuple(palette.SHOES),
    "plate_colour": tuple(palette.PLATES),
}
_BETWEEN: dict[str, tuple[float, float]] = {
    "skin_tone": (1, len(palette.SKIN_TONES)),
    "hair_tone": (1, len(palette.HAIR)),
}


@dataclass(frozen=True)
class Appearance:
    """How a lifter and a load look.

    Raises:
        ConfigError: an unknown garment or colour, or a value out of range.
    """

    skin_tone: int = 3  # 1 lightest to 6 darkest
    hair_tone: int = 1  # 1 black to 4 blond
    hair: str = "short"
    top: str = "tshirt"
    top_colour: str = "royal"
    bottom: str = "shorts"
    bottom_colour: str = "black"
    shoe_colour: str = "white"
    plate_colour: str = "black"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in _NAMED and value not in _NAMED[field.name]:
                raise ConfigError(unknown_name(f"choice of {field.name}", str(value), _NAMED[field.name]))
            if field.name in _BETWEEN:
                low, high = _BETWEEN[field.name]
                if not low <= value <= high:
                    raise ConfigError(f"{field.name} must lie between {low:g} and {high:g}, got {value!r}")

    @property
    def outfit(self) -> Outfit:
        """The garments the mesh wears."""
        return Outfit(top=self.top, bottom=self.bottom, hair=self.hair)


def sample_appearance(rng: np.random.Generator, sex: str) -> Appearance:
    """Draw a believable appearance for a lifter of a sex."""

    def one(names: tuple[str, ...], weights: tuple[float, ...] | None = None) -> str:
        shares = None if weights is None else np.array(weights) / sum(weights)
        return str(names[int(rng.choice(len(names), p=shares))])

    male = sex == "male"
    top = (
        one(("tshirt", "longsleeve", "tank"), (5, 2, 2))
        if male
        else one(("tshirt", "longsleeve", "tank", "crop"), (3, 1, 3, 3))
    )
    bottom = one(("shorts", "short_tights", "leggings"), (6, 2, 1) if male else (1, 3, 5))
    skin_tone = int(rng.integers(1, len(palette.SKIN_TONES) + 1))
    return Appearance(
        skin_tone=skin_tone,
        hair_tone=int(rng.integers(1, 5 if skin_tone <= 2 else 4 if skin_tone == 3 else 3)),
        hair=one(("short", "cropped", "none"), (6, 4, 1)) if male else one(("ponytail", "bun"), (3, 2)),
        top=top,
        top_colour=one(tuple(palette.TOPS)),
        bottom=bottom,
        bottom_colour=one(tuple(palette.BOTTOMS), (6, 4, 3, 3, 1, 1)),
        shoe_colour=one(tuple(palette.SHOES)),
        plate_colour=one(tuple(palette.PLATES), (5, 1, 1, 1)),
    )


@dataclass(frozen=True)
class Sampled:
    """Draw an appearance for every lifter."""

    def __call__(self, rng: np.random.Generator, sex: str) -> Appearance:
        """A believable appearance."""
        return sample_appearance(rng, sex)


@dataclass(frozen=True)
class Fixed:
    """Give every lifter the same appearance."""

    appearance: Appearance

    def __call__(self, rng: np.random.Generator, sex: str) -> Appearance:  # noqa: ARG002
        """Always the same one; the rng is left alone."""
        return self.appearance
