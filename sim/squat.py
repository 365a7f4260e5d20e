"""One squat trial, from setup to truth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.bullet import Bullet
from sim.choosing import Choosing
from sim.controller import Controller
from sim.engine import MakeEngine, State
from sim.execution import STEP_S, Execution
from sim.kinematics import HALF_JOINTS
from sim.maximum import with_load
from sim.muscles import Muscles
from sim.planner import Plan, PostureSearch, plan_squat
from sim.recording import Recording
from sim.reference import DepthCourse, Following, Reference, aim_repetitions
from sim.setup import SquatSetup
from sim.skeleton import JOINTS, Skeleton, build_skeleton
from sim.tissue import Tissue
from wink.trial import SquatTrial

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Intent:
    """What a lifter means to do: postures from standing down, and how deep to be when."""

    plan: Plan
    course: DepthCourse


def simulate_squat(setup: SquatSetup, seed: int, make_engine: MakeEngine = Bullet) -> SquatTrial:
    """Simulate the squats of one setup; the same setup and seed give the same trial, byte for byte.

    Raises:
        SimulationError: the lifter cannot stand, or the physics produced something that is not a number.
    """
    setup = with_load(setup)
    return carry_out(intend(setup, seed), setup, make_engine)


def intend(setup: SquatSetup, seed: int) -> Intent:
    """What this lifter means to do, as strong as it believes itself to be."""
    plan = plan_squat(as_believed(setup), build_skeleton(setup.lifter, setup.barbell))
    return Intent(plan, DepthCourse(plan, aim_repetitions(setup.tempo, plan, seed), setup.tempo.quiet_s))


def carry_out(intent: Intent, setup: SquatSetup, make_engine: MakeEngine = Bullet) -> SquatTrial:
    """Let the body of a setup do what was meant; it need not be the body that meant it."""
    execution = prepare(intent, setup, make_engine)
    try:
        end = execution.run()
    finally:
        execution.engine.close()
    short = intent.plan.reason is not None or execution.reference.stopped
    return execution.recording.trial("stopped_short" if end == "completed" and short else end)


def prepare(intent: Intent, setup: SquatSetup, make_engine: MakeEngine = Bullet) -> Execution:
    """The body of a setup, standing, about to do what was meant; whoever asks closes its engine."""
    skeleton = build_skeleton(setup.lifter, setup.barbell)
    muscles, tissue = Muscles.of(setup), Tissue.of(setup)
    reference, controller = _reference(intent, setup, skeleton, muscles), Controller(skeleton, muscles)
    engine = make_engine(skeleton, STEP_S)
    engine.set(standing_state(intent.plan))
    return Execution(engine, controller, tissue, reference, Recording(setup, skeleton, tissue))


def as_believed(setup: SquatSetup) -> SquatSetup:
    """The setup as the lifter sees itself: every muscle as much stronger as it misjudges them."""
    strength = setup.strength
    return replace(setup, strength=replace(strength, overall=strength.overall * setup.style.misjudgement))


def _reference(intent: Intent, setup: SquatSetup, skeleton: Skeleton, muscles: Muscles) -> Reference:
    if setup.style.follows:
        return Following(intent.plan, intent.course)
    return Choosing(PostureSearch(as_believed(setup), skeleton), intent.course, muscles.fatigue)


def standing_state(plan: Plan) -> State:
    """The plan's standing posture at rest."""
    half = plan.posture[0]
    names = [name.removesuffix("_left") for name in HALF_JOINTS]
    by_name = dict(zip(names, half[3:], strict=True))
    angles = np.array([by_name.get(name.removesuffix("_left").removesuffix("_right"), 0.0) for name in JOINTS])
    c, s = np.cos(half[2]), np.sin(half[2])
    turn = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    place = np.array([half[0], 0.0, half[1]])
    return State(place, turn, np.zeros(3), np.zeros(3), angles, np.zeros(len(JOINTS)))
