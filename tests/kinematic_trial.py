"""A made-up squat whose every angle is chosen, not simulated: truth for tests of pictures and labels."""

from __future__ import annotations

import numpy as np

from wink.trial import SEGMENTS, Array, SquatTrial, Subject

SHARES = {
    "thigh": 0.2425, "shank": 0.2493, "foot": 0.1544, "ankle_height": 0.0415, "pelvis": 0.0603, "lumbar": 0.0955,
    "thorax": 0.1666, "upper_arm": 0.1618, "forearm": 0.1545, "hip_width": 0.0976, "shoulder_width": 0.2068,
}  # fmt: skip


def subject(sex: str = "male", stature_m: float = 1.75, mass_kg: float = 75.0) -> Subject:
    lengths = {name: share * stature_m for name, share in SHARES.items()}
    return Subject("S0001", sex, stature_m, mass_kg, lengths)  # type: ignore[arg-type]


def kinematic_trial(
    who: Subject | None = None,
    *,
    wink_deg: float = 0.0,
    depth_deg: float = 108.0,
    seconds: float = 3.0,
    bar_kind: str = "none",
    load_kg: float = 0.0,
    n: int = 61,
) -> SquatTrial:
    """Stand, squat to `depth_deg` of thigh inclination, stand; the low back bends by `wink_deg` below parallel."""
    who = who or subject()
    time = np.linspace(0.0, seconds, n)
    phase = np.clip((time - 0.1 * seconds) / (0.8 * seconds), 0, 1)
    down = 0.5 - 0.5 * np.cos(2 * np.pi * phase)
    thigh = 2.0 + (depth_deg - 2.0) * down
    shank = 2.0 + 30.0 * down
    lumbar = wink_deg * np.clip((thigh - 75.0) / (depth_deg - 75.0), 0, 1) ** 1.5
    lean = 2.0 + 40.0 * np.minimum(down * 1.3, 1.0)
    poses = np.array([_segments(who, *row) for row in zip(shank, thigh, lean - lumbar, lumbar, strict=True)])
    bar = None
    if bar_kind != "none":
        forward, up = {"high": (-0.19, 0.97), "low": (-0.29, 0.83), "front": (0.40, 0.86), "goblet": (0.70, 0.62)}[
            bar_kind
        ]
        thorax = poses[:, SEGMENTS.index("thorax")]
        bar = thorax[:, :3, :3] @ (np.array([forward, 0, up]) * who.segment_lengths_m["thorax"]) + thorax[:, :3, 3]
    zero, pair = np.zeros(n), np.zeros((n, 2))
    return SquatTrial(
        subject=who, time_s=time, pelvic_tilt_deg=lean - lumbar, pelvic_obliquity_deg=zero, pelvic_rotation_deg=zero,
        lumbar_flexion_deg=lumbar, trunk_lean_deg=lean, shank_lean_deg=_both(shank), thigh_inclination_deg=_both(thigh),
        hip_deg=np.stack([_both(thigh + lean - lumbar), pair, pair], axis=-1), knee_flexion_deg=_both(thigh + shank),
        ankle_dorsiflexion_deg=_both(shank), bar_position_m=bar, ground_reaction_n=np.zeros((n, 3)),
        centre_of_pressure_m=pair, moment_names=(),
        active_moment_nm=np.zeros((n, 0)), passive_moment_nm=np.zeros((n, 0)),
        limit_names=(), limit_engaged=np.zeros((n, 0), dtype=bool), segment_names=SEGMENTS, segment_poses=poses,
        bar_kind=bar_kind, load_kg=load_kg, outcome="completed",
    )  # fmt: skip


def _both(values: Array) -> Array:
    return np.repeat(values[:, None], 2, axis=1)


def _pitch(angle_deg: float) -> Array:
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def _segments(who: Subject, shank: float, thigh: float, tilt: float, lumbar: float) -> Array:
    """World poses (S, 4, 4) of all segments; feet flat, hip-wide, straight ahead."""
    length = who.segment_lengths_m
    up = np.array([0.0, 0.0, 1.0])
    side = {"left": np.array([0, 0.5, 0]), "right": np.array([0, -0.5, 0])}
    turn = {
        "pelvis": _pitch(tilt),
        "lumbar_lower": _pitch(tilt + 0.45 * lumbar),
        "lumbar_upper": _pitch(tilt + 0.8 * lumbar),
    }
    turn["thorax"] = _pitch(tilt + lumbar)
    ankle = up * length["ankle_height"]
    knee = ankle + _pitch(shank) @ up * length["shank"]
    at = {"pelvis": knee + _pitch(-thigh) @ up * length["thigh"]}
    at["lumbar_lower"] = at["pelvis"] + turn["pelvis"] @ np.array([-0.2836, 0, 1]) * length["pelvis"]
    at["lumbar_upper"] = at["lumbar_lower"] + turn["lumbar_lower"] @ up * 0.4 * length["lumbar"]
    at["thorax"] = at["lumbar_upper"] + turn["lumbar_upper"] @ up * 0.6 * length["lumbar"]
    for name, offset in side.items():
        across = offset * length["hip_width"]
        turn |= {f"thigh_{name}": _pitch(-thigh), f"shank_{name}": _pitch(shank), f"foot_{name}": np.eye(3)}
        at |= {f"thigh_{name}": at["pelvis"] + across, f"shank_{name}": knee + across, f"foot_{name}": ankle + across}
        turn[f"upper_arm_{name}"] = _pitch(-85.0)
        shoulder = offset * length["shoulder_width"] + 0.86 * up * length["thorax"]
        at[f"upper_arm_{name}"] = at["thorax"] + turn["thorax"] @ shoulder
    poses = np.tile(np.eye(4), (len(SEGMENTS), 1, 1))
    for i, name in enumerate(SEGMENTS):
        poses[i, :3, :3], poses[i, :3, 3] = turn[name], at[name]
    return poses
