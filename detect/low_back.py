"""The edge of the low back and buttock in a video: where it runs, how it leans, how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detect.blazepose import INDEX
from detect.features import Array, BodyCurves, smooth_curve
from detect.pose import PoseTrack
from detect.silhouette import back_contour, contour_angle_deg

#: Shown of the edge, and what of it lies at the height of the pelvis: along the trunk from the hips [leg lengths].
SHOWN, PELVIS = (-0.08, 0.45), (-0.05, 0.15)
_SMOOTHING_S = 0.07


@dataclass(frozen=True)
class LowBackEdge:
    """The edge over all frames of a video."""

    points_px: Array  # (T, n, 2) in the picture, from the buttock upwards
    at_pelvis: slice  # which of the points lie at its height
    lean_deg: Array  # (T,) of that part from vertical, + forward, smoothed, 0 in standing
    flicker_deg: Array  # (T,) how far it lay from that before it was smoothed


def low_back_edge(pose: PoseTrack, body: BodyCurves) -> LowBackEdge:
    """Follow the silhouette's edge behind the trunk."""
    along: Array = np.asarray(np.linspace(*SHOWN, num=28), dtype=np.float64)
    distance = back_contour(pose, body, along)
    inside = np.flatnonzero((along >= PELVIS[0]) & (along <= PELVIS[1]))
    part = slice(int(inside[0]), int(inside[-1]) + 1)
    raw = body.trunk_lean_deg - contour_angle_deg(along[part], distance[:, part])
    lean = smooth_curve(raw, body.fps, body.seen, _SMOOTHING_S)
    upright = body.thigh_inclination_deg <= np.percentile(body.thigh_inclination_deg, 20)
    return LowBackEdge(
        points_px=_in_the_picture(pose, body, along, distance),
        at_pelvis=part,
        lean_deg=lean - np.median(lean[upright]),
        flicker_deg=np.asarray(np.abs(raw - lean)),
    )


def _in_the_picture(pose: PoseTrack, body: BodyCurves, along: Array, distance: Array) -> Array:
    """From leg lengths along and behind the trunk to pixels."""
    hips = pose.points_px[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1)
    lean = np.radians(body.trunk_lean_deg)[:, None]
    up = np.stack([body.facing * np.sin(lean), -np.cos(lean)], axis=-1)
    back = np.stack([-body.facing * np.cos(lean), -np.sin(lean)], axis=-1)
    return np.asarray(hips[:, None] + pose.leg_length_px * (along[None, :, None] * up + distance[..., None] * back))
