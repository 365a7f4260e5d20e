"""A verdict while the person still moves: what any judge of live pictures says, and the parts of a squat it follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol, runtime_checkable

from detect.blazepose import Body
from detect.verdict import Call
from wink.angles import RelationToParallel, relation_to_parallel
from wink.onset import OnsetRules

Phase = Literal["nobody", "standing", "down", "up"]

#: Down from this thigh inclination on, up again below; the deepest must lie this far above the present to be a bottom.
DOWN_DEG, STANDING_DEG, TURNED_DEG = OnsetRules().repetition_thigh_deg, 25.0, 6.0
#: Somebody lost for longer has gone [s]; a network loses a person for a picture or two.
LOST_S = 0.5


@dataclass(frozen=True)
class Now:
    """What is known at one moment."""

    time_s: float
    phase: Phase
    rep: int  # how many repetitions have begun
    thigh_deg: float | None = None
    edge_lean_deg: float | None = None  # of the low back's edge, where the judge follows it
    pelvic_tilt_deg: float | None = None  # ... of the pelvis, likewise
    fallen_deg: float = 0.0  # of the pelvis, from its most forward in this descent
    call: Call | None = None  # of the present repetition, or of the last while standing
    reason: str | None = None
    onset_s: float | None = None
    thigh_at_onset_deg: float | None = None
    relation_to_parallel: RelationToParallel | None = None
    event: bool = False  # the call was made at this very moment

    def gone(self, time_s: float, phase: Phase) -> Now:
        """The same while nobody is seen."""
        return replace(self, time_s=time_s, phase=phase, thigh_deg=None, event=False)

    def called(self, onset_s: float, thigh_deg: float, why_not: str | None) -> Now:
        """A wink called at this moment, with the thigh at its onset; or, where the picture does not allow one, why."""
        if why_not is not None:
            return replace(self, call="cannot_tell", reason=why_not, event=True)
        return replace(
            self,
            call="wink",
            onset_s=onset_s,
            thigh_at_onset_deg=thigh_deg,
            relation_to_parallel=relation_to_parallel(thigh_deg),
            event=True,
        )

    def silent(self, why_not: str | None) -> Now:
        """The repetition over without a call: no wink, if the picture allowed one."""
        return replace(self, call="no_wink" if why_not is None else "cannot_tell", reason=why_not, event=True)


class LiveJudge(Protocol):
    """Follows one person picture by picture and calls a wink as soon as it is sure enough."""

    def step(self, time_s: float, body: Body | None) -> Now:
        """Take in one picture; None where nobody is seen."""
        ...


@runtime_checkable
class LiveDetector(Protocol):
    """A detector that can judge while the person moves."""

    def live(self, held_s: float) -> LiveJudge:
        """A judge of one person; it calls what has been seen for so long [s]."""
        ...


class Phases:
    """Which part of a squat the person is in, from the thigh alone."""

    def __init__(self) -> None:
        self.phase: Phase = "nobody"
        self.rep = 0
        self.deepest_deg = 0.0
        self.deepest_s = 0.0
        self._seen_s = -float("inf")

    @property
    def deep_enough(self) -> bool:
        """Whether the present or last repetition counts as one."""
        return self.deepest_deg >= OnsetRules().min_depth_deg

    def step(self, time_s: float, thigh_deg: float) -> Literal["began", "turned"] | None:
        """Take in a thigh inclination: a repetition began, its bottom is past, or neither."""
        before, self._seen_s = self.phase, time_s
        if thigh_deg < STANDING_DEG:
            self.phase = "standing"
        elif before in ("standing", "nobody") and thigh_deg >= DOWN_DEG:
            self.phase, self.rep = "down", self.rep + 1
            self.deepest_deg, self.deepest_s = thigh_deg, time_s
            return "began"
        elif before == "down" and thigh_deg > self.deepest_deg:
            self.deepest_deg, self.deepest_s = thigh_deg, time_s
        elif before == "down" and thigh_deg < self.deepest_deg - TURNED_DEG:
            self.phase = "up"
        return "turned" if before == "down" and self.phase != "down" else None

    def lost(self, time_s: float) -> Phase:
        """Nobody is seen; after a while nobody is there."""
        if time_s - self._seen_s > LOST_S:
            self.phase = "nobody"
        return self.phase
