"""A published rule: towards the bottom the shoulder-hip-knee angle closes by more than the trunk tips.

Keith Myers, Squat Form (MIT licence), https://github.com/keithdmyers-ctrl/squat-form at commit 026664d,
backend/squat_form/analyzer.py, `_check_butt_wink`; on BlazePose landmarks as here. From the middle of the descent (in
time) to the bottom: the change of the shoulder-hip-knee angle less the change of the trunk's lean, both without sign;
a butt wink above 12 degrees. It calls that difference the pelvic tilt. The rule and its threshold are theirs;
repetitions, smoothing, the nearer side and angles in the plane of the picture are ours (the source takes the
network's guess of depth as well). It names no moment of onset; we take the first at which the threshold is passed.

Seen from the side the angle closes by what the trunk tips and the thigh sinks together, so that the difference is the
depth gained in the second half of the descent, with a wink or without.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from detect.detectors.detector import Finding, Observation, check_setting, sureness
from detect.features import BodyCurves, Squat, judge_squats


@dataclass(frozen=True)
class HipAngleChange:
    """Closing of the shoulder-hip-knee angle that the trunk's lean does not account for."""

    from_share: float  # of the descent's time, at which the comparison begins
    wink_deg: float  # a difference above this is called a wink

    def __post_init__(self) -> None:
        """ConfigError where a setting is no number, or out of range."""
        check_setting("from_share", self.from_share, low=0, high=1)
        check_setting("wink_deg", self.wink_deg, above=0)

    def detect(self, observation: Observation) -> tuple[Finding, ...]:
        """One finding for every repetition seen."""
        return judge_squats(observation.pose, lambda body: partial(self._judge, body))

    def _judge(self, body: BodyCurves, squat: Squat) -> Finding:
        first = squat.start + int(self.from_share * (squat.bottom - squat.start))
        part = slice(first, squat.bottom + 1)
        hip, trunk = body.hip_angle_deg[part], body.trunk_lean_deg[part]
        tilt = np.abs(hip - hip[0]) - np.abs(trunk - trunk[0])
        size = float(tilt[-1])
        onset = None
        if size > self.wink_deg:
            onset = (first + int(np.argmax(tilt > self.wink_deg))) / body.fps
        score = sureness(size, self.wink_deg)
        return Finding(squat.rep, squat.bottom / body.fps, score, onset, magnitude_deg=max(0.0, size))
