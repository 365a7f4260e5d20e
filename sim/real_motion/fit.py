"""Put a measured movement on our body: segment lengths from the markers, every segment where the person's was.

Ankles stay where they were, thighs and shanks keep their directions as far as bones of one length allow (skin slides:
measured bones shorten and lengthen by centimetres), and the pelvis comes to lie above them with the measured turn. The
thorax has the measured turn; the spine between the two bends at three levels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.anthropometry import LENGTH_SHARES
from sim.lifter import Sex
from sim.skeleton import LUMBAR_SHARES
from wink.joint_centres import unit
from wink.measured_body import MeasuredBody
from wink.trial import SEGMENTS, Array, SquatTrial, Subject

#: Of a person whose mass nobody noted [kg/m2]; ours.
BODY_MASS_INDEX = 23.0
#: Knee bent by less than the first: its axis is the pelvis' side; by more than the second: square to thigh and shank.
_AXIS_FROM_DEG, _AXIS_AT_DEG = 10.0, 30.0
#: L5/S1 behind the hip centres and the height of the middle lumbar joint, as in `sim.skeleton`.
_BACK_SHARE, _MIDDLE_SHARE = -0.2836, 0.40
_SHOULDER_SHARE = 0.86  # of the thorax' length
_TRUNK_SCALES = (0.85, 1.2)
#: The straightest a drawn leg gets, as a share of its length: nearer to straight a knee jumps with every millimetre.
_STRAIGHTEST = 0.999


@dataclass(frozen=True)
class Fitted:
    """A measured trial with the segments of our body, and how well they lie on the markers."""

    trial: SquatTrial
    off_m: dict[str, float]  # mean distance of our joints and landmarks from the measured ones


def fitted(measured: SquatTrial, body: MeasuredBody, sex: Sex, mass_kg: float | None = None) -> Fitted:
    """The trial with segment lengths and poses; its angles stay those that were measured.

    Args:
        measured: what `wink.mocap` made of the recording.
        body: the same recording in space.
        sex: whose proportions fill in what markers do not tell.
        mass_kg: of the person, where it is known.
    """
    lengths = segment_lengths(body, sex)
    stature = lengths.pop("stature")
    mass = BODY_MASS_INDEX * stature**2 if mass_kg is None else mass_kg
    subject = Subject(measured.subject.subject_id, sex, stature, mass, lengths)
    placed = above_the_feet(_on_the_floor(body, lengths["ankle_height"]), lengths)
    poses = {**_trunk(placed, lengths), **_legs(placed, lengths)}
    poses |= _arms(placed, poses["thorax"], lengths)
    trial = replace(
        measured,
        subject=subject,
        time_s=body.time_s,
        segment_names=SEGMENTS,
        segment_poses=np.stack([poses[name] for name in SEGMENTS], axis=1),
    )
    return Fitted(trial, _distances(_on_the_floor(body, lengths["ankle_height"]), poses, lengths))


def segment_lengths(body: MeasuredBody, sex: Sex) -> dict[str, float]:
    """Lengths [m] by segment, and `stature`: measured where markers tell, in proportion to the legs elsewhere."""
    shares = LENGTH_SHARES[sex]
    thigh = float(np.median(np.linalg.norm(body.knees - body.hips, axis=-1)))
    shank = float(np.median(np.linalg.norm(body.ankles - body.knees, axis=-1)))
    height = float(np.median((body.c7 - body.ankles.mean(axis=1))[body.standing, 2]))  # ankles to C7
    stature = height / sum(shares[name] for name in ("shank", "thigh", "pelvis", "lumbar", "thorax"))
    lengths = {name: share * stature for name, share in shares.items()}
    lengths |= {"thigh": thigh, "shank": shank, "stature": stature}
    lengths["hip_width"] = float(np.median(np.linalg.norm(body.hips[:, 0] - body.hips[:, 1], axis=-1)))
    trunk = float(np.median((body.c7 - body.hips.mean(axis=1))[body.standing, 2])) - lengths["pelvis"]
    scale = float(np.clip(trunk / (lengths["lumbar"] + lengths["thorax"]), *_TRUNK_SCALES))
    return lengths | {name: scale * lengths[name] for name in ("lumbar", "thorax")}


def _on_the_floor(body: MeasuredBody, ankle_height_m: float) -> MeasuredBody:
    """The body moved so that in quiet standing both soles lie on z = 0."""
    low = np.median(body.ankles[body.standing, :, 2], axis=0)  # (2,)
    down = np.array([0.0, 0.0, float(low.mean()) - ankle_height_m])
    uneven = np.zeros((2, 3))
    uneven[:, 2] = low - low.mean()  # markers stuck on at unlike heights
    return replace(
        body,
        hips=body.hips - down,
        knees=body.knees - down,
        ankles=body.ankles - down - uneven,
        heels=body.heels - down,
        toes=body.toes - down,
        c7=body.c7 - down,
        asis=body.asis - down,
        psis=body.psis - down,
        wrists=None if body.wrists is None else body.wrists - down,
    )


def above_the_feet(body: MeasuredBody, lengths: dict[str, float]) -> MeasuredBody:
    """The body with its hips where bones of one length, in the measured directions, put them: mean of both legs."""
    thigh, shank = unit(body.knees - body.hips), unit(body.ankles - body.knees)
    knees = body.ankles - lengths["shank"] * shank
    middle = (knees - lengths["thigh"] * thigh).mean(axis=1)
    out = 0.5 * lengths["hip_width"] * body.pelvis[:, :, 1]
    hips = np.stack([middle + out, middle - out], axis=1)
    return replace(body, hips=_within_reach(hips, body.ankles, lengths["thigh"] + lengths["shank"]), knees=knees)


def _within_reach(hips: Array, ankles: Array, leg_m: float) -> Array:
    """Hips (T, 2, 3) moved down together until both legs reach."""
    line = hips - ankles
    across = np.hypot(line[..., 0], line[..., 1])
    most = np.sqrt(np.maximum(0.0, (_STRAIGHTEST * leg_m) ** 2 - across**2))
    drop = np.maximum(0.0, line[..., 2] - most).max(axis=1)
    return np.asarray(hips - drop[:, None, None] * [0.0, 0.0, 1.0])


def _trunk(body: MeasuredBody, lengths: dict[str, float]) -> dict[str, Array]:
    """Pelvis, two lumbar segments and thorax (T, 4, 4): the turn between the two ends shared out over three joints."""
    between = np.swapaxes(body.pelvis, 1, 2) @ body.thorax
    below, above = LUMBAR_SHARES[0], LUMBAR_SHARES[0] + LUMBAR_SHARES[1]
    lower, upper = body.pelvis @ share_of(between, below), body.pelvis @ share_of(between, above)
    at = body.hips.mean(axis=1)
    pelvis_m, lumbar_m = lengths["pelvis"], lengths["lumbar"]
    l5s1 = at + body.pelvis @ np.array([_BACK_SHARE * pelvis_m, 0.0, pelvis_m])
    l3l4 = l5s1 + lower @ np.array([0.0, 0.0, _MIDDLE_SHARE * lumbar_m])
    t12l1 = l3l4 + upper @ np.array([0.0, 0.0, (1 - _MIDDLE_SHARE) * lumbar_m])
    return {
        "pelvis": _pose(body.pelvis, at),
        "lumbar_lower": _pose(lower, l5s1),
        "lumbar_upper": _pose(upper, l3l4),
        "thorax": _pose(body.thorax, t12l1),
    }


def share_of(rotations: Array, share: float) -> Array:
    """The same turns (T, 3, 3) about the same axes, by a share of their angles."""
    from scipy.spatial.transform import Rotation

    return np.asarray(Rotation.from_rotvec(share * Rotation.from_matrix(rotations).as_rotvec()).as_matrix())


def _legs(body: MeasuredBody, lengths: dict[str, float]) -> dict[str, Array]:
    """Thighs, shanks and feet (T, 4, 4)."""
    knees = bent_knees(body.hips, body.ankles, body.knees, lengths["thigh"], lengths["shank"])
    thigh, shank = unit(knees - body.hips), unit(body.ankles - knees)
    left = _knee_axes(thigh, shank, body.pelvis)
    feet = _feet(body)
    poses = {}
    for k, side in enumerate(("left", "right")):
        poses[f"thigh_{side}"] = _pose(_along(thigh[:, k], left[:, k]), body.hips[:, k])
        poses[f"shank_{side}"] = _pose(_along(shank[:, k], left[:, k]), knees[:, k])
        poses[f"foot_{side}"] = _pose(feet[:, k], body.ankles[:, k])
    return poses


def bent_knees(hips: Array, ankles: Array, toward: Array, thigh_m: float, shank_m: float) -> Array:
    """The knees (T, 2, 3) of legs of given bones between hips and ankles, in the plane of measured knees."""
    line = ankles - hips
    distance = np.minimum(np.linalg.norm(line, axis=-1, keepdims=True), thigh_m + shank_m - 1e-4)
    along = unit(line)
    offset = toward - hips
    aside = unit(offset - np.sum(offset * along, axis=-1, keepdims=True) * along + [1e-9, 0.0, 0.0])
    cosine = (thigh_m**2 + distance**2 - shank_m**2) / (2 * thigh_m * distance)
    sine = np.sqrt(np.maximum(0.0, 1 - cosine**2))
    return np.asarray(hips + thigh_m * (cosine * along + sine * aside))


def _knee_axes(thigh: Array, shank: Array, pelvis: Array) -> Array:
    """Axis of each knee to the left (T, 2, 3): square to thigh and shank, the pelvis' side where nearly straight."""
    across = np.cross(thigh, shank)
    bend = np.degrees(np.arctan2(np.linalg.norm(across, axis=-1), np.sum(thigh * shank, axis=-1)))[..., None]
    sure = np.clip((bend - _AXIS_FROM_DEG) / (_AXIS_AT_DEG - _AXIS_FROM_DEG), 0.0, 1.0)
    hinge = across / np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    return unit(sure * hinge + (1 - sure) * pelvis[:, None, :, 1])


def _feet(body: MeasuredBody) -> Array:
    """Rotations (T, 2, 3, 3) of the feet: where they point, and how far the heel has risen since standing."""
    foot = body.toes - body.heels
    yaw = np.arctan2(foot[..., 1], foot[..., 0])
    slope = np.arctan2(foot[..., 2], np.hypot(foot[..., 0], foot[..., 1]))
    pitch = -(slope - np.median(slope[body.standing], axis=0))
    ahead = np.stack([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), -np.sin(pitch)], axis=-1)
    left = np.stack([-np.sin(yaw), np.cos(yaw), np.zeros_like(yaw)], axis=-1)
    return np.stack([ahead, left, np.cross(ahead, left)], axis=-1)


def _arms(body: MeasuredBody, thorax: Array, lengths: dict[str, float]) -> dict[str, Array]:
    """Upper arms (T, 4, 4) that point from the shoulders to the measured wrists, or straight ahead."""
    poses = {}
    for k, side in enumerate(("left", "right")):
        out = 0.5 * lengths["shoulder_width"] * (1.0, -1.0)[k]
        place = np.array([0.0, out, _SHOULDER_SHARE * lengths["thorax"]])
        shoulder = thorax[:, :3, 3] + thorax[:, :3, :3] @ place
        ahead = np.tile([1.0, 0.0, -0.1], (len(shoulder), 1))
        toward = unit(ahead if body.wrists is None else body.wrists[:, k] - shoulder)
        poses[f"upper_arm_{side}"] = _pose(_along(toward, thorax[:, :3, 1]), shoulder)
    return poses


def _along(direction: Array, left: Array) -> Array:
    """Rotations (T, 3, 3) of a limb that hangs along -z in the neutral pose, its y axis to the left."""
    up = -direction
    side = unit(left - np.sum(left * up, axis=-1, keepdims=True) * up)
    return np.stack([np.cross(side, up), side, up], axis=-1)


def _pose(rotation: Array, position: Array) -> Array:
    poses = np.tile(np.eye(4), (len(rotation), 1, 1))
    poses[:, :3, :3], poses[:, :3, 3] = rotation, position
    return poses


def _distances(body: MeasuredBody, poses: dict[str, Array], lengths: dict[str, float]) -> dict[str, float]:
    """Mean distance [m] of our joints from the measured ones."""
    c7 = poses["thorax"][:, :3, 3] + poses["thorax"][:, :3, 2] * lengths["thorax"]
    ours = {
        "hips": np.stack([poses[f"thigh_{side}"][:, :3, 3] for side in ("left", "right")], axis=1),
        "knees": np.stack([poses[f"shank_{side}"][:, :3, 3] for side in ("left", "right")], axis=1),
        "ankles": np.stack([poses[f"foot_{side}"][:, :3, 3] for side in ("left", "right")], axis=1),
        "c7": c7,
    }
    return {n: float(np.linalg.norm(p - getattr(body, n), axis=-1).mean()) for n, p in ours.items()}
