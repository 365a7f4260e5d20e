"""What there is of some clips on the annotation server and in what was pulled from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from annotate.access import explained
from annotate.folder import ServerFolder
from annotate.media import LOCAL_FILES, uploads_of
from annotate.order import filtered
from annotate.withdrawn import withdrawn_contents
from wink.annotation import read_annotations
from wink.consensus import read_consensus
from wink.files import file_sha256
from wink.pose_file import kept_poses
from wink.words import several

if TYPE_CHECKING:
    from annotate.connection import Server

_ID = re.compile(r"\b[0-9a-f]{12}\b")
#: Clips asked for with one request.
_AT_ONCE = 100


@dataclass(frozen=True)
class Shown:
    """A task that shows one of the clips, in whatever project."""

    number: int
    project: int
    title: str  # of the project
    clip_id: str
    video: str  # its address
    n_answers: int


@dataclass(frozen=True)
class Remains:
    """Where clips are still to be found."""

    tasks: tuple[Shown, ...] = ()
    files: tuple[Path, ...] = ()  # videos in our folder
    copies: tuple[Path, ...] = ()  # exports that our own Label Studio keeps, with these clips among others
    uploads: tuple[tuple[int, int, str], ...] = ()  # project, number and name of files sent to a server of the user's
    poses: tuple[Path, ...] = ()  # what detectors keep of the videos, with small pictures of the lifter
    pulled: tuple[tuple[Path, int], ...] = ()  # files of answers and what they came to, with how many of these clips

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.tasks or self.files or self.copies or self.uploads or self.poses or self.pulled)

    @property
    def clips(self) -> set[str]:
        """Ids of the clips the server still shows, or has videos of."""
        return {t.clip_id for t in self.tasks} | {file.stem for file in self.files}

    @property
    def elsewhere(self) -> list[str]:
        """Addresses of videos that lie where we cannot remove them."""
        here = (LOCAL_FILES, "/data/upload/")
        return sorted({t.video.partition("#")[0] for t in self.tasks if not t.video.startswith(here)})

    def __str__(self) -> str:
        """A line for each place."""
        titles = dict.fromkeys(task.title for task in self.tasks)
        lines = [_of_project(title, [t for t in self.tasks if t.title == title]) for title in titles]
        lines += [
            f"{folder}: {several(n, 'video')}" for folder, n in Counter(file.parent for file in self.files).items()
        ]
        lines += [
            f"{f}: {several(n, 'export')} of what was pulled" for f, n in Counter(c.parent for c in self.copies).items()
        ]
        lines += [f"uploads of project {project}: {n}" for project, n in Counter(u[0] for u in self.uploads).items()]
        poses = Counter(file.parent for file in self.poses)
        lines += [f"{folder}: {several(n, 'pose')} with pictures" for folder, n in poses.items()]
        lines += [f"{file}: {several(n, 'row')}" for file, n in self.pulled]
        return "\n".join(f"  {line}" for line in lines)


def _of_project(title: str, tasks: Sequence[Shown]) -> str:
    return (
        f"project {title!r}: {several(len(tasks), 'task')}, with {several(sum(t.n_answers for t in tasks), 'answer')}"
    )


def on_server(server: Server, folder: ServerFolder, clip_ids: Collection[str]) -> Remains:
    """The tasks and videos of clips, in every project of the server, whatever its title.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    if not clip_ids:
        return Remains()
    with explained("looking through the projects"):
        projects = [(int(project.id), str(project.title)) for project in server.ls.projects.list()]
    tasks = [task for number, title in projects for task in _tasks_of(server, number, title, sorted(clip_ids))]
    files = [folder.clips / f"{clip_id}.mp4" for clip_id in sorted(clip_ids)]
    return Remains(tuple(tasks), tuple(file for file in files if file.exists()))


def contents_of(folder: ServerFolder, clip_ids: Iterable[str], datasets: Iterable[str | Path]) -> dict[str, set[str]]:
    """SHA-256 of the videos and films of clips, as far as a dataset they left, or the server's copy, tells."""
    noted = withdrawn_contents(datasets)
    contents = {}
    for clip_id in clip_ids:
        copy = folder.clips / f"{clip_id}.mp4"
        contents[clip_id] = noted.get(clip_id, set()) | ({file_sha256(copy)} if copy.exists() else set())
    return contents


def remains_of(
    server: Server,
    folder: ServerFolder,
    contents: Mapping[str, Set[str]],
    datasets: Sequence[str | Path],
    cache: Path,
) -> Remains:
    """Everything there is of clips: on the server, in what was pulled, in datasets' answers, in the cache.

    Args:
        server: signed in to.
        folder: of our own server.
        contents: the clips, each with what `contents_of` tells of it.
        datasets: their folders.
        cache: folder of the poses.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    clip_ids = contents.keys()
    found = on_server(server, folder, clip_ids)
    if not clip_ids:
        return found
    uploads: tuple[tuple[int, int, str], ...] = ()
    if server.external:
        with explained("looking through the projects"):
            projects = [int(project.id) for project in server.ls.projects.list()]
        uploads = tuple(
            (project, number, name)
            for project in projects
            for number, name in uploads_of(server.url, server.key, project)
            if name.partition("-")[2].partition("-")[0] in clip_ids
        )
    pulled = _pulled(folder, clip_ids, datasets)
    poses = tuple(kept_poses(cache, (sha256 for each in contents.values() for sha256 in each)))
    return replace(found, copies=_copies(folder, clip_ids), uploads=uploads, poses=poses, pulled=pulled)


def _copies(folder: ServerFolder, clip_ids: Set[str]) -> tuple[Path, ...]:
    kept = sorted(folder.exports.glob("*.json"))
    return tuple(file for file in kept if not clip_ids.isdisjoint(_ID.findall(file.read_text())))


def _pulled(
    folder: ServerFolder, clip_ids: Collection[str], datasets: Iterable[str | Path]
) -> tuple[tuple[Path, int], ...]:
    places = [Path(dataset) for dataset in datasets]
    answers = [*sorted(folder.pulled.glob("*.parquet")), *(place / "annotations.parquet" for place in places)]
    counts = [(file, sum(a.clip_id in clip_ids for a in read_annotations(file))) for file in answers]
    agreed = [place / "consensus.parquet" for place in places]
    counts += [(file, sum(row.clip_id in clip_ids for row in read_consensus(file))) for file in agreed]
    return tuple((file, n) for file, n in counts if n)


def _tasks_of(server: Server, project: int, title: str, clip_ids: Sequence[str]) -> list[Shown]:
    found = []
    for start in range(0, len(clip_ids), _AT_ONCE):
        pattern = f"^({'|'.join(clip_ids[start : start + _AT_ONCE])})$"
        query = filtered([("data.clip_id", "regex", "String", pattern)])
        with explained("looking for tasks by clip"):
            asked = ["id", "data", "total_annotations", "cancelled_annotations"]
            listed = server.ls.tasks.list(
                project=project, fields="task_only", include=asked, query=query, page_size=1000
            )
            for task in listed:
                data = task.data or {}
                n = sum(int(getattr(task, name, 0) or 0) for name in asked[2:])
                found.append(Shown(int(task.id), project, title, str(data["clip_id"]), str(data.get("video") or ""), n))
    return found
