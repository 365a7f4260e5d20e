"""Films whose people withdrew their consent, found by a name: the file itself may be gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from annotate.amending import withdraw
from annotate.outcome import Outcome, imported, keep
from annotate.real_clips import removed
from wink.dataset_writer import DatasetWriter
from wink.errors import ConfigError, unknown_name


def withdraw_named(writer: DatasetWriter, names: Sequence[str]) -> list[Outcome]:
    """Take films out of a dataset with all their clips, and keep that in `import.json`; every name is checked first.

    Args:
        writer: of the dataset.
        names: what a film's file was called, a film's id, or the id of a clip of it.

    Raises:
        ConfigError: a name is not known, or is that of several films.
    """
    known = imported(writer.path)
    by_name = _films_by_name(writer, known.values())
    found = [(name, _the_one(name, by_name)) for name in names]
    outcomes = []
    for name, film_id in found:
        gone = withdraw(writer, film_id)
        reason = removed(gone) if gone else "no clip of it is here any more (consent none)"
        outcomes.append(Outcome(Path(known.get(film_id, {}).get("file", name)), "withdrawn", film_id, reason))
        keep(writer.path, outcomes[-1:])
    return outcomes


def _the_one(name: str, by_name: dict[str, set[str]]) -> str:
    films = sorted(by_name.get(name, ()))
    if not films:
        raise ConfigError(unknown_name("film of this dataset, nor id of one or of a clip", name, by_name))
    if len(films) > 1:
        raise ConfigError(f"{len(films)} films were called {name!r}; say which by its id: {', '.join(films)}")
    return films[0]


def _films_by_name(writer: DatasetWriter, known: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """The films that each name may mean, clips of theirs included; those that were withdrawn before, too."""
    found: dict[str, set[str]] = {}

    def note(film_id: str, names: Iterable[str]) -> None:
        for name in (film_id, *names):
            found.setdefault(name, set()).add(film_id)

    for file in writer.store.names(".shards", ".json"):
        film_id = file.removesuffix(".json")
        note(film_id, (str(row["clip_id"]) for row in writer.shard(film_id).metadata))
    for entry in known:
        if entry.get("film_id") and (entry["film_id"] in found or entry["status"] == "withdrawn"):
            note(entry["film_id"], (entry["file"], *entry.get("also_called", ()), *entry.get("withdrawn_clips", ())))
    return found
