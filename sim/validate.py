"""Run the simulator's checks and say what they found, failures and gaps included."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.cases import PARTS, Parts
from sim.validation.ablation import Row, ablation_rows
from sim.validation.check import Evidence, Result, by_check
from sim.validation.checks import FIGURES, TRIALS
from sim.validation.evidence import gather, jobs_of
from sim.validation.real_people import Curve
from sim.validation.report import report_page
from wink.files import write_atomically

#: Sampled people of a quick look; with so few the checks of the population only show the way.
QUICK_PEOPLE = 12


def run_checks(
    base: Parts, engine: Mapping[str, Any], people: int, workers: int, folder: Path
) -> tuple[Evidence, tuple[Result, ...]]:
    """Simulate the trials and the people the checks need and measure every figure on them.

    Args:
        base: the parts of the default lifter; trials differ from it as `TRIALS` says.
        engine: an option of the group `engine`.
        people: how many lifters are sampled.
        workers: processes.
        folder: where the report goes; an interrupted run is kept in it.

    Raises:
        SimulationError: a trial could not be simulated at all.
    """
    evidence = gather(jobs_of(base, engine, TRIALS, people), folder / ".simulated", workers)
    return evidence, tuple(figure.result(evidence) for figure in FIGURES)


def base_parts(config: Mapping[str, Any]) -> Parts:
    """The parts of the default lifter from a composed configuration."""
    return {part: dict(config[part]) for part in PARTS}


def write_report(
    results: Sequence[Result], evidence: Evidence, real: Sequence[Curve], folder: Path
) -> tuple[Path, Path]:
    """Write `validate.json` and `report.html`, which opens by itself; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    data, page = folder / "validate.json", folder / "report.html"
    write_atomically(data, json.dumps([result.row() for result in results], indent=1))
    write_atomically(page, report_page(results, evidence, real, summary(results)))
    return data, page


def summary(results: Sequence[Result]) -> str:
    """How many checks, and how many of their figures, passed and failed."""
    checks, figures = Counter(by_check(results).values()), Counter(result.verdict for result in results)
    failed = ", ".join(check for check, verdict in by_check(results).items() if verdict == "FAILED")
    return (
        f"{checks['passed']} of {checks.total()} checks passed, {checks['FAILED']} failed"
        f"{f' ({failed})' if failed else ''}, {checks['reported']} only reported, "
        f"{checks['not measured']} not measured; of their {len(results)} figures {figures['passed']} passed, "
        f"{figures['FAILED']} failed, {figures['reported']} are reported, {figures['not measured']} not measured."
    )


def table(results: Sequence[Result]) -> str:
    """The results as lines of text; `*` = tuned on, `o` = looked at while tuning."""
    mark = {"tuned on": "*", "looked at": "o", "test": " "}
    return "\n".join(
        f"{r.figure.id:<5}{mark[r.figure.use]} {r.verdict:<13} {_number(r.value):>8} {_band(r):<24} {r.figure.title}"
        for r in results
    )


def ablation_table(evidence: Evidence) -> str:
    """What each limit's removal does, as lines of text [deg]."""
    lines = [f"{'reversal':>9}{'lumbar':>8}{'onset':>7}  at the bottom; thigh at onset"]
    for _, limited, lifted in ablation_rows(evidence):
        lines += [_ablation_line(limited), _ablation_line(lifted)]
    return "\n".join(lines)


def _ablation_line(row: Row) -> str:
    onset = f"{row.onset_thigh_deg:.0f}" if math.isfinite(row.onset_thigh_deg) else "none"
    return f"{row.reversal_deg:9.1f}{row.lumbar_gained_deg:8.1f}{onset:>7}  {row.who} ({row.outcome})"


def _band(result: Result) -> str:
    figure = result.figure
    return f"in {figure.low:g}..{figure.high:g} {figure.unit}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
