"""What a clip costs besides being simulated and filmed: plan, draws, truth tables, rows, hashes and files.

    benchmarks/overhead.py                 256 clips in shards of 32, under half a minute
    benchmarks/overhead.py --quick         64 clips
    benchmarks/overhead.py --json          the same as one JSON object

One lifter is simulated and filmed in earnest; its trial and its files then stand for everybody's. CPU time of this
process, one thread; `ratio_to_making` is that time as a share of what the one clip took to simulate, explain and film.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from hydra import compose, initialize_config_module

from sim import film
from sim import plan as planning
from sim.generate import dataset_spec
from sim.plan import Plan
from sim.shard import make_shard
from sim.shard_job import ShardJob
from wink.config import plain
from wink.dataset_writer import DatasetWriter

CLIPS, QUICK_CLIPS = 256, 64
A_SHARD = 32


def measured(clips: int) -> dict[str, Any]:
    """CPU time of everything but simulating and filming [ms a clip], shard by shard."""
    planning.MANY_SHARDS = clips // A_SHARD  # small datasets have smaller shards
    spec = dataset_spec(_config(clips))
    with tempfile.TemporaryDirectory() as scratch:
        jobs = _jobs(spec, Path(scratch, "dataset"))
        making = _stand_in_for_all(spec, Path(scratch, "one"))
        spent = [_cpu_ms_per_clip(job) for job in jobs]
    return {
        "clips": clips,
        "cpu_ms_per_clip": median(spent),
        "least_cpu_ms": min(spent),
        "most_cpu_ms": max(spent),
        "making_cpu_s": making,
        "ratio_to_making": median(spent) / 1000 / making,
    }


def _config(clips: int) -> dict[str, Any]:
    with initialize_config_module("configs", version_base="1.3"):
        return plain(compose("generate", ["experiment=population", f"n={clips}", "cameras=1", "name=overhead"]))


def _jobs(spec: dict[str, Any], folder: Path) -> list[ShardJob]:
    """Every shard of a dataset."""
    made = DatasetWriter(folder, spec)
    place, shards = str(folder), Plan(spec["settings"]).n_shards
    return [ShardJob(place, place, spec, made.spec_hash, number, "benchmark") for number in range(shards)]


def _cpu_ms_per_clip(job: ShardJob) -> float:
    began = process_time()
    report = make_shard(job)
    if report.quarantined:
        raise SystemExit(f"not measured: {report.quarantined[0]['reason']}")
    return 1000 * (process_time() - began) / report.clips


def _stand_in_for_all(spec: dict[str, Any], folder: Path) -> float:
    """Make the first trial in earnest and let it stand for all others; what making it took [CPU s]."""
    plan, kept = Plan(spec["settings"]), dict[str, Any]()
    real = {name: getattr(film, name) for name in ("simulate_squat", "lifter_truth", "film")}

    def keeping(name: str) -> Callable[..., Any]:
        def make(*arguments: Any) -> Any:
            kept[name] = real[name](*arguments)
            return kept[name]

        return make

    for name in real:
        setattr(film, name, keeping(name))
    place = film.TrialPlace("benchmark", plan.trial(0), folder, "00000", masks=True)
    made = film.make_clips(spec["settings"], plan.splits, place)
    (clip,) = kept["film"]

    def filmed(where: film.TrialPlace, _trial: Any, shooting: Any) -> list[Any]:
        (view,) = shooting.shots
        for old, new in ((place.video, where.video), (place.mask, where.mask)):
            target = where.folder / str(new(view))
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(folder / str(old(clip.view)), target)
        return [replace(clip, view=view)]

    stand_ins = {name: lambda *_, name=name: kept[name] for name in ("simulate_squat", "lifter_truth")}
    for name, stand_in in (stand_ins | {"film": filmed}).items():
        setattr(film, name, stand_in)
    return float(sum(made.seconds.values()))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_CLIPS} clips")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = measured(QUICK_CLIPS if chosen.quick else CLIPS)
    if chosen.json:
        print(json.dumps(found))
        return
    print(
        f"{found['clips']} clips: {found['cpu_ms_per_clip']:.1f} CPU-ms a clip besides simulating and filming", end=" "
    )
    print(f"({found['least_cpu_ms']:.1f} to {found['most_cpu_ms']:.1f} by shard)")
    print(f"one clip made: {found['making_cpu_s']:.1f} CPU-s, {1 / found['ratio_to_making']:.0f} times as much")


if __name__ == "__main__":
    main()
