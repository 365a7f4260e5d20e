"""A skeleton as MJCF, MuJoCo's own format: its import of URDF loses the axes of inertia."""

from __future__ import annotations

from collections.abc import Iterator

from sim.engine import FLOOR_FRICTION
from sim.kinematics import GRAVITY_M_S2
from sim.skeleton import HINGES, Link, Skeleton

#: Contact as near to PyBullet's rigid floor as soft constraints come: penetration decays within two steps (the fastest
#: that stays stable), with critical damping, and slip under the friction cone is made this many times harder.
STEPS_TO_YIELD, DAMPING_RATIO, AGAINST_SLIP = 2, 1.0, 10.0
IMPEDANCE = "0.95 0.99 0.001"  # harder contact (0.99 and up) makes the vertical force ring by 50 N rms


def mjcf(skeleton: Skeleton, step_s: float) -> str:
    """The skeleton over a floor as one MJCF document; the soles are contact spheres, nothing else collides."""
    contact = (
        f'solref="{STEPS_TO_YIELD * step_s:g} {DAMPING_RATIO:g}" solimp="{IMPEDANCE}" '
        f'friction="{FLOOR_FRICTION:g} 0 0" condim="3"'
    )
    lines = [
        '<mujoco model="lifter"><compiler angle="radian" autolimits="true" inertiafromgeom="false"/>',
        f'<option timestep="{step_s:g}" gravity="0 0 -{GRAVITY_M_S2:g}" integrator="Euler" cone="elliptic" '
        f'solver="Newton" iterations="50" tolerance="1e-10" impratio="{AGAINST_SLIP:g}">',
        '<flag autoreset="disable"/></option>',  # a state that is no number is to be seen as such
        f'<worldbody><geom name="floor" type="plane" size="3 3 0.1" contype="1" conaffinity="0" {contact}/>',
        *_body(skeleton, "pelvis", (0.0, 0.0, 0.0), '<freejoint name="base"/>', contact),
        "</worldbody></mujoco>",
    ]
    return "\n".join(lines)


def _body(skeleton: Skeleton, name: str, offset: object, joint: str, contact: str) -> Iterator[str]:
    """A link, its joint to the link before, and all links after it."""
    link = next(link for link in skeleton.links if link.name == name)
    yield f'<body name="{name}" pos="{_numbers(offset)}">{joint}{_inertial(link)}'
    if name.startswith("foot_"):
        for point in skeleton.sole.contact_points:
            radius = f'size="{skeleton.sole.sphere_m:.15g}"'
            yield f'<geom type="sphere" pos="{_numbers(point)}" {radius} contype="0" conaffinity="1" {contact}/>'
    for hinge, at in zip(HINGES, skeleton.offsets_m, strict=True):
        if hinge.parent == name:
            turn = f'<joint name="{hinge.name}" type="hinge" axis="{_numbers(hinge.axis)}"/>'
            yield from _body(skeleton, hinge.child, at, turn, contact)
    yield "</body>"


def _inertial(link: Link) -> str:
    about = link.inertia
    full = [about[0, 0], about[1, 1], about[2, 2], about[0, 1], about[0, 2], about[1, 2]]
    return f'<inertial pos="{_numbers(link.centre_m)}" mass="{link.mass_kg:.15g}" fullinertia="{_numbers(full)}"/>'


def _numbers(values: object) -> str:
    return " ".join(f"{float(v):.15g}" for v in values)  # type: ignore[attr-defined]
