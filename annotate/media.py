"""How the server gets at the clips: from a folder it shares with us, by upload, or from a place that has them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import httpx

from annotate.access import authorisation, explained, proxied
from annotate.folder import (
    ServerFolder,
    is_placed,
    place_clip,
    read_stamps,
    shows_another_picture,
    stamp_of,
    sweep_clips,
    write_private,
)
from annotate.page import PICTURES, picture, place_pictures
from annotate.push import is_worked_on, tasks_by_clip
from annotate.shown import Fetch, check_shown, fetcher
from wink.clip import Clip
from wink.errors import ConfigError, ServerError
from wink.files import file_sha256
from wink.progress import progress

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

#: Below this the server hands out files of folders it was allowed to (`LOCAL_FILES`).
LOCAL_FILES = "/data/local-files/?d="
#: Clips of a place elsewhere that are asked for, by their sizes: nobody but its owner knows when they change.
_ASKED = 200
#: Files of a project listed at once.
_PAGE = 10_000


class Media(Protocol):
    """A way for the server to get at clips."""

    def bring(self, ls: LabelStudio, project: int, clips: Sequence[Clip]) -> dict[str, str]:
        """See to it that a project can show the clips; the address of each video, by clip id.

        Raises:
            ServerError: the server cannot show them, or shows something else under their names.
        """
        ...

    def pictures(self, ls: LabelStudio, project: int) -> dict[str, str]:
        """The addresses of the instructions' pictures, by name; after `bring`."""
        ...


@dataclass(frozen=True)
class SharedFolder:
    """The server reads the folder we copy clips to: the same machine, or a mount."""

    folder: ServerFolder
    root: Path  # the server's LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT
    fetch: Fetch

    def bring(self, ls: LabelStudio, project: int, clips: Sequence[Clip]) -> dict[str, str]:
        """Copy what is not there yet under opaque names, and let the project show the folder."""
        below = self._below()
        self._allow(ls, project)
        place_clips(ls, self.folder, clips)
        videos = {clip.clip_id: f"{LOCAL_FILES}{below}/{clip.clip_id}.mp4" for clip in clips}
        check_shown(self.fetch, clips, videos, "is it another machine? Then set media=upload")
        return videos

    def pictures(self, _ls: LabelStudio, _project: int) -> dict[str, str]:
        """They lie beside the clips."""
        place_pictures(self.folder.clips)
        return {name: f"{LOCAL_FILES}{self._below()}/{name}" for name in PICTURES}

    def _below(self) -> str:
        clips = self.folder.clips
        try:
            return clips.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            raise ServerError(
                f"LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT={self.root} is no folder above {clips}"
            ) from None

    def _allow(self, ls: LabelStudio, project: int) -> None:
        """Let the server show the folder's files in this project; never synchronised, for tasks come from pushes."""
        wanted = str(self.folder.clips.resolve())
        with explained(
            f"letting it show {wanted} (its LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT must be a folder above, and "
            "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED true; or set media=upload)"
        ):
            if not any(storage.path == wanted for storage in ls.import_storage.local.list(project=project)):
                ls.import_storage.local.create(project=project, path=wanted, use_blob_urls=False, title="clips")


@dataclass(frozen=True)
class Uploads:
    """Each video is sent to the server once a project; frame rate and number of frames stay in the task's data."""

    url: str
    key: str

    def bring(self, ls: LabelStudio, project: int, clips: Sequence[Clip]) -> dict[str, str]:
        """Upload what is not there yet; files are named by clip and content, so a changed video is another file."""
        digests = _digests(clips)
        _check_unmarked(ls, project, digests)
        names = {clip_id: f"{clip_id}-{digest}.mp4" for clip_id, digest in digests.items()}
        with self.web() as web:
            there = _uploaded(web, project)
            absent = [clip for clip in clips if names[clip.clip_id] not in there]
            for clip in progress(absent, "uploading", total=len(absent)) if absent else ():
                with clip.video.open("rb") as video:
                    _upload(web, project, names[clip.clip_id], video, "video/mp4")
            there = _uploaded(web, project) if absent else there
        lost = [name for name in names.values() if name not in there]
        if lost:
            raise ServerError(f"{len(lost)} uploads did not arrive, first {lost[0]}; push again")
        return {clip_id: there[name] for clip_id, name in names.items()}

    def pictures(self, _ls: LabelStudio, project: int) -> dict[str, str]:
        """They are uploaded too, once a project."""
        with self.web() as web:
            for name in PICTURES if PICTURES[-1] not in _uploaded(web, project) else ():
                _upload(web, project, name, BytesIO(picture(name)), "image/jpeg")
            there = _uploaded(web, project)
        return {name: there[name] for name in PICTURES if name in there}

    def web(self) -> httpx.Client:
        """Requests to the server."""
        headers = authorisation(self.url, self.key)
        return httpx.Client(base_url=self.url, timeout=600, headers=headers, trust_env=proxied(self.url))


@dataclass(frozen=True)
class Elsewhere:
    """The videos already lie where annotators' browsers can fetch them: `<place>/<clip_id>.mp4`.

    A video's content stands in the fragment of its address, which is asked of no server: so a later push can tell
    that a clip that was marked shows another picture now.
    """

    place: str
    fetch: Fetch
    uploads: Uploads

    def bring(self, ls: LabelStudio, project: int, clips: Sequence[Clip]) -> dict[str, str]:
        """Check that they are there, by their sizes, and are those that were marked."""
        digests = _digests(clips)
        _check_unmarked(ls, project, digests)
        videos = {c: f"{self.place.rstrip('/')}/{c}.mp4#{digest}" for c, digest in digests.items()}
        check_shown(self.fetch, clips, videos, f"copy each clip to {self.place} as <clip_id>.mp4", most=_ASKED)
        return videos

    def pictures(self, ls: LabelStudio, project: int) -> dict[str, str]:
        """The place has none: they are uploaded."""
        return self.uploads.pictures(ls, project)


def choose_media(folder: ServerFolder, url: str, key: str, external: bool, wish: str | None) -> Media:
    """The way the server gets at clips, as a setting says.

    Args:
        folder: of our own server; clips are copied to its `media/clips`.
        url: address of the server.
        key: to sign in with.
        external: whether it is a server of the user's.
        wish: None for the shared folder, `upload`, or the place that has the clips.

    Raises:
        ConfigError: it is none of them, or makes no sense for our own server.
    """
    fetch = fetcher(url, key)
    if wish is None:
        named = os.environ.get("LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT") if external else None
        return SharedFolder(folder, Path(named or folder.media), fetch)
    if not external:
        raise ConfigError(f"media={wish} is for a server you run yourself (LABEL_STUDIO_URL); ours has its own folder")
    if wish == "upload":
        return Uploads(url, key)
    if wish.startswith(("https://", "http://", "/data/")):
        return Elsewhere(wish, fetch, Uploads(url, key))
    raise ConfigError(
        f"media={wish} is no way to get at clips; expected upload, https://PLACE, {LOCAL_FILES}FOLDER, null"
    )


def place_clips(ls: LabelStudio, folder: ServerFolder, clips: Sequence[Clip]) -> None:
    """Put the clips' videos where the server shows them; a picture that was worked on is never swapped.

    Raises:
        ServerError: somebody marked a clip whose video has changed since.
    """
    sweep_clips(folder)
    stamps = read_stamps(folder)
    absent = [clip for clip in clips if not is_placed(folder, clip, stamps)]
    changed = [clip.clip_id for clip in absent if shows_another_picture(folder, clip)]
    if changed:
        with explained("looking through the projects"):
            projects = [int(project.id) for project in ls.projects.list()]
        listed = [tasks_by_clip(ls, project) for project in projects]
        _refuse([c for c in changed if any(is_worked_on(ls, t.number) for tasks in listed for t in tasks.get(c, ()))])
    for clip in progress(absent, "copying", total=len(absent)) if absent else ():
        place_clip(folder, clip)
    now = {clip.clip_id: stamp_of(clip) for clip in clips}
    if any(stamps.get(c) != stamp for c, stamp in now.items()):
        write_private(folder.placed, json.dumps(stamps | now))


def _digests(clips: Sequence[Clip]) -> dict[str, str]:
    """Eight digits of the content of each clip's video, by clip id."""
    return {clip.clip_id: file_sha256(clip.video)[:8] for clip in clips}


def _digest_in(address: str) -> str | None:
    """The digits of the content that a video's address tells: of an upload, or in a fragment."""
    found = re.search(r"-([0-9a-f]{8})\.mp4$|#([0-9a-f]{8})$", address)
    return found and (found[1] or found[2])


def _check_unmarked(ls: LabelStudio, project: int, digests: Mapping[str, str]) -> None:
    """Refuse videos that would show another picture under a clip that was marked."""
    there = tasks_by_clip(ls, project)
    shown = {c: _digest_in(there[c][0].data["video"]) for c in digests if c in there}
    changed = [c for c, digest in shown.items() if digest not in (None, digests[c])]
    _refuse([c for c in changed if any(is_worked_on(ls, task.number) for task in there[c])])


def _refuse(marked: Sequence[str]) -> None:
    if marked:
        raise ServerError(
            f"the videos of {len(marked)} clips are not those that were marked on the server, first {marked[0]}: they "
            "were made again. Push the dataset that was marked, or use another folder with paths.server="
        )


def _uploaded(web: httpx.Client, project: int) -> dict[str, str]:
    """Address of every uploaded file of a project, by the name it was sent under."""
    with explained("listing the uploads"):
        found = _listed(web, project)
    # the server puts eight digits and a dash before the name
    return {Path(file["file"]).name.partition("-")[2]: f"/data/{file['file']}" for file in found}


def _listed(web: httpx.Client, project: int) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {"all": "true", "page_size": _PAGE}
    return list(web.get(f"/api/projects/{project}/file-uploads", params=asked).raise_for_status().json())


def uploads_of(url: str, key: str, project: int) -> list[tuple[int, str]]:
    """Number and name of every file that was uploaded to a project; the name begins with the server's own digits.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    with Uploads(url, key).web() as web, explained("listing the uploads"):
        return [(int(file["id"]), Path(file["file"]).name) for file in _listed(web, project)]


def remove_uploads(url: str, key: str, uploads: Sequence[tuple[int, int, str]]) -> None:
    """Let a server forget uploaded files, by project, number and name.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    for project in dict.fromkeys(upload[0] for upload in uploads):
        numbers = [number for at, number, _ in uploads if at == project]
        with Uploads(url, key).web() as web, explained("removing uploads"):
            path = f"/api/projects/{project}/file-uploads"
            web.request("DELETE", path, json={"file_upload_ids": numbers}).raise_for_status()


def _upload(web: httpx.Client, project: int, name: str, file: BinaryIO, kind: str) -> None:
    with explained(f"uploading {name}"):
        path = f"/api/projects/{project}/import"
        answer = web.post(path, params={"commit_to_project": "false"}, files={name: (name, file, kind)})
        answer.raise_for_status()
