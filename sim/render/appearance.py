"""How the lifter and the load look: person, clothes, plates."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.body.outfit import CHOICES, Outfit
from sim.render import palette
from sim.render.barbell import PLATES
from wink.errors import ConfigError, unknown_name

_NAMED: dict[str, tuple[str, ...]] = {
    **CHOICES,
    "top_colour": tuple(palette.TOPS),
    "bottom_colour": tuple(palette.BOTTOMS),
    "shoe_colour": tuple(palette.SHOES),
    "plate_colour": (*palette.PLATES, "competition"),
    "plates": tuple(PLATES),
    "belt_colour": tuple(palette.BELTS),
    "rack": ("none", *palette.RACKS),
    "jump_box": ("none", *palette.JUMP_BOXES),
}
_BETWEEN: dict[str, tuple[float, float]] = {
    "skin_tone": (1, len(palette.SKIN_TONES)),
    "hair_tone": (1, len(palette.HAIR)),
    "build": (0.0, 1.0),
    "jump_box_deg": (90.0, 270.0),
    "shoe_drop_m": (0.0, 0.06),
    "heel_wedge_m": (0.0, 0.08),
}


@dataclass(frozen=True)
class Appearance:
    """How a lifter and a load look.

    Raises:
        ConfigError: an unknown garment or colour, or a value out of range.
    """

    skin_tone: int = 3  # 1 lightest to 6 darkest
    hair_tone: int = 1  # 1 black to 4 blond, 5 grey, 6 white
    hair: str = "short"
    top: str = "tshirt"
    top_colour: str = "royal"
    bottom: str = "shorts"
    bottom_colour: str = "black"
    shoe_colour: str = "white"
    plate_colour: str = "black"
    plates: str = "bumper"
    beard: bool = False
    build: float = 0.5  # at the same mass: 0 soft, 1 muscular
    belt: bool = False
    belt_colour: str = "black"
    rack: str = "none"  # its colour; drawn round a lifter with a bar only
    jump_box: str = "none"  # its material; drawn where it hides the lifter from no camera
    jump_box_deg: float = 150.0  # where it stands, as a camera's azimuth: 90 left, 180 behind, 270 right
    shoe_drop_m: float = 0.0  # what the lifter stands in and on: set from the movement, not drawn by lot
    heel_wedge_m: float = 0.0

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
        return Outfit(
            top=self.top,
            bottom=self.bottom,
            hair=self.hair,
            beard=self.beard,
            belt=self.belt,
            build=self.build,
            shoe_drop_m=self.shoe_drop_m,
            heel_wedge_m=self.heel_wedge_m,
        )


def sample_appearance(rng: np.random.Generator, sex: str) -> Appearance:
    """Draw a believable appearance for a lifter of a sex."""

    def one(names: tuple[str, ...], weights: tuple[float, ...] | None = None) -> str:
        shares = None if weights is None else np.array(weights) / sum(weights)
        return str(names[int(rng.choice(len(names), p=shares))])

    male = sex == "male"
    top = (
        one(("tshirt", "oversize", "longsleeve", "hoodie", "tank", "none"), (8, 4, 3, 3, 4, 1))
        if male
        else one(("tshirt", "oversize", "longsleeve", "hoodie", "tank", "crop"), (5, 3, 2, 2, 5, 5))
    )
    bottom = one(("shorts", "short_tights", "leggings", "joggers"), (6, 2, 1, 2) if male else (1, 3, 5, 1))
    skin_tone = int(rng.integers(1, len(palette.SKIN_TONES) + 1))
    return Appearance(
        skin_tone=skin_tone,
        hair_tone=_hair_tone(rng, skin_tone),
        hair=one(_HAIR["male" if male else "female"], _hair_shares(skin_tone, male)),
        top=top,
        top_colour=one(tuple(palette.TOPS)),
        bottom=bottom,
        bottom_colour=one(tuple(palette.BOTTOMS), (6, 4, 3, 3, 1, 1)),
        shoe_colour=one(tuple(palette.SHOES)),
        plate_colour=one((*palette.PLATES, "competition"), (5, 1, 1, 1, 2)),
        plates=one(tuple(PLATES), (3, 2)),
        beard=bool(rng.random() < (0.35 if male else 0.0)),
        build=round(float(rng.beta(2.0, 2.0)), 3),
        belt=bool(rng.random() < 0.2),
        belt_colour=one(tuple(palette.BELTS), (4, 2, 1)),
        rack=one(("none", *palette.RACKS), (8, 2, 1, 1)),
        jump_box=one(("none", *palette.JUMP_BOXES), (15, 2, 2, 1)),
        jump_box_deg=round(float(rng.uniform(90.0, 270.0)), 1),
    )


def _hair_tone(rng: np.random.Generator, skin_tone: int) -> int:
    """Darker hair with darker skin; grey or white in one of six."""
    if rng.random() < 1 / 6:
        return int(rng.choice((5, 6), p=(0.7, 0.3)))
    return int(rng.integers(1, 5 if skin_tone <= 2 else 4 if skin_tone == 3 else 3))


_HAIR = {
    "male": ("short", "cropped", "none", "curly", "afro", "bun"),
    "female": ("ponytail", "bun", "bob", "curly", "afro", "short"),
}


def _hair_shares(skin_tone: int, male: bool) -> tuple[float, ...]:
    """How often each style of `_HAIR` is worn."""
    curls = (3.0, 2.0) if skin_tone >= 5 else (1.5, 0.1)
    return (6.0, 4.0, 1.5, *curls, 0.5) if male else (6.0, 4.0, 3.0, *curls, 0.7)


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
