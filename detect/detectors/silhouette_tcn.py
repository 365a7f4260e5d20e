"""Ours, learned: a small network reads the silhouette's angles picture by picture, another follows them over time.

Trained on simulated lifters alone (`wink train`; the card beside the weights says on what, how well, and for what).
It sees the whole repetition; `silhouette_tcn_causal` is the same without looking ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from detect.judging import Calibration
from detect.learned import LearnedDetector
from detect.sight import Sight
from detect.trained import Head, TrainedNetworks, load_networks


@dataclass(frozen=True)
class SilhouetteTcn(LearnedDetector):
    """Networks on the silhouette, looking at the whole repetition."""

    head: ClassVar[Head] = "offline"

    @property
    def networks(self) -> TrainedNetworks:
        """The networks it runs."""
        return load_networks(self.folder)

    def _read(self, sight: Sight) -> NDArray[np.float32]:
        return self.networks.read(sight, self.head)

    def _calibration(self) -> Calibration:
        return self.networks.calibration[self.head]
