"""`silhouette_tcn_causal` while the person moves: it calls once the networks have been sure for long enough."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detect.blazepose import Body
from detect.causal import Now, Phases
from detect.features import MIN_SEEN_SHARE
from detect.judging import OUTPUTS, Calibration, Reading, read_descent
from detect.live_sight import LiveEye, LiveSight
from detect.network_stream import NetworkStream
from detect.trained import TrainedNetworks

#: Of the way down, kept from before the thigh says that a repetition has begun [s].
BEFORE_S = 0.3
_TILT = OUTPUTS.index("pelvic_tilt_deg")


class CausalNetwork:
    """Follows one person picture by picture."""

    def __init__(
        self, networks: TrainedNetworks, *, held_s: float, max_turned_deg: float, min_visibility: float
    ) -> None:
        """Begin with nobody.

        Args:
            networks: of one training.
            held_s: a wink is called once its score has been above one half for so long.
            max_turned_deg: off the side as the pose sees it; beyond it nothing can be told.
            min_visibility: of hip and shoulder, below which nothing can be told.
        """
        self._how: Calibration = networks.calibration["causal"]
        self._stream, self._eye, self._phases = NetworkStream(networks), LiveEye(), Phases()
        self._held_s, self._max_turned_deg, self._min_visibility = held_s, max_turned_deg, min_visibility
        self._now = Now(0.0, "nobody", 0)
        self._said: deque[tuple[float, NDArray[np.float32]]] = deque()
        self._visible: list[float] = []  # of every picture of the descent; 0 = nobody
        self._sure_since = float("nan")

    def step(self, time_s: float, body: Body | None) -> Now:
        """Take in one picture; None where nobody is seen."""
        sight = self._eye.see(time_s, body)
        if sight is None:
            self._note(0.0)
            self._now = self._now.gone(time_s, self._phases.lost(time_s))
            return self._now
        self._said.extend(zip(*self._stream.step(time_s, sight.pictures, sight.curves), strict=True))
        turn = self._phases.step(time_s, sight.person.thigh_deg)
        if turn == "began":
            self._begin(time_s)
        self._note(sight.visible)
        self._now = replace(
            self._now,
            time_s=time_s,
            phase=self._phases.phase,
            thigh_deg=sight.person.thigh_deg,
            pelvic_tilt_deg=float(self._said[-1][1][_TILT]) if self._said else None,
            event=False,
        )
        if turn == "turned":
            self._now = self._closed(sight)
        elif self._phases.phase == "down":
            self._now = self._going_down(sight)
        else:
            self._forget(time_s - BEFORE_S)
        return self._now

    def _begin(self, time_s: float) -> None:
        self._now = Now(time_s, "down", self._phases.rep)
        self._forget(time_s - BEFORE_S)
        self._visible, self._sure_since = [], float("nan")

    def _note(self, visible: float) -> None:
        if self._phases.phase == "down":
            self._visible.append(visible)

    def _forget(self, before_s: float) -> None:
        while len(self._said) > 1 and self._said[0][0] < before_s:
            self._said.popleft()

    def _going_down(self, sight: LiveSight) -> Now:
        now, reading = self._now, self._read(self._now.time_s)
        if now.call is not None or reading is None:
            return now
        now = replace(now, fallen_deg=max(0.0, reading.fallen_deg))
        if self._how.score(reading) < 0.5:
            self._sure_since = float("nan")
            return now
        if np.isnan(self._sure_since):
            self._sure_since = now.time_s
        return now if now.time_s - self._sure_since < self._held_s else self._called(now, reading, sight)

    def _closed(self, sight: LiveSight) -> Now:
        """The repetition once its bottom is past: what is said of it up to there."""
        reading = self._read(self._phases.deepest_s)
        if self._now.call is not None or reading is None or not self._phases.deep_enough:
            return self._now
        if self._how.score(reading) >= 0.5:
            return self._called(self._now, reading, sight)
        return self._now.silent(self._why_not(sight))

    def _called(self, now: Now, reading: Reading, sight: LiveSight) -> Now:
        onset_s = float(np.clip(reading.onset_s - self._how.onset_shift_s, reading.time_s[0], reading.time_s[-1]))
        return now.called(onset_s, reading.thigh_at(onset_s), self._why_not(sight))

    def _read(self, until_s: float) -> Reading | None:
        """What the networks say of the descent up to a moment; None where it is too short to say anything."""
        rows = [(time_s, out) for time_s, out in self._said if time_s <= until_s + 1e-9]
        if not rows:
            return None
        times, outs = zip(*rows, strict=True)
        return read_descent(np.array(outs, dtype=np.float64), np.array(times))

    def _why_not(self, sight: LiveSight) -> str | None:
        turned = sight.person.turned_deg
        if abs(turned) > self._max_turned_deg:
            return f"view too far off the side (looks like {abs(turned):.0f}°)"
        if np.mean(np.array(self._visible) > 0) < MIN_SEEN_SHARE:
            return "the lifter was lost on the way down"
        if np.median(self._visible) < self._min_visibility:
            return "hip or shoulder are hidden"
        return None
