"""`low_back_contour` without the future: the edge of the low back, up to now."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from detect.blazepose import INDEX, Body
from detect.causal import Now, Phases
from detect.features import Array
from detect.judgeable import MAX_FLICKER_DEG, MAX_OFF_SIDE_DEG
from detect.live_body import LowPass, Memory, Person
from detect.pose import MIN_PRESENCE

#: Time constants of the causal low-passes [s]: a landmark's jitter, and the edge of the low back.
JOINT_S, EDGE_S = 0.06, 0.10


@dataclass(frozen=True)
class CausalRules:
    """When the contour's turn back is called, in degrees of the pelvis."""

    reversal_deg: float = 7.5  # fallen from its most forward by this much
    held_s: float = 0.10  # ... for so long
    contour_share: float = 0.5  # degrees the contour turns by for one of the pelvis; as `low_back_contour`
    from_thigh_deg: float = 40.0


@dataclass(frozen=True)
class Glimpse:
    """What one picture shows: thigh inclination, lean of the low back's edge, how far off the side the view is."""

    thigh_deg: float
    edge_lean_deg: float
    off_side_deg: float


class CausalContour:
    """Calls a wink as soon as the edge of the low back has turned back."""

    def __init__(self, rules: CausalRules | None = None) -> None:
        self._rules = rules or CausalRules()
        self._memory = Memory()
        self._phases, self._now = Phases(), Now(0.0, "nobody", 0)
        self._thigh, self._edge = LowPass(JOINT_S), LowPass(EDGE_S)
        self._off_side_deg = 0.0
        self._flicker: deque[float] = deque(maxlen=15)
        self._forward, self._over_since = -np.inf, float("nan")

    def step(self, time_s: float, body: Body | None) -> Now:
        """Take in one picture; None where nobody is seen."""
        if body is None or body.presence < MIN_PRESENCE or not np.isfinite(body.points_px).all():
            return self.glimpsed(time_s, None)
        person = self._memory.look(time_s, body)
        edge = float(np.degrees(person.lean_rad)) - edge_angle_deg(body, person)
        return self.glimpsed(time_s, Glimpse(person.thigh_deg, edge, abs(person.turned_deg)))

    def glimpsed(self, time_s: float, glimpse: Glimpse | None) -> Now:
        """Take in what one picture shows."""
        if glimpse is None:
            self._now = self._now.gone(time_s, self._phases.lost(time_s))
            return self._now
        thigh, edge = self._thigh.step(time_s, glimpse.thigh_deg), self._edge.step(time_s, glimpse.edge_lean_deg)
        self._off_side_deg = glimpse.off_side_deg
        self._flicker.append(abs(glimpse.edge_lean_deg - edge))
        turn = self._phases.step(time_s, thigh)
        if turn == "began":
            self._now = Now(time_s, "down", self._phases.rep)
            self._forward, self._over_since = edge, float("nan")
        now = replace(self._now, time_s=time_s, phase=self._phases.phase, thigh_deg=thigh, edge_lean_deg=edge)
        self._now = replace(now, event=False)
        if turn == "turned":
            self._now = self._closed()
        elif self._phases.phase == "down" and thigh >= self._rules.from_thigh_deg:
            self._now = self._going_down(thigh, edge)
        return self._now

    def _going_down(self, thigh: float, edge: float) -> Now:
        rules = self._rules
        self._forward = max(self._forward, edge)
        fallen = (self._forward - edge) / rules.contour_share
        now = replace(self._now, fallen_deg=fallen)
        if fallen < rules.reversal_deg:
            self._over_since = float("nan")
            return now
        if np.isnan(self._over_since):
            self._over_since = now.time_s
        if now.call is not None or now.time_s - self._over_since < rules.held_s:
            return now
        return now.called(self._over_since, thigh, self._why_not())

    def _closed(self) -> Now:
        """The repetition once its bottom is past."""
        if self._now.call is not None or not self._phases.deep_enough:
            return self._now
        return self._now.silent(self._why_not())

    def _why_not(self) -> str | None:
        if self._off_side_deg > MAX_OFF_SIDE_DEG:
            return f"view too far off the side (looks like {self._off_side_deg:.0f}°)"
        if np.percentile(self._flicker, 90) > 1.5 * MAX_FLICKER_DEG:
            return "the low back's edge is unclear"
        return None


_ALONG = np.linspace(-0.05, 0.15, 12)  # of the edge, from the hips upward [leg lengths]: the height of the pelvis
_REACH = 0.60


def edge_angle_deg(body: Body, person: Person) -> float:
    """Angle of the low back's edge against the trunk line, as `detect.silhouette` has it, in one picture's own mask."""
    leg_px = max(person.leg_px, 2.0 * person.standing_px)
    hips = body.points_px[[INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=0)
    sine, cosine = np.sin(person.lean_rad), np.cos(person.lean_rad)
    up = np.array([person.facing * sine, -cosine])
    back = np.array([-person.facing * cosine, -sine])
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
