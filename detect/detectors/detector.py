"""What every detector is given, what it answers, and the contract between the two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, get_args, runtime_checkable

from detect.pose import Array, PoseTrack
from wink.angles import RelationToParallel
from wink.errors import ConfigError, DetectorError, unknown_name

_MARGIN_DEG = 10.0  # beyond a threshold, at which a rule of several conditions is fairly sure (score .73)


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
    onset_low_s: float | None = None  # 90 % interval of the onset
    onset_high_s: float | None = None
    magnitude_low_deg: float | None = None  # 90 % interval of the magnitude
    magnitude_high_deg: float | None = None
    relation_to_parallel: RelationToParallel | None = None  # where the thigh is at the onset
    stop_at_thigh_deg: float | None = None  # for the coach: deepest thigh inclination to go to without a wink
    cannot_tell: str | None = None  # why the picture does not allow a call, in a sentence; then there is no onset
    likely_onset_s: float | None = None  # where the wink would begin, were this one; said below the threshold too


class Detector(Protocol):
    """Finds winks in a clip: a call has an `onset_s`; a calibrated detector begins to call at a score of a half."""

    def detect(self, observation: Observation) -> tuple[Finding, ...]:
        """One finding for every repetition seen, winking or not, in time order."""
        ...


@dataclass(frozen=True)
class AngleCurves:
    """Angles read off a clip, (T,) each over all its frames, signs as in docs/notation.md; None = not read."""

    pelvic_tilt_deg: Array | None = None
    lumbar_flexion_deg: Array | None = None
    trunk_lean_deg: Array | None = None
    thigh_inclination_deg: Array | None = None


@runtime_checkable
class AngleReader(Protocol):
    """A detector that can also say what it read off the pictures: drawn in overlays, scored against the truth."""

    def read_angles(self, observation: Observation) -> AngleCurves:
        """Angles of every frame; NaN where nothing could be read."""
        ...


def sureness(size_deg: float, called_from_deg: float) -> float:
    """Turn the size of what a rule measures [deg] into a score: 0 for none, a half where it calls a wink, below 1."""
    size = max(0.0, size_deg)
    return size / (size + called_from_deg)


def margin_score(beyond_deg: float) -> float:
    """Turn how far a rule's thresholds are passed [deg, - = not] into a score: a half just at the threshold."""
    return 1 / (1 + math.exp(-max(-700.0, min(700.0, beyond_deg / _MARGIN_DEG))))


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
        DetectorError: repetitions out of order, a score that is no number, a time outside the clip, an interval
            without its value, an unknown word, or a call where the detector says that it cannot tell.
    """
    if [f.rep for f in findings] != list(range(len(findings))):
        raise DetectorError(f"repetitions must count 0, 1, 2 ...; got {[f.rep for f in findings]}")
    for finding in findings:
        where = f"repetition {finding.rep}"
        if not 0 <= finding.score <= 1:
            guess = " Is this a magnitude in degrees? See `sureness`." if finding.score > 1 else ""
            raise DetectorError(f"{where} has score {finding.score}; expected 0 (no wink) to 1 (sure).{guess}")
        for name in ("bottom_s", "onset_s", "likely_onset_s"):
            _check_time(f"{name.removesuffix('_s').replace('_', ' ')} of {where}", getattr(finding, name), duration_s)
        _check_size(where, "magnitude", finding.magnitude_deg)
        _check_size(where, "stop depth", finding.stop_at_thigh_deg)
        onset, size = (finding.onset_s, finding.likely_onset_s), (finding.magnitude_deg,)
        _check_interval(f"onset of {where}", onset, finding.onset_low_s, finding.onset_high_s)
        _check_interval(f"magnitude of {where}", size, finding.magnitude_low_deg, finding.magnitude_high_deg)
        _check_words(where, finding)


def _check_words(where: str, finding: Finding) -> None:
    relation = finding.relation_to_parallel
    if relation is not None and relation not in get_args(RelationToParallel):
        raise DetectorError(f"{where}: {unknown_name('relation to parallel', relation, get_args(RelationToParallel))}")
    if finding.cannot_tell is not None and not finding.cannot_tell.strip():
        raise DetectorError(f"{where} cannot tell without a reason; say None where it can")
    if finding.cannot_tell is not None and finding.onset_s is not None:
        raise DetectorError(f"{where} cannot tell ({finding.cannot_tell}) and calls a wink; put it in likely_onset_s")


def _check_size(where: str, what: str, size_deg: float | None) -> None:
    if size_deg is not None and not math.isfinite(size_deg):
        raise DetectorError(f"{where} has {what} {size_deg}; say None where it is unknown")


def _check_interval(what: str, within: Sequence[float | None], low: float | None, high: float | None) -> None:
    if low is None and high is None:
        return
    value = next((v for v in within if v is not None), None)
    if low is None or high is None or value is None:
        raise DetectorError(f"{what}: an interval has a value, a low and a high end; got {value}, {low}, {high}")
    if not low <= value <= high:
        raise DetectorError(f"{what} is {value:g}, outside its own interval {low:g} to {high:g}")


def _check_time(what: str, time_s: float | None, duration_s: float) -> None:
    if time_s is None or 0 <= time_s <= duration_s:
        return
    guess = " Are these milliseconds?" if time_s > 20 * duration_s else " Are these frame numbers?"
    raise DetectorError(
        f"{what} is at {time_s:g} s, outside a clip of {duration_s:.3g} s.{guess if time_s > duration_s else ''}"
    )
