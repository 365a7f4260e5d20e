"""The simulated body: balanced, driven by what it logs, the same every time, and honest about its outcome."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from squats import setup_of, trial_of

from sim.depth import Depth
from sim.dynamics import Dynamics
from sim.execution import STEP_S
from sim.kinematics import HALF_JOINTS
from sim.limits.ankle_dorsiflexion import AnkleDorsiflexion
from sim.planner import plan_squat
from sim.reference import aim_repetitions
from sim.skeleton import JOINTS, SIDES, build_skeleton
from sim.squat import carry_out, intend, prepare, simulate_squat
from sim.tempo import Tempo
from wink.onset import find_repetitions
from wink.trial import SEGMENTS

GRAVITY = 9.81


@pytest.fixture(scope="module")
def trial():
    return trial_of()


def test_a_squat_is_completed_and_winks(trial):
    assert trial.outcome == "completed"
    (repetition,) = find_repetitions(trial)
    assert repetition.max_thigh_inclination_deg == pytest.approx(100.0, abs=3.0)
    assert repetition.wink() is not None
    assert 5.0 < repetition.pelvic_reversal_deg < 25.0


def test_it_lasts_three_to_four_seconds_at_a_hundred_hertz_or_more(trial):
    assert 3.0 <= trial.time_s[-1] <= 4.0
    assert np.diff(trial.time_s).max() <= 0.01


def test_it_begins_and_ends_in_quiet_standing(trial):
    for part in (trial.time_s < 0.25, trial.time_s > trial.time_s[-1] - 0.1):
        assert np.ptp(trial.thigh_deg[part]) < 2.0
        assert trial.thigh_deg[part].max() < 20.0
    assert np.abs(trial.lumbar_flexion_deg[trial.time_s < 0.25]).max() < 0.5


def test_the_floor_carries_the_weight_at_rest(trial):
    resting = trial.ground_reaction_n[trial.time_s < 0.15].mean(axis=0)
    assert resting[2] == pytest.approx(78.0 * GRAVITY, rel=0.005)
    assert np.abs(resting[:2]).max() < 10.0


def test_pressure_stays_under_the_feet(trial):
    feet = np.concatenate([trial.segment(f"foot_{s}")[:, :3, 3] for s in ("left", "right")])
    foot = trial.subject.segment_lengths_m["foot"]
    loaded = trial.ground_reaction_n[:, 2] > 50
    assert loaded.all()
    x = trial.centre_of_pressure_m[:, 0]
    assert x.min() > feet[:, 0].min() - 0.26 * foot
    assert x.max() < feet[:, 0].max() + 0.6 * foot


def test_feet_stay_where_they_are(trial):
    for side in ("left", "right"):
        place = trial.segment(f"foot_{side}")[:, :3, 3]
        assert np.ptp(place[:, :2], axis=0).max() < 0.005
        assert place[:, 2] == pytest.approx(trial.subject.segment_lengths_m["ankle_height"], abs=0.002)


def test_segments_hang_together(trial):
    length = trial.subject.segment_lengths_m
    assert trial.segment_names == SEGMENTS
    for side in ("left", "right"):
        thigh, shank, foot = (trial.segment(f"{n}_{side}") for n in ("thigh", "shank", "foot"))
        knee = thigh[:, :3, 3] - length["thigh"] * thigh[:, :3, 2]
        ankle = shank[:, :3, 3] - length["shank"] * shank[:, :3, 2]
        assert np.allclose(knee, shank[:, :3, 3], atol=1e-9)
        assert np.allclose(ankle, foot[:, :3, 3], atol=1e-9)
    hips = trial.segment("thigh_left")[:, :3, 3] + trial.segment("thigh_right")[:, :3, 3]
    assert np.allclose(hips / 2, trial.segment("pelvis")[:, :3, 3], atol=1e-9)


def test_lumbar_flexion_is_trunk_against_pelvis(trial):
    gained = trial.trunk_lean_deg - trial.pelvic_tilt_deg
    assert np.allclose(trial.lumbar_flexion_deg - trial.lumbar_flexion_deg[0], gained - gained[0], atol=0.3)


def test_both_sides_move_alike(trial):
    for name in ("thigh_inclination_deg", "knee_flexion_deg", "ankle_dorsiflexion_deg"):
        sides = getattr(trial, name)
        assert np.abs(sides[:, 0] - sides[:, 1]).max() < 1.5, name


def test_the_limit_that_binds_is_engaged_at_the_bottom_only(trial):
    engaged = trial.limit_engaged[:, trial.limit_names.index("hip_flexion")]
    bottom = int(np.argmax(trial.thigh_deg))
    assert engaged[bottom]
    assert not engaged[trial.time_s < 0.3].any()


def test_each_lifters_own_limit_is_named():
    low = trial_of((("lifter", "typical_woman"), ("hip_rotation", "limited"), ("stance", "narrow")))
    bottom = int(np.argmax(low.thigh_deg))
    assert low.limit_engaged[bottom, low.limit_names.index("hip_rotation")]


def test_a_twin_without_the_limit_winks_less(trial):
    (own,) = find_repetitions(trial)
    (free,) = find_repetitions(trial_of((("hip_flexion", "mobile"),)))
    assert own.lumbar_flexion_gained_deg - free.lumbar_flexion_gained_deg > 8.0
    assert own.pelvic_reversal_deg - free.pelvic_reversal_deg > 4.0
    assert own.bottom_s == pytest.approx(free.bottom_s, abs=0.1)  # the seed's tempo is the same


def execution(setup):
    return prepare(intend(setup, 0), setup)


def test_inverse_dynamics_explains_every_logged_torque():
    run = execution(setup_of())
    dynamics = Dynamics(build_skeleton(setup_of().lifter, setup_of().barbell))
    active, phase_s, worst, pulled = np.zeros(len(JOINTS)), 0.5, 0.0, 0.0
    for step in range(200):
        before = run.engine.get()
        passive = run.tissue.torque(before.angles_rad)
        if step % 2 == 0:
            active = run.controller.command(before, run.reference.at(phase_s, 1.0, before), passive).active_nm
        run.engine.torque(active + passive)
        run.engine.step()
        phase_s += STEP_S
        needed = forces_of_step(dynamics, before, run.engine.get(), run.engine.ground_reaction())
        if step > 100:  # the body has sunk into the floor
            worst = max(worst, float(np.abs(needed[dynamics.columns] - active - passive).max()))
            pulled = max(pulled, float(np.abs(needed[:6]).max()))
    run.engine.close()
    assert worst < 0.02  # [Nm] trunk, arms and legs
    assert pulled < 0.1  # [N, Nm] nothing holds the pelvis but its joints


def forces_of_step(dynamics, before, after, ground):
    """Generalised forces (V,) that Pinocchio says moved the body from one state to the next, the floor's taken off."""
    dynamics.update(before)
    v = dynamics.configuration(before)[1]
    v_after = dynamics.configuration(replace(after, rotation=before.rotation))[1]
    acceleration = (v_after - v) / STEP_S
    acceleration[:3] -= np.cross(v[3:6], v[:3])  # axes that turn with the pelvis
    forces = dynamics.mass_matrix @ acceleration + dynamics.bias
    for k, foot in enumerate(dynamics.feet()):
        reach = np.array([*ground.feet_centre_m[k], 0.0]) - dynamics.pose(f"foot_{SIDES[k]}")[:3, 3]
        moment = np.cross(reach, ground.feet_n[k]) + np.array([0.0, 0.0, ground.feet_twist_nm[k]])
        forces -= foot.jacobian.T @ np.concatenate([ground.feet_n[k], moment])
    return forces


def test_a_body_far_weaker_than_meant_does_not_complete():
    setup = setup_of(barbell="high_bar_60")
    weak = replace(setup, strength=replace(setup.strength, overall=0.3 * setup.strength.overall))
    follows = replace(weak, style=replace(weak.style, follows=True))
    assert carry_out(intend(setup, 0), follows).outcome in ("stalled", "fell")


def winked(trial):
    (repetition,) = find_repetitions(trial)
    return repetition.pelvic_reversal_deg, repetition.lumbar_flexion_gained_deg


def test_the_body_winks_by_its_own_tissue_whatever_was_meant():
    # C26 in the executing layer: a limit that only the body has turns up, one that only the intent had does not.
    stiff, mobile = setup_of(), setup_of(hip_flexion="mobile")
    own, lost = (carry_out(intend(meant, 0), body) for meant, body in ((mobile, stiff), (stiff, mobile)))
    assert own.outcome == lost.outcome == "completed"
    assert winked(own) == pytest.approx(winked(trial_of()), abs=1.0)
    assert winked(lost) == pytest.approx(winked(trial_of((("hip_flexion", "mobile"),))), abs=1.0)
    assert winked(own)[0] - winked(lost)[0] > 4.0


def test_a_following_body_inherits_the_wink():
    stiff, mobile = setup_of(), setup_of(hip_flexion="mobile", style="following")
    assert winked(carry_out(intend(stiff, 0), mobile)) == pytest.approx(winked(trial_of()), abs=1.5)


def test_a_held_squat_takes_the_torques_that_were_meant():
    # Also what presses the feet apart or together, which no motion shows.
    setup = replace(setup_of(), tempo=Tempo(2.0, 2.0, 1.5))
    intent = intend(setup, 0)
    trial = carry_out(intent, setup)
    held = int(np.searchsorted(trial.time_s, 0.3 + 2.0 + 1.7))
    meant = [np.interp(trial.thigh_deg[held], intent.plan.thigh_deg, torque) for torque in intent.plan.active_nm.T]
    for joint, torque in zip(HALF_JOINTS, meant, strict=True):
        column = trial.moment_names.index(joint)
        assert trial.active_moment_nm[held, column] == pytest.approx(torque, abs=2.0), joint


def test_an_unreachable_depth_stops_short():
    setup = replace(setup_of(), ankle_dorsiflexion=AnkleDorsiflexion(lunge_deg=10.0), depth=Depth(125.0))
    trial = simulate_squat(setup, 0)
    assert trial.outcome == "stopped_short"
    assert trial.thigh_deg.max() < 120.0


def test_repetitions_differ_a_little_and_by_seed():
    setup = setup_of(tempo="three_repetitions")
    plan = plan_squat(setup, build_skeleton(setup.lifter, setup.barbell))
    first, again, other = (aim_repetitions(setup.tempo, plan, seed) for seed in (0, 0, 1))
    assert first == again != other
    depths = [aim.thigh_deg for aim in first]
    assert len(set(depths)) == 3
    assert np.ptp(depths) < 6.0
    assert all(b.start_s > a.end_s for a, b in pairwise(first))


@pytest.mark.slow
def test_three_repetitions_are_three():
    trial = simulate_squat(setup_of(tempo="three_repetitions", lifter="typical_woman"), 3)
    assert trial.outcome == "completed"
    assert len(find_repetitions(trial)) == 3


def digest(trial):
    total = hashlib.sha256()
    for field in fields(trial):
        value = getattr(trial, field.name)
        if isinstance(value, np.ndarray):
            total.update(np.ascontiguousarray(value).tobytes())
    return total.hexdigest()


@pytest.mark.slow
def test_another_process_makes_the_same_bytes(trial):
    code = "from test_squat import digest; from squats import trial_of; print(digest(trial_of()))"
    folder = Path(__file__).parent
    found = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert found.stdout.split()[-1] == digest(trial)
