"""Arms: hands on the bar, or reaching forward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.body.rig import Rig
from sim.body.rotations import about, frame, rotation_vector, unit

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Grip:
    """Where and how the left hand holds on, in thorax axes; the right hand mirrors it. Ours, from photographs."""

    reach_m: float  # from the middle of the bar to the hand, per metre of stature
    fingers: tuple[float, float, float]  # where the closed hand's wrist-to-knuckle direction points
    little: tuple[float, float, float]  # from index to little finger
    elbow: tuple[float, float, float]  # where the elbow points


@dataclass(frozen=True)
class Carry:
    """What the arms do at one moment: where the load is, how it is held, and how the trunk stands under it."""

    kind: str
    bar: Array | None  # (3,) centre of the load; None: arms forward
    thorax: Array  # (3, 3) rotation
    stature_m: float  # sets how wide the hands grip


GRIPS = {
    "high": Grip(0.245, (0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (-0.55, 0.25, -1.0)),
    "low": Grip(0.270, (0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (-0.75, 0.30, -0.8)),
    "front": Grip(0.140, (-0.35, 0.0, 0.9), (0.0, -1.0, 0.0), (1.0, 0.42, -0.40)),
    "goblet": Grip(0.040, (0.35, -0.25, 0.9), (1.0, 0.0, 0.0), (0.1, 0.35, -1.0)),
}
#: From the knuckles to the middle of what a closed hand holds: back along the hand, towards the palm; metres.
HELD_M = (-0.010, 0.024)


def arm_transforms(rig: Rig, side: str, shoulder: Array, upper_arm: Array, carry: Carry) -> dict[str, Array]:
    """Maps (3, 4) of upper arm, forearm and hand.

    Args:
        rig: the subject's rig.
        side: left or right.
        shoulder: position of the shoulder (3,) [m].
        upper_arm: rotation (3, 3) of the physical upper arm; used when nothing is carried.
        carry: what the arms do.
    """
    mirror = np.array([1.0, 1.0 if side == "left" else -1.0, 1.0])
    if carry.bar is None:
        return _reaching(rig, side, shoulder, upper_arm, mirror)
    grip = GRIPS[carry.kind]
    turn = carry.thorax @ np.diag(mirror)
    held = carry.bar + turn @ np.array([0.0, grip.reach_m * carry.stature_m, 0.0])
    little, pole, fingers = (turn @ np.array(v) for v in (grip.little, grip.elbow, grip.fingers))
    for _ in range(2):  # first with a guessed wrist, then with the hand more in line with the forearm
        hand = _hand_rotation(rig, side, fingers, little)
        wrist = held - hand @ _held_offset(rig, side)
        arm = two_bone(rig, side, shoulder, wrist, pole)
        fingers = 0.5 * fingers + 0.5 * unit(wrist - arm.elbow) if carry.kind in ("high", "low") else fingers
    return _placed(rig, side, shoulder, arm, hand)


def _reaching(rig: Rig, side: str, shoulder: Array, upper_arm: Array, mirror: Array) -> dict[str, Array]:
    """Arms where the physics holds them, elbows a little bent, palms down and in."""
    direction = upper_arm @ np.array([0.0, 0.0, -1.0])
    inward = upper_arm @ (mirror * np.array([0.0, -0.16, 0.0]))
    reach = 0.985 * (rig.bones[f"upper_arm_{side}"].length_m + rig.bones[f"forearm_{side}"].length_m)
    wrist = shoulder + reach * unit(direction + inward)
    pole = upper_arm @ (mirror * np.array([-0.6, 0.8, 0.0]))
    arm = two_bone(rig, side, shoulder, wrist, pole)
    little = upper_arm @ (mirror * np.array([-0.75, 0.65, 0.0]))
    hand = _hand_rotation(rig, side, wrist - arm.elbow, little)
    return _placed(rig, side, shoulder, arm, hand)


@dataclass(frozen=True)
class BentArm:
    """Rotations (3, 3) of upper arm and forearm from the zero pose, and the elbow (3,)."""

    upper: Array
    fore: Array
    elbow: Array


def two_bone(rig: Rig, side: str, shoulder: Array, wrist: Array, pole: Array) -> BentArm:
    """The arm whose wrist is at a place and whose elbow points to `pole`.

    A wrist out of reach is approached as far as the arm goes.
    """
    upper_m, fore_m = rig.bones[f"upper_arm_{side}"].length_m, rig.bones[f"forearm_{side}"].length_m
    line = wrist - shoulder
    distance = float(np.clip(np.linalg.norm(line), 1.05 * abs(upper_m - fore_m) + 0.02, 0.999 * (upper_m + fore_m)))
    toward = unit(line)
    aside = unit(pole - toward * (pole @ toward))
    cosine = (upper_m**2 + distance**2 - fore_m**2) / (2 * upper_m * distance)
    angle = float(np.arccos(np.clip(cosine, -1.0, 1.0)))
    elbow = shoulder + upper_m * (np.cos(angle) * toward + np.sin(angle) * aside)
    reached = shoulder + distance * toward
    hinge = np.cross(elbow - shoulder, reached - elbow)
    # in the zero pose arms hang along -z and the elbow bends forward, about -y
    zero = frame(np.array([0.0, 0.0, -1.0]), np.array([0.0, -1.0, 0.0]))
    upper = frame(elbow - shoulder, hinge) @ zero.T
    fore = frame(reached - elbow, hinge) @ zero.T
    return BentArm(upper, fore, elbow)


def _placed(rig: Rig, side: str, shoulder: Array, arm: BentArm, hand: Array) -> dict[str, Array]:
    forearm = rig.bones[f"forearm_{side}"]
    wrist = arm.elbow + arm.fore @ np.array([0.0, 0.0, -forearm.length_m])
    return {
        f"upper_arm_{side}": rig.bones[f"upper_arm_{side}"].placed(arm.upper, shoulder),
        f"forearm_{side}": forearm.placed(_half_twisted(arm.fore, forearm.to_zero, hand), arm.elbow),
        f"hand_{side}": rig.bones[f"hand_{side}"].placed(hand, wrist),
    }


def _half_twisted(fore: Array, to_zero: Array, hand: Array) -> Array:
    """The forearm turned about itself by half of what the hand is turned against it, as radius round ulna."""
    axis = fore @ np.array([0.0, 0.0, -1.0])
    u, _, vt = np.linalg.svd(to_zero)
    relative = rotation_vector(hand @ (fore @ u @ vt).T)
    return np.asarray(about(axis, 0.5 * float(relative @ axis)) @ fore)


def _hand_frame(rig: Rig, side: str) -> Array:
    rest = rig.rest_joints
    along = rest[f"knuckles_{side}"] - rest[f"hand_{side}"]
    return frame(along, rest[f"little_{side}"] - rest[f"index_{side}"])


def _hand_rotation(rig: Rig, side: str, fingers: Array, little: Array) -> Array:
    """The rotation of the hand at rest that makes its fingers point along `fingers`; square to `little`."""
    across = unit(little)
    along = fingers - across * (fingers @ across)
    return np.asarray(frame(along, across) @ _hand_frame(rig, side).T)


def _held_offset(rig: Rig, side: str) -> Array:
    """From the wrist to the middle of what the closed hand holds, in the mesh at rest."""
    rest = rig.rest_joints
    axes = _hand_frame(rig, side)
    palm = -axes[:, 2] if side == "left" else axes[:, 2]
    back, inward = HELD_M
    return np.asarray(rest[f"knuckles_{side}"] - rest[f"hand_{side}"] + back * axes[:, 0] + inward * palm)
