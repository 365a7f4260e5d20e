"""Everybody in a film, followed from picture to picture with the BlazePose networks (`wink.people`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from detect.blazepose import INDEX, LANDMARKS, Body, LandmarkNet
from detect.person_search import Finder, open_finder
from detect.pose import MIN_PRESENCE
from detect.roi import Roi
from detect.video import Image
from wink.errors import ConfigError
from wink.people import BODY_POINTS, Person

_BODY = [INDEX[name] for name in BODY_POINTS]
_FACE = slice(0, LANDMARKS.index("mouth_right") + 1)
_HIPS = [INDEX["left_hip"], INDEX["right_hip"]]
_SHOULDERS = [INDEX["left_shoulder"], INDEX["right_shoulder"]]

#: Windows the picture is searched through, as shares of its longer side: the network sees people who fill some
#: four tenths of a window or more (tried on four films, each made smaller).
WINDOWS = (1.0, 0.5)
#: Neighbouring windows begin this share of a window apart, so that nobody is cut by all of them.
_WINDOW_STEP = 0.6
#: Two bodies are one if their hips and shoulders are no further apart than this share of the larger body's crop.
_SAME_BODY = 0.08
#: In a window that shows a part of a body the networks see a small person in a leg: a newcomer whose face lies within
#: a known body and who is smaller than this share of it is none.
_PART_OF_BODY = 0.6
#: A person who is lost is looked for at the same place for so long [s], then given up.
_PATIENCE_S = 0.5


@dataclass
class _Track:
    """One person being followed."""

    number: int
    roi: Roi
    body: Body
    tallest_px: float  # the most the body has filled: who squats looks short
    lost: int = 0  # pictures since the person was last seen

    def see(self, body: Body) -> None:
        """Go on from where the person is now."""
        self.body, self.roi, self.lost = body, body.next_roi, 0
        self.tallest_px = max(self.tallest_px, _height_px(body))


@dataclass(frozen=True)
class BlazePosePeople:
    """Finds everybody large enough for the networks; `wink.people.PeopleFinder`."""

    look_every_s: float = 0.5  # how often the whole picture is searched
    folder: Path | None = None  # of the network files; the usual one if None

    def __post_init__(self) -> None:
        if not 0 < self.look_every_s <= 10:
            raise ConfigError(f"look_every_s={self.look_every_s} is no time between looks; expected above 0 to 10 s")

    def follow(self, pictures: Iterable[Image], rate_hz: float) -> Iterator[tuple[Person, ...]]:
        """The people of each picture, of which there are `rate_hz` a second."""
        landmarks = LandmarkNet(self.folder)
        crowd = _Crowd(open_finder(landmarks, self.folder), landmarks, round(_PATIENCE_S * rate_hz))
        every = max(1, round(self.look_every_s * rate_hz))
        for k, picture in enumerate(pictures):
            crowd.go_on(picture)
            if k % every == 0 or crowd.somebody_is_lost:
                crowd.look_around(picture)
            yield crowd.seen()


class _Crowd:
    """Everybody being followed."""

    def __init__(self, finder: Finder, landmarks: LandmarkNet, patience: int) -> None:
        self._finder, self._landmarks, self._patience = finder, landmarks, patience
        self._tracks: list[_Track] = []
        self._count = 0

    @property
    def somebody_is_lost(self) -> bool:
        """Whether anybody was lost in this very picture."""
        return any(track.lost == 1 for track in self._tracks)

    def go_on(self, image: Image) -> None:
        """Follow everybody into the next picture; two who have become one are one."""
        for track in self._tracks:
            body = self._landmarks.read(image, track.roi)
            if body.presence >= MIN_PRESENCE:
                track.see(body)
            else:
                track.lost += 1
        kept: list[_Track] = []
        for track in self._tracks:
            double = track.lost == 0 and (_is_among(track.body, kept) or any(_is_part(track.body, k) for k in kept))
            if track.lost <= self._patience and not double:
                kept.append(track)
        self._tracks = kept

    def look_around(self, image: Image) -> None:
        """Search the whole picture for people who are not followed, or were lost."""
        for top, left, side in _windows(*image.shape[:2]):
            part = image[top : top + side, left : left + side]
            for roi in self._finder.find_all(np.ascontiguousarray(part)):
                body = self._landmarks.read(image, replace(roi, centre=roi.centre + np.array([left, top])))
                if body.presence >= MIN_PRESENCE and not self._is_known(body):
                    self._take(body)

    def _is_known(self, body: Body) -> bool:
        """Whether a body is somebody who is followed, or a part of one."""
        seen = [track for track in self._tracks if not track.lost]
        return _is_among(body, seen) or any(_is_part(body, track) for track in seen)

    def _take(self, body: Body) -> None:
        """Follow somebody: who was lost nearby, else a new person."""
        lost = [t for t in self._tracks if t.lost and _distance(t.body, body) <= 0.5]
        if lost:
            track = min(lost, key=lambda t: _distance(t.body, body))
            track.see(body)
            return
        self._tracks.append(_Track(self._count, body.next_roi, body, _height_px(body)))
        self._count += 1

    def seen(self) -> tuple[Person, ...]:
        """Everybody in this picture."""
        return tuple(_person(track) for track in self._tracks if not track.lost)


def _person(track: _Track) -> Person:
    points = track.body.points_px
    face = points[_FACE]
    return Person(track.number, points[_BODY], np.concatenate([face.min(axis=0), face.max(axis=0)]))


def _is_among(body: Body, tracks: Sequence[_Track]) -> bool:
    return any(not track.lost and _distance(track.body, body) <= _SAME_BODY for track in tracks)


def _is_part(body: Body, whole: _Track) -> bool:
    """Whether what looks like a small person is a part of a body."""
    low, high = whole.body.points_px.min(axis=0), whole.body.points_px.max(axis=0)
    face = body.points_px[_FACE].mean(axis=0)
    smaller = _height_px(body) < _PART_OF_BODY * whole.tallest_px
    return bool(smaller and (face >= low).all() and (face <= high).all())


def _height_px(body: Body) -> float:
    return float(np.ptp(body.points_px[:, 1]))


def _distance(a: Body, b: Body) -> float:
    """Mean distance between the trunks of two bodies, as a share of the larger one's crop."""
    trunk = [*_HIPS, *_SHOULDERS]
    apart = np.linalg.norm(a.points_px[trunk] - b.points_px[trunk], axis=1).mean()
    return float(apart) / max(a.next_roi.side_px, b.next_roi.side_px)


def _windows(height: int, width: int) -> list[tuple[int, int, int]]:
    """Top, left and side of squares that together cover a picture, the whole first; they may reach beyond it."""
    sides = [round(share * max(height, width)) for share in WINDOWS]
    return [(top, left, side) for side in sides for top in _starts(height, side) for left in _starts(width, side)]


def _starts(length: int, side: int) -> list[int]:
    """Where windows that cover a length begin, the outer ones at its ends."""
    n = max(1, int(np.ceil((length - side) / (_WINDOW_STEP * side))) + 1)
    return [int(start) for start in np.linspace(0, max(0, length - side), n)]
