"""Where in a picture people are: the finder network, or, where that cannot run, a search with the landmark network."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from detect.blazepose import MIN_CONFIDENCE, LandmarkNet, PersonFinder
from detect.networks import litert_is_there
from detect.roi import Roi, different_people
from detect.video import Image

_PLACES = (0.3, 0.5, 0.7)  # across the picture, where the search starts
_SIZES = (1.0, 0.6)  # of the picture's longer side


class Finder(Protocol):
    """Says where people are."""

    def find_all(self, image: Image) -> tuple[Roi, ...]:
        """Squares about the people of a picture, surest first; empty where there is nobody."""
        ...


def open_finder(landmarks: LandmarkNet, folder: Path | None = None) -> Finder:
    """The finder network where it can run (LiteRT), else a search; DetectorError where its file is missing."""
    return PersonFinder(folder) if litert_is_there() else PersonSearch(landmarks)


class PersonSearch:
    """Tries the landmark network on squares of several places and sizes, and once more where it saw somebody."""

    def __init__(self, landmarks: LandmarkNet) -> None:
        """Search with this network."""
        self._landmarks = landmarks

    def find_all(self, image: Image) -> tuple[Roi, ...]:
        """Squares about the people of a picture, surest first."""
        found: list[tuple[float, Roi]] = []
        for roi in _starts(image):
            body = self._landmarks.read(image, roi)
            if body.presence >= MIN_CONFIDENCE:
                again = self._landmarks.read(image, body.next_roi)
                found.append((again.presence, again.next_roi))
        ranked = sorted((f for f in found if f[0] >= MIN_CONFIDENCE), key=lambda f: -f[0])
        return different_people([roi for _, roi in ranked])


def _starts(image: Image) -> list[Roi]:
    height, width = image.shape[:2]
    side = max(height, width)
    return [Roi(np.array([x * width, 0.5 * height]), share * side, 0.0) for share in _SIZES for x in _PLACES]
