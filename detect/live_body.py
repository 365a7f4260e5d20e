"""What is remembered of a person while a film runs: side, facing, size and view, from the pictures so far."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from detect.blazepose import INDEX, Body
from detect.features import Array

#: Time constant of what changes slowly: the side and the facing [s]; three of them are remembered of sizes and views.
MEMORY_S = 4.0
_SIDES = ("left", "right")
_JOINTS = ("shoulder", "hip", "knee", "ankle")


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


class Recent:
    """A percentile of the values of the last seconds."""

    def __init__(self, percentile: float, seconds: float = 3 * MEMORY_S) -> None:
        self._percentile, self._seconds = percentile, seconds
        self._values: deque[tuple[float, float]] = deque()

    def step(self, time_s: float, value: float) -> float:
        """The percentile after one more value."""
        self._values.append((time_s, value))
        while self._values[0][0] < time_s - self._seconds:
            self._values.popleft()
        return float(np.percentile([value for _, value in self._values], self._percentile))


@dataclass(frozen=True)
class Person:
    """One picture's person, with what earlier pictures told of them."""

    near: str  # left or right: the side turned to the camera
    facing: int  # +1 looks to the right of the picture, -1 to the left
    joints_px: dict[str, Array]  # (2,) each: shoulder, hip, knee, ankle of the near side
    standing_px: float  # hip above knee while standing
    leg_px: float  # thigh + shank while standing
    turned_deg: float  # off a side view as the pose sees it, + towards the camera

    @property
    def thigh_deg(self) -> float:
        """Thigh inclination, from the height of the hip above the knee."""
        high = float(self.joints_px["knee"][1] - self.joints_px["hip"][1])
        return float(np.degrees(np.arccos(np.clip(high / self.standing_px, -1, 1))))

    @property
    def lean_rad(self) -> float:
        """Lean of the trunk, + forward."""
        trunk = self.joints_px["shoulder"] - self.joints_px["hip"]
        return float(np.arctan2(self.facing * trunk[0], -trunk[1]))


class Memory:
    """Looks at one body after the other."""

    def __init__(self, joint_s: float | None = None) -> None:
        """Begin; `joint_s` is the time constant of a low-pass on the joints, None = as they are."""
        self._depth, self._toes = LowPass(MEMORY_S), LowPass(MEMORY_S)
        self._standing, self._leg, self._turned = Recent(95), Recent(90), Recent(50)
        self._smoothed: dict[tuple[str, str], tuple[LowPass, LowPass]] = {}
        if joint_s is not None:
            which = [(side, joint) for side in _SIDES for joint in _JOINTS]
            self._smoothed = {each: (LowPass(joint_s), LowPass(joint_s)) for each in which}

    def look(self, time_s: float, body: Body) -> Person:
        """The person of one more picture."""
        joints = {(s, j): self._joint(time_s, body, s, j) for s in _SIDES for j in _JOINTS}
        near = self._near(time_s, body)
        own = {joint: joints[near, joint] for joint in _JOINTS}
        toes = [body.points_px[INDEX[f"{s}_foot_index"]] - body.points_px[INDEX[f"{s}_heel"]] for s in _SIDES]
        facing = 1 if self._toes.step(time_s, float(np.mean([toe[0] for toe in toes]))) >= 0 else -1
        legs = [_leg_px(body, side) for side in _SIDES]
        return Person(
            near=near,
            facing=facing,
            joints_px=own,
            standing_px=max(1.0, self._standing.step(time_s, float(own["knee"][1] - own["hip"][1]))),
            leg_px=max(1.0, self._leg.step(time_s, max(legs))),
            turned_deg=self._turned.step(time_s, _turned_deg(body)),
        )

    def _joint(self, time_s: float, body: Body, side: str, joint: str) -> Array:
        point: Array = body.points_px[INDEX[f"{side}_{joint}"]]
        if not self._smoothed:
            return point
        return np.array([f.step(time_s, float(v)) for f, v in zip(self._smoothed[side, joint], point, strict=True)])

    def _near(self, time_s: float, body: Body) -> str:
        left, right = (
            np.mean([body.world_m[INDEX[f"{side}_{joint}"], 2] for joint in ("shoulder", "hip", "knee")])
            for side in _SIDES
        )
        return "left" if self._depth.step(time_s, float(left - right)) <= 0 else "right"


def _leg_px(body: Body, side: str) -> float:
    hip, knee, ankle = (body.points_px[INDEX[f"{side}_{joint}"]] for joint in ("hip", "knee", "ankle"))
    return float(np.linalg.norm(hip - knee) + np.linalg.norm(knee - ankle))


def _turned_deg(body: Body) -> float:
    """As `detect.sight.turned_deg`, in one picture."""
    across = body.world_m[[INDEX["left_hip"], INDEX["left_shoulder"]]]
    across = across - body.world_m[[INDEX["right_hip"], INDEX["right_shoulder"]]]
    return float(np.median(np.degrees(np.arctan2(across[:, 0], np.abs(across[:, 2])))))
