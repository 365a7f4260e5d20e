"""How much memory a process holds as it films: many lifters, clothes, places and cameras, one after the other.

    benchmarks/memory.py                    1,000 clips of 250 trials, four cameras each
    benchmarks/memory.py --quick            30 clips, under a minute
    benchmarks/memory.py --simulated        the same, every trial's squat simulated besides: half an hour or more
    benchmarks/memory.py --trials=N --views=V
    benchmarks/memory.py --json             the same as one JSON object

Trials are drawn as `experiment=train_lifters` draws them; what is filmed of them is made up and a sixth of a second
long. Everything else is done in earnest: bodies, clothes, surroundings, pictures, masks and encoded video. `growth_mb`
is the last sixth's mean above the second's: the first sixth warms up what is kept on purpose. `used_growth_mb` is the
same of memory in use (glibc's `mallinfo2`), without what the allocator keeps in pieces.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
os.environ["LP_NUM_THREADS"] = "0"

import argparse
import gc
import json
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import numpy as np
from hydra import compose, initialize_config_module

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from held_memory import resident_mb, used_mb
from kinematic_trial import kinematic_trial, subject

from sim.film import TrialPlace, film
from sim.generate import dataset_spec
from sim.lot import draw_shooting_for
from sim.plan import Plan
from sim.setup import setup_from
from sim.squat import simulate_squat
from wink.config import plain

TRIALS, QUICK_TRIALS, VIEWS = 250, 30, 4
ALL_VIEWS = ("sampled_side", "sampled_oblique", "sampled_front", "sampled_rear")
SECONDS = 0.16


def measured(trials: int, views: int, simulated: bool = False) -> dict[str, Any]:
    """Memory held [MB] by sixths of a run, in a thread of its own, as worker processes have it."""
    held = list[tuple[float, float]]()
    failed = list[BaseException]()

    def work() -> None:
        try:
            _film_all(trials, views, simulated, held)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    rss, used = (np.array([part.mean() for part in np.array_split(column, 6)]) for column in np.array(held).T)
    return {
        "trials": trials,
        "clips": trials * views,
        "simulated": simulated,
        "rss_mb": rss.round(1).tolist(),
        "used_mb": used.round(1).tolist(),
        "most_rss_mb": max(r for r, _ in held),
        "growth_mb": float(rss[5] - rss[1]),
        "used_growth_mb": float(used[5] - used[1]),
        "whole_growth_mb": float(rss[5] - rss[0]),
    }


def _film_all(trials: int, views: int, simulated: bool, held: list[tuple[float, float]]) -> None:
    """Film trial after trial, noting what is held after each [MB]: resident, and in use."""
    settings = dataset_spec(_config(views))["settings"]
    plan = Plan(settings)
    with tempfile.TemporaryDirectory() as scratch:
        for index in range(trials):
            planned = plan.trial(index)
            setup = setup_from(planned.parts)
            lifter = setup.lifter
            if simulated:
                simulate_squat(setup, planned.seed)
            who = subject(lifter.sex, lifter.stature_m, lifter.mass_kg)
            trial = kinematic_trial(who, wink_deg=10.0, seconds=SECONDS)
            shooting = draw_shooting_for(settings, planned, lifter.sex, plan.splits)
            place = TrialPlace("benchmark", planned, Path(scratch), "00000", masks=True)
            for clip in film(place, trial, shooting):
                (place.folder / place.video(clip.view)).unlink()
            gc.collect()
            held.append((resident_mb(), used_mb()))


def _config(views: int) -> dict[str, Any]:
    chosen = [f"views=[{','.join(ALL_VIEWS[:views])}]", f"cameras={views}"]
    with initialize_config_module("configs", version_base="1.3"):
        return plain(compose("generate", ["experiment=train_lifters", "name=memory", *chosen]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_TRIALS} trials, one camera")
    parser.add_argument("--trials", type=int)
    parser.add_argument("--views", type=int, choices=range(1, len(ALL_VIEWS) + 1))
    parser.add_argument("--simulated", action="store_true", help="simulate every trial's squat too")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    trials = chosen.trials or (QUICK_TRIALS if chosen.quick else TRIALS)
    found = measured(trials, chosen.views or (1 if chosen.quick else VIEWS), chosen.simulated)
    if chosen.json:
        print(json.dumps(found))
        return
    moved = "simulated and filmed" if found["simulated"] else "filmed"
    print(f"{found['clips']} clips of {found['trials']} trials, {moved} in one process")
    for name, what in (("rss_mb", "resident"), ("used_mb", "in use")):
        print(f"{what + ', by sixths [MB]:':26}", *(f"{mb:7.1f}" for mb in found[name]))
    resident, used = found["growth_mb"], found["used_growth_mb"]
    print(f"growth from second to last sixth: {resident:+.1f} MB resident, {used:+.1f} in use")


if __name__ == "__main__":
    main()
