"""A rule in public use: a butt wink is the trunk tipping forward in the last moments before the bottom.

Found in the source of a public squat-coaching web application (2-D pose, TypeScript; the code search that found it
names no repository): change of shoulder-hip lean over the last 0.3 s before the bottom, "mild" from 8 degrees and
"severe" from 15. Its own comment says that the pelvis itself is not observable from these points. It names no
moment of onset; we take the moment its threshold is passed. Repetitions are ours, thresholds are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detect.detectors.detector import Finding, Observation, sureness
from detect.features import BodyCurves, Squat, find_squats, measure_body


@dataclass(frozen=True)
class LeanChange:
    """Change of trunk lean just before the bottom."""

    window_s: float  # how long before the bottom the change is measured
    mild_deg: float  # a change of at least this is called a wink

    def detect(self, observation: Observation) -> tuple[Finding, ...]:
        """One finding for every repetition seen."""
        body = measure_body(observation.pose)
        if body is None:
            return ()
        return tuple(self._judge(squat, body) for squat in find_squats(body))

    def _judge(self, squat: Squat, body: BodyCurves) -> Finding:
        first = max(0, squat.bottom - round(self.window_s * body.fps))
        lean = body.trunk_lean_deg[first : squat.bottom + 1]
        change = lean - lean[0]
        onset = None
        if change[-1] >= self.mild_deg:
            onset = (first + int(np.argmax(change >= self.mild_deg))) / body.fps
        return Finding(squat.rep, squat.bottom / body.fps, sureness(float(change[-1]), self.mild_deg), onset)
