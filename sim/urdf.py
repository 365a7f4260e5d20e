"""A skeleton as URDF, for the engine and for the dynamics library."""

from __future__ import annotations

from collections.abc import Iterator

from sim.skeleton import HINGES, Link, Skeleton


def urdf(skeleton: Skeleton) -> str:
    """The skeleton as one URDF document; the soles are contact spheres, nothing else collides."""
    lines = ['<robot name="lifter">']
    for link in skeleton.links:
        lines += [f'<link name="{link.name}">', _inertial(link), *_contacts(skeleton, link.name), "</link>"]
    for hinge, offset in zip(HINGES, skeleton.offsets_m, strict=True):
        lines.append(
            f'<joint name="{hinge.name}" type="revolute"><parent link="{hinge.parent}"/><child link="{hinge.child}"/>'
            f'<origin xyz="{_numbers(offset)}"/><axis xyz="{_numbers(hinge.axis)}"/>'
            '<limit lower="-6.2" upper="6.2" effort="1e5" velocity="1e3"/><dynamics damping="0" friction="0"/></joint>'
        )
    return "\n".join([*lines, "</robot>"])


def _numbers(values: object) -> str:
    return " ".join(f"{float(v):.15g}" for v in values)  # type: ignore[attr-defined]


def _inertial(link: Link) -> str:
    about = link.inertia
    pairs = (("ixx", 0, 0), ("iyy", 1, 1), ("izz", 2, 2), ("ixy", 0, 1), ("ixz", 0, 2), ("iyz", 1, 2))
    inertia = " ".join(f'{name}="{about[i, j]:.15g}"' for name, i, j in pairs)
    return (
        f'<inertial><origin xyz="{_numbers(link.centre_m)}" rpy="0 0 0"/><mass value="{link.mass_kg:.15g}"/>'
        f"<inertia {inertia}/></inertial>"
    )


def _contacts(skeleton: Skeleton, name: str) -> Iterator[str]:
    if not name.startswith("foot_"):
        return
    for point in skeleton.sole.contact_points:
        yield (
            f'<collision><origin xyz="{_numbers(point)}"/><geometry><sphere radius="{skeleton.sole.sphere_m:.15g}"/>'
            "</geometry></collision>"
        )
