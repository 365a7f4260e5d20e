"""Colour and finish of every vertex: what the body shader draws, from an appearance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.body.figure import Figure
from sim.render import palette
from sim.render.appearance import Appearance
from sim.render.barbell import Load
from sim.render.labels import CLASSES, class_of_part

Array = NDArray[np.float32]

#: A shoe with so much between heel and ball is drawn as a lifting shoe [m].
LIFTING_DROP_M = 0.014
#: gloss and wrap of light round the edge, by material; ours, by eye.
FINISH = {
    "skin": (0.30, 0.25), "cloth": (0.04, 0.15), "shoe": (0.25, 0.10), "hair": (0.22, 0.20), "eye": (1.0, 0.10),
    "leather": (0.30, 0.10), "frizz": (0.02, 0.35),
}  # fmt: skip
PAINTED_KG = tuple(palette.COMPETITION)
STEEL_FINISH, PLATE_FINISH = (0.8, 0.05), (0.25, 0.05)


def painted_figure(figure: Figure, appearance: Appearance, rng: np.random.Generator) -> Array:
    """Per vertex (V, 6): albedo, gloss, wrap, label."""
    painted = np.zeros((len(figure.rest), 6), dtype=np.float32)
    for index, part in enumerate(figure.part_names):
        rows = np.flatnonzero(figure.part_of_vertex == index)
        colour, finish = _material(part, appearance)
        rough = 0.30 if finish == "frizz" else 0.05
        painted[rows, :3] = colour * (1.0 + rough * _mottle(figure.rest[rows], rng)[:, None])
        painted[rows, 3:] = (*FINISH[finish], class_of_part(part))
    _paint_eyes(figure, painted)
    _redden(figure, painted)
    if appearance.shoe_drop_m >= LIFTING_DROP_M:
        _strap(figure, painted)
    return painted


def painted_load(load: Load, appearance: Appearance) -> Array:
    """Per vertex (V, 6): albedo, gloss, wrap, label."""
    plate = load.is_plate[:, None]
    steel = (*palette.STEEL, *STEEL_FINISH, CLASSES.index("bar"))
    plates = np.array([(*_plate_colour(kg, appearance), *PLATE_FINISH, CLASSES.index("plates")) for kg in PAINTED_KG])
    which = np.abs(load.plate_kg[:, None] - np.array(PAINTED_KG)).argmin(axis=1)
    return np.where(plate, plates[which], steel).astype(np.float32)


def _plate_colour(mass_kg: float, appearance: Appearance) -> palette.Colour:
    if appearance.plate_colour == "competition":
        return palette.COMPETITION[mass_kg]
    return palette.PLATES[appearance.plate_colour]


def _material(part: str, appearance: Appearance) -> tuple[NDArray[np.float64], str]:
    """Albedo (3,) and finish of a part."""
    hair = np.array(palette.HAIR[appearance.hair_tone - 1])
    skin = np.array(palette.SKIN_TONES[appearance.skin_tone - 1])
    shoe = np.array(palette.SHOES[appearance.shoe_colour])
    looks = {
        "skin": (skin, "skin"),
        appearance.top: (np.array(palette.TOPS[appearance.top_colour]), "cloth"),
        appearance.bottom: (np.array(palette.BOTTOMS[appearance.bottom_colour]), "cloth"),
        "hair_cropped": (0.75 * hair + 0.1 * skin, "hair"),  # the scalp shows through
        "hair_curly": (hair, "frizz"),
        "hair_afro": (hair, "frizz"),
        "beard": (0.6 * hair + 0.25 * skin, "frizz"),
        "belt": (np.array(palette.BELTS[appearance.belt_colour]), "leather"),
        "brow": (0.45 * hair + 0.30 * skin, "hair"),
        "eye": (np.array(palette.EYE_WHITE), "eye"),
        "sock": (np.array(palette.SOCK), "cloth"),
        **{f"shoe_{side}": (shoe, "shoe") for side in ("left", "right")},
        **{f"sole_{side}": (np.array(palette.SOLE), "shoe") for side in ("left", "right")},
    }
    return looks.get(part, (hair, "hair"))


def _strap(figure: Figure, painted: Array) -> None:
    """A lifting shoe's strap over the instep."""
    for side in ("left", "right"):
        rows = figure.vertices_of(f"shoe_{side}")
        ahead = figure.rest[rows, 0] - figure.joints[f"foot_{side}"][0]
        painted[rows[np.abs(ahead - 0.055) < 0.022], :3] = palette.STRAP


def _mottle(points: Array, rng: np.random.Generator) -> NDArray[np.float64]:
    """Smooth irregular variation over a surface, about 1 in size."""
    waves = rng.normal(0.0, 14.0, (3, 6))
    return np.asarray(np.sin(points @ waves + rng.uniform(0, 2 * np.pi, 6)).sum(axis=1) / np.sqrt(3.0))


def _paint_eyes(figure: Figure, painted: Array) -> None:
    """Dark irises: the foremost part of each eyeball."""
    rows = figure.vertices_of("eye")
    points = figure.rest[rows]
    painted[rows[points[:, 0] > points[:, 0].max() - 0.0045], :3] = palette.IRIS


def _redden(figure: Figure, painted: Array) -> None:
    """Lips, and a little more red in the face, as blood shows."""
    rows = figure.vertices_of("skin")
    nose = figure.rest[figure.landmarks["nose"]]
    offset = figure.rest[rows] - nose
    lips = (np.abs(offset[:, 1]) < 0.024) & (np.abs(offset[:, 2] + 0.035) < 0.012) & (offset[:, 0] > -0.035)
    painted[rows[lips], :3] *= np.array([0.92, 0.66, 0.66], dtype=np.float32)
