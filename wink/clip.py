"""A clip: one video with what is known about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wink.onset import Repetition

#: Where a clip's movement and pictures come from: simulated and drawn, measured and drawn, or filmed. Never pooled.
Source = Literal["synthetic", "real_motion", "real"]


@dataclass(frozen=True)
class Clip:
    """One video of one lifter from one view; frame k is shown during [k, k + 1) / fps seconds."""

    clip_id: str  # opaque: says nothing of lifter, view or truth
    video: Path
    fps: float
    n_frames: int
    width: int
    height: int
    source: Source
    subject_id: str
    split: str
    view: str
    repetitions: tuple[Repetition, ...] | None  # None = unknown (filmed, not annotated); () = known to have none

    @property
    def duration_s(self) -> float:
        """Length of the clip [s]."""
        return self.n_frames / self.fps


def frame_at(time_s: float, fps: float) -> int:
    """First frame (from 0) at or after a time [s]: the first picture on which an event has happened."""
    return math.ceil(time_s * fps - 1e-6)


def time_of(frame: int, fps: float) -> float:
    """Time [s] of a frame counted from 0."""
    return frame / fps
