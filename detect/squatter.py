"""Which of several people in a video squats: the one whose hips travel farthest up and down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detect.roi import Roi, distance

EVERY_S = 0.5  # pictures in which everybody is looked for; a squat takes seconds
_REACH = 0.6  # of a square's side, that a person moves between two such pictures
_MIN_TRAVEL = 0.08  # of a square's side: less is nobody's squat (one to parallel is about 0.15)


@dataclass(frozen=True)
class Sighting:
    """The people of one picture, surest first."""

    frame: int
    people: tuple[Roi, ...]


def find_squatter(sightings: Sequence[Sighting]) -> tuple[tuple[int, Roi], ...]:
    """Frames and squares of the person whose hips travel most in height; empty where at most one was ever there."""
    if all(len(sighting.people) < 2 for sighting in sightings):
        return ()
    tracks = _linked(sightings)
    best = max(tracks, key=_travel)
    return tuple(best) if _travel(best) >= _MIN_TRAVEL else ()


def was_followed(squatter: Iterable[tuple[int, Roi]], hips_px: NDArray[np.float64]) -> bool:
    """Whether the path (T, 2) of a followed person's hips is that person's, in most of the pictures."""
    off = [np.hypot(*(hips_px[frame] - roi.centre)) / roi.side_px for frame, roi in squatter]
    return bool(np.nanmedian(off) < _REACH / 2) if np.isfinite(off).any() else False


def _linked(sightings: Sequence[Sighting]) -> list[list[tuple[int, Roi]]]:
    """Everybody's squares over time: each goes to the nearest person of before within reach, else is a new person."""
    tracks: list[list[tuple[int, Roi]]] = []
    for sighting in sightings:
        free = list(range(len(tracks)))
        for roi in sighting.people:
            near = min(free, key=lambda i: distance(tracks[i][-1][1], roi), default=None)
            if near is not None and distance(tracks[near][-1][1], roi) <= _REACH:
                tracks[near].append((sighting.frame, roi))
                free.remove(near)
            else:
                tracks.append([(sighting.frame, roi)])
    return tracks


def _travel(track: Sequence[tuple[int, Roi]]) -> float:
    """How far the hips go up and down, in sides of the median square; nothing for who was seen once or twice."""
    if len(track) < 3:
        return 0.0
    heights = [roi.centre[1] for _, roi in track]
    return float(np.ptp(heights) / np.median([roi.side_px for _, roi in track]))
