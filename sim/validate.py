"""Run the simulator's checks and write what they found, failures and gaps included."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.cases import PARTS, Parts, choose
from sim.population import sample_lifter
from sim.setup import setup_from
from sim.squat import simulate_squat
from sim.validation.check import Evidence, Result
from sim.validation.checks import CHECKS
from sim.validation.people import Person, describe_person
from sim.validation.trials import TRIALS
from sim.workers import run_in_processes
from wink.config import build
from wink.files import write_atomically
from wink.progress import progress
from wink.trial import SquatTrial

SEED = 0

Job = tuple[str | int, Parts | None, Mapping[str, Any]]  # a trial of the checks, or the number of a sampled person

PAGE = """<!doctype html><meta charset="utf-8"><title>winklab: checks of the simulator</title>
<style>body{{font:15px/1.5 system-ui;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222}}
table{{border-collapse:collapse;width:100%}}td,th{{padding:.35rem .6rem;border-bottom:1px solid #ddd;text-align:left}}
td.n{{text-align:right;font-variant-numeric:tabular-nums}}.passed{{color:#17693a}}.FAILED{{color:#b3261e;font-weight:600}}
.not{{color:#777}}</style>
<h1>Checks of the simulator</h1><p>{summary} A check marked <em>tuned</em> was looked at while the style weights were
chosen, so it is no prediction. Checks not measured yet are listed, not hidden.</p>
<table><tr><th>check<th>what<th>value<th>band<th>unit<th>source<th>tuned<th>verdict</tr>{rows}</table>
"""


def run_checks(base: Parts, engine: Mapping[str, Any], people: int, workers: int) -> tuple[Result, ...]:
    """Simulate the trials and the people the checks need and measure every check on them.

    Args:
        base: the parts of the default lifter; trials differ from it as `TRIALS` says.
        engine: an option of the group `engine`.
        people: how many lifters are sampled.
        workers: processes.

    Raises:
        SimulationError: a trial could not be simulated at all.
    """
    jobs: list[Job] = [(name, choose(base, changes), engine) for name, changes in TRIALS.items()]  # type: ignore[arg-type]
    jobs += [(number, None, engine) for number in range(people)]
    done = progress(run_in_processes(_simulate, jobs, workers), "simulate", total=len(jobs), unit="trial")
    trials: dict[str, SquatTrial] = {}
    sampled: dict[int, Person] = {}
    for (name, *_), result in done:
        if isinstance(result, Person):
            sampled[int(name)] = result
        elif isinstance(result, SquatTrial):
            trials[str(name)] = result
        elif isinstance(name, str):
            raise result
        else:
            print(f"sampled lifter {name} is left out: {result}")
    evidence = Evidence(trials, [sampled[number] for number in sorted(sampled)])
    return tuple(check.result(evidence) for check in CHECKS)


def _simulate(job: Job) -> SquatTrial | Person:
    name, parts, engine = job
    if parts is not None:
        return simulate_squat(setup_from(parts), SEED, build(engine))
    setup = sample_lifter(np.random.default_rng([SEED, int(name)]), f"person {name}")
    return describe_person(setup, simulate_squat(setup, SEED, build(engine)))


def base_parts(config: Mapping[str, Any]) -> Parts:
    """The parts of the default lifter from a composed configuration."""
    return {part: dict(config[part]) for part in PARTS}


def write_report(results: Sequence[Result], folder: Path) -> tuple[Path, Path]:
    """Write `validate.json` and `validate.html`; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    data, page = folder / "validate.json", folder / "validate.html"
    write_atomically(data, json.dumps([result.row() for result in results], indent=1))
    rows = "".join(_html_row(result) for result in results)
    write_atomically(page, PAGE.format(summary=html.escape(summary(results)), rows=rows))
    return data, page


def summary(results: Sequence[Result]) -> str:
    """How many passed, failed, and are not measured yet."""
    count = Counter(result.verdict for result in results)
    return (
        f"{count['passed']} passed, {count['FAILED']} failed, {count['reported']} only reported, "
        f"{count['not measured']} not measured yet, of {len(results)}."
    )


def table(results: Sequence[Result]) -> str:
    """The results as lines of text."""
    return "\n".join(
        f"{r.check.id:<5} {r.verdict:<13} {_number(r.value):>8} {_band(r):<18} {r.check.title}" for r in results
    )


def _band(result: Result) -> str:
    check = result.check
    return f"in {check.low:g}..{check.high:g} {check.unit}"


def _html_row(result: Result) -> str:
    check = result.check
    cells = [
        f"<td>{check.id}",
        f"<td>{html.escape(check.title)}",
        f'<td class="n">{_number(result.value)}',
        f'<td class="n">{check.low:g} to {check.high:g}',
        f"<td>{html.escape(check.unit)}",
        f"<td>{html.escape(check.source)}",
        f"<td>{'tuned' if check.tuned_on else ''}",
        f'<td class="{result.verdict}">{result.verdict}',
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
