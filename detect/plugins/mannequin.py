"""A drawn figure that squats, with its pose and a video: something to show a detector where no dataset is needed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from detect.blazepose import INDEX
from detect.pose import GREY_PX, SILHOUETTE_PX, PoseTrack

Array = NDArray[np.float64]

FPS = 30.0
SQUAT_S = 4.0  # of one repetition
BOTTOM_S = 2.0
ONSET_S = 1.6
WINK_DEG = 20.0
_LEG_PX, _THIGH, _SHANK, _TRUNK = 90.0, 0.5, 0.5, 0.6  # lengths in legs
_SIZE = (240, 180)  # of the video, width and height
#: Outline of the pelvis about the hip, x forward and y up [leg lengths].
_PELVIS = np.array([[-0.1, -0.16], [-0.2, -0.06], [-0.18, 0.06], [-0.12, 0.24], [0.1, 0.24], [0.12, 0.0], [0.0, -0.14]])


def squatting(n_frames: int) -> PoseTrack:
    """The pose of somebody who squats every four seconds to a thigh at 105 degrees, and winks by 20 degrees."""
    phase = (np.arange(n_frames) / FPS) % SQUAT_S
    thigh = 105.0 * np.clip(np.sin(np.pi * np.clip((phase - 0.5) / 3.0, 0, 1)), 0, 1) ** 2
    lean = 5.0 + 0.35 * thigh
    tilt = 0.35 * thigh - (WINK_DEG + 10.5) * np.clip((thigh - 75) / 30, 0, 1)
    points, world = np.zeros((n_frames, 33, 2)), np.zeros((n_frames, 33, 3))
    for name, path in _joints_px(thigh, lean).items():
        for side, depth_m in (("left", 0.15), ("right", -0.15)):
            points[:, INDEX[f"{side}_{name}"]] = path
            world[:, INDEX[f"{side}_{name}"], 2] = depth_m
    silhouette = np.stack([_silhouette(*angles) for angles in zip(thigh, tilt, lean, strict=True)])
    margin = (SILHOUETTE_PX - GREY_PX) // 2
    return PoseTrack(
        fps=FPS,
        presence=np.ones(n_frames),
        points_px=points,
        world_m=world,
        visibility=np.ones((n_frames, 33)),
        leg_length_px=_LEG_PX,
        silhouette=silhouette,
        grey=silhouette[:, margin : margin + GREY_PX, margin : margin + GREY_PX] // 2 + 60,
        cpu_s=0.0,
    )


def nobody(n_frames: int) -> PoseTrack:
    """The pose of a video without anybody in it."""
    empty = squatting(1)
    return replace(
        empty,
        presence=np.zeros(n_frames),
        points_px=np.full((n_frames, 33, 2), np.nan),
        world_m=np.full((n_frames, 33, 3), np.nan),
        visibility=np.zeros((n_frames, 33)),
        leg_length_px=float("nan"),
        silhouette=np.zeros((n_frames, SILHOUETTE_PX, SILHOUETTE_PX), np.uint8),
        grey=np.zeros((n_frames, GREY_PX, GREY_PX), np.uint8),
    )


def write_figure(path: Path, pose: PoseTrack, background: int = 200) -> Path:
    """A video of the figure as sticks, or of nobody before an even wall (0 = black)."""
    width, height = _SIZE
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=round(FPS), options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in range(pose.n_frames):
            picture = np.full((height, width, 3), background, np.uint8)
            if pose.seen[frame]:
                _draw(picture, pose.points_px[frame])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def _draw(picture: NDArray[np.uint8], points_px: Array) -> None:
    names = ("shoulder", "hip", "knee", "ankle")
    path = [points_px[INDEX[f"left_{name}"]].round().astype(int).tolist() for name in names]
    for a, b in pairwise(path):
        cv2.line(picture, a, b, (60, 40, 30), 17, cv2.LINE_AA)
    shoulder, hip = (np.array(p) for p in path[:2])
    head = shoulder + 0.45 * (shoulder - hip)
    cv2.circle(picture, head.round().astype(int).tolist(), 10, (190, 140, 110), -1, cv2.LINE_AA)


def _joints_px(thigh_deg: Array, lean_deg: Array) -> dict[str, Array]:
    """Paths (T, 2) of the joints in the picture, facing right."""
    shank, thigh, lean = np.radians(0.3 * thigh_deg), np.radians(thigh_deg), np.radians(lean_deg)
    ankle = np.tile([120.0, 160.0], (len(thigh_deg), 1))
    knee = ankle + _SHANK * _LEG_PX * np.c_[np.sin(shank), -np.cos(shank)]
    hip = knee + _THIGH * _LEG_PX * np.c_[-np.sin(thigh), -np.cos(thigh)]
    shoulder = hip + _TRUNK * _LEG_PX * np.c_[np.sin(lean), -np.cos(lean)]
    toe = ankle + np.array([18.0, 2.5])
    return {"ankle": ankle, "knee": knee, "hip": hip, "shoulder": shoulder, "heel": ankle, "foot_index": toe}


def _silhouette(thigh_deg: float, tilt_deg: float, lean_deg: float) -> NDArray[np.uint8]:
    """Pelvis, trunk and thigh about the hip."""
    picture = np.zeros((SILHOUETTE_PX, SILHOUETTE_PX), np.uint8)
    pelvis = _turned(_PELVIS, tilt_deg)
    trunk = np.r_[pelvis[3:5], _turned(np.array([[0.10, 0.65], [-0.14, 0.65]]), lean_deg)]
    thigh = _turned(np.array([[-0.08, 0], [-0.06, -_THIGH], [0.06, -_THIGH], [0.08, 0]]), -thigh_deg)
    for outline in (pelvis, trunk, thigh):
        corners = SILHOUETTE_PX / 2 + SILHOUETTE_PX / 1.6 * outline * [1, -1]
        cv2.fillPoly(picture, [corners.round().astype(np.int32)], 255)
    return picture


def _turned(points: Array, forward_deg: float) -> Array:
    cos, sin = np.cos(np.radians(forward_deg)), np.sin(np.radians(forward_deg))
    return np.asarray(np.c_[points[:, 0] * cos + points[:, 1] * sin, -points[:, 0] * sin + points[:, 1] * cos])
