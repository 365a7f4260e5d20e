"""A push from beginning to end: which clips, for whom, what may be told of them, and their way to the server."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from annotate.curve import review_curves
from annotate.delivery import Courier, detections_of, unique_clips
from annotate.golden import golden_key, is_golden
from annotate.lock import locked
from annotate.origins import remember_origins
from annotate.page import Kind
from annotate.people import log_ins
from annotate.project import Queue
from annotate.pulling import clips_to_mend
from annotate.rounds import Round, choose, markers_of, say_who_settles, shared_out
from annotate.secrecy import Secrecy
from annotate.selection import check_golden
from annotate.withdrawal import warn_of_withdrawn
from wink.clip import Clip
from wink.dataset import Dataset
from wink.words import several


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
        secrecy = Secrecy(bearer.server.ls, wish.title, bearer.folder)
        secrecy.remember()
        part = _chosen(wish, clips, secrecy, key)
        queues = _queues(bearer, wish, part)
        if not part:
            purpose = {"blind": "left to mark", "training": "left to teach", "review": "there to look at"}[kind]
            print(f"{kind}: select={asked.select} finds no clip that is {purpose}")
            return
        if asked.select == "golden":
            n_golden = sum(map(is_golden, part))
            print(f"{kind}: {n_golden} of {several(len(part), 'clip')} are golden, their truth is known")
        told = _told(bearer, part, secrecy) if kind == "review" and wish.truth else frozenset()
        secrecy.remember(
            c.clip_id for c in part if c.repetitions is not None and (kind == "training" or c.clip_id in told)
        )
        for queue, mine in queues.items():
            _deliver(bearer, wish, queue, mine, told)


def _chosen(wish: Push, clips: Sequence[Clip], secrecy: Secrecy, key: bytes) -> list[Clip]:
    """The clips that were asked for, as far as they may be marked, or taught; of a review all."""
    if wish.asked.select == "golden":
        check_golden(clips, wish.asked.golden)
    part = choose(wish.asked, wish.datasets, clips, key)
    if wish.kind == "training":
        return _lessons(part, secrecy, wish.asked.lessons, key)
    if wish.kind == "blind":
        allowed = secrecy.may_be_marked(clips)
        if len(allowed) < len(clips):
            _tell_left_out(part, secrecy)
            return choose(wish.asked, wish.datasets, allowed, key)
    return part


def _queues(bearer: Courier, wish: Push, clips: Sequence[Clip]) -> dict[Queue, Sequence[Clip]]:
    """Which clips go into which project; of disputed ones it is said who settles them."""
    marked = markers_of(wish.datasets) if wish.asked.select == "disputed" and wish.kind == "blind" else {}
    if marked:
        say_who_settles(wish.asked, clips, marked, set() if wish.asked.people else log_ins(bearer.server).keys())
    return shared_out(bearer.server.ls, wish.asked, wish.kind, wish.title, clips, marked)


def _deliver(bearer: Courier, wish: Push, queue: Queue, clips: Sequence[Clip], told: Set[str]) -> None:
    """Bring clips into one project, and to a review what is said of them."""
    if wish.kind == "review":
        bearer.deliver(queue, clips, _curves(wish.datasets, clips, told))
        bearer.deliver_predictions(queue, wish.datasets, clips, told)
        return
    # Only what people mark blind is set in order: tasks made again would lose their predictions.
    bearer.deliver(queue, clips, first=wish.kind == "blind" and wish.asked.select in ("uncertain", "disputed"))


def _agreed(clips: Sequence[Clip], withdrawn: Set[str]) -> list[Clip]:
    """The clips nobody has withdrawn, from whatever dataset; what is left out is said."""
    agreed = [clip for clip in clips if clip.clip_id not in withdrawn]
    if len(agreed) < len(clips):
        print(f"{len(clips) - len(agreed)} clips are left out: they were withdrawn from another dataset, not from this")
    return agreed


def _tell_left_out(clips: Sequence[Clip], secrecy: Secrecy) -> None:
    """Say which of the clips that were asked for may not be marked blind, and the way out."""
    told = {clip.clip_id for clip in clips} & secrecy.told
    if told:
        before = f" ({len(told & secrecy.blind)} of them were put there before)" if told & secrecy.blind else ""
        print(
            f"blind: {several(len(told), 'clip')} left out of what is marked, for the training or review project "
            f"tells, or told, the truth{before}\n  if nobody has looked: {_way_out(secrecy)}"
        )


def _way_out(secrecy: Secrecy) -> str:
    """How somebody who knows better has what was told forgotten."""
    return (
        "take the truth away (`wink push ... project=review truth=false`), or the training project, and then the "
        f"clips' ids out of {secrecy.folder.told}"
    )


def _lessons(clips: Sequence[Clip], secrecy: Secrecy, share: float, key: bytes) -> list[Clip]:
    """The clips that may be taught; what is left out is said."""
    busy = sum(c.repetitions is not None and c.clip_id in secrecy.blind for c in clips)
    unknown = sum(c.repetitions is None for c in clips)
    if unknown:
        print(
            f"training: the truth of {several(unknown, 'clip')} is not known; of simulated ones it is (`wink generate`)"
        )
    if busy:
        print(
            f"training: {busy} clips are in a blind project, so their truth is not taught; "
            "simulate others: `wink generate name=lessons seed=1`"
        )
    return secrecy.lessons(clips, share, key)


def _told(bearer: Courier, clips: Sequence[Clip], secrecy: Secrecy) -> frozenset[str]:
    """Clips of a review whose truth is shown."""
    # an answer that breaks the rules may not have gone back yet; one whose clip's truth was told does not any more
    to_mend = clips_to_mend(bearer.server, bearer.folder, secrecy.title) - secrecy.told
    told = secrecy.may_be_shown(clips) - to_mend
    waiting = sum(c.repetitions is not None and c.clip_id not in told for c in clips)
    if waiting:
        print(
            f"review: the truth of {waiting} clips is not shown, for they are still to be marked blind, or their "
            "answers to be mended (`wink pull` lists these)"
        )
    return told


def _curves(datasets: Sequence[Dataset], clips: Sequence[Clip], told: Set[str]) -> dict[str, str]:
    """The curve of each clip's pelvic tilt, to stand beside its video in a review."""
    shown = {clip.clip_id for clip in clips}
    curves = review_curves(datasets, detections_of(datasets), told)
    return {clip_id: curve for clip_id, curve in curves.items() if clip_id in shown}
