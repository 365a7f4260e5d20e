"""A lifter as an OpenSim model (.osim): bodies, custom joints, coordinates, markers. No muscles."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.kinematics import GRAVITY_M_S2
from sim.opensim.markers import Marker
from sim.opensim.motion import PELVIS_PLACES, PELVIS_TURNS
from sim.opensim.tree import BODIES, TO_OPENSIM, Joint, Tree, named
from sim.skeleton import Link

Array = NDArray[np.float64]

VERSION = "40500"  # of the document: OpenSim 4.5 and later
AXES = np.eye(3)
#: Coordinates may go anywhere a body does; the limits are torques of tissue, not ends of coordinates.
TURN_RANGE_RAD, PLACE_RANGE_M = np.pi, 5.0


def osim(name: str, tree: Tree, markers: Sequence[Marker]) -> str:
    """The model as one document."""
    document = ET.Element("OpenSimDocument", Version=VERSION)
    model = ET.SubElement(document, "Model", name=name)
    _say(model, "credits", "Made by winklab: a simulated lifter. Inertia of segments after de Leva (1996).")
    _say(model, "length_units", "meters")
    _say(model, "force_units", "N")
    _say(model, "gravity", f"0 -{GRAVITY_M_S2:g} 0")
    ET.SubElement(model, "Ground", name="ground")
    bodies = _set(model, "BodySet", "bodyset")
    for body in tree.bodies:
        _add_body(bodies, body)
    joints = _set(model, "JointSet", "jointset")
    _add_joint(joints, "ground_pelvis", ("/ground", "/bodyset/pelvis"), np.zeros(3), _floating())
    for joint in tree.joints:
        _add_joint(
            joints, joint.name, (f"/bodyset/{joint.parent}", f"/bodyset/{joint.child}"), joint.place_m, _axes(joint)
        )
    points = _set(model, "MarkerSet", "markerset")
    for marker in markers:
        _add_marker(points, marker)
    ET.indent(document, " ")
    return '<?xml version="1.0" encoding="UTF-8" ?>\n' + ET.tostring(document, encoding="unicode") + "\n"


#: Of each of the six axes of a custom joint: its coordinate, or none, and its direction.
_Axes = list[tuple[str | None, Array]]


def _floating() -> _Axes:
    tilt, list_, rotation = PELVIS_TURNS
    turns: _Axes = [(tilt, AXES[2]), (list_, AXES[0]), (rotation, AXES[1])]
    return [*turns, *zip(PELVIS_PLACES, AXES, strict=True)]


def _axes(joint: Joint) -> _Axes:
    """A joint's turns, completed to three axes that are square to each other; it has no play."""
    turns: _Axes = [(turn.coordinate, turn.axis) for turn in joint.turns]
    used = [int(np.argmax(np.abs(turn.axis))) for turn in joint.turns]
    turns += [(None, AXES[k]) for k in range(3) if k not in used]
    return [*turns, *((None, axis) for axis in AXES)]


def _add_body(bodies: ET.Element, link: Link) -> None:
    body, about = ET.SubElement(bodies, "Body", name=link.name), link.inertia
    _say(body, "mass", f"{link.mass_kg:.12g}")
    _say(body, "mass_center", _numbers(link.centre_m))
    _say(body, "inertia", _numbers([*np.diag(about), about[0, 1], about[0, 2], about[1, 2]]))


def _add_joint(joints: ET.Element, name: str, ends: tuple[str, str], place_m: Array, axes: _Axes) -> None:
    joint = ET.SubElement(joints, "CustomJoint", name=name)
    frames = [f"{name}_parent", f"{name}_child"]
    _say(joint, "socket_parent_frame", frames[0])
    _say(joint, "socket_child_frame", frames[1])
    coordinates = ET.SubElement(joint, "coordinates")
    for number, (coordinate, _) in enumerate(axes):
        if coordinate is not None:
            _add_coordinate(coordinates, coordinate, turns=number < 3)
    offsets = ET.SubElement(joint, "frames")
    for frame, end, place in zip(frames, ends, (place_m, np.zeros(3)), strict=True):
        offset = ET.SubElement(offsets, "PhysicalOffsetFrame", name=frame)
        _say(offset, "socket_parent", end)
        _say(offset, "translation", _numbers(place))
        _say(offset, "orientation", "0 0 0")
    transform = ET.SubElement(joint, "SpatialTransform")
    for number, (coordinate, axis) in enumerate(axes):
        kind = "rotation" if number < 3 else "translation"
        _add_axis(transform, f"{kind}{number % 3 + 1}", coordinate, axis)


def _add_coordinate(coordinates: ET.Element, name: str, turns: bool) -> None:
    coordinate = ET.SubElement(coordinates, "Coordinate", name=name)
    most = TURN_RANGE_RAD if turns else PLACE_RANGE_M
    _say(coordinate, "default_value", "0")
    _say(coordinate, "range", _numbers([-most, most]))
    _say(coordinate, "clamped", "false")


def _add_axis(transform: ET.Element, name: str, coordinate: str | None, axis: Array) -> None:
    element = ET.SubElement(transform, "TransformAxis", name=name)
    _say(element, "coordinates", coordinate or "")
    _say(element, "axis", _numbers(axis))
    if coordinate is None:
        _say(ET.SubElement(element, "Constant", name="function"), "value", "0")
    else:
        _say(ET.SubElement(element, "LinearFunction", name="function"), "coefficients", " 1 0")


def _add_marker(points: ET.Element, marker: Marker) -> None:
    element = ET.SubElement(points, "Marker", name=marker.name)
    _say(element, "socket_parent_frame", f"/bodyset/{named(BODIES, marker.segment)}")
    _say(element, "location", _numbers(TO_OPENSIM @ marker.place_m))
    _say(element, "fixed", "true")


def _set(model: ET.Element, kind: str, name: str) -> ET.Element:
    return ET.SubElement(ET.SubElement(model, kind, name=name), "objects")


def _say(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _numbers(values: Iterable[float] | Array) -> str:
    return " ".join(f"{float(v) + 0.0:.12g}" for v in values)
