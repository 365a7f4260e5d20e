"""What a task says of answers that were sent back: who is to look again, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable

#: The key in a task's data that the page shows.
NOTE = "look_again"
SKIPPED = "skipped by the annotator"
PLEASE = "Please look again, "
_BETWEEN = " | "


def reason_noted(note: object, annotator: str) -> str | None:
    """Why an annotator's answer was sent back, from the note of its task; None if it was not."""
    for part in str(note or "").split(_BETWEEN):
        name, separator, reason = part.removeprefix(PLEASE).partition(": ")
        if separator and name == annotator:
            return reason
    return None


def note_of(problems: Iterable[tuple[str, str]]) -> str:
    """What the page says above the form: who is to look again, and why; empty without problems."""
    return _BETWEEN.join(f"{PLEASE}{who}: {why.replace(_BETWEEN, ', ')}" for who, why in sorted(problems))
