"""What is told of one repetition: a wink, none, or that the picture does not say; in words of movement only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from detect.detectors.detector import Finding
from wink.angles import RelationToParallel

Call = Literal["wink", "no_wink", "cannot_tell"]

#: Said wherever verdicts are shown.
NO_DIAGNOSIS = (
    "These are angles of a movement, read off a video. They say nothing of pain, injury or health, and whether a "
    "rounding low back matters to a person is not known from them."
)


@dataclass(frozen=True)
class Verdict:
    """One repetition with what a detector said of it; times are those of the video's own clock."""

    rep: int  # from 0, in time order
    start_s: float
    bottom_s: float
    end_s: float
    depth_deg: float  # deepest thigh inclination, as seen
    call: Call
    reason: str | None  # why it cannot be told, in a sentence
    score: float  # of the detector, 0 to 1; also where it cannot be told
    onset_s: float | None = None
    onset_low_s: float | None = None  # 90 % interval, where the detector gives one
    onset_high_s: float | None = None
    magnitude_deg: float | None = None  # how far the pelvis turns back
    magnitude_low_deg: float | None = None
    magnitude_high_deg: float | None = None
    thigh_at_onset_deg: float | None = None
    relation_to_parallel: RelationToParallel | None = None
    stop_at_thigh_deg: float | None = None  # deepest thigh inclination before the pelvis turns back

    @property
    def headline(self) -> str:
        """The verdict in a few words."""
        if self.call == "cannot_tell":
            return "cannot tell"
        return "no wink" if self.call == "no_wink" else f"wink, {parallel_words(self.relation_to_parallel)}"

    def __str__(self) -> str:
        if self.call == "cannot_tell":
            return f"cannot tell: {self.reason}"
        if self.call == "no_wink":
            return f"no wink called down to a thigh of {self.depth_deg:.0f}°{_size(self, ', pelvis turns back by ')}"
        thigh = "" if self.thigh_at_onset_deg is None else f", thigh at {self.thigh_at_onset_deg:.0f}°"
        where = parallel_words(self.relation_to_parallel)
        return f"the pelvis begins to turn back at {self.onset_s:.2f} s{thigh}, {where}{_size(self, ', by ')}"


def parallel_words(relation: RelationToParallel | None) -> str:
    """Where the thigh is against parallel, in words."""
    return "depth not known" if relation is None else relation.replace("_", " ")


def _size(verdict: Verdict, before: str) -> str:
    if verdict.magnitude_deg is None:
        return ""
    if verdict.magnitude_low_deg is None or verdict.magnitude_high_deg is None:
        return f"{before}about {verdict.magnitude_deg:.0f}°"
    low, high = verdict.magnitude_low_deg, verdict.magnitude_high_deg
    return f"{before}about {verdict.magnitude_deg:.0f}° ({low:.0f} to {high:.0f}°)"


def called(finding: Finding) -> Call:
    """Which of the three a finding is, before anything is known of the picture."""
    if finding.cannot_tell is not None:
        return "cannot_tell"
    return "no_wink" if finding.onset_s is None else "wink"


def depth_to_stop_at(verdicts: tuple[Verdict, ...]) -> str:
    """For the coach: how deep to go, over all repetitions of a video."""
    told = [v for v in verdicts if v.call != "cannot_tell"]
    if not told:
        return "No repetition could be judged, so no depth to stop at can be given."
    winks = [v for v in told if v.call == "wink"]
    deepest = max(v.depth_deg for v in told)
    if not winks:
        return f"No wink was called down to a thigh inclination of about {deepest:.0f}° (90° is parallel)."
    onsets = [v.thigh_at_onset_deg for v in winks if v.thigh_at_onset_deg is not None]
    turned = f"{len(winks)} of {len(told)} repetitions judged; they went down to {deepest:.0f}°."
    if not onsets:
        return f"The pelvis began to turn back in {turned} At which depth is not known."
    earliest = min((v.stop_at_thigh_deg for v in winks if v.stop_at_thigh_deg is not None), default=min(onsets))
    maybe = f" It may have begun as early as {earliest:.0f}°." if round(earliest) < round(min(onsets)) else ""
    return (
        f"Depth to stop at: before the thighs have come down to about {min(onsets):.0f}° (0° standing, 90° parallel). "
        f"There or below the pelvis began to turn back in {turned}{maybe}"
    )
