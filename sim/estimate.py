"""What a dataset would hold, how long it would take and how large it would get, before any of it is made."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.generate import check_plan, dataset_spec
from sim.lot import draw_shooting_for
from sim.plan import Plan, PlannedTrial
from sim.render.filming import Filming
from sim.render.quality import Quality
from sim.render.shooting import Shooting
from sim.settings import check_settings
from wink.words import several

#: CPU time and bytes of this program's own trials, one process of a busy machine; docs/scale.md says how.
SIMULATE_S, SIMULATE_S_PER_S = 0.9, 0.53  # of a trial, and of each second of it
NEUTRAL_DEPTH_S = {None: 0.0, "planned": 0.4, "squatted": 10.0}  # of a lifter, by how it is found
ATTRIBUTION_S = 20.0  # of a lifter, where it is asked for
FILM_S = 0.4  # of a clip
FRAME_S, FRAME_S_PER_MEGAPIXEL = 0.014, {1: 0.055, 4: 0.075}  # of each frame, of its million pixels by `samples`
MOMENT_S, MOMENT_S_PER_MEGAPIXEL = 0.024, 0.085  # of each further moment that a frame is made of
SOFTWARE = 2.5  # so many times the cost of a frame without OpenGL
VIDEO_BYTES, VIDEO_BYTES_PER_MEGAPIXEL = 6_600, 246_000  # of each second at crf 21, whatever the frame rate
MASK_BYTES, MASK_BYTES_PER_MEGAPIXEL = 160, 5_100
FRAME_BYTES, CLIP_BYTES = 1_000, 5_000  # a frame's row; a clip's rows
START_S = 6.0  # until the processes are at work
#: Cases that are listed.
MOST_CASES = 12
#: Lifters that are looked at one by one; of more, so many evenly spread stand for all.
LOOKED_AT = 400


@dataclass(frozen=True)
class Estimate:
    """A dataset before it is made."""

    trials: int
    lifters: int
    clips: int
    shards: int
    by_split: Mapping[str, float]  # trials
    by_case: Mapping[str, int]  # trials, of the first cases
    cases: int
    exact: bool  # every lifter was looked at
    frames: float
    cpu_s: float
    size_bytes: float
    workers: int

    @property
    def wall_s(self) -> float:
        """Time on this machine [s]."""
        return START_S + self.cpu_s / self.workers


def estimate(config: Mapping[str, Any]) -> Estimate:
    """Look at a dataset's plan, and reckon its cost from measured constants.

    Raises:
        ConfigError: a case, part, option or setting does not exist.
    """
    check_settings(config)
    spec = dataset_spec(config)
    settings = spec["settings"]
    plan = Plan(settings)
    check_plan(plan, settings)
    lifters = np.unique(np.linspace(0, plan.n_lifters - 1, min(plan.n_lifters, LOOKED_AT)).astype(int))
    seen: list[PlannedTrial] = []
    costs: list[tuple[float, float, float, float]] = []
    for number in lifters:
        family = plan.family(*divmod(int(number), plan.lifters_each))
        shooting = draw_shooting_for(settings, family[0], family[0].parts["lifter"]["sex"], plan.splits)
        costs += [_cost(settings, trial, shooting) for trial in family]  # twins are filmed as the lifter is
        seen += family
    scale = plan.n_trials / len(seen)
    clips, frames, cpu_s, size = np.sum(costs, axis=0) * scale
    counts = Counter(trial.split for trial in seen)
    return Estimate(
        trials=plan.n_trials,
        lifters=plan.n_lifters,
        clips=round(clips),
        shards=plan.n_shards,
        by_split={split: count * scale for split, count in sorted(counts.items())},
        by_case=dict(Counter(trial.case for trial in seen)) if len(lifters) == plan.n_lifters else {},
        cases=len(plan.cases),
        exact=len(lifters) == plan.n_lifters,
        frames=frames,
        cpu_s=cpu_s,
        size_bytes=size,
        workers=config["workers"] or os.cpu_count() or 1,
    )


def _cost(settings: Mapping[str, Any], trial: PlannedTrial, shooting: Shooting) -> tuple[float, float, float, float]:
    """Clips, frames, CPU time [s] and bytes of a trial."""
    seconds = duration_s(trial.parts["tempo"])
    frames = seconds * shooting.filming.fps
    explained_s = NEUTRAL_DEPTH_S[settings["neutral_depth"]] + ATTRIBUTION_S * settings["attribution"]
    cpu_s, size = SIMULATE_S + SIMULATE_S_PER_S * seconds + explained_s, 0.0
    for shot in shooting.shots.values():
        megapixels = shot.camera.width * shot.camera.height / 1e6
        cpu_s += FILM_S + frames * frame_s(megapixels, shot.filming, shooting.look.quality)
        video = (VIDEO_BYTES + VIDEO_BYTES_PER_MEGAPIXEL * megapixels) * 2 ** ((21 - shot.filming.crf) / 6)
        mask = MASK_BYTES + MASK_BYTES_PER_MEGAPIXEL * megapixels if settings["masks"] else 0.0
        size += CLIP_BYTES + seconds * video + frames * (FRAME_BYTES + mask)
    return len(shooting.shots), len(shooting.shots) * frames, cpu_s, size


def frame_s(megapixels: float, filming: Filming, quality: Quality) -> float:
    """CPU time of one frame, drawn, labelled and encoded [s]."""
    once = FRAME_S + FRAME_S_PER_MEGAPIXEL[quality.samples] * megapixels
    more = (quality.moments(filming.timing) - 1) * (MOMENT_S + MOMENT_S_PER_MEGAPIXEL * megapixels)
    return (once + more) * (SOFTWARE if quality.renderer == "software" else 1.0)


def duration_s(tempo: Mapping[str, Any]) -> float:
    """How long a set with a tempo lasts [s], if nothing slows it."""
    count = tempo["repetitions"]
    once = tempo["descent_s"] + tempo["pause_s"] + tempo["ascent_s"]
    return float(2 * tempo["quiet_s"] + count * once + (count - 1) * tempo["rest_s"])


def forecast(made: Estimate, place: str) -> str:
    """Tell an estimate."""
    lines = [
        f"{place} would hold {made.clips:,} clips of {made.trials:,} trials of {made.lifters:,} lifters "
        f"in {made.cases:,} cases ({made.shards:,} shards)"
    ]
    about = "" if made.exact else "about "
    for split, trials in made.by_split.items():
        lines.append(f"  {split:<12} {about}{trials:,.0f} trials")
    lines += _cases(made)
    lines.append(
        f"  {made.frames:,.0f} frames; {_time(made.cpu_s)} of CPU time ({made.cpu_s / made.trials:.1f} s a trial), "
        f"{_time(made.wall_s)} here on {made.workers} processes; {_size(made.size_bytes)}"
    )
    lines.append("  reckoned from constants measured on two shared cores (docs/scale.md); nothing was made")
    return "\n".join(lines)


def _cases(made: Estimate) -> Iterator[str]:
    """The first cases, and how many trials each has."""
    if made.cases < 2:
        return
    shown = list(made.by_case.items())[:MOST_CASES]
    width = max((len(case) for case, _ in shown), default=0)
    yield from (f"    {case:<{width}} {several(trials, 'trial')}" for case, trials in shown)
    if made.cases > len(shown):
        yield f"    and {made.cases - len(shown):,} more cases"


def _time(seconds: float) -> str:
    for limit, unit, name in ((120.0, 1.0, "s"), (7200.0, 60.0, "min"), (72 * 3600.0, 3600.0, "h")):
        if seconds < limit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds / 86400:,.0f} days"


def _size(size: float) -> str:
    for unit, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size / 1e3:.0f} kB"
