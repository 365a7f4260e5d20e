"""One video looked at by one detector: repetitions, curves, and a verdict on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from detect.detectors.detector import AngleCurves, AngleReader, Detector, Finding, Observation, check_findings
from detect.features import Array, BodyCurves, Squat, find_squats, measure_body
from detect.judgeable import why_not_the_descent, why_not_the_view
from detect.low_back import LowBackEdge, low_back_edge
from detect.pose import PoseTrack
from detect.verdict import Verdict, called
from detect.video import frame_times
from wink.angles import relation_to_parallel
from wink.onset import repetition_windows

#: A finding belongs to the repetition whose bottom lies no farther from its own [s]; ours.
SAME_BOTTOM_S = 0.5


@dataclass(frozen=True)
class Watched:
    """A video with everything that was found in it."""

    video: Path
    detector: str
    pose: PoseTrack
    times_s: Array  # (T,) of each frame, from the first, by the video's own clock
    body: BodyCurves | None  # None: hardly anybody was seen
    edge: LowBackEdge | None  # likewise
    curves: AngleCurves
    verdicts: tuple[Verdict, ...]
    remarks: tuple[str, ...]  # what the reader should know of the video as a whole

    @property
    def fps(self) -> float:
        """Frames a second, as the frames' own times have it."""
        return (len(self.times_s) - 1) / max(float(self.times_s[-1]), 1e-9)

    def frame_of(self, time_s: float) -> int:
        """The frame nearest to a time."""
        return int(np.argmin(np.abs(self.times_s - time_s)))


def watch(video: Path, pose: PoseTrack, name: str, detector: Detector) -> Watched:
    """Ask a detector about a video whose pose is known.

    Raises:
        DetectorError: the detector breaks its contract.
    """
    observation = Observation(video, pose)
    findings = detector.detect(observation)
    check_findings(findings, observation.duration_s)
    times, remarks = _clock(video, pose)
    body = measure_body(pose)
    curves = _curves(detector, observation, body)
    edge = None if body is None else low_back_edge(pose, body)
    verdicts: tuple[Verdict, ...] = ()
    if body is None or edge is None:
        remarks.append(f"nobody was found in {100 * (1 - float(pose.seen.mean())):.0f} % of the frames: cannot tell")
    else:
        verdicts = tuple(_verdicts(pose, body, edge, curves, findings, times))
        if not verdicts:
            deepest = float(np.max(body.thigh_inclination_deg))
            remarks.append(
                f"no whole repetition from standing to standing was found; the thigh reaches {deepest:.0f}° "
                f"in {pose.n_frames} frames"
            )
    return Watched(video, name, pose, times, body, edge, curves, verdicts, tuple(remarks))


def _clock(video: Path, pose: PoseTrack) -> tuple[Array, list[str]]:
    """Times of the frames, and a remark where they are uneven."""
    times = frame_times(video)
    if len(times) != pose.n_frames:
        return pose.time_s, ["the file does not say when each frame was taken; times are reckoned from its frame rate"]
    even = np.linspace(0.0, times[-1], len(times))
    off_s = float(np.abs(times - even).max())
    if off_s > 1.5 / pose.fps:
        return times, [f"the frame rate varies (by up to {1000 * off_s:.0f} ms); times are those of the file"]
    return times, []


def _curves(detector: Detector, observation: Observation, body: BodyCurves | None) -> AngleCurves:
    """What the detector read, completed by what the pose shows."""
    read = detector.read_angles(observation) if isinstance(detector, AngleReader) else AngleCurves()
    if body is None:
        return read
    lean, thigh = read.trunk_lean_deg, read.thigh_inclination_deg
    return replace(
        read,
        trunk_lean_deg=body.trunk_lean_deg if lean is None else lean,
        thigh_inclination_deg=body.thigh_inclination_deg if thigh is None else thigh,
    )


def _verdicts(
    pose: PoseTrack,
    body: BodyCurves,
    edge: LowBackEdge,
    curves: AngleCurves,
    findings: Sequence[Finding],
    times_s: Array,
) -> list[Verdict]:
    """One for every repetition seen, by us or by the detector, in time order."""
    view = why_not_the_view(body)
    squats, left = _squats(body), list(findings)
    made: list[Verdict] = []
    for squat in squats:
        finding = _nearest(left, squat.bottom / pose.fps)
        if finding is not None:
            left.remove(finding)
        reason = view or why_not_the_descent(pose, body, edge, squat)
        made.append(_verdict(len(made), squat, finding, reason, curves, times_s, pose.fps))
    return made


def _squats(body: BodyCurves) -> list[Squat]:
    """Every excursion of the thigh, also one whose descent was not seen well enough to be believed."""
    believed = {squat.bottom: squat for squat in find_squats(body)}
    windows = repetition_windows(body.thigh_inclination_deg)
    return [believed.get(bottom, Squat(i, start, bottom, end)) for i, (start, bottom, end) in enumerate(windows)]


def _nearest(findings: Sequence[Finding], bottom_s: float) -> Finding | None:
    near = [f for f in findings if abs(f.bottom_s - bottom_s) <= SAME_BOTTOM_S]
    return min(near, key=lambda f: abs(f.bottom_s - bottom_s), default=None)


def _verdict(
    rep: int, squat: Squat, finding: Finding | None, reason: str | None, curves: AngleCurves, times_s: Array, fps: float
) -> Verdict:
    """One repetition on the video's own clock."""
    thigh = curves.thigh_inclination_deg
    assert thigh is not None  # the pose always gives one
    depth = float(np.nanmax(thigh[squat.start : squat.end + 1]))
    start, bottom, end = (float(times_s[frame]) for frame in (squat.start, squat.bottom, squat.end))
    if finding is None:
        why = reason or "the detector does not see a repetition here"
        return Verdict(rep, start, bottom, end, depth, "cannot_tell", why, 0.0)
    why_not = reason or finding.cannot_tell
    base = Verdict(rep, start, bottom, end, depth, called(finding), why_not, finding.score)
    if why_not is not None:
        return replace(base, call="cannot_tell")
    sized = replace(
        base,
        magnitude_deg=finding.magnitude_deg,
        magnitude_low_deg=finding.magnitude_low_deg,
        magnitude_high_deg=finding.magnitude_high_deg,
        stop_at_thigh_deg=finding.stop_at_thigh_deg,
    )
    return sized if finding.onset_s is None else _with_onset(sized, finding, thigh, times_s, fps)


def _with_onset(verdict: Verdict, finding: Finding, thigh_deg: Array, times_s: Array, fps: float) -> Verdict:
    """A wink: when, at which depth, and so how deep to go without one."""

    def clock(time_s: float | None) -> float | None:
        return None if time_s is None else float(np.interp(time_s * fps, np.arange(len(times_s)), times_s))

    assert finding.onset_s is not None
    frames = np.arange(len(thigh_deg))
    at_onset = float(np.interp(finding.onset_s * fps, frames, thigh_deg))
    earliest = finding.onset_s if finding.onset_low_s is None else finding.onset_low_s
    stop = finding.stop_at_thigh_deg
    return replace(
        verdict,
        onset_s=clock(finding.onset_s),
        onset_low_s=clock(finding.onset_low_s),
        onset_high_s=clock(finding.onset_high_s),
        thigh_at_onset_deg=at_onset,
        relation_to_parallel=finding.relation_to_parallel or relation_to_parallel(at_onset),
        stop_at_thigh_deg=float(np.interp(earliest * fps, frames, thigh_deg)) if stop is None else stop,
    )
