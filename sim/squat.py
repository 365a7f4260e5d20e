"""One squat trial, from setup to truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.bullet import Bullet
from sim.controller import Controller, Yielding
from sim.engine import Engine, MakeEngine, State
from sim.kinematics import HALF_JOINTS
from sim.maximum import with_load
from sim.muscles import Muscles
from sim.planner import Plan, plan_squat
from sim.recording import Recording, Sample
from sim.reference import SETTLE_S, Reference, aim_repetitions
from sim.setup import SquatSetup
from sim.skeleton import JOINTS, build_skeleton
from sim.strength import kind_of
from sim.style import Style
from sim.tissue import Tissue
from wink.errors import SimulationError
from wink.trial import Outcome, SquatTrial

Array = NDArray[np.float64]

STEP_S = 0.002  # halving it moves the bottom lumbar angle by hundredths of a degree
STEPS_PER_COMMAND = 2
STEPS_PER_SAMPLE = 4
GIVE_UP_S = 2.0  # a lifter this much behind the intent has stalled
GRIND_M = 0.03  # hips this far behind the intent slow it, 1.25 times as far stops it
#: Damping of each kind of joint [Nm s/rad], part of the passive tissue; ours, confidence C.
DAMPING = {"hip": 1.0, "knee": 1.0, "ankle": 0.5, "subtalar": 0.3, "tibial": 0.3, "lumbar": 4.0, "shoulder": 0.5}


def simulate_squat(setup: SquatSetup, seed: int, make_engine: MakeEngine = Bullet) -> SquatTrial:
    """Simulate the squats of one setup; the same setup and seed give the same trial, byte for byte.

    Raises:
        SimulationError: the lifter cannot stand, or the physics produced something that is not a number.
    """
    setup = with_load(setup)
    skeleton = build_skeleton(setup.lifter, setup.barbell)
    plan = plan_squat(setup, skeleton)
    reference = Reference(plan, aim_repetitions(setup.tempo, plan, seed), setup.tempo.quiet_s)
    tissue, muscles = Tissue.of(setup), Muscles.of(setup)
    recording = Recording(setup, skeleton, tissue)
    engine = make_engine(skeleton, STEP_S)
    try:
        engine.set(standing_state(plan))
        controller = Controller(skeleton, muscles, yielding(setup.style))
        end = _Execution(engine, controller, tissue, reference, recording).run()
    finally:
        engine.close()
    return recording.trial(_outcome(end, plan))


def yielding(style: Style) -> Yielding:
    """What the body decides for itself; a spine held at a third of the usual lets the hips' pain win."""
    return Yielding(0.3, True, style.hurts_nm) if style.decides else Yielding()


def _outcome(end: Outcome, plan: Plan) -> Outcome:
    return "stopped_short" if end == "completed" and plan.reason else end


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


@dataclass
class _Execution:
    """The body following the intent, step by step."""

    engine: Engine
    controller: Controller
    tissue: Tissue
    reference: Reference
    recording: Recording

    def run(self) -> Outcome:
        """Go on until the set is over, the lifter has fallen, or nothing moves any more."""
        damping = np.array([DAMPING[kind_of(name).split("_")[0]] for name in JOINTS])
        phase_s, rate = -SETTLE_S, 1.0
        active: Array = np.zeros(len(JOINTS))
        last_step = int((self.reference.end_s + SETTLE_S + GIVE_UP_S) / STEP_S)
        for step in range(last_step):
            state = self.engine.get()
            passive = self.tissue.torque(state.angles_rad) - damping * state.rates_rad_s
            if step % STEPS_PER_COMMAND == 0:
                wanted = self.reference.at(phase_s, rate)
                lag = abs(float(wanted[0][1] - state.position_m[2]))
                rate = float(np.clip(1.25 - lag / GRIND_M, 0.0, 1.0))
                active = self.controller.command(state, wanted, passive).active_nm
            self.engine.torque(active + passive)
            self.engine.step()
            time_s = step * STEP_S - SETTLE_S
            if time_s >= 0 and step % STEPS_PER_SAMPLE == 0:
                self.recording.add(Sample(time_s, state, active, passive, self.engine.ground_reaction()))
            if not np.all(np.isfinite(state.angles_rad)):
                raise SimulationError("the simulated body's joint angles are no longer numbers")
            if _has_fallen(state):
                return "fell"
            phase_s += STEP_S * rate
            if phase_s >= self.reference.end_s:
                return "completed"
        return "stalled"


def _has_fallen(state: State) -> bool:
    """Hips on the floor, or the pelvis lying."""
    return bool(state.position_m[2] < 0.15 or state.rotation[2, 2] < 0.0)
