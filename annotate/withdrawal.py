"""Clips whose people withdrew their consent leave the annotation server, and what was pulled from it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotate.access import explained
from annotate.folder import ServerFolder, read_stamps, write_private
from annotate.lock import locked
from annotate.media import remove_uploads
from annotate.origins import known_origins
from annotate.push import ONCE
from annotate.remains import Remains, contents_of, on_server, remains_of
from annotate.withdrawn import withdrawn_clips
from wink.annotation import read_annotations, write_annotations
from wink.consensus import read_consensus, write_consensus
from wink.dataset import Dataset
from wink.errors import ConfigError, ServerError
from wink.pose_file import pose_file
from wink.words import several

if TYPE_CHECKING:
    from annotate.connection import Server

_ID = re.compile(r"[0-9a-f]{12}")
#: Tasks removed with one request.
_AT_ONCE = 200


@dataclass(frozen=True)
class Places:
    """Folders that may have something of a clip, besides the server's."""

    datasets: Path
    cache: Path


def withdraw_from_server(
    server: Server, folder: ServerFolder, named: Sequence[str], places: Places, confirmed: bool
) -> Remains:
    """Say what there is of withdrawn clips, and if that is confirmed remove it; what there was.

    Args:
        server: signed in to.
        folder: of our own server.
        named: clips; none = all that were withdrawn from a dataset.
        places: folders of the datasets, and of the cache.
        confirmed: whether it is to be removed, and not only told.

    Raises:
        ConfigError: what is named is no clip, or one that is still in a dataset.
        ServerError: the server refused, failed or was not reached, or shows some of it still.
    """
    beside = places.datasets.glob("*/") if places.datasets.is_dir() else ()
    datasets = sorted({*known_origins(folder), *(str(place.resolve()) for place in beside)})
    clip_ids = _checked(named, datasets) if named else withdrawn_clips(datasets)
    with locked(folder.lock("push"), "pushing"), locked(folder.lock("pull"), "pulling"):
        contents = contents_of(folder, clip_ids, datasets)  # while the server's copies are there to tell
        found = remains_of(server, folder, contents, datasets, places.cache)
        _tell(found, clip_ids, confirmed)
        if found and confirmed:
            _remove(server, folder, found, clip_ids)
            left = remains_of(server, folder, contents, datasets, places.cache)
            if left:
                raise ServerError(f"some of it is still there; the same again goes on:\n{left}")
            print("removed")
            _tell_elsewhere(found, server)
        _tell_poses(places.cache, [clip_id for clip_id, hashes in contents.items() if not hashes])
    return found


def _tell_poses(cache: Path, unknown: Sequence[str]) -> None:
    """Say of clips whose content nobody remembers that their pose cannot be told from others."""
    kept = pose_file(cache, "").parent
    if unknown and any(kept.glob("*.npz")):
        print(f"  {kept} may hold silhouettes of {several(len(unknown), 'clip')}, under names nobody knows any more;")
        print("  remove it: what is needed is made again")


def _checked(named: Sequence[str], places: Iterable[str]) -> set[str]:
    """The clips named, none of which a dataset may still have: the next push would bring it back."""
    for name in named:
        if not _ID.fullmatch(name):
            raise ConfigError(f"{name!r} is no clip: expected the twelve digits of its id; none = all withdrawn clips")
    for place in places:
        if (Path(place) / "metadata.parquet").exists():
            there = {row["clip_id"] for row in Dataset(Path(place)).metadata()}.intersection(named)
            if there:
                raise ConfigError(
                    f"clip {min(there)} is still in {place}; withdraw it there first: `wink import` its film with "
                    "consent `none`"
                )
    return set(named)


def _tell(found: Remains, clip_ids: Collection[str], confirmed: bool) -> None:
    if not found:
        print(f"nothing is left on the server, or pulled from it, of {several(len(clip_ids), 'withdrawn clip')}")
        return
    print(f"of {several(len(clip_ids), 'withdrawn clip')} there is still:\n{found}")
    if not confirmed:
        print("nothing was removed; `wink annotate withdraw confirm=true` removes all of this for good, answers too")


def _tell_elsewhere(found: Remains, server: Server) -> None:
    for address in found.elsewhere:
        print(f"  remove this one yourself, it lies elsewhere: {address}")
    for project, _, name in found.uploads:
        print(f"  whoever runs {server.url} removes its copy too: media/upload/{project}/{name}")
    print("not looked through: detections, exports, trained weights, and copies that you made of the server's folder")


def _remove(server: Server, folder: ServerFolder, found: Remains, clip_ids: Collection[str]) -> None:
    """Tasks first, so that nobody is shown a clip whose video is gone."""
    for project in dict.fromkeys(task.project for task in found.tasks):
        _remove_tasks(server, project, [task.number for task in found.tasks if task.project == project])
    for file in (*found.poses, *found.files, *found.copies):  # poses of clips that are named are found by their videos
        file.unlink(missing_ok=True)
    stamps = read_stamps(folder)
    if not stamps.keys().isdisjoint(clip_ids):
        write_private(folder.placed, json.dumps({c: stamp for c, stamp in stamps.items() if c not in clip_ids}))
    remove_uploads(server.url, server.key, found.uploads)
    for file, _ in found.pulled:
        _without(file, clip_ids)


def _remove_tasks(server: Server, project: int, numbers: Sequence[int]) -> None:
    for start in range(0, len(numbers), _AT_ONCE):
        chosen: Any = {"all": False, "included": list(numbers[start : start + _AT_ONCE])}
        with explained("removing tasks"):
            server.ls.actions.create(id="delete_tasks", project=project, selected_items=chosen, request_options=ONCE)


def _without(file: Path, clip_ids: Collection[str]) -> None:
    """Write a table of answers, or of what they came to, without some clips."""
    with locked(file.with_name(".annotations.lock"), f"storing annotations in {file.parent}"):
        if file.name == "consensus.parquet":
            write_consensus(file, tuple(row for row in read_consensus(file) if row.clip_id not in clip_ids))
        else:
            write_annotations(file, tuple(a for a in read_annotations(file) if a.clip_id not in clip_ids))


def warn_of_withdrawn(server: Server, folder: ServerFolder) -> set[str]:
    """Say if the server still has clips that were withdrawn from a dataset; ids of all that were.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    withdrawn = withdrawn_clips(known_origins(folder))
    there = on_server(server, folder, withdrawn).clips
    if there:
        print(
            f"WITHDRAWN: the server still has {several(len(there), 'clip')} whose people withdrew their consent; "
            "`wink annotate withdraw` says what there is of them, and removes it with confirm=true"
        )
    return withdrawn
