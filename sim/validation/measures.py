"""What the checks measure on trials."""

from __future__ import annotations

import casadi as ca
import numpy as np

from sim.hip_geometry import HipGeometry
from sim.kinematics import GRAVITY_M_S2
from sim.setup import SquatSetup
from sim.strength import isometric, strength_values
from wink.onset import find_repetitions
from wink.spine import DISCS
from wink.trial import Array, SquatTrial


def at_thigh(trial: SquatTrial, values: Array, thigh_deg: float) -> float:
    """A curve (T,) at the moment the first descent passes a thigh inclination; NaN if it never does."""
    bottom = int(np.argmax(trial.thigh_deg))
    passed = np.flatnonzero(trial.thigh_deg[: bottom + 1] >= thigh_deg)
    return float(values[passed[0]]) if len(passed) else float("nan")


def lean_at_parallel(trial: SquatTrial) -> float:
    """Trunk lean [deg] as the thigh passes parallel."""
    return at_thigh(trial, trial.trunk_lean_deg, 90.0)


def knee_at_parallel(trial: SquatTrial) -> float:
    """Knee flexion [deg] as the thigh passes parallel."""
    return at_thigh(trial, trial.knee_flexion_deg.mean(axis=1), 90.0)


def ankle_at_parallel(trial: SquatTrial) -> float:
    """Dorsiflexion [deg] as the thigh passes parallel."""
    return at_thigh(trial, trial.ankle_dorsiflexion_deg.mean(axis=1), 90.0)


def hip_moment(trial: SquatTrial) -> float:
    """Both hips' extension moment at parallel [Nm]."""
    return total_moment(trial, "hip_flexion", 90.0)


def knee_moment(trial: SquatTrial) -> float:
    """Both knees' extension moment at parallel [Nm]."""
    return total_moment(trial, "knee_flexion", 90.0)


def lumbar_gained_at_parallel(trial: SquatTrial) -> float:
    """Lumbar flexion at parallel above its reference early in the descent [deg]."""
    repetitions = find_repetitions(trial)
    if not repetitions:
        return float("nan")
    reference = trial.lumbar_flexion_deg.max() - repetitions[0].lumbar_flexion_gained_deg
    return at_thigh(trial, trial.lumbar_flexion_deg, 90.0) - float(reference)


def reversal_at_parallel(trial: SquatTrial) -> float:
    """Pelvic reversal by the time the thigh passes parallel [deg]."""
    bottom = int(np.argmax(trial.thigh_deg))
    return float(trial.pelvic_tilt_deg[: bottom + 1].max()) - at_thigh(trial, trial.pelvic_tilt_deg, 90.0)


def pelvic_range(trial: SquatTrial) -> float:
    """Range of pelvic tilt over the trial [deg]."""
    return float(np.ptp(trial.pelvic_tilt_deg))


def lowest_hip_height_percent(trial: SquatTrial) -> float:
    """Hip height over the ankle at the bottom [% of thigh + shank]."""
    lengths = trial.subject.segment_lengths_m
    height = trial.segment("pelvis")[:, 2, 3].min() - lengths["ankle_height"]
    return float(100 * height / (lengths["thigh"] + lengths["shank"]))


def tilt_per_thigh_at_the_end(trial: SquatTrial, last_deg: float = 15.0) -> float:
    """Slope of pelvic tilt against thigh inclination over the last degrees of the descent."""
    bottom = int(np.argmax(trial.thigh_deg))
    deep = np.arange(bottom + 1)[trial.thigh_deg[: bottom + 1] > trial.thigh_deg[bottom] - last_deg]
    return float(np.polyfit(trial.thigh_deg[deep], trial.pelvic_tilt_deg[deep], 1)[0])


def standing_force_error_percent(trial: SquatTrial) -> float:
    """Ground reaction against weight in quiet standing [%]."""
    quiet = trial.time_s < 0.2
    weight = (trial.subject.mass_kg + trial.load_kg) * GRAVITY_M_S2
    return float(100 * abs(trial.ground_reaction_n[quiet, 2].mean() / weight - 1))


def bar_drift_m(trial: SquatTrial) -> float:
    """Farthest the bar gets from over the mid-foot [m], fore and aft; the middle is half-way along the foot."""
    if trial.bar_position_m is None:
        return float("nan")
    return float(np.abs(trial.bar_position_m[:, 0] - _along_feet(trial, 0.281)).max())


def pressure_outside_m(trial: SquatTrial) -> float:
    """Farthest the centre of pressure gets before or behind the feet [m]; 0 if it never leaves them."""
    ahead = trial.centre_of_pressure_m[:, 0]
    seen = np.isfinite(ahead)
    beyond = np.maximum(ahead - _along_feet(trial, 0.775), _along_feet(trial, -0.213) - ahead)
    return float(max(0.0, beyond[seen].max()))


def _along_feet(trial: SquatTrial, share: float) -> Array:
    """Forward place [m] this share of the foot ahead of the ankles: the heel is 0.213 behind, the toes 0.775 ahead."""
    feet = [trial.segment(f"foot_{side}") for side in ("left", "right")]
    ankle = np.mean([foot[:, 0, 3] for foot in feet], axis=0)
    forward = np.mean([foot[:, 0, 0] for foot in feet], axis=0)
    return np.asarray(ankle + share * trial.subject.segment_lengths_m["foot"] * forward)


def effort(trial: SquatTrial, setup: SquatSetup, joint: str, thigh_deg: float) -> float:
    """Share of isometric strength the extensors use at a thigh inclination of the descent, mean of both sides."""
    angles = {"hip_flexion": trial.hip_flexion_deg, "knee_flexion": trial.knee_flexion_deg.mean(axis=1)}[joint]
    values = ca.SX(ca.DM(strength_values(setup.strength, setup.lifter)))
    _, extension = isometric(joint, ca.SX(np.radians(at_thigh(trial, angles, thigh_deg))), values)
    rows = [trial.moment_names.index(f"{joint}_{side}") for side in ("left", "right")]
    return at_thigh(trial, -trial.active_moment_nm[:, rows].mean(axis=1), thigh_deg) / float(ca.DM(extension))


def total_moment(trial: SquatTrial, joint: str, thigh_deg: float) -> float:
    """Extension moment [Nm] of muscle and tissue at both sides' joints, as the descent passes a thigh inclination."""
    rows = [trial.moment_names.index(f"{joint}_{side}") for side in ("left", "right")]
    moment = -(trial.active_moment_nm + trial.passive_moment_nm)[:, rows].sum(axis=1)
    return at_thigh(trial, moment, thigh_deg)


def lumbar_compression_body_weights(trial: SquatTrial, thigh_deg: float) -> float:
    """Compression at L3/4 over body weight, as the descent passes a thigh inclination; the method is `wink.spine`'s."""
    assert trial.disc_compression_n is not None
    l3l4 = trial.disc_compression_n[:, [disc.name for disc in DISCS].index("l3l4")]
    return at_thigh(trial, l3l4 / (trial.subject.mass_kg * GRAVITY_M_S2), thigh_deg)


def reaches(trial: SquatTrial, thigh_deg: float, slack_deg: float = 2.0) -> bool:
    """Whether the thigh comes down to an inclination and the lifter up again."""
    return bool(trial.thigh_deg.max() >= thigh_deg - slack_deg and trial.outcome == "completed")


def rotation_gained_by(flexion_deg: float, abduction_deg: float = 0.0, from_flexion_deg: float = 90.0) -> float:
    """Change [deg] of internal rotation at the impingement cone when the hip is brought elsewhere.

    The cone's end is that of a hip with 33 deg at 90 deg of flexion (the mean man).
    """
    geometry = HipGeometry()
    end = geometry.opening_deg(90.0, 0.0, 33.0)
    there, here = _rotation_at(geometry, end, flexion_deg, abduction_deg), _rotation_at(geometry, end, from_flexion_deg)
    return there - here


def _rotation_at(geometry: HipGeometry, end_deg: float, flexion_deg: float, abduction_deg: float = 0.0) -> float:
    rotations = np.linspace(-10.0, 70.0, 641)
    openings = np.array([geometry.opening_deg(flexion_deg, abduction_deg, r) for r in rotations])
    beyond = np.flatnonzero(openings >= end_deg)
    return float(rotations[beyond[0]]) if len(beyond) else float("nan")
