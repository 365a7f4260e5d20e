"""A published rule: deep in the knee and closed in the hip at once is called a butt wink.

Raulinho-A, biomechanical-analyzer, https://github.com/Raulinho-A/biomechanical-analyzer at commit 9c35b5a,
analyzer/detector/sagital/butt_wink_detector.py (thresholds: analyzer/config/thresholds.py): hip-knee-ankle below 55 and
shoulder-hip-knee below 45 degrees, between the middles of both sides. The same kind of rule, with 85 and 55 degrees at
the bottom, is in Ghali25/gym-partner-mvp (analyze_squat.py). Rule and thresholds are theirs; repetitions, smoothing
and the nearer side are ours. They judge single pictures and name no onset; the first picture that passes is taken.

Both angles close with depth: it is a depth rule, whatever the pelvis does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from detect.detectors.detector import Finding, Observation, check_setting, margin_score
from detect.features import BodyCurves, Squat, judge_squats


@dataclass(frozen=True)
class KneeAndHipAngle:
    """Knee and hip both closed farther than their thresholds."""

    knee_deg: float  # hip - knee - ankle, 180 straight
    hip_deg: float  # shoulder - hip - knee, 180 straight

    def __post_init__(self) -> None:
        """ConfigError where a setting is no number, or out of range."""
        check_setting("knee_deg", self.knee_deg, above=0, high=180)
        check_setting("hip_deg", self.hip_deg, above=0, high=180)

    def detect(self, observation: Observation) -> tuple[Finding, ...]:
        """One finding for every repetition seen."""
        return judge_squats(observation.pose, lambda body: partial(self._judge, body))

    def _judge(self, body: BodyCurves, squat: Squat) -> Finding:
        knee, hip = body.knee_angle_deg[squat.descent], body.hip_angle_deg[squat.descent]
        beyond = np.minimum(self.knee_deg - knee, self.hip_deg - hip)
        passed = beyond > 0
        onset = (squat.start + int(np.argmax(passed))) / body.fps if passed.any() else None
        return Finding(squat.rep, squat.bottom / body.fps, margin_score(float(beyond.max())), onset)
