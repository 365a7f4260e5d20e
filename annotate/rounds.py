"""A round of annotation: which clips, for whom, in what order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig

from annotate.answers import who_marked
from annotate.assignment import share_out
from annotate.page import Kind
from annotate.people import email_of, name_of
from annotate.project import DISPUTED, Queue, find_queues
from annotate.push import tasks_by_clip
from annotate.selection import disputed, doubts, most_doubtful, with_golden
from annotate.settings import overlap_of, whole
from wink.annotation import Annotation, read_annotations
from wink.clip import Clip
from wink.consensus import read_consensus
from wink.dataset import Dataset
from wink.detection import read_detections
from wink.errors import ConfigError, unknown_name
from wink.words import several

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

SELECTIONS = ("all", "uncertain", "disputed", "golden")


@dataclass(frozen=True)
class Round:
    """What is asked of whom."""

    select: str = "all"
    n: int | None = None  # clips at most
    golden: float = 0.2  # share of clips with known truth, for select=golden
    people: tuple[str, ...] = ()  # none: whoever has a log-in
    overlap: int | None = None  # of the people named, how many get each clip; None = 1
    lessons: float = 1.0  # share of the clips with known truth that a training project gets


def round_of(cfg: DictConfig) -> Round:
    """The round that a verb's settings describe.

    Raises:
        ConfigError: one of them makes no sense.
    """
    people = tuple(name_of(str(name)) for name in cfg.annotators)
    if cfg.select not in SELECTIONS:
        raise ConfigError(unknown_name("selection", str(cfg.select), SELECTIONS))
    if cfg.n is not None and not whole(cfg.n, 1, 10**9):
        raise ConfigError(f"n={cfg.n} is no number of clips; expected 1 or more, or null for all")
    golden, lessons = (_share(cfg, name) for name in ("golden", "lessons"))
    chosen = Round(str(cfg.select), cfg.n, golden, people, overlap_of(cfg), lessons)
    if people:
        share_out((), people, chosen.overlap or 1)
    elif (chosen.overlap or 1) > 1:
        # Label Studio counts an answer somebody skipped, or had sent back, and the one in its place as two people's,
        # and the reason for sending back stands above the form for all who share a project
        raise ConfigError(
            f"overlap={chosen.overlap} needs to know who: annotators=[ann,bob] overlap={chosen.overlap} gives each a "
            "project of their own and each clip to so many of them; where all share one project, a clip goes to one"
        )
    return chosen


def _share(cfg: DictConfig, name: str) -> float:
    share: Any = cfg[name]
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ConfigError(f"{name}={share} is no share; expected 0 to 1 (is this a percentage?)")
    return float(share)


def choose(asked: Round, datasets: Sequence[Dataset], clips: Sequence[Clip], key: bytes = b"") -> list[Clip]:
    """The clips of a round; golden ones by the key of the server's choices.

    Raises:
        ConfigError: there is nothing to choose by.
    """
    if asked.select == "golden":
        return with_golden(clips, asked.golden, asked.n, key)
    ids = _chosen_ids(asked, datasets, [clip.clip_id for clip in clips])
    by_id = {clip.clip_id: clip for clip in clips}
    return [by_id[clip_id] for clip_id in sorted(ids) if clip_id in by_id]


def _chosen_ids(asked: Round, datasets: Sequence[Dataset], clip_ids: Sequence[str]) -> Sequence[str]:
    if asked.select == "all":
        return clip_ids[: asked.n]
    annotations = _annotations(datasets)
    if asked.select == "disputed":
        agreed = [row for dataset in datasets for row in read_consensus(dataset.path / "consensus.parquet")]
        return (sorted(c.clip_id for c in agreed if c.disputed) if agreed else disputed(annotations))[: asked.n]
    found = [d for dataset in datasets for d in read_detections(dataset.path / "detections.parquet")]
    if not found:
        names = ", ".join(dataset.name for dataset in datasets)
        raise ConfigError(f"no detector has looked at {names} yet, so none is unsure; run `wink benchmark` first")
    done = {a.clip_id for a in annotations if a.problem is None and not a.primed}
    return most_doubtful(doubts(found), done, asked.n)


def _annotations(datasets: Sequence[Dataset]) -> list[Annotation]:
    """Everything that was pulled into some datasets."""
    return [a for dataset in datasets for a in read_annotations(dataset.path / "annotations.parquet")]


def shared_out(
    ls: LabelStudio,
    asked: Round,
    kind: Kind,
    title: str,
    clips: Sequence[Clip],
    marked: Mapping[str, Set[str]] | None = None,
) -> dict[Queue, Sequence[Clip]]:
    """Which clips go into which project: one for everybody, or one a person; disputed clips into one of their own.

    What people have in their projects already is theirs. A disputed clip goes to nobody who has marked it (`marked`:
    their email addresses, by clip): the same people settle nothing.
    """
    if asked.select == "disputed" and not asked.people:
        return {Queue(kind, title, DISPUTED, asked.overlap): clips}
    if not asked.people or kind == "review":
        return {Queue(kind, title, None, asked.overlap): clips}
    queues = {queue.person: (number, queue) for number, queue in find_queues(ls, kind, title).items()}
    before = {p: set(tasks_by_clip(ls, queues[p][0])) for p in asked.people if p in queues}
    by_id = {clip.clip_id: clip for clip in clips}
    each = len(asked.people) if kind == "training" else asked.overlap or 1  # everybody learns on every clip
    never = {p: _marked_by(p, marked or {}) if asked.select == "disputed" else frozenset() for p in asked.people}
    given = share_out(by_id, asked.people, each, before, never)
    busy = [p for p in asked.people if given[p] or p in queues]  # a project that is empty is made for nobody
    called = {p: queues[p][1].of if p in queues else p for p in asked.people}  # as it was written then
    return {Queue(kind, title, called[p], 1): [by_id[c] for c in given[p]] for p in busy}


def markers_of(datasets: Sequence[Dataset]) -> dict[str, set[str]]:
    """Who has marked each clip of some datasets by the rules and blind, as was pulled."""
    return who_marked(_annotations(datasets))


def say_who_settles(asked: Round, clips: Sequence[Clip], marked: Mapping[str, Set[str]], log_ins: Set[str]) -> None:
    """Say of disputed clips who has to mark them for it to settle anything: somebody who has not yet.

    Raises:
        ConfigError: all who have a log-in have marked all of them.
    """
    ids = [clip.clip_id for clip in clips]
    if not asked.people:
        everywhere = set.intersection(*(set(marked.get(clip_id, ())) for clip_id in ids)) if ids else set()
        if everywhere and log_ins <= everywhere:
            raise ConfigError(
                f"all disputed clips were marked by everybody who has a log-in ({', '.join(sorted(everywhere))}), and "
                "the same people settle nothing; `wink annotate add-annotator NAME` makes a log-in for somebody else"
            )
        if everywhere:
            print(
                f"disputed: all of them were marked by {', '.join(sorted(everywhere))}, who settle nothing by marking "
                f"them again; {', '.join(sorted(log_ins - everywhere))} can, or annotators=[NAME] names somebody"
            )
        return
    nobodys = [c for c in ids if all(c in _marked_by(person, marked) for person in asked.people)]
    if nobodys:
        few = len(nobodys) == 1
        print(
            f"disputed: {several(len(nobodys), 'clip')} {'is' if few else 'are'} given to nobody, for all who are "
            f"named have marked {'it' if few else 'them'}: {', '.join(nobodys)}"
        )


def _marked_by(person: str, marked: Mapping[str, Set[str]]) -> frozenset[str]:
    email = email_of(person)
    return frozenset(clip_id for clip_id, who in marked.items() if email in who)
