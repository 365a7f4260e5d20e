"""The tables of docs/real_people.md: every detector on real movement drawn, and on filmed people, by `wink benchmark`.

    python benchmarks/real_people.py real_motion filmed     # names below the datasets' folder, or folders
    python benchmarks/real_people.py real_motion --output out detector.silhouette_tcn.weights=networks

Takes what `wink benchmark` takes besides (NAME=VALUE). Prints a Markdown table for each dataset; poses that
were found before are taken from the cache, so that other weights cost little. Nothing simulated is scored.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_module

from detect.benchmark import run_benchmark
from detect.output import write_benchmark
from wink.config import build, plain
from wink.dataset import Dataset, find_dataset
from wink.errors import DatasetError

HEADS = (
    *("", "winks of ≥ 10° called", "called below 3°", "AUROC", "onset MAE / median / bias"),
    *("tilt RMSE", "its course alone", "size MAE"),
)


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", nargs="+", help="datasets, and settings of wink benchmark")
    parser.add_argument("--output", type=Path, help="folder of leaderboard and report; none = not written")
    arguments = parser.parse_args()
    settings = [word for word in arguments.what if "=" in word]
    with initialize_config_module("configs", version_base="1.3"):
        config = compose("benchmark", settings)
    folder = Path(config.paths.datasets)
    datasets = [Dataset(find_dataset(name, folder)) for name in arguments.what if name not in settings]
    simulated = [d.name for d in datasets if any(clip.source == "synthetic" for clip in d.clips())]
    if simulated:
        raise DatasetError(f"{simulated[0]} is simulated; this is of real movement alone")
    detectors = {str(name): build(part) for name, part in config.detector.items()}
    result = run_benchmark(datasets, detectors, Path(config.paths.cache), workers=config.workers, seed=config.seed)
    if arguments.output:
        arguments.output.mkdir(parents=True, exist_ok=True)
        write_benchmark(arguments.output, result, plain(config))
    print("\n\n".join(markdown(result.rows, d.name) for d in datasets))


def markdown(rows: Sequence[Mapping[str, Any]], dataset: str) -> str:
    """A table of the rows of one dataset."""
    mine = [row for row in rows if row["dataset"] == dataset]
    first = mine[0]
    lines = [
        f"{dataset} ({first['source']}): {first['n']} clips, {first['n_lifters']} people; {first['n_repetitions']} "
        f"repetitions, {first['n_wink']} of at least 10°, {first['n_still']} below 3°",
        "",
        "| " + " | ".join(HEADS) + " |",
        "|---" * len(HEADS) + "|",
    ]
    return "\n".join([*lines, *("| " + " | ".join(_cells(row)) + " |" for row in mine)])


def _cells(row: Mapping[str, Any]) -> list[str]:
    onset = [
        _number(row[f"onset_{name}_ms"], form) for name, form in (("mae", ".0f"), ("median", ".0f"), ("bias", "+.0f"))
    ]
    return [
        f"`{row['detector']}`",
        f"{row['n_wink_called']} of {row['n_wink']}" if row["n_wink"] else "–",
        f"{row['n_still_called']} of {row['n_still']}",
        _number(row["presence_auroc"], ".2f"),
        "–" if row["onset_mae_ms"] is None else f"{' / '.join(onset)} ms",
        *(_number(row[name], ".1f", "°") for name in ("tilt_rmse_deg", "tilt_shape_rmse_deg", "magnitude_mae_deg")),
    ]


def _number(value: float | None, form: str, unit: str = "") -> str:
    return "–" if value is None else format(value, form) + unit


if __name__ == "__main__":
    main()
