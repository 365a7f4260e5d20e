"""People in pictures, as whoever needs to know where they are sees them: to cut films and to make faces unreadable.

A finder of people is an option of `configs/people_finder`; `annotate` knows this page alone, not who finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from wink.errors import DetectorError

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]  # (height, width, 3) RGB, upright

#: Points of a body, in the order of COCO (Lin et al. 2014, "Microsoft COCO: common objects in context").
BODY_POINTS = (
    *("nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder"),
    *("left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip"),
    *("left_knee", "right_knee", "left_ankle", "right_ankle"),
)
POINT = {name: i for i, name in enumerate(BODY_POINTS)}


@dataclass(frozen=True)
class Person:
    """One person in one picture."""

    number: int  # the same person bears the same number in every picture of a film
    points_px: Array  # (17, 2) BODY_POINTS, x right, y down, guessed where hidden; NaN where nothing is known
    face_px: Array  # (4,) left, top, right, bottom of what is known of the face: eyes, ears, nose, mouth


@runtime_checkable
class PeopleFinder(Protocol):
    """Finds everybody in the pictures of one film."""

    def follow(self, pictures: Iterable[Picture], rate_hz: float) -> Iterator[tuple[Person, ...]]:
        """The people of each picture, of which there are `rate_hz` a second; none where nobody is seen.

        Raises:
            DetectorError: what it finds with is missing.
        """
        ...


def check_people(people: tuple[Person, ...]) -> None:
    """Check what a finder of people says of one picture.

    Raises:
        DetectorError: two people bear one number, an array has the wrong shape, or a face is turned inside out.
    """
    numbers = [person.number for person in people]
    if len(set(numbers)) != len(numbers):
        raise DetectorError(f"people of one picture are numbered {numbers}; each needs a number of its own")
    for person in people:
        if person.points_px.shape != (len(BODY_POINTS), 2) or person.face_px.shape != (4,):
            shapes = f"{person.points_px.shape} and {person.face_px.shape}"
            raise DetectorError(f"a person's points and face have shapes {shapes}; expected (17, 2) and (4,)")
        left, top, right, bottom = person.face_px
        if not (left <= right and top <= bottom):
            raise DetectorError(f"a face reaches from {left:g}, {top:g} to {right:g}, {bottom:g}: no rectangle")
