"""A verdict while the person still moves: angles up to now, nothing of what comes after."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from detect.blazepose import INDEX, Body
from detect.features import Array
from detect.judgeable import MAX_FLICKER_DEG, MAX_OFF_SIDE_DEG
from detect.pose import MIN_PRESENCE
from detect.verdict import Call
from wink.angles import RelationToParallel, relation_to_parallel
from wink.onset import OnsetRules

Phase = Literal["nobody", "standing", "down", "up"]

#: Time constants of the causal low-passes [s]: a landmark's jitter, and the edge of the low back.
JOINT_S, EDGE_S = 0.06, 0.10
#: What is remembered to tell leg length, side and view [s].
MEMORY_S = 4.0
#: Down from this thigh inclination on, up again below; the deepest must lie this far above the present to be a bottom.
DOWN_DEG, STANDING_DEG, TURNED_DEG = OnsetRules().repetition_thigh_deg, 25.0, 6.0


@dataclass(frozen=True)
class CausalRules:
    """When the contour's turn back is called, in degrees of the pelvis."""

    reversal_deg: float = 7.5  # fallen from its most forward by this much
    held_s: float = 0.10  # ... for so long
    contour_share: float = 0.5  # degrees the contour turns by for one of the pelvis; as `low_back_contour`
    from_thigh_deg: float = 40.0


@dataclass(frozen=True)
class Now:
    """What is known at one moment."""

    time_s: float
    phase: Phase
    rep: int  # how many repetitions have begun
    thigh_deg: float | None = None
    edge_lean_deg: float | None = None
    fallen_deg: float = 0.0  # of the pelvis, from its most forward in this descent
    call: Call | None = None  # of the present repetition, or of the last while standing
    reason: str | None = None
    onset_s: float | None = None
    thigh_at_onset_deg: float | None = None
    relation_to_parallel: RelationToParallel | None = None
    event: bool = False  # the call was made at this very moment


@dataclass(frozen=True)
class Glimpse:
    """What one picture shows: thigh inclination, lean of the low back's edge, how far off the side the view is."""

    thigh_deg: float
    edge_lean_deg: float
    off_side_deg: float


class CausalContour:
    """Follows one person picture by picture and calls a wink as soon as the low back has turned back."""

    def __init__(self, rules: CausalRules | None = None) -> None:
        self._rules = rules or CausalRules()
        self._now = Now(0.0, "nobody", 0)
        self._thigh, self._edge = LowPass(JOINT_S), LowPass(EDGE_S)
        self._views: deque[tuple[float, float]] = deque()
        self._flicker: deque[float] = deque(maxlen=15)
        self._forward, self._deepest, self._over_since = -np.inf, 0.0, float("nan")

    def step(self, time_s: float, glimpse: Glimpse | None) -> Now:
        """Take in one picture; None where nobody is seen."""
        if glimpse is None:
            self._now = replace(self._now, time_s=time_s, phase="nobody", thigh_deg=None, event=False)
            return self._now
        thigh, edge = self._thigh.step(time_s, glimpse.thigh_deg), self._edge.step(time_s, glimpse.edge_lean_deg)
        self._views.append((time_s, glimpse.off_side_deg))
        while self._views[0][0] < time_s - MEMORY_S:
            self._views.popleft()
        self._flicker.append(abs(glimpse.edge_lean_deg - edge))
        self._now = replace(self._now, time_s=time_s, thigh_deg=thigh, edge_lean_deg=edge, event=False)
        self._now = self._advanced(thigh, edge)
        return self._now

    def _advanced(self, thigh: float, edge: float) -> Now:
        now = self._now
        if thigh < STANDING_DEG:
            closed = self._closed() if now.phase in ("down", "up") else now
            return replace(closed, phase="standing")
        if now.phase in ("standing", "nobody") and thigh >= DOWN_DEG:
            self._forward, self._deepest, self._over_since = edge, thigh, float("nan")
            return Now(now.time_s, "down", now.rep + 1, thigh, edge)
        if now.phase == "down":
            return self._going_down(thigh, edge)
        return now

    def _going_down(self, thigh: float, edge: float) -> Now:
        now, rules = self._now, self._rules
        self._deepest = max(self._deepest, thigh)
        if thigh < self._deepest - TURNED_DEG:
            return self._closed(phase="up")
        if thigh < rules.from_thigh_deg:
            return now
        self._forward = max(self._forward, edge)
        fallen = (self._forward - edge) / rules.contour_share
        now = replace(now, fallen_deg=fallen)
        if fallen < rules.reversal_deg:
            self._over_since = float("nan")
            return now
        if np.isnan(self._over_since):
            self._over_since = now.time_s
        if now.call is not None or now.time_s - self._over_since < rules.held_s:
            return now
        reason = self._why_not()
        if reason is not None:
            return replace(now, call="cannot_tell", reason=reason, event=True)
        where = relation_to_parallel(thigh)
        return replace(
            now,
            call="wink",
            onset_s=self._over_since,
            thigh_at_onset_deg=thigh,
            relation_to_parallel=where,
            event=True,
        )

    def _closed(self, phase: Phase = "standing") -> Now:
        """The repetition once its bottom is past: silence means no wink, if the picture allowed one."""
        now = self._now
        deep = self._deepest >= OnsetRules().min_depth_deg
        if now.call is not None or not deep:
            return replace(now, phase=phase)
        reason = self._why_not()
        return replace(now, phase=phase, call="no_wink" if reason is None else "cannot_tell", reason=reason, event=True)

    def _why_not(self) -> str | None:
        view = float(np.median([off for _, off in self._views]))
        if view > MAX_OFF_SIDE_DEG:
            return f"view too far off the side (looks like {view:.0f}°)"
        if np.percentile(self._flicker, 90) > 1.5 * MAX_FLICKER_DEG:
            return "the low back's edge is unclear"
        return None


class LowPass:
    """An exponential mean over a time constant [s], for pictures that come when they come."""

    def __init__(self, constant_s: float) -> None:
        self._constant_s = constant_s
        self._last: tuple[float, float] | None = None

    def step(self, time_s: float, value: float) -> float:
        """The mean after one more value; one that is no number changes nothing."""
        if self._last is None or not np.isfinite(self._last[1]):
            self._last = (time_s, value)
        elif np.isfinite(value):
            before_s, before = self._last
            share = 1.0 - np.exp(-max(0.0, time_s - before_s) / self._constant_s)
            self._last = (time_s, before + float(share) * (value - before))
        return self._last[1]


class Eye:
    """Reads thigh and low back off one body at a time, from a memory of what the person looks like standing."""

    def __init__(self) -> None:
        self._thighs: deque[tuple[float, float]] = deque()
        self._depth, self._toes = LowPass(MEMORY_S), LowPass(MEMORY_S)

    def see(self, time_s: float, body: Body | None) -> Glimpse | None:
        """What the picture shows; None where nobody is."""
        if body is None or body.presence < MIN_PRESENCE or not np.isfinite(body.points_px).all():
            return None
        near = self._near(time_s, body)
        at = {name: body.points_px[INDEX[f"{near}_{name}"]] for name in ("shoulder", "hip", "knee", "ankle")}
        toes = [body.points_px[INDEX[f"{s}_foot_index"]] - body.points_px[INDEX[f"{s}_heel"]] for s in _SIDES]
        facing = 1 if self._toes.step(time_s, float(np.mean([toe[0] for toe in toes]))) >= 0 else -1
        high = float(at["knee"][1] - at["hip"][1])
        self._thighs.append((time_s, high))
        while self._thighs[0][0] < time_s - 3 * MEMORY_S:
            self._thighs.popleft()
        standing = max(1.0, float(np.percentile([value for _, value in self._thighs], 95)))
        leg = float(np.linalg.norm(at["hip"] - at["knee"]) + np.linalg.norm(at["knee"] - at["ankle"]))
        trunk = at["shoulder"] - at["hip"]
        lean = float(np.arctan2(facing * trunk[0], -trunk[1]))
        return Glimpse(
            thigh_deg=float(np.degrees(np.arccos(np.clip(high / standing, -1, 1)))),
            edge_lean_deg=float(np.degrees(lean)) - edge_angle_deg(body, lean, facing, max(leg, 2.0 * standing)),
            off_side_deg=_off_side_deg(body),
        )

    def _near(self, time_s: float, body: Body) -> str:
        left, right = (
            np.mean([body.world_m[INDEX[f"{side}_{joint}"], 2] for joint in ("shoulder", "hip", "knee")])
            for side in _SIDES
        )
        return "left" if self._depth.step(time_s, float(left - right)) <= 0 else "right"


_SIDES = ("left", "right")
_ALONG = np.linspace(-0.05, 0.15, 12)  # of the edge, from the hips upward [leg lengths]: the height of the pelvis
_REACH = 0.60


def edge_angle_deg(body: Body, lean_rad: float, facing: int, leg_px: float) -> float:
    """Angle of the low back's edge against the trunk line, as `detect.silhouette` has it, in one picture's own mask."""
    hips = body.points_px[[INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=0)
    up = np.array([facing * np.sin(lean_rad), -np.cos(lean_rad)])
    back = np.array([-facing * np.cos(lean_rad), -np.sin(lean_rad)])
    out = np.arange(0.0, _REACH, 0.005)
    points = hips + leg_px * (_ALONG[:, None, None] * up + out[None, :, None] * back)
    inside = _mask_at(body, points) > 127
    distance = out[np.where((~inside).any(axis=1), (~inside).argmax(axis=1), len(out) - 1)]
    centred = _ALONG - _ALONG.mean()
    return float(np.degrees(np.arctan(distance @ centred / (centred @ centred))))


def _mask_at(body: Body, points_px: Array) -> Array:
    """The person's mask at points (..., 2) of the picture, 0 outside it."""
    inverse = np.linalg.inv(body.mask_to_image[:, :2])
    at = np.rint((points_px - body.mask_to_image[:, 2]) @ inverse.T).astype(int)
    high, wide = body.mask.shape
    within = (at[..., 0] >= 0) & (at[..., 0] < wide) & (at[..., 1] >= 0) & (at[..., 1] < high)
    clipped = np.clip(at, 0, [wide - 1, high - 1])
    return np.asarray(np.where(within, body.mask[clipped[..., 1], clipped[..., 0]], 0), dtype=np.float64)


def _off_side_deg(body: Body) -> float:
    across = np.array(
        [body.world_m[INDEX[f"left_{j}"]] - body.world_m[INDEX[f"right_{j}"]] for j in ("hip", "shoulder")]
    )
    return float(np.median(np.degrees(np.arctan2(np.abs(across[:, 0]), np.abs(across[:, 2])))))
