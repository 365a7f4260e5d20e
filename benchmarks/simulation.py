"""What a simulated second costs: sampled lifters, planning and model build included, beside bare engines.

    benchmarks/simulation.py               200 lifters, some minutes
    benchmarks/simulation.py --quick       5 lifters, under a minute
    benchmarks/simulation.py --json        the same as one JSON object

Everything is CPU time of this process, one thread. Nothing here passes or fails: machines differ, ratios travel.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import json
import resource
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from time import process_time
from typing import Any

import numpy as np

from sim.engine import MakeEngine
from sim.execution import STEP_S
from sim.planner import Plan, plan_squat
from sim.population import sample_lifter
from sim.posture_problem import posture_problem
from sim.setup import SquatSetup
from sim.skeleton import JOINTS, Skeleton, build_skeleton
from sim.squat import simulate_squat, standing_state
from wink.config import build, load_option
from wink.errors import SimulationError
from wink.progress import progress

SEED = 0
LIFTERS, QUICK_LIFTERS = 200, 5
COMPARED = 5  # lifters the engines are compared on
HELD_S, BARE_S = 0.25, 2.0  # a body without our controller falls: put back this often, for this long in all
STIFFNESS, DAMPING = 400.0, 4.0  # of the plain joint servo [Nm/rad, Nm s/rad]; more damping is unstable at this step


@dataclass(frozen=True)
class Cost:
    """CPU seconds spent on simulated seconds."""

    cpu_s: float
    simulated_s: float
    outcome: str

    @property
    def per_second(self) -> float:
        """CPU seconds a simulated second."""
        return self.cpu_s / self.simulated_s


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_LIFTERS} lifters instead of {LIFTERS}")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    found = measure(QUICK_LIFTERS if given.quick else LIFTERS)
    print(json.dumps(found, indent=1) if given.json else as_text(found))
    return 0


def measure(n: int) -> dict[str, Any]:
    """Everything, over `n` sampled lifters."""
    begin = process_time()
    posture_problem()
    once = process_time() - begin
    setups = [sample_lifter(np.random.default_rng([SEED, i]), f"person {i}") for i in range(n)]
    bullet: MakeEngine = build(load_option("engine", "bullet"))
    costs = [trial_cost(s, bullet) for s in progress(setups, "simulate", total=n, unit="lifter")]
    simulated = sum(cost.simulated_s for cost in costs)
    whole = (once + sum(cost.cpu_s for cost in costs)) / simulated
    return {
        "cpu_s_per_simulated_s": whole,
        "cpu_s_per_simulated_s_worst_lifter": max(cost.per_second for cost in costs),
        "lifters": n,
        "simulated_s": simulated,
        "once_a_process_cpu_s": once,
        "outcomes": dict(Counter(cost.outcome for cost in costs)),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **compare(setups[:COMPARED], costs[:COMPARED], whole),
        "versions": {name: version(name) for name in ("winklab", "pybullet", "pin", "casadi", "daqp")},
    }


def trial_cost(setup: SquatSetup, make_engine: MakeEngine) -> Cost:
    """A whole trial: build, plan, squat, truth. One that fails costs too, and counts as a second."""
    begin = process_time()
    try:
        trial = simulate_squat(setup, SEED, make_engine)
    except SimulationError:
        return Cost(process_time() - begin, 1.0, "failed")
    return Cost(process_time() - begin, float(trial.time_s[-1]), str(trial.outcome))


def compare(setups: Sequence[SquatSetup], ours: Sequence[Cost], whole: float) -> dict[str, Any]:
    """The same lifters: planning alone, engines alone, and MuJoCo in PyBullet's place."""
    planning, models = 0.0, []
    for setup in setups:
        begin = process_time()
        skeleton = build_skeleton(setup.lifter, setup.barbell)
        models.append((skeleton, plan_squat(setup, skeleton)))
        planning += process_time() - begin
    found: dict[str, Any] = {"planning_cpu_s_per_trial": planning / len(setups)}
    bullet: MakeEngine = build(load_option("engine", "bullet"))
    found["bullet_servo_cpu_s_per_simulated_s"] = stepping(models, lambda s, p: servo(bullet, s, p))
    if find_spec("mujoco") is None:
        return {**found, "mujoco": "not installed: pip install 'winklab[mujoco]'"}
    twin: MakeEngine = build(load_option("engine", "mujoco"))
    costs = [trial_cost(setup, twin) for setup in setups]
    whole_twin = sum(c.cpu_s for c in costs) / sum(c.simulated_s for c in costs)
    same = sum(c.cpu_s for c in ours) / sum(c.simulated_s for c in ours)
    bare = stepping(models, bare_mujoco)
    return {
        **found,
        "mujoco_servo_cpu_s_per_simulated_s": stepping(models, lambda s, p: servo(twin, s, p)),
        "mujoco_bare_cpu_s_per_simulated_s": bare,
        "mujoco_whole_cpu_s_per_simulated_s": whole_twin,
        "ratio_to_mujoco_bare": whole / bare,
        "ratio_to_mujoco_whole": same / whole_twin,
        "mujoco": version("mujoco"),
    }


def stepping(models: Sequence[tuple[Skeleton, Plan]], run: Callable[[Skeleton, Plan], None]) -> float:
    """CPU seconds a simulated second of running each model for `BARE_S`, its build included."""
    begin = process_time()
    for skeleton, plan in models:
        run(skeleton, plan)
    return (process_time() - begin) / (BARE_S * len(models))


def servo(make_engine: MakeEngine, skeleton: Skeleton, plan: Plan) -> None:
    """The engine, with every joint held by a spring and a damper, step by step from Python."""
    start = standing_state(plan)
    engine = make_engine(skeleton, STEP_S)
    for step in range(round(BARE_S / STEP_S)):
        if step % round(HELD_S / STEP_S) == 0:
            engine.set(start)
        state = engine.get()
        pull = STIFFNESS * (start.angles_rad - state.angles_rad) - DAMPING * state.rates_rad_s
        engine.torque(np.clip(pull, -300.0, 300.0))
        engine.step()
    engine.close()


def bare_mujoco(skeleton: Skeleton, plan: Plan) -> None:
    """MuJoCo at its best: its own loop in C, the servo as springs of the model, nobody looking."""
    import mujoco

    from sim.mjcf import mjcf

    model = mujoco.MjModel.from_xml_string(mjcf(skeleton, STEP_S))
    data, start = mujoco.MjData(model), standing_state(plan)
    posture = data.qpos.copy()
    posture[:3] = start.position_m
    mujoco.mju_mat2Quat(posture[3:7], np.ascontiguousarray(start.rotation).ravel())
    for name, angle in zip(JOINTS, start.angles_rad, strict=True):
        posture[model.joint(name).qposadr[0]] = angle
    model.qpos_spring[:] = posture
    model.jnt_stiffness[1:] = STIFFNESS  # the first joint is the floating base
    model.dof_damping[6:] = DAMPING
    for _ in range(round(BARE_S / HELD_S)):
        mujoco.mj_resetData(model, data)
        data.qpos[:] = posture
        mujoco.mj_step(model, data, round(HELD_S / STEP_S))


def as_text(found: dict[str, Any]) -> str:
    """A line a figure."""
    return "\n".join(
        f"{key:<42} {value:.3g}" if isinstance(value, float) else f"{key:<42} {value}" for key, value in found.items()
    )


if __name__ == "__main__":
    sys.exit(main())
