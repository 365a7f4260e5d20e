"""Which clips left a dataset because consent was withdrawn: kept there, so that they are missed elsewhere too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from annotate.outcome import FOLDER
from wink.files import write_atomically

#: The list, in the folder of a dataset that is for its maker alone; opaque ids and hashes, no names.
NAME = "withdrawn.json"


def note_withdrawn(dataset: Path, clip_ids: Iterable[str], contents: Mapping[str, Sequence[str]] | None = None) -> None:
    """Note that clips leave a dataset; before they do, so that a kill in between loses none.

    Args:
        dataset: its folder.
        clip_ids: the clips.
        contents: SHA-256 of each clip's video and of its film, by which what was made of them is found.
    """
    known = _read(dataset)
    told = contents or {}
    _write(dataset, known | {c: list(told[c] if c in told else known.get(c, ())) for c in clip_ids})


def note_returned(dataset: Path, clip_ids: Iterable[str]) -> None:
    """Note that clips are in a dataset again: their people agreed anew."""
    before = _read(dataset)
    if not before.keys().isdisjoint(back := set(clip_ids)):
        _write(dataset, {c: contents for c, contents in before.items() if c not in back})


def withdrawn_from(dataset: Path) -> set[str]:
    """Ids of the clips that were withdrawn from a dataset; none where it has no list."""
    return set(_read(dataset))


def withdrawn_clips(datasets: Iterable[str | Path]) -> set[str]:
    """Ids of the clips that were withdrawn from any of some datasets: who withdraws it once withdraws it everywhere."""
    return {clip_id for dataset in datasets for clip_id in withdrawn_from(Path(dataset))}


def withdrawn_contents(datasets: Iterable[str | Path]) -> dict[str, set[str]]:
    """SHA-256 of the videos and films of the clips that were withdrawn from any of some datasets, by clip."""
    contents: dict[str, set[str]] = {}
    for dataset in datasets:
        for clip_id, several in _read(Path(dataset)).items():
            contents.setdefault(clip_id, set()).update(several)
    return contents


def _read(dataset: Path) -> dict[str, list[str]]:
    file = dataset / FOLDER / NAME
    kept = json.loads(file.read_text()) if file.exists() else {}
    return {c: [] for c in kept} if isinstance(kept, list) else dict(kept)  # earlier versions kept a list of ids


def _write(dataset: Path, clips: Mapping[str, Sequence[str]]) -> None:
    (dataset / FOLDER).mkdir(exist_ok=True)
    write_atomically(dataset / FOLDER / NAME, json.dumps(clips, indent=1, sort_keys=True))
