"""The verb that writes datasets in the formats of other programs."""

from __future__ import annotations

from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from wink.config import build, options_of
from wink.dataset import Dataset, find_dataset
from wink.errors import ConfigError, DatasetError
from wink.files import new_folder
from wink.formats.format import Format


def export(cfg: DictConfig) -> None:
    """Write each dataset named in another program's format, into a folder of its own."""
    form, datasets = _checked(cfg)
    targets = _targets(cfg, datasets)
    for target in targets:
        refuse_existing(target, cfg.overwrite)
    for dataset, target in zip(datasets, targets, strict=True):
        files = write_export(form, dataset, target, cfg.overwrite)
        print(f"{dataset.name}: {len(files)} files in {target}, begin with {files[0].relative_to(target)}")


def write_export(form: Format, dataset: Dataset, target: Path, overwrite: bool = False) -> list[Path]:
    """Write a dataset in a format; the folder is there whole or not at all.

    Returns:
        The files a reader begins with, in `target`.

    Raises:
        ConfigError: the folder is there and `overwrite` is not asked for.
        DatasetError: the dataset holds no clips, or not what the format cannot do without.
    """
    refuse_existing(target, overwrite)
    if not dataset.index.num_rows:
        raise DatasetError(f"{dataset.name} holds no clips: there is nothing to export")
    with new_folder(target) as folder:
        files = form.write(dataset, folder)
    return [target / file.relative_to(folder) for file in files]


def refuse_existing(target: Path, overwrite: bool) -> None:
    """Leave what is there alone unless told otherwise.

    Raises:
        ConfigError: something is there.
    """
    if target.is_dir() and not any(target.iterdir()):
        return
    if target.exists() and not (overwrite and target.is_dir()):
        hint = "overwrite=true replaces it" if target.is_dir() else "it is a file"
        raise ConfigError(f"{target} is there already ({hint}); or choose another folder: output=...")


def _checked(cfg: DictConfig) -> tuple[Format, list[Dataset]]:
    """Format and datasets, refused before any work if something is wrong with them."""
    formats = ", ".join(options_of("format"))
    if not cfg.get("format"):
        raise ConfigError(f"say which format: format=NAME, one of {formats}")
    if not cfg.input:
        raise ConfigError("say which dataset: `wink export demo format=coco`")
    form: Format = build(cfg.format)
    paths = {find_dataset(str(name), Path(cfg.paths.datasets)).resolve(): None for name in cfg.input}
    return form, [Dataset(path) for path in paths]


def _targets(cfg: DictConfig, datasets: list[Dataset]) -> list[Path]:
    """Where each dataset goes: `output` itself for one, a folder in it for each of several."""
    if not cfg.output:
        chosen = HydraConfig.get().runtime.choices["format"]
        return _apart([Path(cfg.paths.exports) / f"{dataset.name}-{chosen}" for dataset in datasets])
    output = Path(cfg.output)
    return [output] if len(datasets) == 1 else _apart([output / dataset.name for dataset in datasets])


def _apart(targets: list[Path]) -> list[Path]:
    if len(set(targets)) < len(targets):
        raise ConfigError("two of the datasets have the same name; export them one by one, each with output=...")
    return targets
