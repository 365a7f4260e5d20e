"""The two BlazePose networks on LiteRT: find a person in a picture, then 33 landmarks and the person's mask.

Bazarevsky et al. 2020, "BlazePose: on-device real-time body pose tracking"; network files: `detect.weights`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from detect.video import Image
from detect.weights import POSE_DETECTION, POSE_LANDMARK, weights_path
from wink.terminal import native_output_silenced

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
_ROI_MARGIN = 1.25  # the networks were trained on crops this much larger than the circle about the person
_MIN_CONFIDENCE = 0.5
_HEATMAP_PX, _HEATMAP_REACH = 64, 3


@dataclass(frozen=True)
class Roi:
    """A square of the picture that holds the person, turned so that the person stands upright in it."""

    centre: Array  # (2,) [px]
    side_px: float
    angle_rad: float

    @classmethod
    def from_points(cls, centre: Array, top: Array) -> Roi:
        """The square about a circle through `top`, with `top` above `centre`, and the usual margin."""
        up = top - centre
        angle = float(np.arctan2(up[1], up[0])) + np.pi / 2
        return cls(centre, 2 * _ROI_MARGIN * max(float(np.hypot(*up)), 1.0), angle)

    def to_image(self, size_px: int) -> Array:
        """Affine map (2, 3) from a crop of `size_px` to the picture."""
        scale = self.side_px / size_px
        cos, sin = scale * np.cos(self.angle_rad), scale * np.sin(self.angle_rad)
        turn = np.array([[cos, -sin], [sin, cos]])
        return np.asarray(np.c_[turn, self.centre - turn @ np.full(2, size_px / 2)])


@dataclass(frozen=True)
class Body:
    """What the landmark network saw in one crop."""

    presence: float  # probability that the crop holds a person
    points_px: Array  # (33, 2) in the picture
    world_m: Array  # (33, 3) x right, y down, z away, origin between the hips
    visibility: Array  # (33,) probability
    mask: NDArray[np.uint8]  # (256, 256) probability of person x 255, in the crop
    mask_to_image: Array  # (2, 3)
    next_roi: Roi


class PersonFinder:
    """The first network: where in the whole picture a person is."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the network; DetectorError where its file is missing."""
        self._net = _Network(weights_path(POSE_DETECTION, folder))
        self._anchors = _anchor_centres()

    def find(self, image: Image) -> Roi | None:
        """The surest person of the picture; None if nobody is sure enough."""
        height, width = image.shape[:2]
        whole = Roi(np.array([width / 2, height / 2]), max(height, width), 0.0)
        output = self._net.run(_crop(image, whole, _DETECTOR_PX) / np.float32(127.5) - np.float32(1))
        confidence = _sigmoid(output["Identity_1"][0, :, 0])
        best = int(confidence.argmax())
        if confidence[best] < _MIN_CONFIDENCE:
            return None
        offsets = output["Identity"][0, best, 4:8].reshape(2, 2).astype(float)
        points = offsets + self._anchors[best] * _DETECTOR_PX
        centre, top = _apply(whole.to_image(_DETECTOR_PX), points)
        return Roi.from_points(centre, top)


class LandmarkNet:
    """The second network: landmarks and mask of the person in a crop."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the network; DetectorError where its file is missing."""
        self._net = _Network(weights_path(POSE_LANDMARK, folder))

    def read(self, image: Image, roi: Roi) -> Body:
        """Landmarks and mask of the person inside `roi`; look at `presence` before believing them."""
        output = self._net.run(_crop(image, roi, CROP_PX) / np.float32(255))
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
            mask_to_image=to_image,
            next_roi=Roi.from_points(points[_BODY_CENTRE], points[_BODY_TOP]),
        )


class _Network:
    """One LiteRT model with one input, on one thread: parallel work is whole videos."""

    def __init__(self, path: Path) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with native_output_silenced():  # LiteRT names its delegate
            self._interpreter = Interpreter(str(path), num_threads=1)
            self._interpreter.allocate_tensors()
        self._input: int = self._interpreter.get_input_details()[0]["index"]
        self._outputs = {d["name"]: d["index"] for d in self._interpreter.get_output_details()}

    def run(self, picture: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        self._interpreter.set_tensor(self._input, picture[None])
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}


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
        if patch.max() >= _MIN_CONFIDENCE:
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
