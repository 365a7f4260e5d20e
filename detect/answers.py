"""What the learned detectors answer of a clip, from what their networks or trees say of its samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detect.detectors.detector import AngleCurves, Finding
from detect.judging import ANGLES, Calibration, judge, read_squat
from detect.pose import PoseTrack
from detect.sight import RATE_HZ, Sight
from detect.view import reason_not_to_tell


def findings_of(
    out: NDArray[np.float32],
    sight: Sight,
    pose: PoseTrack,
    how: Calibration,
    *,
    max_turned_deg: float,
    min_visibility: float,
) -> tuple[Finding, ...]:
    """One finding for every repetition that says something, in time order.

    Args:
        out: what is said of every sample, (N, outputs).
        sight: of the clip.
        pose: of the clip.
        how: from readings to scores, onsets and intervals.
        max_turned_deg: off the side as the pose sees it; beyond it nothing can be told.
        min_visibility: of hip and shoulder, below which nothing can be told.
    """
    findings: list[Finding] = []
    for squat in sight.squats:
        reading = read_squat(out, squat, sight.body)
        if reading is not None:
            reason = reason_not_to_tell(
                pose, sight.body, squat, max_turned_deg=max_turned_deg, min_visibility=min_visibility
            )
            findings.append(judge(reading, squat, len(findings), sight.body, how, reason))
    return tuple(findings)


def angles_of(read: NDArray[np.float32], pose: PoseTrack) -> AngleCurves:
    """Angles of every frame, from those of every sample, (N, at least the four angles) [deg]."""
    at = np.arange(len(read)) / RATE_HZ
    return AngleCurves(**{name: np.interp(pose.time_s, at, read[:, i]) for i, name in enumerate(ANGLES)})
