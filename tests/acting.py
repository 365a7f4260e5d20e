"""People who act in films without pictures of anybody: what a finder of people would see of a squatting lifter."""

from dataclasses import dataclass

import numpy as np

from wink.people import BODY_POINTS, POINT, Person

STATURE_PX = 200.0
LEG, THIGH, TRUNK = 98.0, 49.0, 57.6  # 0.491, 0.245 and 0.288 of the stature


def person(thigh_deg=0.0, at=(160.0, 220.0), number=0, scale=1.0):
    """Somebody seen from the side, shanks upright, the feet at `at`; thigh 0 standing, 90 parallel."""
    feet = np.array(at, dtype=float)
    knee = feet - np.array([0, LEG - THIGH]) * scale
    angle = np.radians(thigh_deg)
    hip = knee + THIGH * scale * np.array([-np.sin(angle), -np.cos(angle)])
    shoulder = hip - np.array([0, TRUNK]) * scale
    face = shoulder + np.array([4, -20]) * scale
    points = np.tile(face, (len(BODY_POINTS), 1))
    for name, at_px in (("ankle", feet), ("knee", knee), ("hip", hip), ("shoulder", shoulder)):
        points[[POINT[f"left_{name}"], POINT[f"right_{name}"]]] = at_px
    return Person(number, points, np.concatenate([face - 5 * scale, face + 5 * scale]))


def squatting(time_s, bottoms_s, deepest_deg=100.0, half_s=1.0):
    """Thigh inclination [deg] of somebody who squats so that these are the deepest moments."""
    away = np.min([np.abs(time_s - b) for b in bottoms_s], axis=0) if len(bottoms_s) else np.full(len(time_s), np.inf)
    return deepest_deg * np.where(away < half_s, (1 + np.cos(np.pi * np.minimum(away, half_s) / half_s)) / 2, 0)


@dataclass
class Acting:
    """A finder of people who says what it is told, whatever the pictures show."""

    scenes: list  # of tuples of people, one for each picture looked at
    looked: int = 0

    def follow(self, pictures, _rate_hz):
        for k, _ in enumerate(pictures):
            self.looked += 1
            yield tuple(self.scenes[k])
