"""The benchmark as one page: scores, pelvic curves, example frames, real clips; opens by itself, without a network."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from omegaconf import OmegaConf

from detect.benchmarked import Benchmark
from detect.lifter_panels import lifter_panels
from detect.matching import Judged, judge
from detect.metrics import CLEAN_BELOW_DEG, WINK_FROM_DEG
from detect.report_clips import example_strips, real_clips, unscored_clips
from detect.report_plots import pelvic_curves, score_against_magnitude
from detect.table import COLUMNS, cells
from wink.files import write_atomically
from wink.onset import Definition

MAX_PANELS = 24

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


def write_report(path: Path, benchmark: Benchmark, config: Mapping[str, Any]) -> Path:
    """Write the page and return its path.

    Args:
        path: of the HTML file.
        benchmark: what was found and scored.
        config: shown at the end of the page.
    """
    template = Template(files("detect").joinpath("report_template.html").read_text())
    names = ", ".join(part.dataset.name for part in benchmark.parts)
    page = template.substitute(
        title=html.escape(names),
        summary=html.escape(_summary(benchmark)),
        clean_below=f"{CLEAN_BELOW_DEG:g}",
        wink_from=f"{WINK_FROM_DEG:g}",
        magnitude_words=_MAGNITUDE_WORDS[benchmark.definition],
        definition_words=_DEFINITION_WORDS[benchmark.definition],
        score_table=_score_table(benchmark.rows),
        silence=_silence(benchmark.rows),
        unscored=unscored_clips(benchmark),
        score_plots=_score_plots(benchmark),
        curves=_curves(benchmark),
        examples=example_strips(benchmark) or _nothing("No clip with known repetitions."),
        real=real_clips(benchmark) or _nothing("No real clips in these datasets; bring some in with wink import."),
        config=html.escape(OmegaConf.to_yaml(OmegaConf.create(dict(config)))),
    )
    write_atomically(path, page)
    return path


def _summary(benchmark: Benchmark) -> str:
    clips = [clip for part in benchmark.parts for clip in part.clips]
    detectors = _detectors(benchmark)
    unknown = sum(clip.repetitions is None for clip in clips)
    rest = f", {unknown} of them without labels" if unknown else ""
    return (
        f"{len(detectors)} detector{'s' * (len(detectors) != 1)} ({', '.join(detectors)}) on {len(clips)} clips{rest}, "
        f"from {', '.join(part.dataset.name for part in benchmark.parts)}."
    )


def _detectors(benchmark: Benchmark) -> list[str]:
    return list(dict.fromkeys(str(row["detector"]) for row in benchmark.rows))


def _score_table(rows: Iterable[Mapping[str, Any]]) -> str:
    kinds = ["" if spec else ' class="word"' for _, _, spec in COLUMNS]
    head = "".join(f"<th{kind}>{heading}</th>" for kind, (heading, _, _) in zip(kinds, COLUMNS, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{html.escape(cell)}</td>" for kind, cell in zip(kinds, cells(row), strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _silence(rows: Iterable[Mapping[str, Any]]) -> str:
    """What became of the clean repetitions and of the winks, in words: the negatives come first."""
    lines = [
        f"<li><b>{html.escape(row['detector'])}</b> on {html.escape(row['dataset'])} ({html.escape(row['split'])}): "
        f"rightly silent in {row['n_clean_silent']} of {row['n_clean']} clean repetitions, "
        f"spoke up in {row['n_wink_called']} of {row['n_wink']} winks, "
        f"and called {row['n_called_outside']} where no repetition is.</li>"
        for row in rows
        if row["n_clean"] or row["n_wink"]
    ]
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


def _score_plots(benchmark: Benchmark) -> str:
    plots = ((name, _judged(benchmark, name)) for name in _detectors(benchmark))
    words = _MAGNITUDE_WORDS[benchmark.definition]
    return "".join(_card(score_against_magnitude(name, rows, words)) for name, rows in plots if rows)


def _judged(benchmark: Benchmark, detector: str) -> list[Judged]:
    return [
        row
        for part in benchmark.parts
        for clip in part.clips
        if clip.repetitions is not None
        for row in judge(
            clip,
            [d for d in part.detections if (d.detector, d.clip_id) == (detector, clip.clip_id)],
            benchmark.definition,
        )
    ]


def _curves(benchmark: Benchmark) -> str:
    panels = [panel for part in benchmark.parts for panel in lifter_panels(part, benchmark.definition)]
    if not panels:
        return _nothing("No clip with the truth of every frame.")
    detectors = _detectors(benchmark)
    shown = "".join(_card(pelvic_curves(panel, detectors)) for panel in panels[:MAX_PANELS])
    rest = _nothing(f"The first {MAX_PANELS} of {len(panels)} lifters.") if len(panels) > MAX_PANELS else ""
    return f'{rest}<div class="grid">{shown}</div>'


def _card(svg: str) -> str:
    return f'<div class="card">{svg}</div>'


def _nothing(words: str) -> str:
    return f'<p class="soft">{html.escape(words)}</p>'
