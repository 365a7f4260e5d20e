"""The learned detector without looking ahead: what it says of a moment, it could say at that moment.

The network over time sees the past alone. Scores and onsets of a repetition are put together when its bottom is
reached, which is as early as "held to the bottom", part of the definition, can be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from detect.causal import LiveJudge
from detect.causal_network import CausalNetwork
from detect.detectors.silhouette_tcn import SilhouetteTcn
from detect.trained import Head


@dataclass(frozen=True)
class SilhouetteTcnCausal(SilhouetteTcn):
    """Networks on the silhouette that never look ahead."""

    head: ClassVar[Head] = "causal"

    def live(self, held_s: float) -> LiveJudge:
        """The same, picture by picture."""
        return CausalNetwork(
            self.networks,
            held_s=held_s,
            max_turned_deg=self.max_turned_deg,
            min_visibility=self.min_visibility,
        )
