"""Colours that people, clothes and weights have; linear RGB albedo, 0-1. Ours, matched by eye."""

from __future__ import annotations

Colour = tuple[float, float, float]

#: Six skin tones, after the order of the Fitzpatrick scale (I-VI).
SKIN_TONES: tuple[Colour, ...] = (
    (0.60, 0.40, 0.31),
    (0.50, 0.315, 0.225),
    (0.40, 0.235, 0.155),
    (0.29, 0.16, 0.10),
    (0.185, 0.097, 0.060),
    (0.095, 0.050, 0.033),
)
#: Black, dark brown, brown, blond, grey, white.
HAIR: tuple[Colour, ...] = (
    (0.012, 0.010, 0.009),
    (0.030, 0.018, 0.011),
    (0.075, 0.042, 0.021),
    (0.22, 0.14, 0.06),
    (0.17, 0.165, 0.16),
    (0.40, 0.39, 0.38),
)
TOPS: dict[str, Colour] = {
    "black": (0.022, 0.022, 0.025),
    "charcoal": (0.065, 0.067, 0.072),
    "grey": (0.27, 0.27, 0.275),
    "white": (0.70, 0.69, 0.67),
    "navy": (0.020, 0.033, 0.085),
    "royal": (0.035, 0.095, 0.30),
    "teal": (0.020, 0.14, 0.15),
    "forest": (0.024, 0.085, 0.045),
    "burgundy": (0.17, 0.018, 0.030),
    "red": (0.40, 0.035, 0.030),
    "rust": (0.34, 0.10, 0.035),
    "mustard": (0.40, 0.20, 0.025),
    "lilac": (0.33, 0.24, 0.42),
}
BOTTOMS: dict[str, Colour] = {
    "black": (0.020, 0.020, 0.022),
    "charcoal": (0.055, 0.057, 0.062),
    "navy": (0.018, 0.026, 0.062),
    "grey": (0.19, 0.19, 0.20),
    "olive": (0.075, 0.078, 0.035),
    "plum": (0.075, 0.022, 0.058),
}
SHOES: dict[str, Colour] = {
    "white": (0.66, 0.66, 0.64),
    "black": (0.025, 0.025, 0.027),
    "grey": (0.24, 0.24, 0.25),
    "blue": (0.045, 0.11, 0.28),
    "red": (0.36, 0.045, 0.035),
}
PLATES: dict[str, Colour] = {
    "black": (0.022, 0.022, 0.024),
    "red": (0.30, 0.022, 0.022),
    "blue": (0.022, 0.055, 0.22),
    "green": (0.020, 0.12, 0.045),
}
#: What plates of a competition look like, by mass [kg].
COMPETITION: dict[float, Colour] = {
    25.0: (0.30, 0.022, 0.022), 20.0: (0.022, 0.055, 0.22), 15.0: (0.42, 0.27, 0.02), 10.0: (0.020, 0.12, 0.045),
    5.0: (0.48, 0.48, 0.47), 2.5: (0.30, 0.022, 0.022),
}  # fmt: skip
BELTS: dict[str, Colour] = {"black": (0.020, 0.019, 0.019), "brown": (0.11, 0.050, 0.022), "tan": (0.27, 0.15, 0.07)}
RACKS: dict[str, Colour] = {"black": (0.020, 0.020, 0.022), "red": (0.22, 0.018, 0.018), "grey": (0.16, 0.16, 0.165)}
JUMP_BOXES: dict[str, Colour] = {
    "wood": (0.36, 0.235, 0.125),
    "birch": (0.50, 0.40, 0.26),
    "black": (0.028, 0.028, 0.030),
}
JUMP_BOX_SLOT: Colour = (0.012, 0.010, 0.008)
WEDGE: Colour = (0.16, 0.095, 0.045)
STRAP: Colour = (0.05, 0.05, 0.052)
STEEL: Colour = (0.26, 0.26, 0.27)
EYE_WHITE: Colour = (0.55, 0.53, 0.50)
IRIS: Colour = (0.035, 0.022, 0.014)
SOCK: Colour = (0.60, 0.60, 0.58)
SOLE: Colour = (0.58, 0.57, 0.54)
