"""Clips whose truth a team was ever told: what people have seen is not unseen when it is taken away again."""

from __future__ import annotations

import json
from collections.abc import Iterable

from annotate.folder import ServerFolder, write_private
from wink.errors import ServerError


def told_before(folder: ServerFolder, title: str) -> frozenset[str]:
    """Ids of the clips whose truth a team (a `title`) was ever told, as far as pushes from this folder know.

    Raises:
        ServerError: the record was changed by hand and cannot be read.
    """
    return frozenset(_record(folder).get(title, ()))


def remember_told(folder: ServerFolder, title: str, clip_ids: Iterable[str]) -> None:
    """Note that a team is told the truth of clips: before it is, for a push that is killed may have shown it.

    To be called while the push lock is held.

    Raises:
        ServerError: the record was changed by hand and cannot be read.
    """
    record = _record(folder)
    before = set(record.get(title, ()))
    if not before.issuperset(new := set(clip_ids)):
        write_private(folder.told, json.dumps(record | {title: sorted(before | new)}, indent=1) + "\n")


def _record(folder: ServerFolder) -> dict[str, list[str]]:
    if not folder.told.exists():
        return {}
    try:
        record = json.loads(folder.told.read_text())
    except ValueError as error:
        raise ServerError(f"{folder.told} cannot be read ({error}); {_EXPECTED}") from error
    good = isinstance(record, dict) and all(isinstance(ids, list) for ids in record.values())
    if not good or not all(isinstance(clip_id, str) for ids in record.values() for clip_id in ids):
        raise ServerError(f"{folder.told} is no record of the clips whose truth was told; {_EXPECTED}")
    return dict(record)


_EXPECTED = 'expected {"TITLE": ["CLIP_ID", ...]}; mend it, or remove it if nobody has seen any truth'
