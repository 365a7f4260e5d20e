"""Faces made unreadable: the whole head of everybody found, pixelated and blurred, also where it is lost for a while.

The head follows from the body: it is 0.130 of the stature high (Drillis & Contini 1966, "Body segment parameters"),
hip to knee and knee to ankle are 0.245 and 0.246 of it, shoulder to hip 0.288 (Winter 2009, "Biomechanics and motor
control of human movement", table 4.1). A network's face points tremble and slip; so the box is larger than the head.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from wink.people import POINT, Array, Person, Picture

#: Share of the stature that the box reaches beyond everything known of the face, and its least half side. Set by
#: looking at every tenth frame of two films: a head is 0.13 high and some 0.12 deep.
MARGIN = 0.055
LEAST_HALF_SIDE = 0.095
#: ... and it reaches higher by this share: face points lie below the middle of the head, and there is hair.
ABOVE = 0.045
#: What is known of a person's size is the most that is seen within this time [s]: who squats looks short.
_SIZE_WINDOW_S = 1.0
#: How long the box stays after the last sight of somebody, and comes before the first [s].
CARRIED_S = 1.0
#: Squares across a box: no more than this is left of a face before it is blurred as well.
_SQUARES = 6
_LEG, _TRUNK = 0.245 + 0.246, 0.288  # of the stature


def head_boxes(people: Sequence[Sequence[Person]], looked: Sequence[int], n_frames: int, rate_hz: float) -> list[Array]:
    """Boxes (n, 4) of all heads in each of a film's frames: left, top, right, bottom [px].

    Args:
        people: whoever was found in each picture that was looked at.
        looked: numbers of those pictures, increasing.
        n_frames: of the film.
        rate_hz: pictures looked at a second.
    """
    numbers = sorted({person.number for found in people for person in found})
    tracks = {n: _track(people, n, rate_hz) for n in numbers}
    lifter = max(numbers, key=lambda n: int(np.isfinite(tracks[n][:, 0]).sum()), default=None)
    for number, boxes in tracks.items():
        _carry(boxes, len(boxes) if number == lifter else round(CARRIED_S * rate_hz))
    # one looked-at picture more on each side: heads move between looks
    wide = [_with_neighbours(boxes) for boxes in tracks.values()]
    nearest = np.searchsorted(looked, np.arange(n_frames)).clip(0, len(looked) - 1)
    stacked = np.stack(wide, axis=1) if wide else np.empty((len(looked), 0, 4))
    return [_finite(stacked[i]) for i in nearest]


def blurred(picture: Picture, boxes: Array) -> Picture:
    """The picture with every box coarsely pixelated, then blurred."""
    if not len(boxes):
        return picture
    height, width = picture.shape[:2]
    out = picture.copy()
    for left, top, right, bottom in boxes:
        x0, y0 = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
        x1, y1 = min(width, int(np.ceil(right))), min(height, int(np.ceil(bottom)))
        if x1 - x0 > 1 and y1 - y0 > 1:
            out[y0:y1, x0:x1] = _coarse(out[y0:y1, x0:x1])
    return out


def touched_share(boxes: Sequence[Array], spots: Sequence[Array]) -> float:
    """Share of frames in which a box covers one of the spots (n, 2) of that frame that must stay clear."""
    hit = [bool(len(b) and len(s) and _inside(b, s).any()) for b, s in zip(boxes, spots, strict=True)]
    return float(np.mean(hit)) if hit else 0.0


def low_back_and_hips(person: Person) -> Array:
    """Points (n, 2) that must stay clear: hips, between them, and the low third of the trunk's middle line."""
    left, right = (person.points_px[POINT[f"{side}_hip"]] for side in ("left", "right"))
    shoulders = person.points_px[[POINT["left_shoulder"], POINT["right_shoulder"]]].mean(axis=0)
    middle = (left + right) / 2
    return np.stack([left, right, middle, middle + (shoulders - middle) / 3])


def stature_px(person: Person) -> float:
    """How tall a person would stand in the picture, by the longer of leg and trunk as they look; NaN if unknown."""
    point = {name: person.points_px[i] for name, i in POINT.items()}
    legs = [
        np.linalg.norm(point[f"{s}_hip"] - point[f"{s}_knee"])
        + np.linalg.norm(point[f"{s}_knee"] - point[f"{s}_ankle"])
        for s in ("left", "right")
    ]
    trunk = np.linalg.norm(point["left_shoulder"] + point["right_shoulder"] - point["left_hip"] - point["right_hip"])
    return float(max(max(legs) / _LEG, trunk / 2 / _TRUNK))


def _track(people: Sequence[Sequence[Person]], number: int, rate_hz: float) -> Array:
    """Box of one person's head in each looked-at picture, NaN where the person was not found; shape (L, 4)."""
    faces = np.full((len(people), 4), np.nan)
    sizes = np.zeros(len(people))
    for i, found in enumerate(people):
        for person in found:
            if person.number == number:
                faces[i], sizes[i] = person.face_px, np.nan_to_num(stature_px(person))
    stature = _running_maximum(sizes, round(_SIZE_WINDOW_S * rate_hz))
    middle = (faces[:, :2] + faces[:, 2:]) / 2
    half = np.maximum((faces[:, 2:] - faces[:, :2]) / 2 + MARGIN * stature[:, None], LEAST_HALF_SIDE * stature[:, None])
    above = np.c_[np.zeros(len(stature)), ABOVE * stature]
    return np.concatenate([middle - half - above, middle + half], axis=1)


def _running_maximum(values: Array, reach: int) -> Array:
    padded = np.pad(values, reach)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1))


def _carry(boxes: Array, reach: int) -> None:
    """Fill where a head was lost: between two sights by both boxes together, before and after by the nearest."""
    seen = np.flatnonzero(np.isfinite(boxes[:, 0]))
    for a, b in pairwise(seen):
        boxes[a + 1 : b] = _union(boxes[a], boxes[b])
    boxes[max(0, seen[0] - reach) : seen[0]] = boxes[seen[0]]
    boxes[seen[-1] + 1 : seen[-1] + 1 + reach] = boxes[seen[-1]]


def _with_neighbours(boxes: Array) -> Array:
    """Each box together with those of the picture before and after."""
    padded = np.pad(boxes, ((1, 1), (0, 0)), constant_values=np.nan)
    with_all = np.stack([padded[:-2], boxes, padded[2:]])
    low = np.fmin.reduce(with_all[..., :2], axis=0)
    return np.concatenate([low, np.fmax.reduce(with_all[..., 2:], axis=0)], axis=1)


def _union(a: Array, b: Array) -> Array:
    return np.concatenate([np.minimum(a[:2], b[:2]), np.maximum(a[2:], b[2:])])


def _finite(boxes: Array) -> Array:
    return np.asarray(boxes[np.isfinite(boxes[:, 0])])


def _inside(boxes: Array, spots: Array) -> NDArray[np.bool_]:
    x, y = spots[None, :, 0], spots[None, :, 1]
    return np.asarray((boxes[:, :1] <= x) & (x <= boxes[:, 2:3]) & (boxes[:, 1:2] <= y) & (y <= boxes[:, 3:4]))


def _coarse(patch: Picture) -> Picture:
    """A patch of `_SQUARES` squares across its shorter side, their edges blurred."""
    height, width = patch.shape[:2]
    square = max(2.0, min(height, width) / _SQUARES)
    few = (max(1, round(width / square)), max(1, round(height / square)))
    tiny = cv2.resize(patch, few, interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(tiny, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.GaussianBlur(coarse, (0, 0), square / 3), np.uint8)
