"""Why a lifter winks: how the degrees are shared out among kinds of causes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

#: functional = tissue that training may change; structural = bone; the others are what they say.
CauseGroup = Literal["functional", "structural", "ankle", "strength", "load"]
CAUSE_GROUPS: tuple[CauseGroup, ...] = get_args(CauseGroup)

#: Less than this has no causes worth sharing out [deg]: the error of skin markers.
NOTHING_TO_SHARE_DEG = 5.0


@dataclass(frozen=True)
class CauseShares:
    """Degrees of wink that each kind of cause adds (Shapley), at one depth that all compared lifters can reach."""

    thigh_inclination_deg: float  # where they are compared
    baseline_deg: float  # what is left with every cause taken away
    added_deg: Mapping[CauseGroup, float]  # may be negative: a cause can hold a wink back
    uncertain: tuple[CauseGroup, ...]  # whose sign swings with the lifter's style

    @property
    def explained_deg(self) -> float:
        """Wink of this lifter beyond the baseline [deg]: the sum of what the causes add."""
        return float(sum(self.added_deg.values()))

    @property
    def shares(self) -> Mapping[CauseGroup, float] | None:
        """Share of the explained degrees by cause, summing to 1; None where there is too little to share out."""
        if self.explained_deg < NOTHING_TO_SHARE_DEG:
            return None
        return {group: added / self.explained_deg for group, added in self.added_deg.items()}
