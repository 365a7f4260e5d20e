"""The tree of links and joints: the one description behind the URDF, the symbolic kinematics and the dynamics.

World axes x forward, y left, z up; every link frame has those axes in the zero pose (upright, feet straight ahead)
and its origin at the proximal joint. The base is the pelvis, its origin midway between the hip centres. The chain
of names never changes from lifter to lifter; only lengths, masses and inertias do.

A leg has seven axes: with six (no tibial rotation) feet and pelvis would fix the knee, and a wide stance would
wrongly raise the demand for internal rotation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.anthropometry import Body, measure
from sim.barbell import CARRY, Barbell
from sim.lifter import Lifter
from wink.errors import ConfigError

Array = NDArray[np.float64]

SIDES = ("left", "right")
LUMBAR_FLEXION = ("lumbar_flexion_l5s1", "lumbar_flexion_l3l4", "lumbar_flexion_t12l1")
#: Share of whole lumbar flexion at each of them; ours, after the level shares of White and Panjabi (1990).
LUMBAR_SHARES = (0.45, 0.35, 0.20)
LEG = (
    "hip_flexion",
    "hip_abduction",
    "hip_rotation",
    "knee_flexion",
    "tibial_rotation",
    "ankle_dorsiflexion",
    "subtalar_inversion",
)

Axis = tuple[float, float, float]


@dataclass(frozen=True)
class Hinge:
    """One rotation: `child` turns about `axis` of `parent`, positive in the joint's named direction."""

    name: str
    parent: str
    child: str
    axis: Axis


@dataclass(frozen=True)
class Link:
    """A rigid body: mass [kg], centre of mass (3,) [m] and inertia (3, 3) about it [kg m2], in its own frame."""

    name: str
    mass_kg: float
    centre_m: Array
    inertia: Array


def _hinges() -> tuple[Hinge, ...]:
    trunk = (
        Hinge("lumbar_flexion_l5s1", "pelvis", "lumbar_lower", (0, 1, 0)),
        Hinge("lumbar_flexion_l3l4", "lumbar_lower", "lumbar_bend", (0, 1, 0)),
        Hinge("lumbar_lateral", "lumbar_bend", "lumbar_twist", (1, 0, 0)),
        Hinge("lumbar_axial", "lumbar_twist", "lumbar_upper", (0, 0, 1)),
        Hinge("lumbar_flexion_t12l1", "lumbar_upper", "thorax", (0, 1, 0)),
    )
    arms = tuple(Hinge(f"shoulder_flexion_{s}", "thorax", f"upper_arm_{s}", (0, -1, 0)) for s in SIDES)
    return trunk + arms + tuple(hinge for side in SIDES for hinge in _leg_hinges(side))


def _leg_hinges(side: str) -> Iterator[Hinge]:
    out = 1.0 if side == "left" else -1.0  # mirrors the axes that are not flexion
    chain = ("pelvis", "hip_swing", "hip_spread", "thigh", "knee", "shank", "talus", "foot")
    links = [link if link == "pelvis" else f"{link}_{side}" for link in chain]
    axes: tuple[Axis, ...] = ((0, -1, 0), (out, 0, 0), (0, 0, -out), (0, 1, 0), (0, 0, -out), (0, -1, 0), (-out, 0, 0))
    for joint, axis, parent, child in zip(LEG, axes, links[:-1], links[1:], strict=True):
        yield Hinge(f"{joint}_{side}", parent, child, axis)


#: Every hinge, parents before children: the order of all joint arrays.
HINGES = _hinges()
JOINTS = tuple(hinge.name for hinge in HINGES)
LINKS = ("pelvis", *(hinge.child for hinge in HINGES))


@dataclass(frozen=True)
class Sole:
    """The rectangle of a foot on the floor, in the foot frame [m]; the ankle stands `height_m` over it."""

    heel_m: float
    ball_m: float
    toe_m: float
    half_width_m: float
    height_m: float
    sphere_m: float = 0.008  # radius of the contact spheres at the four corners

    @property
    def contact_points(self) -> Array:
        """Centres of the four contact spheres (4, 3) in the foot frame."""
        z = self.sphere_m - self.height_m
        return np.array([(x, y * self.half_width_m, z) for x in (self.heel_m, self.ball_m) for y in (1, -1)])


@dataclass(frozen=True)
class Skeleton:
    """One lifter's tree, with what is carried fixed to the thorax."""

    links: tuple[Link, ...]  # in the order of LINKS
    offsets_m: Array  # (J, 3) of each hinge in its parent's frame
    sole: Sole
    bar_m: Array  # (3,) centre of the load in the thorax frame
    body: Body

    @property
    def total_mass_kg(self) -> float:
        """Lifter and load [kg]."""
        return sum(link.mass_kg for link in self.links)


def build_skeleton(lifter: Lifter, barbell: Barbell) -> Skeleton:
    """The tree of a lifter carrying a barbell.

    Raises:
        ConfigError: the load is a share of the lifter's maximum that has not been found yet.
    """
    if not barbell.is_weighed:
        raise ConfigError("this load is a share of the lifter's maximum: find it first, by sim.maximum.with_load")
    body = measure(lifter)
    forward, up, _ = CARRY[barbell.kind]
    bar = np.array([forward, 0.0, up]) * body.length_m["thorax"]
    links = {link.name: link for link in (*_trunk_links(body, bar, barbell.load_kg), *_limb_links(body))}
    for name in LINKS:
        links.setdefault(name, _massless(name))
    own = sum(link.mass_kg for link in links.values()) - barbell.load_kg
    links["pelvis"] = _with_mass(links["pelvis"], links["pelvis"].mass_kg + lifter.mass_kg - own)
    return Skeleton(tuple(links[name] for name in LINKS), _offsets(body), _sole(body), bar, body)


def _massless(name: str) -> Link:
    """A link between the hinges of one joint, just heavy enough for the engine to stay regular."""
    return Link(name, 0.05, np.zeros(3), np.eye(3) * 2e-3)


def _with_mass(link: Link, mass_kg: float) -> Link:
    return Link(link.name, mass_kg, link.centre_m, link.inertia)


def _offsets(body: Body) -> Array:
    length = body.length_m
    back = -0.2836 * length["pelvis"]  # L5/S1 lies 3 cm behind the hip centres of a 175 cm man
    at: dict[str, tuple[float, float, float]] = {
        "lumbar_lower": (back, 0, length["pelvis"]),
        "lumbar_bend": (0, 0, 0.40 * length["lumbar"]),
        "thorax": (0, 0, 0.60 * length["lumbar"]),
    }
    for side, out in zip(SIDES, (1.0, -1.0), strict=True):
        at[f"upper_arm_{side}"] = (0, out * length["shoulder_width"] / 2, 0.86 * length["thorax"])
        at[f"hip_swing_{side}"] = (0, out * length["hip_width"] / 2, 0)
        at[f"knee_{side}"] = (0, 0, -length["thigh"])
        at[f"talus_{side}"] = (0, 0, -length["shank"])
    return np.array([at.get(hinge.child, (0, 0, 0)) for hinge in HINGES], dtype=float)


def _sole(body: Body) -> Sole:
    foot = body.length_m["foot"]
    return Sole(-0.213 * foot, 0.543 * foot, 0.775 * foot, 0.174 * foot, body.length_m["ankle_height"])


def combine(name: str, parts: list[tuple[float, Array, Array]]) -> Link:
    """One rigid body from parts (mass, centre, central inertia), by the parallel axis theorem."""
    mass = sum(m for m, _, _ in parts)
    centre = sum((m * c for m, c, _ in parts), np.zeros(3)) / mass
    inertia = np.zeros((3, 3))
    for m, c, about in parts:
        d = c - centre
        inertia += about + m * (d @ d * np.eye(3) - np.outer(d, d))
    return Link(name, mass, centre, inertia)


def _block(
    mass: float, centre: tuple[float, float, float], radii: tuple[float, float, float]
) -> tuple[float, Array, Array]:
    return mass, np.array(centre), np.diag(mass * np.array(radii) ** 2)


def _trunk_links(body: Body, bar: Array, load_kg: float) -> Iterator[Link]:
    mass, length = body.mass_kg, body.length_m
    lumbar, thorax, head = length["lumbar"], length["thorax"], length["head"]
    yield combine("pelvis", [_block(mass["lower_trunk"], (-0.005, 0, 0.43 * length["pelvis"]), (0.10, 0.094, 0.10))])
    # The viscera hang in front of the spine; a fifth of the mid trunk lies above T12/L1 and moves with the thorax.
    for name, share, height in (("lumbar_lower", 0.35, 0.2), ("lumbar_upper", 0.45, 0.3)):
        yield combine(name, [_block(share * mass["mid_trunk"], (0.03, 0, height * lumbar), (0.077, 0.063, 0.084))])
    parts = [
        _block(mass["upper_trunk"] + 0.2 * mass["mid_trunk"], (0.025, 0, 0.5 * thorax), (0.114, 0.092, 0.096)),
        _block(mass["head"], (0.035, 0, thorax + 0.45 * head), (0.073, 0.076, 0.063)),
    ]
    if load_kg:  # plates far out to the sides
        parts.append((load_kg, bar, np.diag([0.35, 1e-3, 0.35]) * load_kg))
    yield combine("thorax", parts)


def _limb_links(body: Body) -> Iterator[Link]:
    upper, fore, hand = body.limb("upper_arm"), body.limb("forearm"), body.mass_kg["hand"]
    elbow = np.array([0.0, 0.0, -body.length_m["upper_arm"]])
    wrist = elbow + np.array([0.0, 0.0, -body.length_m["forearm"]])
    foot, height = body.length_m["foot"], body.length_m["ankle_height"]
    for side in SIDES:
        forearm = (fore[0], elbow + fore[1], fore[2])
        fist = (hand, wrist + np.array([0, 0, -0.05]), np.eye(3) * hand * 0.03**2)
        yield combine(f"upper_arm_{side}", [upper, forearm, fist])
        yield combine(f"thigh_{side}", [body.limb("thigh")])
        yield combine(f"shank_{side}", [body.limb("shank")])
        radii = (0.124 * foot, 0.25 * foot, 0.26 * foot)
        yield combine(f"foot_{side}", [_block(body.mass_kg["foot"], (0.23 * foot, 0, -0.6 * height), radii)])
