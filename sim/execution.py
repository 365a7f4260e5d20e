"""The body in motion: the intent, the muscles and the tissue on one engine, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.controller import COMMAND_S, Controller
from sim.engine import Engine, State
from sim.recording import Recording, Sample
from sim.reference import SETTLE_S, Reference
from sim.skeleton import JOINTS
from sim.strength import kind_of
from sim.tissue import Tissue
from wink.errors import SimulationError
from wink.trial import Outcome

Array = NDArray[np.float64]

STEP_S = 0.002  # halving it moves the bottom lumbar angle by hundredths of a degree
STEPS_PER_COMMAND = round(COMMAND_S / STEP_S)
STEPS_PER_SAMPLE = 4
GIVE_UP_S = 2.0  # a lifter this much behind the intent has stalled
GRIND_M = 0.03  # hips this far behind the intent slow it, 1.25 times as far stops it
#: Damping of each kind of joint [Nm s/rad], part of the passive tissue; ours, confidence C.
DAMPING = {"hip": 1.0, "knee": 1.0, "ankle": 0.5, "subtalar": 0.3, "tibial": 0.3, "lumbar": 4.0, "shoulder": 0.5}


@dataclass
class Execution:
    """The body following the intent, step by step."""

    engine: Engine
    controller: Controller
    tissue: Tissue
    reference: Reference
    recording: Recording

    def run(self) -> Outcome:
        """Go on until the set is over, the lifter has fallen, or nothing moves any more."""
        damping = np.array([DAMPING[kind_of(name).split("_")[0]] for name in JOINTS])
        phase_s, rate, late_s, step = -SETTLE_S, 1.0, 0.0, 0
        active: Array = np.zeros(len(JOINTS))
        while late_s < GIVE_UP_S:
            state = self.engine.get()
            passive = self.tissue.torque(state.angles_rad) - damping * state.rates_rad_s
            if step % STEPS_PER_COMMAND == 0:
                wanted = self.reference.at(phase_s, rate, state)
                lag = abs(float(wanted[0][1] - state.position_m[2]))
                pace = self.reference.pace(phase_s)
                rate = pace * float(np.clip(1.25 - lag / GRIND_M, 0.0, 1.0))
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
            phase_s, late_s, step = phase_s + STEP_S * rate, late_s + STEP_S * (pace - rate), step + 1
            if phase_s >= self.reference.end_s:
                return "completed"
        return "stalled"


def _has_fallen(state: State) -> bool:
    """Hips on the floor, or the pelvis lying."""
    return bool(state.position_m[2] < 0.15 or state.rotation[2, 2] < 0.0)
