"""Curves that run along with a video: one below the other, the present marked, onsets flagged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from detect.features import Array
from detect.lettering import Rgb, write
from detect.verdict import Verdict
from detect.video import Image

#: A video up to this long is shown whole; of a longer one, this much about the present [s].
WINDOW_S = 10.0
_PAPER, _LINE, _INK, _NOW, _WINK = (250, 250, 248), (222, 226, 230), (52, 58, 64), (20, 24, 28), (226, 74, 51)
_AHEAD = 0.45  # share of the window that lies in the future, where the video is longer than the window


@dataclass(frozen=True)
class Track:
    """One curve over the frames."""

    label: str
    values_deg: Array  # (T,)
    colour: Rgb
    level: float | None = None  # drawn across


class Strip:
    """The curves of one video."""

    def __init__(
        self, times_s: Array, tracks: Sequence[Track], verdicts: Sequence[Verdict], width: int, height: int
    ) -> None:
        """Prepare the scales; sizes in pixels."""
        self._times, self._tracks, self._verdicts = times_s, tracks, verdicts
        self._width, self._height = width, height
        self._letters = max(10, height // 11)
        self._ranges = [_range(track) for track in tracks]

    def draw(self, canvas: Image, frame: int) -> None:
        """Draw the curves about one frame into a part of a picture (height, width, 3)."""
        canvas[:] = _PAPER
        now = float(self._times[frame])
        first, last = self._window(now)
        high = self._height // max(1, len(self._tracks))
        for i, (track, limits) in enumerate(zip(self._tracks, self._ranges, strict=True)):
            self._draw_track(canvas[i * high : (i + 1) * high], track, limits, (first, last), frame)
        for verdict in self._verdicts:
            if verdict.onset_s is not None and first <= verdict.onset_s <= last:
                x = self._x(verdict.onset_s, first, last)
                cv2.line(canvas, (x, 0), (x, self._height), _WINK, 2, cv2.LINE_AA)
                foot, half = self._height, self._letters // 2
                flag = np.array([[x, foot], [x + 2 * half, foot - half], [x, foot - 2 * half]], np.int32)
                cv2.fillPoly(canvas, [flag], _WINK, cv2.LINE_AA)
        x = self._x(now, first, last)
        cv2.line(canvas, (x, 0), (x, self._height), _NOW, 1, cv2.LINE_AA)

    def _window(self, now_s: float) -> tuple[float, float]:
        length = float(self._times[-1])
        if length <= WINDOW_S:
            return 0.0, max(length, 1e-3)
        last = min(max(now_s + _AHEAD * WINDOW_S, WINDOW_S), length)
        return last - WINDOW_S, last

    def _x(self, time_s: float, first: float, last: float) -> int:
        return round((time_s - first) / (last - first) * (self._width - 1))

    def _draw_track(
        self, canvas: Image, track: Track, limits: tuple[float, float], window: tuple[float, float], frame: int
    ) -> None:
        high, (low, top) = len(canvas), limits
        cv2.line(canvas, (0, high - 1), (self._width, high - 1), _LINE, 1)

        def y(value: Array) -> Array:
            return np.asarray((1 - (value - low) / (top - low)) * (high - 1))

        if track.level is not None:
            level = round(float(y(np.array(track.level))))
            cv2.line(canvas, (0, level), (self._width, level), _LINE, 2)
        first, last = window
        x = (self._times - first) / (last - first) * (self._width - 1)
        inside = (self._times >= first - 0.2) & (self._times <= last + 0.2) & np.isfinite(track.values_deg)
        past = np.flatnonzero(inside & (np.arange(len(x)) <= frame))
        future = np.flatnonzero(inside & (np.arange(len(x)) >= frame))
        paler = tuple(round(0.4 * part + 0.6 * 250) for part in track.colour)
        for part, colour, thick in ((future, paler, 1), (past, track.colour, 2)):
            path = np.stack([x[part], y(track.values_deg[part])], axis=1)
            cv2.polylines(canvas, [(path * 16).round().astype(np.int32)], False, colour, thick, cv2.LINE_AA, shift=4)
        value = track.values_deg[frame]
        said = f"{track.label}: {value:.0f}°" if np.isfinite(value) else f"{track.label}: –"
        write(canvas, said, 8, round(0.8 * self._letters), self._letters, _INK)


def _range(track: Track) -> tuple[float, float]:
    """Lowest and highest value drawn, with some room, more of it above for the label."""
    good = track.values_deg[np.isfinite(track.values_deg)]
    if not len(good):
        return 0.0, 1.0
    low, high = float(np.percentile(good, 1)), float(np.percentile(good, 99))
    if track.level is not None:
        low, high = min(low, track.level), max(high, track.level)
    room = max(4.0, 0.08 * (high - low))
    return low - room, high + 2.5 * room
