"""Which clips of known truth are mixed in among those to be marked, unseen as such.

The choice is a function of a key in the server's folder and of the clips' ids: always the same for those who hold
the key, and not to be told from a task, for a golden clip's task is like any other's.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from annotate.folder import ServerFolder, write_private
from wink.angles import severity
from wink.clip import Clip


def golden_key(folder: ServerFolder) -> bytes:
    """The key of a server's choices, made at the first call."""
    file: Path = folder.root / "golden.key"
    if not file.exists():
        write_private(file, secrets.token_hex(16))
    return bytes.fromhex(file.read_text().strip())


def is_golden(clip: Clip) -> bool:
    """Whether a clip can be asked of annotators as golden: its truth is known, and it is one squat."""
    return clip.repetitions is not None and len(clip.repetitions) == 1


def choose_golden(clips: Iterable[Clip], key: bytes, count: int) -> list[Clip]:
    """Golden clips from those whose truth is known: a third without a wink, the rest of every size and view in turn.

    A larger count has all of a smaller one, so that a growing project keeps its golden clips.
    """
    order = sorted(filter(is_golden, clips), key=lambda c: hmac.new(key, c.clip_id.encode(), hashlib.sha256).digest())
    clean = _in_turn([c for c in order if _size(c) == "clean"])
    others = _in_turn([c for c in order if _size(c) != "clean"])
    chosen: list[Clip] = []
    while (clean or others) and len(chosen) < count:
        wants_clean = len(chosen) % 3 == 0
        chosen.append((clean if (wants_clean and clean) or not others else others).pop(0))
    return chosen


def _in_turn(clips: Sequence[Clip]) -> list[Clip]:
    """Clips such that sizes and views follow one another evenly."""
    seen: dict[tuple[str, str], int] = {}
    ranked = []
    for i, clip in enumerate(clips):
        kind = (_size(clip), clip.view)
        ranked.append((seen.setdefault(kind, 0), i, clip))
        seen[kind] += 1
    return [clip for _, _, clip in sorted(ranked, key=lambda r: r[:2])]


def _size(clip: Clip) -> str:
    return severity(max(r.pelvic_reversal_deg for r in clip.repetitions or ()))
