"""What each probe is shown of a repetition: never the pelvis. A number, a word or nothing for each of its facts.

Leaks should say nothing of winks between repetitions of equal depth; floors carry real signal (deep squats wink more,
and so do people who are built or lean a certain way), and every detector has to beat them clearly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from detect.features import BodyCurves, Squat
from wink.clip import Clip

Kind = Literal["leak", "floor"]
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Shown:
    """One repetition with everything a probe may be shown."""

    clip: Clip
    factors: Facts  # how the clip was made
    body: BodyCurves | None  # the pose's curves; None where nobody was seen
    squat: Squat | None  # the repetition in them; None where it was not found


@dataclass(frozen=True)
class Probe:
    """One thing that is looked at alone."""

    kind: Kind
    look: Callable[[Shown], Facts]


def flat(part: Any, name: str = "") -> dict[str, Any]:
    """Nested settings as one level of names; lists and what only names a class are left out."""
    if isinstance(part, Mapping):
        inner = (flat(value, f"{name}.{key}") for key, value in part.items() if not str(key).startswith("_"))
        return {key: value for some in inner for key, value in some.items()}
    return {} if isinstance(part, list | tuple) else {name: part}


def _part(name: str) -> Callable[[Shown], Facts]:
    return lambda shown: flat(shown.factors.get(name, {}))


def _build(shown: Shown) -> Facts:
    """Sex, age and sizes; not the lifter's name, which in a dataset of cases is the case's and tells its limits."""
    return {key: value for key, value in _part("lifter")(shown).items() if key != ".name"}


def _camera(shown: Shown) -> Facts:
    seen = {"width": shown.clip.width, "height": shown.clip.height, "fps": shown.clip.fps, "view": shown.clip.view}
    return {**flat(shown.factors.get("camera", {})), **flat(shown.factors.get("filming", {})), **seen}


def _file_size(shown: Shown) -> Facts:
    size = shown.clip.video.stat().st_size
    return {"bytes": size, "bytes_per_frame": size / shown.clip.n_frames}


def _length(shown: Shown) -> Facts:
    return {"duration_s": shown.clip.duration_s, "n_frames": shown.clip.n_frames}


def _depth(shown: Shown) -> Facts:
    if shown.body is None or shown.squat is None:
        return {}
    at = shown.squat.bottom
    return {"thigh": shown.body.thigh_inclination_deg[at], "hip_height": shown.body.hip_height[at]}


def _keypoints(shown: Shown) -> Facts:
    """Every curve of the pose's points at five moments of the descent."""
    if shown.body is None or shown.squat is None:
        return {}
    names = ("hip_height", "trunk_lean_deg", "trunk_length", "thigh_inclination_deg", "hip_angle_deg", "knee_angle_deg")
    moments = np.linspace(shown.squat.start, shown.squat.bottom, 5).round().astype(int)
    curves = {name: getattr(shown.body, name) for name in names}
    return {f"{name}_{k}": float(curve[at]) for name, curve in curves.items() for k, at in enumerate(moments)}


PROBES: Mapping[str, Probe] = {
    "appearance": Probe("leak", _part("appearance")),
    "background": Probe("leak", _part("scene")),
    "body_shape": Probe("leak", _build),
    "camera": Probe("leak", _camera),
    "clip_length": Probe("leak", _length),
    "file_size": Probe("leak", _file_size),
    "depth": Probe("floor", _depth),
    "noisy_keypoints": Probe("floor", _keypoints),
}
