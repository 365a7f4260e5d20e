"""Ours, learned without a network: the silhouette's principal components, a small perceptron, boosted trees.

Fitted in seconds with scikit-learn and run with numpy alone: what can be had without deep learning, as a yardstick.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from detect.answers import angles_of, findings_of
from detect.boosted import FILE, BoostedSilhouette, load_boosted
from detect.detectors.detector import AngleCurves, Finding, Observation, check_setting
from detect.sight import see
from detect.trained import SHIPPED, read_calibration


@dataclass(frozen=True)
class SilhouetteBoosting:
    """Components of the silhouette, read for angles and judged by trees."""

    weights: str | None  # folder of `wink train`; None = what comes with the program
    max_turned_deg: float  # off the side as the pose sees it; beyond it says that it cannot tell
    min_visibility: float  # of hip and shoulder, below which it says that it cannot tell

    def __post_init__(self) -> None:
        """ConfigError where a setting is no number or out of range, DetectorError where the weights are none."""
        check_setting("max_turned_deg", self.max_turned_deg, low=0, high=90)
        check_setting("min_visibility", self.min_visibility, low=0, high=1)
        self._fitted()

    def detect(self, observation: Observation) -> tuple[Finding, ...]:
        """One finding for every repetition seen."""
        sight = see(observation.pose)
        if sight is None or not sight.squats:
            return ()
        out, how = self._fitted().read(sight), read_calibration(self._folder(), "boosting")
        return findings_of(
            out,
            sight,
            observation.pose,
            how,
            max_turned_deg=self.max_turned_deg,
            min_visibility=self.min_visibility,
        )

    def read_angles(self, observation: Observation) -> AngleCurves:
        """Angles of every frame; all None where nobody was seen."""
        sight = see(observation.pose)
        if sight is None:
            return AngleCurves()
        return angles_of(self._fitted().angles_deg(sight), observation.pose)

    def _folder(self) -> Path:
        return Path(self.weights) if self.weights else SHIPPED

    def _fitted(self) -> BoostedSilhouette:
        return load_boosted(self._folder() / FILE)
