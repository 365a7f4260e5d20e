"""A person's recordings in, the most likely lifter out: `fit.json`, a configuration to simulate, and a picture."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from omegaconf import OmegaConf

from sim.fitting.curves import CURVES, PersonCurves, person_curves
from sim.fitting.estimate import Estimate, intervals, minimise
from sim.fitting.misfit import Misfit
from sim.fitting.unknowns import unknowns_of
from sim.setup import SquatSetup
from wink.files import write_atomically
from wink.progress import progress
from wink.trial import SquatTrial

Array = NDArray[np.float64]

HEADER = """# @package _global_
# {name}: the lifter fitted to {repetitions} repetitions. What was not determined is the mean of the sex, or as set.
#
# Example: wink generate --config-dir {folder} experiment={name} name={name}
"""


@dataclass(frozen=True)
class Fit:
    """The fitted lifter."""

    person: PersonCurves
    estimates: tuple[Estimate, ...]
    setup: SquatSetup
    fitted_deg: Array  # (3, D), from the person's zero
    unfitted_deg: Array  # (3, D) of the mean of the sex, likewise
    zero_deg: Array  # (3,) by which the fitted lifter stands otherwise than the person
    deepest_deg: float
    plans: int
    cpu_s: float

    def rms_deg(self, curves: Array) -> dict[str, float]:
        """How far curves (3, D) are from the person's [deg]."""
        off = np.sqrt(np.mean((curves - self.person.mean_deg) ** 2, axis=1))
        return dict(zip(CURVES, map(float, off), strict=True))


def fit_person(trials: Sequence[SquatTrial], setup: SquatSetup, error_deg: float) -> Fit:
    """Find the lifter whose intent gives a person's curves, and how well each setting is determined.

    Args:
        trials: one person's, all of the same kind.
        setup: size, sex, stance, load: what is not estimated.
        error_deg: of a curve, markers on skin and the model's own together.

    Raises:
        MocapError: there is no repetition, or none deep enough.
    """
    begin = process_time()
    person, unknowns = person_curves(trials), unknowns_of(setup)
    misfit = Misfit(person, setup, unknowns, error_deg)
    start = np.zeros(len(unknowns))
    *_, optimum = progress(minimise(misfit, start), "search", unit="step")
    found = progress(intervals(misfit, optimum), "intervals", total=len(unknowns), unit="setting")
    estimates = tuple(found)
    (fitted, deepest), (unfitted, _) = misfit.curves(optimum.z), misfit.curves(start)
    zero = misfit.offsets(fitted)
    return Fit(
        person=person,
        estimates=estimates,
        setup=misfit.setup(optimum.z),
        fitted_deg=fitted + zero[:, None],
        unfitted_deg=unfitted + misfit.offsets(unfitted)[:, None],
        zero_deg=zero,
        deepest_deg=deepest,
        plans=misfit.plans,
        cpu_s=process_time() - begin,
    )


def write_fit(fit: Fit, parts: Mapping[str, Any], sources: Iterable[str], folder: Path, name: str) -> list[Path]:
    """Write `fit.json`, `experiment/<name>.yaml` for `wink generate`, and `fit.png` into a folder.

    Args:
        fit: what was found.
        parts: the configuration the setup was made from.
        sources: names of the recordings.
        folder: where; made if missing.
        name: what the person is called.
    """
    from sim.fitting.picture import draw_fit

    (folder / "experiment").mkdir(parents=True, exist_ok=True)
    files = [folder / "fit.json", folder / "experiment" / f"{name}.yaml", folder / "fit.png"]
    write_atomically(files[0], json.dumps(_told(fit, sources), indent=1))
    header = HEADER.format(name=name, repetitions=len(fit.person.repetitions_deg), folder=folder)
    write_atomically(files[1], header + OmegaConf.to_yaml(fitted_parts(fit, parts, name)))
    draw_fit(fit, files[2], name)
    return files


def fitted_parts(fit: Fit, parts: Mapping[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """The configuration of the fitted lifter, every part written out."""
    fitted = {part: dict(settings) for part, settings in parts.items()}
    for estimate in fit.estimates:
        fitted[estimate.unknown.group][estimate.unknown.setting] = round(estimate.value, 3)
    fitted["depth"]["thigh_inclination_deg"] = round(fit.setup.depth.thigh_inclination_deg, 1)
    fitted["lifter"]["name"] = name
    return fitted


def table(fit: Fit) -> str:
    """The estimates as lines of text, then how well the curves are met."""
    lines = [
        f"{e.unknown.name:<36} {e.value:7.2f}  {e.low:7.2f} to {e.high:7.2f} {e.unknown.unit:<20} {e.verdict}"
        for e in fit.estimates
    ]
    off, before = fit.rms_deg(fit.fitted_deg), fit.rms_deg(fit.unfitted_deg)
    met = ", ".join(f"{curve} {off[curve]:.1f} deg (mean lifter {before[curve]:.1f})" for curve in CURVES)
    return "\n".join([*lines, f"off the person's curves, rms: {met}"])


def _told(fit: Fit, sources: Iterable[str]) -> dict[str, Any]:
    person = fit.person
    return {
        "recordings": list(sources),
        "repetitions": len(person.repetitions_deg),
        "deepest_thigh_inclination_deg": person.deepest_deg,
        "deepest_of_the_fit_deg": fit.deepest_deg,
        "settings": [
            {
                "name": e.unknown.name,
                "value": e.value,
                "low_95": e.low,
                "high_95": e.high,
                "unit": e.unknown.unit,
                "population_low_95": e.prior_low,
                "population_high_95": e.prior_high,
                "narrowed_to": e.narrowed_to,
                "verdict": e.verdict,
            }
            for e in fit.estimates
        ],
        "rms_deg": fit.rms_deg(fit.fitted_deg),
        "rms_of_the_mean_lifter_deg": fit.rms_deg(fit.unfitted_deg),
        "zero_deg": dict(zip(CURVES, fit.zero_deg.tolist(), strict=True)),
        "reversal_deg": {"person": _reversal(person.mean_deg), "fit": _reversal(fit.fitted_deg)},
        "thigh_inclination_deg": person.thigh_deg.tolist(),
        "person_deg": dict(zip(CURVES, person.mean_deg.tolist(), strict=True)),
        "fit_deg": dict(zip(CURVES, fit.fitted_deg.tolist(), strict=True)),
        "plans": fit.plans,
        "cpu_s": fit.cpu_s,
    }


def _reversal(curves: Array) -> float:
    """How far the tilt has come back from its peak where the curves end [deg]."""
    return float(curves[0].max() - curves[0, -1])
