"""What a benchmark leaves behind: leaderboard, details, report, two pictures and the settings that make it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from omegaconf import OmegaConf

from detect.benchmarked import Benchmark
from detect.observability import Cell
from detect.report import write_report
from detect.report_curves import colour_of, surface_figure, tolerance_figure
from detect.scorecard import TRAIN, Scorecard, best_detector, details, scorecards, surfaces
from wink.files import write_atomically

#: Settings that say where and how fast, not what: they are the machine's, not the benchmark's.
_OF_THE_MACHINE = ("paths", "output", "workers")


def write_benchmark(folder: Path, benchmark: Benchmark, config: Mapping[str, Any]) -> list[Path]:
    """Write everything into a folder and return the files.

    Args:
        folder: there already.
        benchmark: what was found and scored.
        config: of the verb, resolved.
    """
    told = {name: value for name, value in config.items() if name not in _OF_THE_MACHINE}
    told["input"] = [part.dataset.name for part in benchmark.parts]
    cards, cells = scorecards(benchmark), surfaces(benchmark)
    write_atomically(folder / "leaderboard.json", json.dumps(benchmark.rows, indent=1) + "\n")
    write_atomically(folder / "details.json", json.dumps(details(benchmark, cards, cells)) + "\n")
    write_atomically(folder / "benchmark.yaml", OmegaConf.to_yaml(OmegaConf.create(told)))
    report = write_report(folder / "report.html", benchmark, cards, cells, told)
    names = ("leaderboard.json", "details.json", "benchmark.yaml")  # config.yaml is the dataset's own
    return [*(folder / name for name in names), *_pictures(folder, benchmark, cards, cells), report]


def _pictures(
    folder: Path,
    benchmark: Benchmark,
    cards: Sequence[Scorecard],
    cells: Mapping[tuple[str, str], Sequence[Cell]],
) -> list[Path]:
    """Tolerance curves of the first dataset, split and source, and what the best detector can see."""
    files = []
    shown = [card for card in cards if card.split != TRAIN] or list(cards)
    if shown:
        group = (shown[0].dataset, shown[0].split, shown[0].source)
        some = [card for card in shown if (card.dataset, card.split, card.source) == group]
        figure = tolerance_figure(some, colour_of(benchmark.detectors))
        files.append(_png(figure, folder / "tolerance.png"))
    best = best_detector(benchmark)
    seen = [cell for some in cells.values() for cell in some if cell.observer == best]
    if seen:
        files.append(_png(surface_figure(seen), folder / "observability.png"))
    return files


def _png(figure: Figure, file: Path) -> Path:
    figure.savefig(file, dpi=110, metadata={"Software": None})
    return file
