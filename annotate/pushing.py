"""A push from beginning to end: which clips, for whom, what may be told of them, and their way to the server."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from annotate.curve import review_curves
from annotate.delivery import Courier, detections_of, unique_clips
from annotate.golden import golden_key
from annotate.lock import locked
from annotate.origins import remember_origins
from annotate.page import Kind
from annotate.rounds import Round, choose, shared_out
from annotate.secrecy import Secrecy
from annotate.withdrawal import warn_of_withdrawn
from wink.clip import Clip
from wink.dataset import Dataset


@dataclass(frozen=True)
class Push:
    """What is pushed where."""

    kind: Kind
    title: str
    datasets: Sequence[Dataset]
    asked: Round
    truth: bool = False  # review only: the truth of simulated clips too


def push_into(bearer: Courier, wish: Push) -> None:
    """Push clips, and to the review project predictions, each once, one push at a time; say what came of it.

    Raises:
        ServerError: a clip is not what a project already shows under its id, or the server failed.
        ConfigError: there is nothing to choose by.
    """
    kind, asked, key = wish.kind, wish.asked, golden_key(bearer.folder)
    clips = unique_clips(wish.datasets)
    remember_origins(bearer.folder, wish.datasets)
    clips = _agreed(clips, warn_of_withdrawn(bearer.server, bearer.folder))
    with locked(bearer.folder.lock("push"), "pushing"):
        secrecy = Secrecy(bearer.server.ls, wish.title)
        part = choose(asked, wish.datasets, _unseen(clips, secrecy) if kind == "blind" else clips, key)
        if kind == "training":
            part = _lessons(part, secrecy, asked.lessons, key)
        if wish.datasets and not part:
            print(f"{kind}: select={asked.select} finds no clip that is left to mark")
            return
        told = _told(part, secrecy) if kind == "review" and wish.truth else frozenset()
        for queue, mine in shared_out(bearer.server.ls, asked, kind, wish.title, part).items():
            curves = _curves(wish.datasets, mine, told) if kind == "review" else {}
            # Nobody is served clips of a review; there, tasks made again would lose their predictions.
            bearer.deliver(queue, mine, curves, first=kind == "blind" and asked.select in ("uncertain", "disputed"))
            if kind == "review":
                bearer.deliver_predictions(queue, wish.datasets, mine, told)


def _agreed(clips: Sequence[Clip], withdrawn: Set[str]) -> list[Clip]:
    """The clips nobody has withdrawn, from whatever dataset; what is left out is said."""
    agreed = [clip for clip in clips if clip.clip_id not in withdrawn]
    if len(agreed) < len(clips):
        print(f"{len(clips) - len(agreed)} clips are left out: they were withdrawn from another dataset, not from this")
    return agreed


def _unseen(clips: Sequence[Clip], secrecy: Secrecy) -> list[Clip]:
    """The clips that may be marked blind; what is left out is said."""
    unseen = secrecy.may_be_marked(clips)
    if len(unseen) < len(clips):
        print(
            f"blind: {len(clips) - len(unseen)} clips are left out, for the training or review project tells their "
            "truth; `wink push ... project=review truth=false` takes it away from the review again"
        )
    return unseen


def _lessons(clips: Sequence[Clip], secrecy: Secrecy, share: float, key: bytes) -> list[Clip]:
    """The clips that may be taught; what is left out is said."""
    busy = sum(c.repetitions is not None and c.clip_id in secrecy.blind for c in clips)
    if busy:
        print(
            f"training: {busy} clips are in a blind project, so their truth is not taught; "
            "simulate others: `wink generate name=lessons seed=1`"
        )
    return secrecy.lessons(clips, share, key)


def _told(clips: Sequence[Clip], secrecy: Secrecy) -> frozenset[str]:
    """Clips of a review whose truth is shown."""
    told = secrecy.may_be_shown(clips)
    waiting = sum(c.repetitions is not None and c.clip_id not in told for c in clips)
    if waiting:
        print(f"review: the truth of {waiting} clips is not shown, for they are still to be marked blind")
    return told


def _curves(datasets: Sequence[Dataset], clips: Sequence[Clip], told: Set[str]) -> dict[str, str]:
    """The curve of each clip's pelvic tilt, to stand beside its video in a review."""
    shown = {clip.clip_id for clip in clips}
    curves = review_curves(datasets, detections_of(datasets), told)
    return {clip_id: curve for clip_id, curve in curves.items() if clip_id in shown}
