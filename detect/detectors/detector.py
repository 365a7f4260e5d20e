"""What every detector is given, what it answers, and the contract between the two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from detect.pose import PoseTrack
from wink.errors import ConfigError, DetectorError


@dataclass(frozen=True)
class Observation:
    """All a detector may see of a clip: the video and the pose found in it; no truth, no lifter, no cause."""

    video: Path  # the name of the file says nothing
    pose: PoseTrack

    @property
    def fps(self) -> float:
        """Frames a second."""
        return self.pose.fps

    @property
    def duration_s(self) -> float:
        """Length of the clip [s]."""
        return self.pose.n_frames / self.pose.fps


@dataclass(frozen=True)
class Finding:
    """A detector's answer for one repetition it saw."""

    rep: int  # from 0, in time order
    bottom_s: float  # deepest moment, by which the repetition is recognised
    score: float  # 0 to 1, higher = surer of a wink
    onset_s: float | None  # when the wink begins; None = no wink
    magnitude_deg: float | None = None  # how far the pelvis turns, if the method says so


class Detector(Protocol):
    """Finds winks in a clip."""

    def detect(self, observation: Observation) -> tuple[Finding, ...]:
        """One finding for every repetition seen, winking or not, in time order."""
        ...


def sureness(size_deg: float, called_from_deg: float) -> float:
    """Turn the size of what a rule measures [deg] into a score: 0 for none, a half where it calls a wink, below 1."""
    size = max(0.0, size_deg)
    return size / (size + called_from_deg)


def check_setting(
    name: str, value: object, *, low: float = -math.inf, high: float = math.inf, above: float = -math.inf
) -> None:
    """Check a detector's setting: a finite number from `low` to `high`, greater than `above`.

    Raises:
        ConfigError: it is something else.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and math.isfinite(value) and low <= value <= high and value > above:  # type: ignore[operator, arg-type]
        return
    edges = (("from", low), ("up to", high), ("above", above))
    limits = [f"{words} {edge:g}" for words, edge in edges if math.isfinite(edge)]
    raise ConfigError(f"{name} is {value!r}; expected a number {' '.join(limits)}".rstrip())


def check_findings(findings: Sequence[Finding], duration_s: float) -> None:
    """Check a detector's answer for one clip of `duration_s` seconds.

    Raises:
        DetectorError: repetitions out of order, a score that is no number, or a time outside the clip.
    """
    if [f.rep for f in findings] != list(range(len(findings))):
        raise DetectorError(f"repetitions must count 0, 1, 2 ...; got {[f.rep for f in findings]}")
    for finding in findings:
        where = f"repetition {finding.rep}"
        if not 0 <= finding.score <= 1:
            guess = " Is this a magnitude in degrees? See `sureness`." if finding.score > 1 else ""
            raise DetectorError(f"{where} has score {finding.score}; expected 0 (no wink) to 1 (sure).{guess}")
        _check_time(f"bottom of {where}", finding.bottom_s, duration_s)
        if finding.onset_s is not None:
            _check_time(f"onset of {where}", finding.onset_s, duration_s)
        if finding.magnitude_deg is not None and not math.isfinite(finding.magnitude_deg):
            raise DetectorError(f"{where} has magnitude {finding.magnitude_deg}; say None where it is unknown")


def _check_time(what: str, time_s: float, duration_s: float) -> None:
    if 0 <= time_s <= duration_s:
        return
    guess = " Are these milliseconds?" if time_s > 20 * duration_s else " Are these frame numbers?"
    raise DetectorError(
        f"{what} is at {time_s:g} s, outside a clip of {duration_s:.3g} s.{guess if time_s > duration_s else ''}"
    )
