"""The ceiling of any rule: the definition's own rule on the true pelvic tilt, in the repetitions that were seen.

It is given the truth, so it is no detector and stands in no `configs/detector`: what it still misses is what finding
the repetition in the video, and the video's frame rate, cost everybody.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detect.detectors.detector import Finding, Observation, sureness
from detect.features import find_squats, measure_body
from wink.errors import DetectorError
from wink.onset import OnsetRules

NAME = "ceiling_true_tilt"
_WINK_FROM_DEG = 7.5  # midway between clean and wink


def judge_true_tilt(observation: Observation, pelvic_tilt_deg: NDArray[np.float64]) -> tuple[Finding, ...]:
    """One finding for every repetition seen in the pose, judged by the true tilt (T,) of the video's frames [deg].

    Raises:
        DetectorError: the tilt is not of this video's frames.
    """
    if len(pelvic_tilt_deg) != observation.pose.n_frames:
        raise DetectorError(f"{len(pelvic_tilt_deg)} frames of true tilt for {observation.pose.n_frames} of video")
    body = measure_body(observation.pose)
    findings = []
    for squat in () if body is None else find_squats(body):
        tilt = pelvic_tilt_deg[squat.descent]
        peak = int(np.argmax(tilt))
        fallen = tilt[peak] - tilt[peak:]
        size, fps = float(fallen[-1]), observation.fps
        onset = None
        if size >= OnsetRules().reversal_deg:
            onset = (squat.start + peak + int(np.flatnonzero(fallen < OnsetRules().reversal_deg)[-1]) + 1) / fps
        called = onset if size >= _WINK_FROM_DEG else None
        score = sureness(size, _WINK_FROM_DEG)
        findings.append(Finding(squat.rep, squat.bottom / fps, score, called, max(0.0, size), likely_onset_s=onset))
    return tuple(findings)
