"""Films that are in a dataset already: what is told of them now, and their removal where consent was withdrawn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from annotate.outcome import FOLDER
from annotate.terms import ClipTerms
from annotate.withdrawn import note_withdrawn
from wink.dataset_writer import DatasetWriter, Shard
from wink.measured_truth import drop_frames


def amend(writer: DatasetWriter, film_id: str, terms: ClipTerms) -> list[str]:
    """Bring the rows of a film's clips up to what is told of it now; what is not told stays as it was.

    Returns:
        What changed, by name.
    """
    shard = writer.shard(film_id)
    rows = [_told_anew(row, terms) for row in shard.metadata]
    changed = dict.fromkeys(n for old, new in zip(shard.metadata, rows, strict=True) for n in _differences(old, new))
    if changed:
        writer.add(Shard(film_id, rows, shard.repetitions, None))
    return list(changed)


def withdraw(writer: DatasetWriter, film_id: str) -> list[str]:
    """Take a film's clips out of a dataset, with all that was made of them; ids of the clips that went.

    The record goes last: cut short, the same again ends the work.
    """
    rows = writer.shard(film_id).metadata if writer.has_shard(film_id) else ()
    if rows:
        contents = {str(row["clip_id"]): _contents(row) for row in rows}
        note_withdrawn(writer.path, contents, contents)
    for row in rows:
        video = writer.path / row["file_name"]
        for file in (video, video.with_suffix(".frames.csv")):
            file.unlink(missing_ok=True)
        drop_frames(writer.path / "frames" / f"{video.parent.name}.parquet", row["clip_id"])
    for suffix in (".jpg", ".png"):
        (writer.path / FOLDER / f"{film_id}{suffix}").unlink(missing_ok=True)
    writer.forget(film_id)
    return [str(row["clip_id"]) for row in rows]


def _contents(row: Mapping[str, Any]) -> list[str]:
    """SHA-256 of a clip's video and of its film."""
    return [str(digest) for digest in (row["sha256"], json.loads(row["factors"]).get("source_sha256")) if digest]


def _told_anew(row: Mapping[str, Any], terms: ClipTerms) -> dict[str, Any]:
    factors = json.loads(row["factors"])
    now = terms.over(ClipTerms.of_clip(row, factors))
    return {**row, **now.columns, "factors": json.dumps(factors | now.factors(factors.get("faces", "kept")))}


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Names of the columns and factors that differ."""
    before, now = ({**row, **json.loads(row["factors"]), "factors": None} for row in (old, new))
    return [name for name in now if before.get(name) != now[name]]
