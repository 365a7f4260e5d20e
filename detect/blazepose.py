"""The two BlazePose networks: find a person in a picture, then 33 landmarks and the person's mask.

Bazarevsky et al. 2020, "BlazePose: on-device real-time body pose tracking"; network files: `detect.weights`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from detect.networks import LiteRtNetwork, open_network
from detect.roi import Roi, different_people
from detect.video import Image
from detect.weights import POSE_DETECTION, POSE_LANDMARK, weights_path

Array = NDArray[np.float64]

LANDMARKS = (
    *("nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer"),
    *("left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder"),
    *("left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky"),
    *("left_index", "right_index", "left_thumb", "right_thumb", "left_hip", "right_hip"),
    *("left_knee", "right_knee", "left_ankle", "right_ankle", "left_heel", "right_heel"),
    *("left_foot_index", "right_foot_index"),
)
INDEX = {name: i for i, name in enumerate(LANDMARKS)}

CROP_PX = 256
_DETECTOR_PX = 224
_DETECTOR_STRIDES = ((8, 2), (16, 2), (32, 6))  # cell size [px], anchors a cell
_BODY_CENTRE, _BODY_TOP = 33, 34  # two extra points that say where the next crop lies
MIN_CONFIDENCE = 0.5
_HEATMAP_PX, _HEATMAP_REACH = 64, 3


@dataclass(frozen=True)
class Body:
    """What the landmark network saw in one crop."""

    presence: float  # probability that the crop holds a person
    points_px: Array  # (33, 2) in the picture
    world_m: Array  # (33, 3) x right, y down, z away, origin between the hips
    visibility: Array  # (33,) probability
    mask: NDArray[np.uint8]  # (256, 256) probability of person x 255, in the crop
    grey: NDArray[np.uint8]  # (256, 256) the crop itself
    mask_to_image: Array  # (2, 3)
    next_roi: Roi


class PersonFinder:
    """The first network: where in the whole picture a person is."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the network; DetectorError where its file is missing."""
        self._net = LiteRtNetwork(weights_path(POSE_DETECTION, folder))
        self._anchors = _anchor_centres()

    def find_all(self, image: Image) -> tuple[Roi, ...]:
        """Squares about the people of a picture, surest first; empty where nobody is sure enough."""
        height, width = image.shape[:2]
        whole = Roi(np.array([width / 2, height / 2]), max(height, width), 0.0)
        output = self._net.run(_crop(image, whole, _DETECTOR_PX) / np.float32(127.5) - np.float32(1))
        confidence = _sigmoid(output["Identity_1"][0, :, 0])
        ranked = np.argsort(-confidence, kind="stable")
        sure = ranked[confidence[ranked] >= MIN_CONFIDENCE]
        offsets = output["Identity"][0, sure, 4:8].reshape(-1, 2, 2).astype(float)
        points = _apply(whole.to_image(_DETECTOR_PX), offsets + self._anchors[sure, None] * _DETECTOR_PX)
        return different_people([Roi.from_points(centre, top) for centre, top in points])


class LandmarkNet:
    """The second network: landmarks and mask of the person in a crop."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the network; DetectorError where its file is missing."""
        self._net = open_network(weights_path(POSE_LANDMARK, folder))

    def read(self, image: Image, roi: Roi) -> Body:
        """Landmarks and mask of the person inside `roi`; look at `presence` before believing them."""
        crop = _crop(image, roi, CROP_PX)
        output = self._net.run(crop / np.float32(255))
        raw = output["Identity"].reshape(39, 5).astype(float)
        crop_px = _refine(raw[:, :2], output["Identity_3"][0])
        to_image = roi.to_image(CROP_PX)
        points = _apply(to_image, crop_px)
        return Body(
            presence=float(output["Identity_1"].ravel()[0]),
            points_px=points[:33],
            world_m=_turn(output["Identity_4"].reshape(39, 3)[:33].astype(float), roi.angle_rad),
            visibility=_sigmoid(raw[:33, 3]),
            mask=(_sigmoid(output["Identity_2"].reshape(CROP_PX, CROP_PX)) * 255).round().astype(np.uint8),
            grey=crop.mean(axis=2).round().astype(np.uint8),
            mask_to_image=to_image,
            next_roi=Roi.from_points(points[_BODY_CENTRE], points[_BODY_TOP]),
        )


def _anchor_centres() -> Array:
    """Centres (2254, 2) of the detector's anchors as shares of its input, row by row, coarse grids last."""
    grids = []
    for stride, per_cell in _DETECTOR_STRIDES:
        cells = _DETECTOR_PX // stride
        y, x = np.divmod(np.arange(cells * cells), cells)
        grids.append(np.repeat(np.c_[x + 0.5, y + 0.5] / cells, per_cell, axis=0))
    return np.concatenate(grids)


def _refine(points: Array, heatmap_logits: NDArray[np.float32]) -> Array:
    """Move each landmark to the centre of mass of its heat map about it, where the map is sure of it."""
    heat = _sigmoid(heatmap_logits.astype(float))
    scale = CROP_PX / _HEATMAP_PX
    refined = points.copy()
    for i, (column, row) in enumerate((points / scale).astype(int)):
        if not (0 <= column < _HEATMAP_PX and 0 <= row < _HEATMAP_PX):
            continue
        top, left = max(0, row - _HEATMAP_REACH), max(0, column - _HEATMAP_REACH)
        patch = heat[top : row + _HEATMAP_REACH + 1, left : column + _HEATMAP_REACH + 1, i]
        if patch.max() >= MIN_CONFIDENCE:
            y, x = np.indices(patch.shape)
            refined[i] = scale * np.array([left + np.average(x, weights=patch), top + np.average(y, weights=patch)])
    return refined


def _crop(image: Image, roi: Roi, size_px: int) -> NDArray[np.float32]:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(image, roi.to_image(size_px), (size_px, size_px), flags=flags).astype(np.float32)


def _apply(affine: Array, points: Array) -> Array:
    return np.asarray(points @ affine[:, :2].T + affine[:, 2])


def _turn(world_m: Array, angle_rad: float) -> Array:
    """Turn the crop's upright axes back to the picture's."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    return np.asarray(np.c_[world_m[:, :2] @ np.array([[cos, sin], [-sin, cos]]), world_m[:, 2]])


def _sigmoid(logits: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -80, 80))))
