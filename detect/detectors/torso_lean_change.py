"""A published rule: a closed hip, and a trunk whose lean changes much, are called a butt wink.

nryee2005, form_checker_ai, https://github.com/nryee2005/form_checker_ai at commit 01d8127,
src/analysis/form_rules.py, `check_spine_neutral`: the 5th percentile of the shoulder-hip-knee angle below 45
degrees, and the trunk's lean ranging over more than 35 degrees between its 5th and 95th percentile. Rule and
thresholds are theirs; repetitions, smoothing, the nearer side and judging each repetition by itself are ours. It names
no onset; the first moment of the descent at which both have been passed is taken.

A trunk leans forward in every squat: the rule measures depth and build, not the pelvis.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from detect.detectors.detector import Finding, Observation, check_setting, margin_score
from detect.features import BodyCurves, Squat, judge_squats

_TAIL_PERCENT = 5.0  # left out at either end


@dataclass(frozen=True)
class TorsoLeanChange:
    """Range of the trunk's lean over a repetition, once the hip is closed."""

    hip_deg: float  # shoulder - hip - knee, 180 straight
    lean_change_deg: float

    def __post_init__(self) -> None:
        """ConfigError where a setting is no number, or out of range."""
        check_setting("hip_deg", self.hip_deg, above=0, high=180)
        check_setting("lean_change_deg", self.lean_change_deg, above=0)

    def detect(self, observation: Observation) -> tuple[Finding, ...]:
        """One finding for every repetition seen."""
        return judge_squats(observation.pose, lambda body: partial(self._judge, body))

    def _judge(self, body: BodyCurves, squat: Squat) -> Finding:
        whole = slice(squat.start, squat.end + 1)
        hip, lean = body.hip_angle_deg[whole], body.trunk_lean_deg[whole]
        low, high = np.percentile(lean, (_TAIL_PERCENT, 100 - _TAIL_PERCENT))
        beyond = min(self.hip_deg - float(np.percentile(hip, _TAIL_PERCENT)), float(high - low) - self.lean_change_deg)
        onset = self._passed_s(squat, body) if beyond > 0 else None
        return Finding(squat.rep, squat.bottom / body.fps, margin_score(beyond), onset)

    def _passed_s(self, squat: Squat, body: BodyCurves) -> float:
        """First moment of the descent with both thresholds passed so far [s]; the bottom where none is."""
        hip, lean = body.hip_angle_deg[squat.descent], body.trunk_lean_deg[squat.descent]
        so_far = np.maximum.accumulate(lean) - np.minimum.accumulate(lean)
        passed = np.flatnonzero((np.minimum.accumulate(hip) < self.hip_deg) & (so_far > self.lean_change_deg))
        return (squat.start + int(passed[0]) if len(passed) else squat.bottom) / body.fps
