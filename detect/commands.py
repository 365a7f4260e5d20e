"""The verbs of this stage: `wink benchmark`, `wink train` and `wink fetch`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from omegaconf import DictConfig, OmegaConf

from detect.places import writable_folder
from wink.config import build, plain
from wink.dataset import Dataset, find_dataset
from wink.errors import ConfigError, unknown_name
from wink.onset import DEFINITIONS

if TYPE_CHECKING:
    from detect.benchmarked import Benchmark
    from detect.plugins.plugins import AnyDetector


#: How to get it; uv's resolver takes a build with CUDA where it is not told otherwise.
TORCH = "`pip install 'winklab[train]'`"


def fetch(cfg: DictConfig) -> None:
    """Put the two pose networks in place."""
    from detect.weights import are_in_place, fetch_weights, weights_folder

    folder = Path(cfg.folder) if cfg.folder else weights_folder()
    there = are_in_place(folder)
    fetch_weights(folder, Path(cfg.wheel) if cfg.wheel else None)
    print(f"pose networks {'were already' if there else 'are now'} in {folder}, checked (Apache-2.0)")


def benchmark(cfg: DictConfig) -> None:
    """Run detectors on datasets, score them, and write the report."""
    detectors, datasets = _checked(cfg)
    output = writable_folder("output", Path(cfg.output) if cfg.output else datasets[0].path)
    cache = writable_folder("paths.cache", Path(cfg.paths.cache))
    for dataset in datasets:
        writable_folder("the dataset", dataset.path)
    from detect.benchmark import DETECTIONS_FILE, run_benchmark
    from detect.output import write_benchmark
    from detect.table import leaderboard_table

    result = run_benchmark(
        datasets,
        detectors,
        cache,
        cfg.definition,
        cfg.workers,
        timeout_s=cfg.timeout_s,
        seed=cfg.seed,
        probes=cfg.probes,
    )
    written = [dataset.path / DETECTIONS_FILE for dataset in datasets]
    written += write_benchmark(output, result, plain(cfg))
    print(leaderboard_table(result.rows))
    _tell_failures(result)
    print("\n".join(f"wrote {file}" for file in written))


def train(cfg: DictConfig) -> None:
    """Train networks on simulated datasets."""
    if not cfg.input:
        raise ConfigError("say on which datasets: `wink train train_detector train_depths`")
    if not isinstance(cfg.workers, int) or isinstance(cfg.workers, bool) or cfg.workers < 1:
        raise ConfigError(f"workers={cfg.workers}; expected a whole number, at least 1")
    if cfg.training.frames is not None and find_spec("torch") is None:
        raise ConfigError(
            f"training needs torch, which is not installed; install it with {TORCH}, or train "
            "silhouette_boosting alone with network=boosting"
        )
    datasets = _datasets(cfg)
    folder = writable_folder("output", Path(cfg.output) if cfg.output else datasets[0].path / "networks")
    cache = writable_folder("paths.cache", Path(cfg.paths.cache))
    from detect.training.train import train_networks

    trained = train_networks(datasets, build(cfg.training), folder, cache, cfg.workers)
    for row in trained.figures:
        told = (f"{name} {value:.3g}" for name, value in row.items() if isinstance(value, float))
        print(f"{row['head']}, seed {row['seed']}, {row['on']}: {', '.join(told)}")
    print(f"wrote {trained.folder / 'README.md'}; try them: wink benchmark DATASET ", end="")
    print(f"'detector=[silhouette_tcn]' detector.silhouette_tcn.weights={trained.folder}")


def _checked(cfg: DictConfig) -> tuple[dict[str, AnyDetector], list[Dataset]]:
    """Detectors and datasets, refused before any work if something is wrong with them."""
    if cfg.definition not in DEFINITIONS:
        raise ConfigError(unknown_name("definition of an onset", str(cfg.definition), DEFINITIONS))
    if not cfg.input:
        raise ConfigError("say which datasets: `wink benchmark demo`, or several: `wink benchmark demo real`")
    if not cfg.get("detector") and not cfg.plugins:
        raise ConfigError("no detector chosen: detector=[low_back_contour,hip_angle_change], or plugins=")
    if not isinstance(cfg.workers, int) or isinstance(cfg.workers, bool) or cfg.workers < 1:
        raise ConfigError(f"workers={cfg.workers}; expected a whole number, at least 1: videos looked at at a time")
    if isinstance(cfg.timeout_s, bool) or not isinstance(cfg.timeout_s, int | float) or not cfg.timeout_s > 0:
        raise ConfigError(f"timeout_s={cfg.timeout_s}; expected seconds above 0, for a detector and a clip")
    detectors = _detectors(cfg)
    return detectors, _datasets(cfg)


def _datasets(cfg: DictConfig) -> list[Dataset]:
    """The datasets named on the command line, each once."""
    names = [cfg.input] if isinstance(cfg.input, str) else cfg.input
    paths = (find_dataset(str(name), Path(cfg.paths.datasets)) for name in names)
    return [Dataset(path) for path in {path.resolve(): path for path in paths}.values()]


def _detectors(cfg: DictConfig) -> dict[str, AnyDetector]:
    """Every detector that is to run, by name: ours and plug-ins."""
    from detect.plugins.plugins import build_plugins

    chosen = cfg.get("detector") or {}
    ours: dict[str, AnyDetector] = {str(name): _built(str(name), part) for name, part in chosen.items()}
    settings = OmegaConf.to_container(cfg.plugins, resolve=True) if OmegaConf.is_config(cfg.plugins) else cfg.plugins
    plugins = build_plugins(settings or {}, cfg.timeout_s)  # type: ignore[arg-type]
    twice = sorted(ours.keys() & plugins.keys())
    if twice:
        raise ConfigError(f"two detectors are called {twice[0]}: give the plug-in another name, plugins={{NAME: …}}")
    return ours | plugins


def _built(name: str, part: DictConfig) -> AnyDetector:
    """One detector from its settings; what is wrong with them is said with its name."""
    try:
        detector: AnyDetector = build(part)
    except ConfigError as error:
        raise ConfigError(f"detector {name}: {error}") from None
    return detector


def _tell_failures(result: Benchmark) -> None:
    for part in result.parts:
        for d in part.detections:
            if d.error is not None:
                print(f"{d.detector} failed on {part.dataset.name}/{d.clip_id} (counted as no wink): {d.error}")
