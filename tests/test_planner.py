"""Intent: the planned postures are balanced, possible, and change with the limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from squats import setup_of

from sim.barbell import Barbell
from sim.depth import Depth
from sim.dynamics import Dynamics
from sim.kinematics import HALF_JOINTS
from sim.limits.ankle_dorsiflexion import AnkleDorsiflexion
from sim.limits.hip_flexion import HipFlexion
from sim.planner import plan_squat
from sim.posture_problem import lumbar_angle
from sim.skeleton import JOINTS, build_skeleton
from sim.squat import standing_state
from sim.strength import Strength
from sim.style import Style


def plan_of(setup):
    return plan_squat(setup, build_skeleton(setup.lifter, setup.barbell))


def at(plan, thigh_deg, values):
    return float(np.interp(thigh_deg, plan.thigh_deg, values))


def tilt(plan):
    return np.degrees(plan.posture[:, 2])


def lumbar(plan):
    return np.degrees(lumbar_angle(plan.posture))


def reversal_at(plan, thigh_deg):
    return float(tilt(plan).max()) - at(plan, thigh_deg, tilt(plan))


@pytest.fixture(scope="module")
def typical():
    return plan_of(setup_of())


def test_planned_torques_hold_the_whole_body_still(typical):
    setup = setup_of()
    dynamics = Dynamics(build_skeleton(setup.lifter, setup.barbell))
    for k in (0, len(typical.thigh_deg) // 2, -1):
        state = standing_state(replace(typical, posture=typical.posture[[k]]))
        dynamics.update(state)
        rows = {name: i for i, name in enumerate(HALF_JOINTS)}
        torque = typical.active_nm[k] + typical.passive_nm[k]
        gravity = dict(zip(JOINTS, dynamics.bias[dynamics.columns], strict=True))
        # Trunk and arms touch nothing: Pinocchio's gravity torque must be the planner's, joint by joint.
        for name in HALF_JOINTS[:4]:
            assert torque[rows[name]] == pytest.approx(gravity[name], abs=0.05), name
        # The legs meet the floor: half the weight under each foot, pressure where balance needs it.
        assert _leg_residual(dynamics, torque, rows) < 0.05


def _leg_residual(dynamics, torque, rows):
    """What no wrench on the left foot explains of its seven joint torques [Nm]."""
    foot = dynamics.frame("foot_left").jacobian
    names = [n for n in JOINTS if n.endswith("_left") and not n.startswith("shoulder")]
    columns = dynamics.columns[[JOINTS.index(n) for n in names]]
    needed = dynamics.bias[columns] - np.array([torque[rows[n]] for n in names])
    wrench, *_ = np.linalg.lstsq(foot[:, columns].T, needed, rcond=None)
    return float(np.abs(foot[:, columns].T @ wrench - needed).max())


def test_depths_run_from_standing_to_the_aim(typical):
    assert np.all(np.diff(typical.thigh_deg) > 0)
    assert typical.thigh_deg[0] < 20
    assert typical.deepest_deg == 100.0
    assert typical.reason is None


def test_standing_is_upright(typical):
    assert abs(tilt(typical)[0]) < 10
    assert abs(lumbar(typical)[0]) < 5


def test_strength_is_within_the_reserve(typical):
    assert typical.used.max() <= 0.75 + 1e-4


def test_a_depth_nobody_can_reach_stops_short_and_says_why():
    setup = replace(setup_of(), ankle_dorsiflexion=AnkleDorsiflexion(lunge_deg=10.0), depth=Depth(125.0))
    plan = plan_of(setup)
    assert plan.deepest_deg < 125.0
    assert "no posture can be held below" in plan.reason
    assert "deg" in plan.reason


def test_reversal_is_that_of_real_people(typical):
    # Open subjects s01, s03, s10 (on which the style was tuned) and the bands of the whole sample:
    # turning point 56 +- 9 deg, 5 deg of reversal at 75 +- 7 deg, 1 to 17 deg at parallel.
    turn = typical.thigh_deg[np.argmax(tilt(typical))]
    below = np.linspace(turn, 100, 200)
    five = below[np.argmax([reversal_at(typical, t) >= 5 for t in below])]
    assert 47 <= turn <= 65
    assert 68 <= five <= 82
    assert 1 <= reversal_at(typical, 90) <= 17


def test_an_all_clear_lifter_shows_no_wink_at_parallel():
    plan = plan_of(setup_of(hip_rotation="mobile", hip_flexion="mobile", ankle_dorsiflexion="mobile"))
    assert reversal_at(plan, 90) < 5.0


def test_without_limits_the_spine_stays_neutral():
    # C26: every limit off and a strong lifter; under 3 deg of lumbar flexion gained at parallel.
    free = replace(
        setup_of(hip_rotation="mobile", ankle_dorsiflexion="mobile"),
        hip_flexion=HipFlexion(flexion_deg=150.0),
        strength=Strength(overall=2.0),
    )
    plan = plan_of(free)
    gained = at(plan, 90, lumbar(plan)) - at(plan, 45, lumbar(plan))
    limited = plan_of(setup_of())
    assert at(limited, 90, lumbar(limited)) - at(limited, 45, lumbar(limited)) > 15.0
    assert gained < 3.0


@pytest.mark.parametrize(
    ("options", "lifted", "by_deg"),
    [
        ({}, {"hip_flexion": "mobile"}, 5.0),
        # Internal rotation matters little, as the science notes expect of a squat: docs/validation.md.
        ({"lifter": "typical_woman", "stance": "narrow", "hip_rotation": "limited"}, {"hip_rotation": "mobile"}, 0.5),
        ({"lifter": "typical_woman", "ankle_dorsiflexion": "stiff"}, {"ankle_dorsiflexion": "mobile"}, 2.0),
    ],
)
def test_lifting_a_limit_lessens_the_wink(options, lifted, by_deg):
    limited, free = plan_of(setup_of(**options)), plan_of(setup_of(**{**options, **lifted}))
    assert at(limited, 90, lumbar(limited)) - at(free, 90, lumbar(free)) > by_deg
    if "hip_rotation" in lifted:
        assert reversal_at(limited, 90) - reversal_at(free, 90) > 1.0


def test_stiff_ankles_ask_for_lean():
    # The sign of C1. Its size (+30 +- 8 deg) is not reached yet: see docs/validation.md.
    lean = []
    for lunge in (41.0, 21.0):  # the squat's end lies 6 deg short of the lunge's
        setup = replace(setup_of(barbell="high_bar_40"), ankle_dorsiflexion=AnkleDorsiflexion(lunge_deg=lunge))
        plan = plan_of(setup)
        lean.append(at(plan, 90, tilt(plan) + lumbar(plan)))
    assert lean[1] - lean[0] > 10.0


def test_bracing_holds_the_spine_longer():
    braced, loose = (plan_of(replace(setup_of(), style=Style(bracing=b))) for b in (4.0, 0.4))
    assert at(braced, 80, lumbar(braced)) < at(loose, 80, lumbar(loose)) - 3.0


def test_a_heel_wedge_straightens_the_trunk():
    # C3 (Monteiro 2022): lean falls and the knees bend more.
    flat, wedged = setup_of(), setup_of()
    wedged = replace(wedged, stance=replace(wedged.stance, heel_wedge_m=0.025))
    assert wedged.limits[AnkleDorsiflexion].values()[0] - flat.limits[AnkleDorsiflexion].values()[0] == pytest.approx(
        7.91, abs=0.01
    )
    plans = [plan_of(setup) for setup in (flat, wedged)]
    lean = [at(plan, 90, tilt(plan) + lumbar(plan)) for plan in plans]
    knee = [at(plan, 90, joint(plan, "knee_flexion_left")) for plan in plans]
    assert -10.0 < lean[1] - lean[0] < -1.0
    assert knee[1] > knee[0] + 1.0


def joint(plan, name):
    return np.degrees(plan.posture[:, 3 + HALF_JOINTS.index(name)])


def test_knees_stay_behind_the_board():
    # C16 (Fry 2003): knees blocked at the toes move the load to the hips.
    free = replace(setup_of(barbell="high_bar_60"), strength=Strength(overall=1.8))
    blocked = replace(free, stance=replace(free.stance, knees_behind_toes=True))
    skeleton = build_skeleton(free.lifter, free.barbell)
    plans = [plan_of(setup) for setup in (free, blocked)]
    row = HALF_JOINTS.index("hip_flexion_left")
    hip = [at(plan, 90, plan.active_nm[:, row] + plan.passive_nm[:, row]) for plan in plans]
    assert hip[1] < hip[0] - 5.0  # extension is negative
    shank = skeleton.body.length_m["shank"]
    ahead = [shank * np.sin(np.radians(at(plan, 90, joint(plan, "ankle_dorsiflexion_left")))) for plan in plans]
    assert ahead[1] < ahead[0] - 0.01


def test_arms_decide_where_ankles_end():
    # C20: with hanging arms and 15 deg of dorsiflexion parallel is out of balance; arms forward and 20 reach it.
    def deepest(lunge_deg, arms_down):
        setup = replace(setup_of(depth="parallel"), ankle_dorsiflexion=AnkleDorsiflexion(lunge_deg=lunge_deg))
        return plan_of(replace(setup, barbell=Barbell("none", 0.0, arms_down))).deepest_deg

    assert deepest(21.0, True) < 88.0
    assert deepest(26.0, False) == 90.0
