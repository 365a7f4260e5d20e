"""What the learned detectors share: their settings, and how what is read of a clip becomes findings and angles."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detect.answers import angles_of, findings_of
from detect.detectors.detector import AngleCurves, Finding, Observation, check_setting
from detect.judging import Calibration
from detect.sight import Sight, see
from detect.trained import SHIPPED


@dataclass(frozen=True)
class LearnedDetector(ABC):
    """A detector that `wink train` makes."""

    weights: str | None  # folder of `wink train`; None = what comes with the program
    max_turned_deg: float  # off the side as the pose sees it; beyond it says that it cannot tell
    min_visibility: float  # of hip and shoulder, below which it says that it cannot tell

    def __post_init__(self) -> None:
        """ConfigError where a setting is no number or out of range, DetectorError where the weights are none."""
        check_setting("max_turned_deg", self.max_turned_deg, low=0, high=90)
        check_setting("min_visibility", self.min_visibility, low=0, high=1)
        self._calibration()

    @property
    def folder(self) -> Path:
        """Where the weights lie."""
        return Path(self.weights) if self.weights else SHIPPED

    def detect(self, observation: Observation) -> tuple[Finding, ...]:
        """One finding for every repetition seen."""
        sight = see(observation.pose)
        if sight is None or not sight.squats:
            return ()
        return findings_of(
            self._read(sight),
            sight,
            observation.pose,
            self._calibration(),
            max_turned_deg=self.max_turned_deg,
            min_visibility=self.min_visibility,
        )

    def read_angles(self, observation: Observation) -> AngleCurves:
        """Angles of every frame; all None where nobody was seen."""
        sight = see(observation.pose)
        return AngleCurves() if sight is None else angles_of(self._read(sight), observation.pose)

    @abstractmethod
    def _read(self, sight: Sight) -> NDArray[np.float32]:
        """What is read of every sample, (n, 7) `detect.judging.OUTPUTS` at `RATE_HZ`."""

    @abstractmethod
    def _calibration(self) -> Calibration:
        """From readings to scores, onsets and intervals; loads the weights."""
