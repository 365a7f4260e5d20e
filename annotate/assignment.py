"""Who gets which clips: each clip to so many people, everybody as many clips as the next: pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set

from wink.errors import ConfigError


def share_out(
    clip_ids: Iterable[str],
    people: Sequence[str],
    each: int,
    before: Mapping[str, Set[str]] | None = None,
    never: Mapping[str, Set[str]] | None = None,
) -> dict[str, list[str]]:
    """Give every clip to `each` people, loads at most one apart as far as what they have already allows.

    The same clips and people give the same result; clips that come later change nothing of what was given. Among those
    with the least to do a draw by clip decides, so that every two people share clips.

    Args:
        clip_ids: the clips, in any order.
        people: their names.
        each: people a clip.
        before: clips that people have already, also ones that are not asked for now.
        never: clips that people are not to be asked for (again); one that is left to fewer people goes to these.

    Returns:
        The clips of each person, those they had among them included, by id.

    Raises:
        ConfigError: more people a clip than there are, or a name twice.
    """
    if len(set(people)) != len(people):
        raise ConfigError(f"annotators={list(people)} names somebody twice")
    if not 1 <= each <= len(people):
        raise ConfigError(f"overlap={each} asks for more annotators a clip than the {len(people)} named in annotators=")
    had = {person: set((before or {}).get(person, ())) for person in people}
    load = {person: len(clips) for person, clips in had.items()}
    given: dict[str, list[str]] = {person: [] for person in people}
    for clip_id in sorted(set(clip_ids)):
        asked = [person for person in people if clip_id not in (never or {}).get(person, ())]
        have = [person for person in asked if clip_id in had[person]]
        free = sorted((p for p in asked if p not in have), key=lambda p: (load[p], _lot(clip_id, p)))
        chosen = free[: max(0, each - len(have))]
        for person in chosen:
            load[person] += 1
        for person in (*have, *chosen):
            given[person].append(clip_id)
    return given


def _lot(clip_id: str, person: str) -> str:
    return hashlib.sha256(f"{clip_id}/{person}".encode()).hexdigest()
