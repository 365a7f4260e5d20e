"""What marked clips of real people add to simulated ones: networks trained on either and both, on clips unseen.

    python benchmarks/synthetic_to_real.py train_detector train_depths --real real --clips 0 5 20
    python benchmarks/synthetic_to_real.py demo --real marked --network tiny --clips 0 4

Trains on the simulated datasets with so many marked clips of the real one's training split (0 = simulated alone), then
on as many marked clips alone, and scores all of them on the real one's split `test` by `wink benchmark`'s scorer. Marks
are those of annotations.parquet. Prints a Markdown table; networks and leaderboard.json stay in --output.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_module
from omegaconf import DictConfig

from detect.benchmark import run_benchmark
from detect.detectors.silhouette_tcn import SilhouetteTcn
from detect.output import write_benchmark
from detect.training.train import Training, train_networks
from wink.config import build, plain
from wink.dataset import Dataset, find_dataset

COLUMNS = (
    *(("n_wink", "winks", "d"), ("n_clean", "clean", "d"), ("presence_f1", "F1", ".2f")),
    *(
        ("presence_auroc", "AUROC", ".2f"),
        ("ap_100ms", "AP at 100 ms", ".2f"),
        ("onset_mae_ms", "onset MAE [ms]", ".0f"),
    ),
)


def main() -> None:
    """Train, score and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("simulated", nargs="+", help="datasets of wink generate")
    parser.add_argument("--real", required=True, help="dataset with annotations and splits train and test")
    parser.add_argument("--clips", type=int, nargs="+", default=[0, 5, 20], help="marked clips to train on")
    parser.add_argument("--network", default="small", help="option of configs/network")
    parser.add_argument("--output", type=Path, default=Path("synthetic_to_real"))
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with initialize_config_module("configs", version_base="1.3"):
        settings = compose("train", [f"network={arguments.network}"])
    rows = table(arguments, settings)
    print("| trained on | " + " | ".join(head for _, head, _ in COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for row in rows:
        told = ("–" if row[key] is None else format(row[key], form) for key, _, form in COLUMNS)
        print(f"| {row['detector']} | " + " | ".join(told) + " |")


def table(arguments: argparse.Namespace, settings: DictConfig) -> list[dict[str, Any]]:
    """A row a training, scored on the clips of `test`."""
    folder, cache = Path(settings.paths.datasets), Path(settings.paths.cache)
    simulated = [Dataset(find_dataset(name, folder)) for name in arguments.simulated]
    real = Dataset(find_dataset(arguments.real, folder))
    detectors = {}
    for name, datasets, most in trainings(simulated, real, arguments.clips):
        how: Training = replace(build(settings.training), annotated_clips=most)
        made = train_networks(datasets, how, arguments.output / name.replace(" ", "_"), cache, arguments.workers)
        detectors[name] = SilhouetteTcn(str(made.folder), max_turned_deg=70.0, min_visibility=0.3)
    result = run_benchmark([real], detectors, cache, workers=arguments.workers)
    write_benchmark(arguments.output, result, plain(settings))
    return [row for row in result.rows if row["split"] == "test" and row["role"] == "detector"]


def trainings(
    simulated: Sequence[Dataset], real: Dataset, clips: Sequence[int]
) -> Iterator[tuple[str, list[Dataset], int]]:
    """What is trained on what, by name."""
    for most in sorted(set(clips)):
        yield (f"simulated and {most} marked", [*simulated, real], most) if most else ("simulated", [*simulated], 0)
    for most in sorted(set(clips) - {0}):
        yield f"{most} marked", [real], most


if __name__ == "__main__":
    main()
