"""The verb that says what is in a dataset."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from wink.census import census, total_bytes
from wink.dataset import Dataset, find_dataset
from wink.description import read_checksums
from wink.errors import ConfigError, DatasetError
from wink.files import file_sha256
from wink.progress import progress
from wink.words import several, the_first

#: How many of a long list are shown.
_SHOWN = 5


def info(cfg: DictConfig) -> None:
    """Say what each dataset holds; with `check`, hash every file again.

    Raises:
        DatasetError: `check` found files missing or changed, or something in more than one split.
    """
    if not cfg.input:
        raise ConfigError("say which dataset: `wink info demo`, or several: `wink info demo real`")
    datasets = [Dataset(find_dataset(str(name), Path(cfg.paths.datasets))) for name in cfg.input]
    counted = [census(dataset) for dataset in datasets]
    if cfg.check:
        for dataset, found in zip(datasets, counted, strict=True):
            found["changed"] = changed_files(dataset)
    print(json.dumps(counted, indent=1) if cfg.json else "\n\n".join(map(told, counted)))
    wrong = [found["name"] for found in counted if found["missing"] or found["leaks"] or found.get("changed")]
    if cfg.check and wrong:
        raise DatasetError(f"not sound: {', '.join(wrong)}, as said above")


def changed_files(dataset: Dataset) -> list[str]:
    """Files whose content is not what it was when the dataset was finished, or that are gone."""
    noted = read_checksums(dataset.path)
    checked = progress(noted.items(), f"checking {dataset.name}", total=len(noted), unit="file")
    return [name for name, digest in checked if _digest(dataset.path / name) != digest]


def _digest(file: Path) -> str | None:
    return file_sha256(file) if file.is_file() else None


def told(counted: Mapping[str, Any]) -> str:
    """What was counted, in words."""
    return "\n".join([*_head(counted), "", *_counts(counted), *_winks(counted), "", *_state(counted)])


def _head(counted: Mapping[str, Any]) -> Iterator[str]:
    yield f"{counted['name']}: {counted['path']}, schema {counted['schema_version']}"
    trials = f" of {counted['trials']:,} trials ({counted['twins']:,} by twins)" if counted["trials"] else ""
    length = f"{counted['hours']:.2f} h" if counted["hours"] >= 0.1 else f"{counted['hours'] * 3600:.0f} s"
    sizes = ", ".join(f"{kind} {_size(n)}" for kind, n in counted["bytes"].items() if n)
    yield f"{several(counted['clips'], 'clip')}{trials} by {several(counted['subjects'], 'lifter')}"
    if counted["measured_trials"]:
        yield f"{several(counted['measured_trials'], 'trial')} of motion capture"
    yield f"{counted['frames']:,} frames, {length}, {_size(total_bytes(counted))} ({sizes})"


def _counts(counted: Mapping[str, Any]) -> Iterator[str]:
    for name in ("split", "source", "view", "outcome", "case", "sizes"):
        if counted[name]:
            yield _line(name if name != "sizes" else "pixels", _listed(counted[name]))


def _winks(counted: Mapping[str, Any]) -> Iterator[str]:
    found = counted["repetitions"]
    unknown = counted["clips_without_labels"]
    yield _line(
        "labels", f"{found['count']:,} repetitions" + (f"; unknown in {several(unknown, 'clip')}" if unknown else "")
    )
    if not found["count"]:
        return
    yield _line("reversal", f"{_spread(found['pelvic_reversal_deg'])}; {_listed(found['severity'])}")
    for definition, onsets in found["onsets"].items():
        where = f", thigh {_spread(onsets['thigh_inclination_deg'])}" if onsets["count"] else ""
        yield _line(definition, f"{onsets['count']:,} of {found['count']:,}{where}")
    yield "deepest thigh"
    for name, spread in found["depth_deg"].items():
        if spread["count"]:
            yield _line(f"  {name} deg", f"{spread['count']:,}, reversal {_spread(spread)}")


def _state(counted: Mapping[str, Any]) -> Iterator[str]:
    if counted["annotations"] or counted["detections"]:
        yield _line("marked", f"{counted['annotations']:,} annotations, {counted['detections']:,} detections")
    if counted["quarantined"]:
        yield _line("quarantined", f"{several(counted['quarantined'], 'trial')}; `wink generate` said which and why")
    yield _line("files", _wrong(counted["missing"], "missing or empty") or "all there")
    if "changed" in counted:
        yield _line("hashes", _wrong(counted["changed"], "CHANGED") or "as when it was finished")
    if len(counted["split"]) > 1:
        yield _line(
            "splits", _wrong(counted["leaks"], "LEAKS") or "no lifter, trial, twin, look or video in two of them"
        )


def _wrong(names: list[str], what: str) -> str:
    return f"{len(names):,} {what}: {the_first(names, _SHOWN)}" if names else ""


def _line(name: str, text: str) -> str:
    return f"{name:<22} {text}".rstrip()


def _listed(counts: Mapping[str, int]) -> str:
    shown = list(counts.items())[:12]
    more = f", {len(counts) - len(shown)} more" if len(counts) > len(shown) else ""
    return ", ".join(f"{name} {count:,}" for name, count in shown) + more


def _spread(spread: Mapping[str, Any]) -> str:
    return f"{spread['median']:.1f} deg ({spread['p10']:.1f} to {spread['p90']:.1f})"


def _size(n: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if n < 1000:
            return f"{n:.0f} {unit}" if unit == "B" else f"{n:.1f} {unit}"
        n /= 1000
    return f"{n:.1f} TB"
