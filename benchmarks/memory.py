"""How much memory a process holds as it films: many lifters, clothes, places and cameras, one after the other.

    benchmarks/memory.py                    1,000 clips of 250 trials, four cameras each
    benchmarks/memory.py --quick            30 clips, under a minute
    benchmarks/memory.py --trials=N --views=V
    benchmarks/memory.py --json             the same as one JSON object

Trials are drawn as `experiment=train_lifters` draws them; their movement is made up and a sixth of a second long.
Everything else is done in earnest: bodies, clothes, surroundings, pictures, masks and encoded video. `growth_mb` is
the last sixth's mean above the second's: the first sixth warms up what is kept on purpose. `used_growth_mb` is the
same of memory in use (glibc's `mallinfo2`), without what the allocator keeps in pieces.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
os.environ["LP_NUM_THREADS"] = "0"

import argparse
import ctypes
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
from kinematic_trial import kinematic_trial, subject

from sim.film import TrialPlace, film
from sim.generate import dataset_spec
from sim.lot import draw_shooting_for
from sim.plan import Plan
from sim.setup import setup_from
from wink.config import plain

TRIALS, QUICK_TRIALS, VIEWS = 250, 30, 4
ALL_VIEWS = ("sampled_side", "sampled_oblique", "sampled_front", "sampled_rear")
SECONDS = 0.16


class _Mallinfo(ctypes.Structure):
    """What glibc's `mallinfo2` tells [bytes]."""

    _fields_ = [
        *((name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd")),
        *((name, ctypes.c_size_t) for name in ("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")),
    ]


def measured(trials: int, views: int) -> dict[str, Any]:
    """Memory held [MB] by sixths of a run, in a thread of its own, as worker processes have it."""
    held = list[tuple[float, float]]()
    failed = list[BaseException]()

    def work() -> None:
        try:
            _film_all(trials, views, held)
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
        "rss_mb": rss.round(1).tolist(),
        "used_mb": used.round(1).tolist(),
        "most_rss_mb": max(r for r, _ in held),
        "growth_mb": float(rss[5] - rss[1]),
        "used_growth_mb": float(used[5] - used[1]),
        "whole_growth_mb": float(rss[5] - rss[0]),
    }


def _film_all(trials: int, views: int, held: list[tuple[float, float]]) -> None:
    """Film trial after trial, noting what is held after each [MB]: resident, and in use."""
    settings = dataset_spec(_config(views))["settings"]
    plan = Plan(settings)
    with tempfile.TemporaryDirectory() as scratch:
        for index in range(trials):
            planned = plan.trial(index)
            lifter = setup_from(planned.parts).lifter
            who = subject(lifter.sex, lifter.stature_m, lifter.mass_kg)
            trial = kinematic_trial(who, wink_deg=10.0, seconds=SECONDS)
            shooting = draw_shooting_for(settings, planned, lifter.sex, plan.splits)
            place = TrialPlace("benchmark", planned, Path(scratch), "00000", masks=True)
            for clip in film(place, trial, shooting):
                (place.folder / place.video(clip.view)).unlink()
            gc.collect()
            held.append((_resident_mb(), _used_mb()))


def _config(views: int) -> dict[str, Any]:
    chosen = [f"views=[{','.join(ALL_VIEWS[:views])}]", f"cameras={views}"]
    with initialize_config_module("configs", version_base="1.3"):
        return plain(compose("generate", ["experiment=train_lifters", "name=memory", *chosen]))


def _resident_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _used_mb() -> float:
    libc = ctypes.CDLL("libc.so.6")
    libc.mallinfo2.restype = _Mallinfo
    told = libc.mallinfo2()
    return float(told.uordblks + told.hblkhd) / 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_TRIALS} trials, one camera")
    parser.add_argument("--trials", type=int)
    parser.add_argument("--views", type=int, choices=range(1, len(ALL_VIEWS) + 1))
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    trials = chosen.trials or (QUICK_TRIALS if chosen.quick else TRIALS)
    found = measured(trials, chosen.views or (1 if chosen.quick else VIEWS))
    if chosen.json:
        print(json.dumps(found))
        return
    print(f"{found['clips']} clips of {found['trials']} trials in one process")
    for name, what in (("rss_mb", "resident"), ("used_mb", "in use")):
        print(f"{what + ', by sixths [MB]:':26}", *(f"{mb:7.1f}" for mb in found[name]))
    resident, used = found["growth_mb"], found["used_growth_mb"]
    print(f"growth from second to last sixth: {resident:+.1f} MB resident, {used:+.1f} in use")


if __name__ == "__main__":
    main()
