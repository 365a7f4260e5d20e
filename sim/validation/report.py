"""The report of the checks: one page that opens by itself."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence

from sim.validation import plots
from sim.validation.ablation import ablation_rows
from sim.validation.check import Evidence, Result, by_check
from sim.validation.limit_plots import limit_curves
from sim.validation.people import DEPTH_CLASSES, median_by_depth
from sim.validation.real_people import Curve

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>winklab: checks of the simulator</title>
<style>
body{{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:74rem;padding:0 1rem;color:#1f2937}}
h1{{font-size:1.6rem}}h2{{font-size:1.15rem;margin-top:2.2rem}}p,li{{max-width:54rem}}
table{{border-collapse:collapse;width:100%}}td,th{{padding:.3rem .6rem;border-bottom:1px solid #e5e7eb;text-align:left;
vertical-align:top}}td.n,th.n{{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}}
tr.check td{{background:#f3f4f6;font-weight:600}}
.passed{{color:#17693a}}.FAILED{{color:#b3261e;font-weight:600}}.reported,.not{{color:#6b7280}}
.plots{{display:flex;flex-wrap:wrap;gap:1rem}}.plots svg{{max-width:100%;height:auto}}
</style>
<h1>Checks of the simulator</h1><p>{summary}</p>
<p><em>tuned on</em>: the simulator's weights were fitted to this figure, so it is no prediction. <em>looked at</em>:
not fitted, but seen while choices were made. The rest are tests. Where sources disagree a figure is only reported.</p>
<table><tr><th>figure<th>what<th class="n">value<th class="n">band<th>unit<th>source<th>use<th>verdict</tr>
{rows}</table>
<h2>Pelvic tilt of sampled lifters and of real people</h2>
<p>{who}</p><div class="plots">{curves}</div>
<h2>Wink by depth</h2><table><tr><th>deepest thigh inclination<th class="n">lifters<th class="n">median wink
<th class="n">real, 10 to 90 %</tr>{depths}</table>
<h2>Taking a limit away</h2><p>The same lifter, seed and tempo, with and without one limit. Degrees; lumbar flexion is
what is gained over its level early in the descent.</p><table><tr><th>limit: lifter<th class="n">pelvic reversal
<th class="n">lumbar flexion<th class="n">thigh at onset<th>outcome</tr>{ablations}</table>
<div class="plots">{lifted}</div>
<h2>Postures</h2><p>Seen from the left, at thigh inclinations of 30, 60 and 90° and at the bottom; the dotted line
is over the middle of the foot, the cross is the centre of pressure at the bottom.</p>
<div class="plots">{postures}</div>
<h2>Joint moments</h2><p>Extension is positive, both sides together; filled = passive tissue's part.</p>
<div class="plots">{moments}</div>
<h2>Limits</h2><p>Torque of each of the default man's limits on the joint it ends; dashed: where it is met. In
brackets: how the other joints are held.</p><div class="plots">{limits}</div>
</html>
"""

_SHOWN = ("man", "woman, deep", "man, half body weight, deep", "man, body weight")


def report_page(results: Sequence[Result], evidence: Evidence, real: Sequence[Curve], summary: str) -> str:
    """The whole page, pictures included."""
    shown = [(name, evidence.trials[name]) for name in _SHOWN if name in evidence.trials]
    return _PAGE.format(
        summary=html.escape(summary),
        rows="".join(_rows(results)),
        who=_who(evidence, real),
        curves=plots.population_curves(evidence.people, real) + plots.wink_against_depth(evidence.people, real),
        depths="".join(_depth_rows(evidence)),
        ablations="".join(_ablation_rows(evidence)),
        lifted="".join(plots.ablation_curves(evidence)),
        postures="".join(plots.postures(name, trial) for name, trial in shown),
        moments="".join(plots.joint_moments(name, trial) for name, trial in shown),
        limits="".join(limit_curves(evidence.setups["man"])) if "man" in evidence.setups else "",
    )


def _who(evidence: Evidence, real: Sequence[Curve]) -> str:
    people = f"{len(evidence.people)} sampled lifters, unloaded, at the depth they chose (thin)"
    if not real:
        return f"{people}; the bands are summaries of real people. Give real=FOLDER of motion capture for their curves."
    measured = len({curve.person for curve in real})
    return f"{people}, and {len(real)} recorded repetitions of {measured} real people (thick, their means)."


def _rows(results: Sequence[Result]) -> Iterable[str]:
    verdicts, seen = by_check(results), set()
    for result in results:
        figure = result.figure
        if figure.check not in seen:
            seen.add(figure.check)
            verdict = verdicts[figure.check]
            yield f'<tr class="check"><td>{figure.check}<td colspan="6"><td class="{verdict}">{verdict}</tr>'
        use = "" if figure.use == "test" else figure.use
        yield (
            f"<tr><td>{figure.id}<td>{html.escape(figure.title)}"
            f'<td class="n">{"" if result.value is None else f"{result.value:.2f}"}'
            f'<td class="n">{figure.low:g} to {figure.high:g}<td>{html.escape(figure.unit)}'
            f'<td>{html.escape(figure.source)}<td>{use}<td class="{result.verdict}">{result.verdict}</tr>'
        )


def _depth_rows(evidence: Evidence) -> Iterable[str]:
    for (count, median), (low, high, least, most) in zip(median_by_depth(evidence.people), DEPTH_CLASSES, strict=True):
        depth = f"over {low}°" if high >= 180 else f"{low} to {high}°"
        cells = "".join(f'<td class="n">{cell}' for cell in (count, _degrees(median), f"{least} to {most}°"))
        yield f"<tr><td>{depth}{cells}</tr>"


def _ablation_rows(evidence: Evidence) -> Iterable[str]:
    for _, *pair in ablation_rows(evidence):
        for row in pair:
            yield (
                f'<tr><td>{html.escape(row.who)}<td class="n">{_degrees(row.reversal_deg)}'
                f'<td class="n">{_degrees(row.lumbar_gained_deg)}<td class="n">{_degrees(row.onset_thigh_deg)}'
                f"<td>{html.escape(row.outcome)}</tr>"
            )


def _degrees(value: float) -> str:
    return f"{value:.1f}°" if math.isfinite(value) else "none"
