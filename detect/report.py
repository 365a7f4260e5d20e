"""The benchmark as one page: scores, curves, what can be seen, mistakes, real people; opens by itself, offline."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from omegaconf import OmegaConf

from detect.benchmarked import Benchmark
from detect.leaderboard import groups
from detect.lifter_panels import lifter_panels
from detect.metrics import CLEAN_BELOW_DEG, WINK_FROM_DEG
from detect.observability import Cell
from detect.report_clips import example_strips, real_clips, unscored_clips
from detect.report_curves import calibration_curves, colour_of, surface, tolerance_curves
from detect.report_plots import pelvic_curves
from detect.report_tables import (
    definition_table,
    legend,
    observability_table,
    probe_table,
    slice_tables,
    summary_table,
)
from detect.report_worst import worst_clips
from detect.scorecard import Scorecard, best_detector
from wink.files import write_atomically
from wink.onset import Definition
from wink.report_page import page_head

MAX_PANELS = 9
MAX_SURFACES = 4

_DEFINITION_WORDS: Mapping[Definition, str] = {
    "pelvic_reversal_onset": "Onset: the pelvis has fallen 5° back from its most anterior tilt, for good.",
    "tuck_start": "Onset: the lumbar spine begins to flex out of its flattest moment.",
    "neutral_exit": "Onset: the lumbar spine leaves the neutral band of 5°, for good.",
}

_MAGNITUDE_WORDS: Mapping[Definition, str] = {
    "pelvic_reversal_onset": "pelvic reversal",
    "tuck_start": "lumbar flexion gained",
    "neutral_exit": "lumbar flexion gained",
}

#: Kinds of rows in the order of the page.
_ROLES = (
    ("detector", "Detectors"),
    ("ceiling", "Ceiling: the rule on the true angles, which no camera sees"),
    ("annotator", "People"),
)


def write_report(
    path: Path,
    benchmark: Benchmark,
    cards: Sequence[Scorecard],
    cells: Mapping[tuple[str, str], Sequence[Cell]],
    config: Mapping[str, Any],
) -> Path:
    """Write the page and return its path.

    Args:
        path: of the HTML file.
        benchmark: what was found and scored.
        cards: what is behind the scores.
        cells: what each observer can see, by dataset and source.
        config: shown at the end of the page.
    """
    template = Template(files("detect").joinpath("report_template.html").read_text())
    colours = colour_of(benchmark.detectors)
    name = ", ".join(part.dataset.name for part in benchmark.parts)
    page = template.substitute(
        head=page_head(f"winklab benchmark: {name}"),
        summary=_what_was_tested(benchmark),
        clean_below=f"{CLEAN_BELOW_DEG:g}",
        wink_from=f"{WINK_FROM_DEG:g}",
        magnitude_words=_MAGNITUDE_WORDS[benchmark.definition],
        definition_words=_DEFINITION_WORDS[benchmark.definition],
        scores=_scores(benchmark, "synthetic") or _nothing("No simulated clips."),
        legend=legend(),
        silence=_silence(benchmark),
        probes=_probes(benchmark) or _nothing("No leak probes were run."),
        unscored=unscored_clips(benchmark),
        curves=_each(cards, lambda some: _curves(some, colours)) or _nothing("Nothing was scored."),
        observability=_observability(cells),
        slices=_each(cards, slice_tables) or _nothing("Nothing to slice by."),
        definitions=_each(cards, definition_table) or _nothing("Nothing was scored."),
        pelves=_pelves(benchmark),
        worst=_worst(benchmark) or _nothing("No mistakes to show."),
        examples=example_strips(benchmark) or _nothing("No clip with known repetitions."),
        real_motion=_scores(benchmark, "real_motion") or _nothing("No clips of wink render in these datasets."),
        real_scores=_scores(benchmark, "real") or _nothing("No real clips with a truth, or marked by people."),
        real=real_clips(benchmark) or _nothing("No real clips in these datasets; bring some in with wink import."),
        config=html.escape(OmegaConf.to_yaml(OmegaConf.create(dict(config)))),
    )
    write_atomically(path, page)
    return path


def _what_was_tested(benchmark: Benchmark) -> str:
    lines = []
    for part in benchmark.parts:
        for names, clips in groups(part.clips):
            reps = sum(len(clip.repetitions or ()) for clip in clips)
            lifters = len({clip.subject_id for clip in clips})
            unknown = sum(clip.repetitions is None for clip in clips)
            rest = f"; {unknown} clips without labels" if unknown else ""
            lines.append(
                f"<li><b>{html.escape(part.dataset.name)}</b>, {html.escape(names['split'])}, {names['source']}: "
                f"{len(clips)} clips of {lifters} lifters, {reps} repetitions{rest}</li>"
            )
    return f"<p>{html.escape(', '.join(benchmark.detectors))} on:</p><ul>{''.join(lines)}</ul>"


def _group_of(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(row["dataset"]), str(row["split"]), str(row["source"])


def _scores(benchmark: Benchmark, source: str) -> str:
    rows = [row for row in benchmark.rows if row["source"] == source and row["n_repetitions"]]
    parts = []
    for group in dict.fromkeys(_group_of(row) for row in rows):
        here = [row for row in rows if _group_of(row) == group]
        first = next((row for row in here if row["role"] != "annotator"), here[0])
        parts.append(
            f"<h3>{html.escape(group[0])}, {html.escape(group[1])}: {first['n_wink']} winks, {first['n_clean']} clean, "
            f"{first['n_ambiguous']} ambiguous, {first['n_lifters']} lifters; truth: {first['truth']}</h3>"
        )
        for role, words in _ROLES:
            some = [row for row in here if row["role"] == role]
            if some:
                parts.append(f"<h4>{words}</h4>" * (len({r["role"] for r in here}) > 1) + summary_table(some))
    return "".join(parts)


def _probes(benchmark: Benchmark) -> str:
    return "".join(
        f"<h3>{html.escape(name)}</h3>" + probe_table(scores, _matched(benchmark, name))
        for name, scores in benchmark.probes.items()
        if scores
    )


def _matched(benchmark: Benchmark, dataset: str) -> float:
    """How many simulated repetitions of a dataset are left by weight when depth is matched, split by split."""
    mine = [row for row in benchmark.rows if (row["dataset"], row["source"]) == (dataset, "synthetic")]
    return float(sum(row["depth_matched_n"] for row in mine if row["detector"] == mine[0]["detector"]))


def _silence(benchmark: Benchmark) -> str:
    """What became of the clean repetitions and of the winks, in words: the negatives come first."""
    lines = [
        f"<li><b>{html.escape(row['detector'])}</b> on {html.escape(row['dataset'])} ({html.escape(row['split'])}): "
        f"rightly silent in {row['n_clean_silent']} of {row['n_clean']} clean repetitions, "
        f"spoke up in {row['n_wink_called']} of {row['n_wink']} winks, "
        f"and called {row['n_called_outside']} where no repetition is.</li>"
        for row in benchmark.rows
        if row["n_clean"] or row["n_wink"]
    ]
    return f"<details><summary>Each in words, the clean repetitions first</summary><ul>{''.join(lines)}</ul></details>"


def _each(cards: Sequence[Scorecard], show: Any) -> str:
    """Something for the cards of each dataset, split and source."""
    together: dict[str, list[Scorecard]] = {}
    for card in cards:
        together.setdefault(f"{card.dataset}, {card.split}, {card.source}", []).append(card)
    parts = ((name, show(some)) for name, some in together.items())
    return "".join(f"<h3>{html.escape(name)}</h3>{body}" for name, body in parts if body)


def _curves(cards: Sequence[Scorecard], colours: Mapping[str, tuple[str, str]]) -> str:
    return (
        f'<div class="pair">{_card(tolerance_curves(cards, colours))}{_card(calibration_curves(cards, colours))}</div>'
    )


def _observability(cells: Mapping[tuple[str, str], Sequence[Cell]]) -> str:
    parts = []
    for (dataset, source), some in cells.items():
        parts.append(f"<h3>{html.escape(dataset)}, {source}</h3>{observability_table(some)}")
        for observer in list(dict.fromkeys(cell.observer for cell in some))[:MAX_SURFACES]:
            drawn = surface([cell for cell in some if cell.observer == observer])
            parts.append(f'<div class="card surface">{drawn}</div>')
    return "".join(parts) or _nothing("Nothing whose camera and clothes are known.")


def _pelves(benchmark: Benchmark) -> str:
    panels = [panel for part in benchmark.parts for panel in lifter_panels(part, benchmark.definition)]
    if not panels:
        return _nothing("No clip with the truth of every frame.")
    shown = "".join(_card(pelvic_curves(panel, benchmark.detectors)) for panel in panels[:MAX_PANELS])
    rest = _nothing(f"The first {MAX_PANELS} of {len(panels)} lifters.") if len(panels) > MAX_PANELS else ""
    return f'{rest}<div class="grid">{shown}</div>'


def _worst(benchmark: Benchmark) -> str:
    """The mistakes of the detector that finds onsets best; others make more."""
    best = best_detector(benchmark)
    found = "" if best is None else worst_clips(benchmark, best)
    return found and f"<p>Of <b>{html.escape(str(best))}</b>, which finds onsets best.</p>{found}"


def _card(svg: str) -> str:
    return f'<div class="card">{svg}</div>'


def _nothing(words: str) -> str:
    return f'<p class="soft">{html.escape(words)}</p>'
