"""Which clips left a dataset because consent was withdrawn: kept there, so that they are missed on the server too."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from annotate.outcome import FOLDER
from wink.files import write_atomically

#: The list, in the folder of a dataset that is for its maker alone; opaque ids, no names.
NAME = "withdrawn.json"


def note_withdrawn(dataset: Path, clip_ids: Iterable[str]) -> None:
    """Note that clips leave a dataset; before they do, so that a kill in between loses none."""
    _write(dataset, {*withdrawn_from(dataset), *clip_ids})


def note_returned(dataset: Path, clip_ids: Iterable[str]) -> None:
    """Note that clips are in a dataset again: their people agreed anew."""
    before = withdrawn_from(dataset)
    if not before.isdisjoint(back := set(clip_ids)):
        _write(dataset, before - back)


def withdrawn_from(dataset: Path) -> set[str]:
    """Ids of the clips that were withdrawn from a dataset; none where it has no list."""
    file = dataset / FOLDER / NAME
    return set(json.loads(file.read_text())) if file.exists() else set()


def withdrawn_clips(datasets: Iterable[str | Path]) -> set[str]:
    """Ids of the clips that were withdrawn from any of some datasets: who withdraws it once withdraws it everywhere."""
    return {clip_id for dataset in datasets for clip_id in withdrawn_from(Path(dataset))}


def _write(dataset: Path, clip_ids: Iterable[str]) -> None:
    (dataset / FOLDER).mkdir(exist_ok=True)
    write_atomically(dataset / FOLDER / NAME, json.dumps(sorted(clip_ids), indent=1))
