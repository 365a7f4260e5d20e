"""Ours, learned: a small network reads the silhouette's angles picture by picture, another follows them over time.

Trained on simulated lifters alone (`wink train`; the card beside the weights says on what, how well, and for what).
It sees the whole repetition; `silhouette_tcn_causal` is the same without looking ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from detect.detectors.detector import AngleCurves, Finding, Observation, check_setting
from detect.judging import ANGLES, judge, read_squat
from detect.sight import RATE_HZ, see
from detect.trained import SHIPPED, Head, TrainedNetworks, load_networks
from detect.view import reason_not_to_tell


@dataclass(frozen=True)
class SilhouetteTcn:
    """Networks on the silhouette, looking at the whole repetition."""

    head: ClassVar[Head] = "offline"

    weights: str | None  # folder of `wink train`; None = the networks that come with the program
    max_turned_deg: float  # off the side as the pose sees it; beyond it says that it cannot tell
    min_visibility: float  # of hip and shoulder, below which it says that it cannot tell

    def __post_init__(self) -> None:
        """ConfigError where a setting is no number or out of range, DetectorError where the weights are none."""
        check_setting("max_turned_deg", self.max_turned_deg, low=0, high=90)
        check_setting("min_visibility", self.min_visibility, low=0, high=1)
        self._networks()

    def detect(self, observation: Observation) -> tuple[Finding, ...]:
        """One finding for every repetition seen."""
        pose, networks = observation.pose, self._networks()
        sight = see(pose)
        if sight is None or not sight.squats:
            return ()
        out, body, how = networks.read(sight, self.head), sight.body, networks.calibration[self.head]
        limits = {"max_turned_deg": self.max_turned_deg, "min_visibility": self.min_visibility}
        findings: list[Finding] = []
        for squat in sight.squats:
            reading = read_squat(out, squat, body)
            if reading is not None:
                reason = reason_not_to_tell(pose, body, squat, **limits)
                findings.append(judge(reading, squat, len(findings), body, how, reason))
        return tuple(findings)

    def read_angles(self, observation: Observation) -> AngleCurves:
        """Angles of every frame, as the network over time follows them; all None where nobody was seen."""
        sight = see(observation.pose)
        if sight is None:
            return AngleCurves()
        out = self._networks().read(sight, self.head)
        at, frames = np.arange(len(out)) / RATE_HZ, observation.pose.time_s
        return AngleCurves(**{name: np.interp(frames, at, out[:, i]) for i, name in enumerate(ANGLES)})

    def _networks(self) -> TrainedNetworks:
        return load_networks(Path(self.weights) if self.weights else SHIPPED)
