"""Our rule: the contour over sacrum and buttock leans forward with the pelvis, and rolls back when it winks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from detect.causal import LiveJudge
from detect.causal_contour import CausalContour, CausalRules
from detect.detectors.detector import Finding, Observation, check_setting, sureness
from detect.features import BodyCurves, Squat, judge_squats, smooth_curve
from detect.pose import PoseTrack
from detect.silhouette import Array, back_contour, contour_angle_deg
from wink.errors import ConfigError


@dataclass(frozen=True)
class LowBackContour:
    """Reversal of the low back's contour: its greatest forward lean in the descent minus that at the bottom.

    The rule copies the definition of `pelvic_reversal_onset`, with the contour in the pelvis' place. It needs
    something near a side view and a back that nothing hides. Flesh and cloth take away part of the turn, so the
    contour's is scaled up to the pelvis'.
    """

    reversal_deg: float  # a wink is a turn of the pelvis by this much, held to the bottom
    onset_deg: float  # ... and begins when it has turned by this much for good
    contour_share: float  # degrees the contour turns by for one of the pelvis
    stretch: tuple[float, float]  # of the contour, along the trunk from the hips upward [leg lengths]
    from_thigh_deg: float  # the contour's greatest lean is looked for below this depth
    smoothing_s: float
    max_off_side_deg: float  # beyond this the view shows no low back: silent, whatever the contour does

    def __post_init__(self) -> None:
        """ConfigError where a setting is no number, or out of range."""
        for name in ("reversal_deg", "onset_deg", "contour_share"):
            check_setting(name, getattr(self, name), above=0)
        check_setting("from_thigh_deg", self.from_thigh_deg, low=0, high=180)
        check_setting("max_off_side_deg", self.max_off_side_deg, low=0, high=90)
        check_setting("smoothing_s", self.smoothing_s, low=0)
        if not isinstance(self.stretch, list | tuple) or len(self.stretch) != 2:
            raise ConfigError(f"stretch is {self.stretch!r}; expected two numbers, [from, to]")
        check_setting("the beginning of stretch", self.stretch[0])
        check_setting("the end of stretch", self.stretch[1], above=self.stretch[0])

    def detect(self, observation: Observation) -> tuple[Finding, ...]:
        """One finding for every repetition seen."""
        return judge_squats(observation.pose, partial(self._judging, observation.pose))

    def _judging(self, pose: PoseTrack, body: BodyCurves) -> Callable[[Squat], Finding]:
        """What judges one repetition of a clip."""
        if body.off_side_deg > self.max_off_side_deg:
            return lambda squat: Finding(squat.rep, squat.bottom / body.fps, 0.0, None)
        return partial(self._judge, body, self.contour_lean_deg(pose, body))

    def live(self, held_s: float) -> LiveJudge:
        """The same, picture by picture."""
        return CausalContour(CausalRules(self.reversal_deg, held_s, self.contour_share, self.from_thigh_deg))

    def contour_lean_deg(self, pose: PoseTrack, body: BodyCurves) -> Array:
        """Lean (T,) of the low back's contour from vertical, + forward."""
        along = np.asarray(np.linspace(*self.stretch, num=16), dtype=np.float64)
        slope = contour_angle_deg(along, back_contour(pose, body, along))
        return smooth_curve(body.trunk_lean_deg - slope, body.fps, body.seen, self.smoothing_s)

    def _judge(self, body: BodyCurves, lean_deg: Array, squat: Squat) -> Finding:
        deep = body.thigh_inclination_deg[squat.descent] >= self.from_thigh_deg
        first = squat.start + int(np.argmax(deep)) if deep.any() else squat.start
        lean = lean_deg[first : squat.bottom + 1]
        fallen = (lean.max() - lean) / self.contour_share
        reversal = float(fallen[-1])
        onset = None
        if reversal >= self.reversal_deg:
            above = np.flatnonzero(fallen < self.onset_deg)
            onset = (first + int(above[-1]) + 1) / body.fps
        score = sureness(reversal, self.reversal_deg)
        return Finding(squat.rep, squat.bottom / body.fps, score, onset, magnitude_deg=reversal)
