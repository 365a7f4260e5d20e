"""The causal network while pictures come: each is read once, and the past is looked at as far as it reaches back."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detect.sight import RATE_HZ, small_pictures
from detect.trained import TrainedNetworks

Rows = NDArray[np.float32]

_LONGEST = 1024  # samples over which the reach of a network is looked for: half a minute


class NetworkStream:
    """Takes pictures when they come, and says `detect.judging.OUTPUTS` of every sample at `RATE_HZ` that is over."""

    def __init__(self, networks: TrainedNetworks) -> None:
        self._frames, self._over_time = networks.frames, networks.over_time["causal"]
        self._side_px = networks.side_px
        self._reach: int | None = None
        self._features: Rows = np.empty((0, 0), np.float32)
        self._last: tuple[float, Rows] | None = None
        self._next_s = 0.0

    def step(self, time_s: float, pictures: NDArray[np.uint8], curves: Rows) -> tuple[NDArray[np.float64], Rows]:
        """Times (k,) [s] and outputs (k, 7) of the samples since the last picture; often one, or none.

        Args:
            time_s: when the picture was taken, later than the one before.
            pictures: (2, 96, 96) as `detect.sight` has them.
            curves: (8,).
        """
        shown = small_pictures(pictures, self._side_px).astype(np.float32)
        angles, hints = self._frames.run(["angles", "hints"], {"pictures": shown[None], "curves": curves[None]})
        features = np.concatenate([angles[0], hints[0], curves]).astype(np.float32)
        return self.follow(time_s, features)

    def follow(self, time_s: float, features: Rows) -> tuple[NDArray[np.float64], Rows]:
        """The same from the features (F,) of one picture: straight lines lead from one to the next."""
        if self._reach is None:
            self._reach = reach_of(self._over_time, len(features))
        if self._last is None or time_s - self._last[0] > self._reach / RATE_HZ:
            self._last, self._next_s = (time_s, features), time_s
            self._features = np.empty((0, len(features)), np.float32)
        before_s, before = self._last
        n = max(0, math.floor((time_s - self._next_s) * RATE_HZ + 1e-6) + 1)
        at = self._next_s + np.arange(n) / RATE_HZ
        share = ((at - before_s) / max(time_s - before_s, 1e-9)).astype(np.float32)[:, None]
        new = before + np.clip(share, 0, 1) * (features - before)
        self._last, self._next_s = (time_s, features), self._next_s + n / RATE_HZ
        return at, self._said(new)

    def _said(self, new: Rows) -> Rows:
        """Outputs of new samples, from them and what the network reaches back to."""
        if not len(new):
            return np.empty((0, 7), np.float32)
        assert self._reach is not None
        self._features = np.concatenate([self._features, new])[-(self._reach - 1 + len(new)) :]
        (out,) = self._over_time.run(None, {"features": self._features.T[None, :, None]})
        return np.asarray(out[0, :, 0].T[-len(new) :], np.float32)


@lru_cache(maxsize=4)
def reach_of(over_time: Any, n_features: int) -> int:
    """How many samples back a causal network looks, the present one included: measured on it."""
    features = 20 * np.random.default_rng(0).standard_normal((n_features, _LONGEST)).astype(np.float32)
    moved = features.copy()
    moved[:, 0] += 20.0
    said, said_then = (over_time.run(None, {"features": x[None, :, None]})[0][0, :, 0] for x in (features, moved))
    differs = np.flatnonzero((said != said_then).any(axis=0))
    return int(differs[-1]) + 1 if len(differs) else 1
