"""Everything behind a leaderboard row: slices, definitions, calibration, tolerance curves, observability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from detect import events
from detect.annotator_rows import people_of
from detect.benchmarked import Benchmark, BenchmarkedDataset
from detect.clip_facts import ClipFacts, clip_facts
from detect.leaderboard import groups, judged_rows, table_of
from detect.matching import Judged
from detect.metrics import evaluate, timed_rows, truth_class
from detect.observability import Cell, observability
from detect.presence import CalibrationBin, calibration_curve
from detect.slices import slices
from wink.clip import Clip
from wink.onset import DEFINITIONS, Definition

#: Tolerances of the curve [s].
TOLERANCES_S = np.arange(0.0, 0.51, 0.01)
#: Split that detectors were made on: no part of what is asked of people and cameras.
TRAIN = "train"

_BRIEF = (
    *("n_repetitions", "n_clean", "n_wink", "n_lifters", "n_wink_called", "n_clean_silent"),
    *("presence_f1", "presence_auroc", "false_alarms_per_100", "ap_100ms", "onset_mae_ms", "onset_bias_ms"),
)


@dataclass(frozen=True)
class Scorecard:
    """One detector on one dataset, split and source."""

    detector: str
    dataset: str
    split: str
    source: str
    slices: tuple[dict[str, Any], ...]
    definitions: tuple[dict[str, Any], ...]
    calibration: tuple[CalibrationBin, ...]
    recall: tuple[float, ...]  # at each of TOLERANCES_S; NaN without an event
    precision: tuple[float, ...]


def scorecards(benchmark: Benchmark) -> list[Scorecard]:
    """A card a detector, dataset, split and source with known repetitions."""
    cards = []
    for part in benchmark.parts:
        facts = clip_facts(part.dataset)
        for names, clips in groups(part.clips):
            if any(clip.repetitions for clip in clips):
                cards += [_card(part, name, names, clips, facts, benchmark.definition) for name in benchmark.detectors]
    return cards


def surfaces(benchmark: Benchmark) -> dict[tuple[str, str], list[Cell]]:
    """Observability of every observer, people too, by dataset and source; the training split is left out."""
    found: dict[tuple[str, str], list[Cell]] = {}
    for part in benchmark.parts:
        facts = clip_facts(part.dataset)
        shown = [(name, part) for name in benchmark.detectors] + people_of(part)
        for name, seen in shown:
            for source in dict.fromkeys(clip.source for clip in seen.clips):
                clips = [c for c in seen.clips if c.source == source and c.split != TRAIN]
                rows = judged_rows(clips, seen.said(name), benchmark.definition)
                table = table_of(seen, rows, benchmark.definition)
                ids = [row.clip_id for row in rows]
                cells = observability(name, table, ids, facts, benchmark.seed)
                found.setdefault((part.dataset.name, source), []).extend(cells)
    return {key: cells for key, cells in found.items() if cells}


def best_detector(benchmark: Benchmark) -> str | None:
    """The detector that finds onsets best outside the training split; None where there is nothing to find."""
    ranked = [r for r in benchmark.rows if r["role"] == "detector" and r["n_wink"] and r["split"] != TRAIN]
    ranked.sort(key=lambda row: (row["ap_100ms"] or 0.0, row["presence_auroc"] or 0.0))
    return str(ranked[-1]["detector"]) if ranked else None


def details(
    benchmark: Benchmark, cards: Sequence[Scorecard], cells: dict[tuple[str, str], list[Cell]]
) -> dict[str, Any]:
    """Cards, surfaces and probes as plain data, ready for JSON."""
    return {
        "probes": [
            {"dataset": name, **_finite(asdict(score))} for name, some in benchmark.probes.items() for score in some
        ],
        "tolerances_s": [round(float(t), 3) for t in TOLERANCES_S],
        "scorecards": [_finite(asdict(card)) for card in cards],
        "observability": [
            {"dataset": dataset, "source": source, **asdict(cell)}
            for (dataset, source), some in cells.items()
            for cell in some
        ],
    }


def _card(
    part: BenchmarkedDataset,
    detector: str,
    names: dict[str, str],
    clips: Sequence[Clip],
    facts: dict[str, ClipFacts],
    definition: Definition,
) -> Scorecard:
    said = part.said(detector)
    rows = judged_rows(clips, said, definition)
    table = table_of(part, rows, definition)
    kind = truth_class(table.magnitude_deg)
    ranked = (kind == "clean") | (kind == "wink")
    timed, onset = timed_rows(table)
    recall, precision = events.tolerance_curve(onset[timed], table.detected_s[timed], TOLERANCES_S)
    return Scorecard(
        detector=detector,
        dataset=part.dataset.name,
        split=names["split"],
        source=names["source"],
        slices=tuple(
            {"slice": name, "class": label, **_brief(part, some, definition)}
            for name, label, some in slices(rows, facts, definition)
        ),
        definitions=tuple(
            {"definition": other, **_brief(part, judged_rows(clips, said, other), other)} for other in DEFINITIONS
        ),
        calibration=calibration_curve(kind[ranked] == "wink", table.score[ranked]),
        recall=tuple(recall.tolist()),
        precision=tuple(precision.tolist()),
    )


def _brief(part: BenchmarkedDataset, rows: Sequence[Judged], definition: Definition) -> dict[str, Any]:
    found = evaluate(table_of(part, rows, definition))
    return {name: found[name] for name in _BRIEF}


def _finite(value: Any) -> Any:
    """The same with None in place of NaN, which JSON does not know."""
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
