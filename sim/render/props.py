"""What stands by the lifter and does not move: a rack's uprights, a jump box, and what lies under the heels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.body.figure import Figure
from sim.body.heel import BACK_SHARE, BALL_SHARE
from sim.render import palette
from sim.render.appearance import Appearance
from sim.render.labels import CLASSES
from sim.render.solids import Solid, box, joined
from wink.trial import SquatTrial

Array = NDArray[np.float32]

#: Uprights of a squat stand: thickness, height, and how far apart their middles are, within the bar's sleeves [m].
POST_M, HEIGHT_M, APART_M = 0.07, 1.85, 1.12
#: How far in front of the lifter's and the load's foremost place the uprights stand [m].
CLEAR_M = 0.12
#: Width of what lies under a heel, and how far it reaches behind it [m].
WEDGE_WIDTH_M, WEDGE_BEHIND_M = 0.13, 0.02


@dataclass(frozen=True)
class Props:
    """A rigid mesh in the world."""

    vertices: Array  # (V, 3)
    normals: Array  # (V, 3)
    triangles: NDArray[np.int32]  # (T, 3)
    paint: Array  # (V, 6) albedo, gloss, wrap, label


def props_of(
    appearance: Appearance, figure: Figure, trial: SquatTrial, reach: NDArray[np.float64], jump_box: Solid | None
) -> Props | None:
    """What stands by a lifter who, with the load, stays within points `reach` (N, 3); None where nothing does."""
    parts = [] if jump_box is None else [(jump_box, "box")]
    if appearance.rack != "none" and trial.bar_kind in ("high", "low", "front"):
        parts.append((_stand(appearance.rack, trial, float(reach[:, 0].max())), "rack"))
    if appearance.heel_wedge_m > 0.0:
        soles = {side: figure.rest[figure.vertices_of(f"sole_{side}")] for side in ("left", "right")}
        parts += [(_wedge(trial, side, float(np.ptp(s[:, 0])), appearance), "wedge") for side, s in soles.items()]
    if not parts:
        return None
    solid = joined(part for part, _ in parts)
    label = np.repeat([CLASSES.index(name) for _, name in parts], [len(part.vertices) for part, _ in parts])
    paint = np.concatenate([solid.paint, label[:, None]], axis=1).astype(np.float32)
    return Props(solid.vertices, solid.normals, solid.triangles, paint)


def _stand(colour: str, trial: SquatTrial, foremost_m: float) -> Solid:
    """Two uprights with feet and hooks at the height the bar was taken from."""
    assert trial.bar_position_m is not None
    metal, hook_m = palette.RACKS[colour], float(trial.bar_position_m[0, 2]) - 0.10
    x = foremost_m + CLEAR_M
    middle = float(trial.bar_position_m[0, 1])
    parts = [box((0.06, APART_M, 0.06), (x + 0.45, middle, 0.0), metal, 0.3)]
    for y in (middle - 0.5 * APART_M, middle + 0.5 * APART_M):
        parts.append(box((POST_M, POST_M, HEIGHT_M), (x, y, 0.0), metal, 0.3))
        parts.append(box((0.95, POST_M, 0.06), (x, y, 0.0), metal, 0.3))
        parts.append(box((0.10, 0.05, 0.025), (x - 0.08, y, hook_m), palette.STEEL, 0.5))
        parts.append(box((0.02, 0.05, 0.08), (x - 0.12, y, hook_m), palette.STEEL, 0.5))
    return joined(parts)


def _wedge(trial: SquatTrial, side: str, foot_m: float, appearance: Appearance) -> Solid:
    """A block under a heel, as high there as the heel stands, sloping towards the ball."""
    pose = trial.segment(f"foot_{side}")[0]
    solid = box((1.0, WEDGE_WIDTH_M, 1.0), (0.0, 0.0, 0.0), palette.WEDGE, 0.08)
    start, end = (BALL_SHARE - BACK_SHARE) * foot_m - WEDGE_BEHIND_M, (BALL_SHARE - 0.18) * foot_m
    points = solid.vertices.copy()
    x = start + (points[:, 0] + 0.5) * (end - start)
    share = np.clip((BALL_SHARE * foot_m - x) / (BACK_SHARE * foot_m), 0.0, 1.1)
    ahead = np.array([pose[0, 0], pose[1, 0], 0.0]) / float(np.hypot(pose[0, 0], pose[1, 0]))
    aside = np.array([-ahead[1], ahead[0], 0.0])
    base = np.array([pose[0, 3], pose[1, 3], 0.0])
    height = points[:, 2] * (appearance.heel_wedge_m * share)
    world = base + x[:, None] * ahead + points[:, 1:2] * aside + height[:, None] * np.array([0.0, 0.0, 1.0])
    normals = solid.normals @ np.array([ahead, aside, [0.0, 0.0, 1.0]])
    return Solid(world.astype(np.float32), normals.astype(np.float32), solid.triangles, solid.paint)
