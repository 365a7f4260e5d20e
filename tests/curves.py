"""Trials with known curves, for tests of everything that reads a trial."""

import numpy as np

from wink.trial import SEGMENTS, SquatTrial, Subject


def trial_from_curves(time_s, thigh_deg, tilt_deg, lumbar_deg=None, hip_deg=None) -> SquatTrial:
    """A trial whose curves are given and whose body stands still."""
    n = len(time_s)
    zeros = np.zeros(n)
    lumbar = zeros if lumbar_deg is None else np.asarray(lumbar_deg, float)
    hip = np.asarray(thigh_deg if hip_deg is None else hip_deg, float)
    return SquatTrial(
        subject=Subject("s", "male", 1.75, 75.0, {"thigh": 0.42}),
        time_s=np.asarray(time_s, float),
        pelvic_tilt_deg=np.asarray(tilt_deg, float),
        pelvic_obliquity_deg=zeros,
        pelvic_rotation_deg=zeros,
        lumbar_flexion_deg=lumbar,
        trunk_lean_deg=zeros,
        shank_lean_deg=np.zeros((n, 2)),
        thigh_inclination_deg=np.repeat(np.asarray(thigh_deg, float)[:, None], 2, axis=1),
        hip_deg=np.repeat(np.stack([hip, zeros, zeros], axis=1)[:, None], 2, axis=1),
        knee_flexion_deg=np.zeros((n, 2)),
        ankle_dorsiflexion_deg=np.zeros((n, 2)),
        bar_position_m=None,
        ground_reaction_n=np.zeros((n, 3)),
        centre_of_pressure_m=np.zeros((n, 2)),
        moment_names=("knee_left",),
        active_moment_nm=np.zeros((n, 1)),
        passive_moment_nm=np.zeros((n, 1)),
        limit_names=("hip_flexion",),
        limit_engaged=np.zeros((n, 1), dtype=bool),
        segment_names=SEGMENTS,
        segment_poses=np.tile(np.eye(4), (n, len(SEGMENTS), 1, 1)),
        bar_kind="none",
        load_kg=0.0,
        outcome="completed",
    )


def squat_curve(time_s, depth_deg=100.0, start_s=0.5, bottom_s=2.0, end_s=3.5, standing_deg=5.0):
    """Thigh inclination of one squat: half cosines down and up."""
    down = 0.5 - 0.5 * np.cos(np.pi * np.clip((time_s - start_s) / (bottom_s - start_s), 0, 1))
    up = 0.5 - 0.5 * np.cos(np.pi * np.clip((time_s - bottom_s) / (end_s - bottom_s), 0, 1))
    return standing_deg + (depth_deg - standing_deg) * (down - up)
