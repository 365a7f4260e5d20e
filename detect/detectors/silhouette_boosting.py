"""Ours, learned without a network: the silhouette's principal components, a small perceptron, boosted trees.

Fitted in seconds with scikit-learn and run with numpy alone: what can be had without deep learning, as a yardstick.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detect.boosted import FILE, load_boosted
from detect.judging import Calibration
from detect.learned import LearnedDetector
from detect.sight import Sight
from detect.trained import read_calibration


@dataclass(frozen=True)
class SilhouetteBoosting(LearnedDetector):
    """Components of the silhouette, read for angles and judged by trees."""

    def _read(self, sight: Sight) -> NDArray[np.float32]:
        return load_boosted(self.folder / FILE).read(sight)

    def _calibration(self) -> Calibration:
        load_boosted(self.folder / FILE)
        return read_calibration(self.folder, "boosting")
