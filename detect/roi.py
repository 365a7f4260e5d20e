"""A square of the picture that holds one person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ROI_MARGIN = 1.25  # the networks were trained on crops this much larger than the circle about the person
_SAME_PERSON = 0.35  # centres nearer than this share of a square's side are one person


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


def different_people(rois: list[Roi]) -> tuple[Roi, ...]:
    """Of squares about the same person only the first."""
    kept: list[Roi] = []
    for roi in rois:
        if all(distance(roi, other) > _SAME_PERSON for other in kept):
            kept.append(roi)
    return tuple(kept)


def distance(one: Roi, other: Roi) -> float:
    """Between the centres of two squares, as a share of the larger one's side."""
    return float(np.hypot(*(one.centre - other.centre))) / max(one.side_px, other.side_px)
