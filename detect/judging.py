"""From what a network says of every moment to one answer a repetition: is it a wink, since when, how large, how sure.

The moment of onset is the middle of a distribution over the samples of the descent: the network's hill about the onset
times the likelihood that everything before is no wink yet and everything after is one (a single change point). Scores,
intervals and the shift of the onset are those under which lifters that were left out came out right (`Calibration`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detect.detectors.detector import Finding
from detect.features import BodyCurves, Squat
from detect.sight import RATE_HZ
from wink.angles import relation_to_parallel
from wink.errors import DetectorError

Array = NDArray[np.float64]

#: What a network over time says of each sample; the last two are logits.
ANGLES = ("pelvic_tilt_deg", "lumbar_flexion_deg", "trunk_lean_deg", "thigh_inclination_deg")
OUTPUTS = (*ANGLES, "fallen_deg", "past_onset", "at_onset")
_AT_BOTTOM = 3  # samples up to the bottom over which sizes are averaged
_MIN_SAMPLES = 5  # a shorter descent says nothing


@dataclass(frozen=True)
class Reading:
    """What a network says of one repetition, before any calibration."""

    fallen_deg: float  # how far the pelvis has turned back at the bottom
    past: float  # mean logit of being past the onset, about the bottom
    at: float  # greatest logit of being at the onset, in the descent
    onset_s: float  # were it a wink
    spread_s: float  # standard deviation of the onset's distribution
    thigh_deg: Array  # (n,) of the descent
    time_s: Array  # (n,)

    def thigh_at(self, time_s: float) -> float:
        """Thigh inclination at a moment of the descent [deg]."""
        return float(np.interp(time_s, self.time_s, self.thigh_deg))


@dataclass(frozen=True)
class Calibration:
    """What makes readings right on the validation clips."""

    weights: tuple[float, float, float, float]  # of fallen_deg, past, at, and 1: logit of a wink
    threshold: float  # logit at which a wink is called: said as a score of a half
    onset_shift_s: float  # taken off every onset
    onset_reach: float  # of a 90 % interval, in spreads of the onset's own distribution
    least_spread_s: float
    size_gain: float  # size = gain x fallen + offset
    size_offset_deg: float
    size_low_deg: float  # a 90 % interval, from the size
    size_high_deg: float

    def score(self, reading: Reading) -> float:
        """How sure it is a wink, 0 to 1; called from a half."""
        logit = float(np.dot(self.weights, (reading.fallen_deg, reading.past, reading.at, 1.0))) - self.threshold
        return float(1 / (1 + np.exp(-np.clip(logit, -40, 40))))

    @classmethod
    def from_settings(cls, settings: dict[str, Any]) -> Calibration:
        """Read from the settings kept beside a network."""
        try:
            return cls(**{**settings, "weights": tuple(settings["weights"])})
        except (KeyError, TypeError) as error:
            raise DetectorError(f"the calibration kept with the weights does not fit this program: {error}") from None


def read_squat(out: NDArray[np.float32], squat: Squat, body: BodyCurves) -> Reading | None:
    """What outputs (n, 7) at `RATE_HZ` say of one repetition; None where its descent is too short to say anything.

    Raises:
        DetectorError: the network said something that is no number.
    """
    first, last = (round(frame / body.fps * RATE_HZ) for frame in (squat.start, squat.bottom))
    part = out[first : last + 1].astype(np.float64)
    return read_descent(part, (first + np.arange(len(part))) / RATE_HZ)


def read_descent(part: Array, time_s: Array) -> Reading | None:
    """What outputs (n, 7) say of a way down, or of its beginning; None where it is too short to say anything.

    Raises:
        DetectorError: the network said something that is no number.
    """
    if len(part) < _MIN_SAMPLES:
        return None
    if not np.isfinite(part).all():
        raise DetectorError("the network says something that is no finite number of this clip")
    where = onset_distribution(part[:, 5], part[:, 6])
    onset_s = float(where @ time_s)
    return Reading(
        fallen_deg=float(part[-_AT_BOTTOM:, 4].mean()),
        past=float(part[-_AT_BOTTOM:, 5].mean()),
        at=float(part[:, 6].max()),
        onset_s=onset_s,
        spread_s=float(np.sqrt(where @ (time_s - onset_s) ** 2)),
        thigh_deg=part[:, 3],
        time_s=time_s,
    )


def onset_distribution(past: Array, at: Array) -> Array:
    """Where in a descent the onset is, (n,) adding up to 1, from the logits of being past it and at it."""
    yet, not_yet = -np.logaddexp(0, -past), -np.logaddexp(0, past)
    before = np.r_[0.0, np.cumsum(not_yet)[:-1]]
    after = np.cumsum(yet[::-1])[::-1]
    hill = -np.logaddexp(0, -at)
    log = 0.5 * (before + after) + hill
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())


def judge(reading: Reading, squat: Squat, rep: int, body: BodyCurves, how: Calibration, reason: str | None) -> Finding:
    """The answer for one repetition; with a `reason` not to tell it is no call."""
    score = how.score(reading)
    bottom_s = squat.bottom / body.fps
    onset_s = float(np.clip(reading.onset_s - how.onset_shift_s, squat.start / body.fps, bottom_s))
    reach = how.onset_reach * max(reading.spread_s, how.least_spread_s)
    low_s, high_s = max(squat.start / body.fps, onset_s - reach), min(bottom_s, onset_s + reach)
    size = max(0.0, how.size_gain * reading.fallen_deg + how.size_offset_deg)
    called = score >= 0.5 and reason is None
    return Finding(
        rep,
        bottom_s,
        score,
        onset_s if called else None,
        magnitude_deg=size,
        onset_low_s=low_s,
        onset_high_s=high_s,
        magnitude_low_deg=max(0.0, size + how.size_low_deg),
        magnitude_high_deg=size + how.size_high_deg,
        relation_to_parallel=relation_to_parallel(reading.thigh_at(onset_s)) if called else None,
        stop_at_thigh_deg=reading.thigh_at(low_s) if called else None,
        cannot_tell=reason,
        likely_onset_s=onset_s,
    )
