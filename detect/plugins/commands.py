"""The verb `wink check-detector`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from omegaconf import DictConfig

from wink.config import build, load_option, options_of
from wink.dataset import Dataset, find_dataset
from wink.errors import ConfigError, DetectorError
from wink.words import several

if TYPE_CHECKING:
    from detect.plugins.contract import Check
    from detect.plugins.plugins import AnyDetector


def check_detector(cfg: DictConfig) -> None:
    """Check every detector that is named, and say what it passes and what it fails."""
    if not cfg.input:
        raise ConfigError(
            "say which detector: a name, a command ('mydet {video}'), a table (mine.csv) or a module.Class"
        )
    failed = 0
    for what in cfg.input:
        detector = _found(str(what), cfg.timeout_s)
        print(f"{what}:")
        for check in _checks(detector, cfg):
            failed += not check.passed
            print(f"  {'pass' if check.passed else 'FAIL'}  {check.name}: {check.words}", flush=True)
    if failed:
        raise DetectorError(f"{several(failed, 'check')} failed")
    print("The contract is kept.")


def _found(what: str, timeout_s: float) -> AnyDetector:
    """One of ours by its name, a class by its dotted path, or a plug-in."""
    from detect.plugins.plugins import plugin

    if what in options_of("detector"):
        ours: AnyDetector = build(load_option("detector", what))
        return ours
    name = what.replace(".", "")
    if "." in what and name.isidentifier() and not Path(what).exists() and not what.endswith(".csv"):
        return plugin({"_target_": what}, timeout_s)
    return plugin(what, timeout_s)


def _checks(detector: AnyDetector, cfg: DictConfig) -> Iterator[Check]:
    from detect.plugins.contract import check_detector as checks
    from detect.plugins.table_contract import check_table
    from detect.plugins.table_file import TableFile

    if isinstance(detector, TableFile):
        if not cfg.dataset:
            raise ConfigError("a table is checked against the dataset it is for: dataset=demo")
        yield from check_table(detector, Dataset(find_dataset(str(cfg.dataset), Path(cfg.paths.datasets))))
        return
    with tempfile.TemporaryDirectory(prefix="check-") as folder:
        yield from checks(detector, Path(folder), cfg.timeout_s)
