"""Ours, learned: a small network reads the silhouette's angles picture by picture, another follows them over time.

Trained on simulated lifters alone (`wink train`; the card beside the weights says on what, how well, and for what).
It sees the whole repetition; `silhouette_tcn_causal` is the same without looking ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from detect.answers import angles_of, findings_of
from detect.detectors.detector import AngleCurves, Finding, Observation, check_setting
from detect.sight import see
from detect.trained import SHIPPED, Head, TrainedNetworks, load_networks


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
        sight, networks = see(observation.pose), self._networks()
        if sight is None or not sight.squats:
            return ()
        out, how = networks.read(sight, self.head), networks.calibration[self.head]
        return findings_of(
            out,
            sight,
            observation.pose,
            how,
            max_turned_deg=self.max_turned_deg,
            min_visibility=self.min_visibility,
        )

    def read_angles(self, observation: Observation) -> AngleCurves:
        """Angles of every frame, as the network over time follows them; all None where nobody was seen."""
        sight = see(observation.pose)
        if sight is None:
            return AngleCurves()
        return angles_of(self._networks().read(sight, self.head), observation.pose)

    def _networks(self) -> TrainedNetworks:
        return load_networks(Path(self.weights) if self.weights else SHIPPED)
