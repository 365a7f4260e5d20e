"""What is known of a lifter beyond one trial: the depth without a wink, and why there is one at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from sim.attribution import attribute
from sim.cases import Parts
from sim.causes import USUAL_CAUSES
from sim.depth import How
from sim.neutral_depth import NeutralDepth, find_neutral_depth
from sim.setup import setup_from
from wink.causes import CauseShares
from wink.errors import SimulationError

SEED = 0  # the lifter's own, not a trial's: alike lifters share the answer


@dataclass(frozen=True)
class LifterTruth:
    """Facts of one lifter's squat; None where they were not asked for, or cannot be had."""

    neutral_depth: NeutralDepth | None
    causes: CauseShares | None

    @property
    def neutral_depths(self) -> dict[str, float | None]:
        """Columns of `metadata.parquet`."""
        found = self.neutral_depth or NeutralDepth(None, None)
        return {"max_neutral_depth_deg": found.pelvic_deg, "max_neutral_depth_lumbar_deg": found.lumbar_deg}


def lifter_truth(parts: Parts, neutral_depth: How | None, attribution: bool) -> LifterTruth:
    """Find what was asked for, once for lifters that are alike.

    A lifter who cannot be compared, or who falls in the search, has no answer; that is no reason to lose the trial.
    """
    return _of(json.dumps(parts, sort_keys=True), neutral_depth, attribution)


@lru_cache(maxsize=256)
def _of(parts_json: str, neutral_depth: How | None, attribution: bool) -> LifterTruth:
    parts: Parts = json.loads(parts_json)
    return LifterTruth(_depth(parts, neutral_depth) if neutral_depth else None, _causes(parts) if attribution else None)


def _depth(parts: Parts, how: How) -> NeutralDepth | None:
    try:
        return find_neutral_depth(setup_from(parts), SEED, how)
    except SimulationError:
        return None


def _causes(parts: Parts) -> CauseShares | None:
    try:
        return attribute(parts, USUAL_CAUSES).cause_shares()
    except SimulationError:
        return None
