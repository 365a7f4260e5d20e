"""What is known of a clip besides its wink, for slicing scores: never shown to a detector."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wink.clip import Clip
from wink.dataset import Dataset
from wink.holdout import factor_at

#: Edges of the classes of how far the camera stands off a true side view [deg]; + to the front, - to the rear.
AZIMUTH_EDGES_DEG = (-40.0, -15.0, 15.0, 40.0)
AZIMUTH_NAMES = ("rear, over 40°", "rear, 15–40°", "side, ±15°", "front, 15–40°", "front, over 40°")
#: Garments by how they show the low back.
CLOTHING = {
    **dict.fromkeys(("none", "crop", "tank"), "bare or close-fitting"),
    **dict.fromkeys(("tshirt", "longsleeve"), "T-shirt or sleeves"),
    **dict.fromkeys(("oversize", "hoodie"), "loose"),
}


@dataclass(frozen=True)
class ClipFacts:
    """A clip with the circumstances of its making; None = unknown, as of most real clips."""

    clip: Clip
    off_side_deg: float | None  # camera off a true side view, + to the front of the lifter
    clothing: str | None
    plates: str | None
    place: str | None
    case: str | None

    @property
    def azimuth(self) -> str | None:
        """Name of the class of the camera's azimuth."""
        if self.off_side_deg is None:
            return None
        return AZIMUTH_NAMES[sum(self.off_side_deg >= edge for edge in AZIMUTH_EDGES_DEG)]

    @property
    def fps(self) -> str:
        """Frame rate, rounded."""
        return f"{self.clip.fps:.0f}"


def clip_facts(dataset: Dataset) -> dict[str, ClipFacts]:
    """Facts of every clip of a dataset, by clip_id."""
    factors = {row["clip_id"]: json.loads(row["factors"] or "{}") for row in dataset.metadata()}
    return {clip.clip_id: _facts(clip, factors[clip.clip_id]) for clip in dataset.clips()}


def _facts(clip: Clip, factors: Mapping[str, Any]) -> ClipFacts:
    azimuth = factor_at(factors, "camera.azimuth_deg")
    top = factor_at(factors, "appearance.top")
    place = factor_at(factors, "scene.place") or factors.get("scene")
    return ClipFacts(
        clip=clip,
        off_side_deg=None if azimuth is None else 90.0 - abs(float(azimuth)),
        clothing=None if top is None else CLOTHING.get(str(top), str(top)),
        plates=_plates(factors),
        place=place if isinstance(place, str) else None,
        case=factors.get("case"),
    )


def _plates(factors: Mapping[str, Any]) -> str | None:
    """What hangs on the bar, and whether it stands before the low back."""
    kind = factor_at(factors, "barbell.kind")
    if kind is None:
        return None
    hidden = factors.get("low_back_behind_load") or 0.0
    if kind == "none":
        return "no bar"
    return "bar, low back partly behind plates" if hidden > 0.05 else "bar, low back clear of plates"
