"""A pull from beginning to end: what is new, what is wrong with it, where it belongs, and what goes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from annotate.connection import Server
from annotate.folder import ServerFolder
from annotate.lock import locked
from annotate.mirror import Mirror, read_mirror
from annotate.notes import SKIPPED
from annotate.origins import known_origins
from annotate.page import Kind
from annotate.project import find_queues
from annotate.pull import changes_since, known_datasets, store
from annotate.secrecy import Secrecy
from annotate.sending_back import is_to_be_mended, send_back, standing, to_be_mended
from annotate.stepping import without_hops
from annotate.withdrawal import warn_of_withdrawn
from wink.annotation import Annotation
from wink.dataset import Dataset
from wink.words import the_first

#: How many of a long list are shown.
_SHOWN = 20


@dataclass(frozen=True)
class Pull:
    """How to pull."""

    kind: Kind
    title: str
    everything: bool = False  # not only what is new
    mend: bool = True  # send what breaks the rules back to its annotators


def pull_into(
    server: Server, folder: ServerFolder, asked: Pull, named: Sequence[Dataset], datasets: Path
) -> list[Annotation]:
    """Pull every project of a kind and give each dataset the annotations of its clips; say what came of it.

    Args:
        server: signed in to.
        folder: our own, which remembers what was pulled.
        asked: what and how.
        named: the datasets to fill; none = all that are finished below `datasets`, and all that were ever pushed.
        datasets: folder of the datasets.

    Returns:
        Every annotation of those projects, as it is now.
    """
    everything: list[Annotation] = []
    new = back = 0
    secrecy = Secrecy(server.ls, asked.title, folder)
    with locked(folder.lock("pull"), "pulling"):
        for project in find_queues(server.ls, asked.kind, asked.title):
            mirror, n = refreshed(server, folder, project, asked)
            new += n
            everything += mirror.annotations
            if asked.mend and asked.kind == "blind":
                back += send_back(server, project, mirror.annotations, lambda: secrecy.told)
        counts, homeless = store(everything, named or known_datasets(datasets, known_origins(folder)))
    wrong = to_be_mended(everything)
    _tell(asked, everything, new, wrong, back)
    if wrong and asked.mend and asked.kind == "blind":
        _tell_kept(wrong, secrecy)
    withdrawn = warn_of_withdrawn(server, folder)
    _tell_homes(counts, [a for a in homeless if a.clip_id not in withdrawn])
    return everything


def clips_to_mend(server: Server, folder: ServerFolder, title: str) -> set[str]:
    """Clips with a blind answer that breaks the rules, as of now, whether it went back already or not.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    with locked(folder.lock("pull"), "pulling"):
        queues = find_queues(server.ls, "blind", title)
        mirrors = [refreshed(server, folder, number, Pull("blind", title))[0] for number in queues]
    return {a.clip_id for mirror in mirrors for a in to_be_mended(mirror.annotations)}


def refreshed(server: Server, folder: ServerFolder, project: int, asked: Pull) -> tuple[Mirror, int]:
    """What is known of a project, brought up to date; and how many annotations were new or changed."""
    mirror = read_mirror(folder, server.place, project)
    since = None if asked.everything else mirror.newest
    before = {a.annotation_id: a for a in mirror.annotations}
    changes = [
        _keeping_reason(a, before.get(a.annotation_id))
        for a in changes_since(server, project, since, primed=asked.kind != "blind")
    ]
    if asked.everything:
        mirror = Mirror(mirror.file)
    judged = {a.annotation_id: a for a in without_hops(mirror.with_changes(changes).annotations)}
    mirror = mirror.with_changes(judged.values())
    new = sum(_said(before.get(a.annotation_id)) != _said(judged[a.annotation_id]) for a in changes)
    return mirror, new


def _keeping_reason(now: Annotation, before: Annotation | None) -> Annotation:
    """An answer with the reason it was sent back for, which its task no longer tells once it was answered anew."""
    if now.problem != SKIPPED or before is None or not is_to_be_mended(before) or now.spans != before.spans:
        return now
    return replace(now, problem=before.problem)


def _said(annotation: Annotation | None) -> Annotation | None:
    """What an annotator said, without when our own sending back touched it."""
    return None if annotation is None else replace(annotation, updated_at="")


def _tell(asked: Pull, annotations: Sequence[Annotation], new: int, wrong: Sequence[Annotation], back: int) -> None:
    skipped = sum(a.problem == SKIPPED for a in standing(annotations))
    before = "" if new else " since the last `wink pull` or `progress`"
    print(f"{asked.kind}: {new} new or changed{before}, {len(annotations)} held in all, {skipped} put off")
    if back:
        print(f"{back} went back to their annotators: they come again at the end of the queue, with the reason above")
    for a in wrong[:_SHOWN]:
        print(f"  to be mended: clip {a.clip_id} by {a.annotator}: {a.problem}")
    if len(wrong) > _SHOWN:
        print(f"  ... and {len(wrong) - _SHOWN} more; all are in annotations.parquet with their problem")


def _tell_kept(wrong: Sequence[Annotation], secrecy: Secrecy) -> None:
    kept = sorted({a.clip_id for a in wrong} & secrecy.told)
    if kept:
        print(f"  not sent back, for the team is or was told the clip's truth: {the_first(kept, _SHOWN)}")


def _tell_homes(counts: Mapping[Path, int], homeless: Sequence[Annotation]) -> None:
    for file, n in counts.items():
        print(f"{file}: {n} annotations")
    if homeless:
        clips = sorted({a.clip_id for a in homeless})
        print(
            f"  {len(homeless)} annotations are of clips in no dataset here ({', '.join(clips[:5])}); "
            "name the dataset's folder: wink pull FOLDER"
        )
