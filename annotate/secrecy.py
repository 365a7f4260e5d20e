"""No clip is marked blind by people who were shown its truth: which may be taught, reviewed with truth, or marked.

Every log-in can open every project of a team (a `title`), so what one of them shows, all know; and what they were once
shown they know for good, so it is remembered when it has gone from the server.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from annotate.access import explained
from annotate.curve import tells_truth
from annotate.folder import ServerFolder
from annotate.order import tasks_where
from annotate.page import Kind
from annotate.predictions import TRUTH
from annotate.project import find_project, find_queues
from annotate.push import Listed, tasks_by_clip
from annotate.told import remember_told, told_before
from wink.clip import Clip

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio


@dataclass(frozen=True)
class Secrecy:
    """How the clips of a team stand, by id; asked of the server once each, and only what is needed.

    A push asks while it holds the push lock. Everything raises ServerError if the server refuses or is not reached.
    """

    ls: LabelStudio
    title: str
    folder: ServerFolder  # which remembers what was told

    @cached_property
    def told(self) -> frozenset[str]:
        """Clips whose truth the team was ever told: what stands on the server now, and what is remembered."""
        return self.taught | self.shown | told_before(self.folder, self.title)

    def remember(self, clip_ids: Iterable[str] = ()) -> None:
        """Note clips whose truth is about to be told, and those whose truth somebody else has put on the server."""
        remember_told(self.folder, self.title, self.told.union(clip_ids))

    @cached_property
    def taught(self) -> frozenset[str]:
        """Clips of training projects, which tell the truth of a clip once it is answered."""
        return frozenset(c for tasks in self._tasks("training").values() for c in tasks)

    @cached_property
    def blind(self) -> frozenset[str]:
        """Clips of blind projects."""
        return frozenset(c for tasks in self._blind.values() for c in tasks)

    @cached_property
    def waiting(self) -> frozenset[str]:
        """Clips that somebody is still to mark blind."""
        blind = (each for tasks in self._blind.values() for each in tasks.items())
        return frozenset(c for c, several in blind if not all(t.done for t in several))

    @cached_property
    def shown(self) -> frozenset[str]:
        """Clips whose truth stands in the review project, as a prediction or in the curve."""
        review = find_project(self.ls, "review", self.title)
        if review is None:
            return frozenset()
        with explained("looking whose truth is shown"):
            told = {int(p.task) for p in self.ls.predictions.list(project=review) if p.model_version == TRUTH}

        def tells(task: Listed) -> bool:
            return task.number in told or tells_truth(str(task.data.get("curve") or ""))

        return frozenset(c for c, several in tasks_by_clip(self.ls, review).items() if any(map(tells, several)))

    @cached_property
    def _blind(self) -> dict[int, dict[str, list[Listed]]]:
        return self._tasks("blind")

    def _tasks(self, kind: Kind) -> dict[int, dict[str, list[Listed]]]:
        return {number: tasks_by_clip(self.ls, number) for number in find_queues(self.ls, kind, self.title)}

    def may_be_marked(self, clips: Iterable[Clip]) -> list[Clip]:
        """The clips whose truth nobody was ever shown, nor will be."""
        return [c for c in clips if c.clip_id not in self.told]

    def may_be_shown(self, clips: Iterable[Clip]) -> frozenset[str]:
        """Ids of the clips whose truth, where it is known, spoils no mark that is still to be made."""
        return frozenset(c.clip_id for c in clips) - self.waiting

    def lessons(self, clips: Sequence[Clip], share: float, key: bytes) -> list[Clip]:
        """Clips to be taught: of those whose truth is known a share, none that is in a blind project.

        Those that are taught already come first, then by a draw with the key, so that the same is asked the same again.
        """
        known = [c for c in clips if c.repetitions is not None]
        free = sorted(
            (c for c in known if c.clip_id not in self.blind),
            key=lambda c: (c.clip_id not in self.taught, _lot(c, key)),
        )
        return sorted(free[: math.ceil(share * len(known))], key=lambda c: c.clip_id)


def is_marked_blind(ls: LabelStudio, title: str, clip_id: str) -> bool:
    """Whether a clip is in a blind project of a team.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    return any(tasks_where(ls, n, "clip_id", "equal", clip_id) for n in find_queues(ls, "blind", title))


def _lot(clip: Clip, key: bytes) -> bytes:
    return hmac.new(key, f"lesson/{clip.clip_id}".encode(), hashlib.sha256).digest()
