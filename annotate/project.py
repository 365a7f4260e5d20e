"""The two projects on the server: blind (what counts) and review (with predictions)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from annotate.access import explained
from annotate.page import Kind, instructions, is_earlier_page, labeling_config, place_pictures, same_page
from wink.errors import ServerError

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio


def find_or_make_project(ls: LabelStudio, kind: Kind, title: str, clips: Path, overlap: int | None = None) -> int:
    """Number of the project of a kind, made at the first call, checked at every other.

    Args:
        ls: signed-in client.
        kind: blind or review.
        title: what all projects of this team are called; the kind is added.
        clips: folder on the server's machine that holds `<clip_id>.mp4`.
        overlap: how many annotators each clip gets; None leaves it as it is (1 at first).

    Raises:
        ServerError: two projects bear the name, its page was changed, or the server may not show the folder.
    """
    found = find_project(ls, kind, title)
    with explained(f"making the {kind} project ready"):
        number = _make(ls, kind, title) if found is None else found
        if found is not None:
            _check_page(ls, number, kind, title)
        if overlap is not None and ls.projects.get(id=number).maximum_annotations != overlap:
            ls.projects.update(id=number, maximum_annotations=overlap)
    _allow_media(ls, number, clips)
    return number


def instruct(ls: LabelStudio, number: int, clips: Path, url: str) -> None:
    """Show annotators of a project the instructions of this version, with their pictures.

    Args:
        ls: signed-in client.
        number: of the project.
        clips: folder on the server's machine that the project may show.
        url: where the server hands that folder out.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    place_pictures(clips)
    with explained("showing the instructions"):
        if ls.projects.get(id=number).expert_instruction != instructions(url):
            ls.projects.update(id=number, expert_instruction=instructions(url))


def find_project(ls: LabelStudio, kind: Kind, title: str) -> int | None:
    """Number of the project of a kind; None where there is none.

    Raises:
        ServerError: two projects bear the name, or the server was not reached.
    """
    name = f"{title} {kind}"
    with explained(f"looking for the project {name!r}"):
        hits = [project.id for project in ls.projects.list(title=name) if project.title == name]
    if len(hits) > 1:
        raise ServerError(f"{len(hits)} projects are called {name!r}; rename all but one, or choose another title=")
    return hits[0] if hits else None


def _make(ls: LabelStudio, kind: Kind, title: str) -> int:
    blind = kind == "blind"
    project = ls.projects.create(
        title=f"{title} {kind}",
        description="No predictions; what is marked here counts." if blind else "With predictions; never blind.",
        label_config=labeling_config(kind),
        expert_instruction=instructions(),
        show_instruction=blind,
        show_skip_button=True,
        show_collab_predictions=not blind,
        sampling="Uniform sampling" if blind else "Sequential sampling",  # mixes clips of all sources and pushes
        maximum_annotations=1,
    )
    return int(project.id)


def _check_page(ls: LabelStudio, number: int, kind: Kind, title: str) -> None:
    """Refuse to mix annotations made on different pages; one nobody has used yet, or an earlier one, is renewed."""
    project = ls.projects.get(id=number)
    theirs = project.label_config or "<View/>"
    if same_page(labeling_config(kind), theirs):
        return
    if project.total_annotations_number and not is_earlier_page(theirs):
        raise ServerError(
            f"the labelling page of project {title!r} {kind} is not the one this version of winklab uses, and "
            f"{project.total_annotations_number} annotations were made on it; put the page back in the project's "
            "settings, or begin new projects with another title="
        )
    ls.projects.update(id=number, label_config=labeling_config(kind))


def _allow_media(ls: LabelStudio, number: int, clips: Path) -> None:
    """Let the server show the folder's files in this project; never synchronised, for tasks come from pushes."""
    wanted = str(clips.resolve())
    hint = f"letting it show {wanted} (its LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT must be a folder above)"
    with explained(hint):
        if not any(storage.path == wanted for storage in ls.import_storage.local.list(project=number)):
            ls.import_storage.local.create(project=number, path=wanted, use_blob_urls=False, title="clips")


def folder_url(clips: Path, external: bool) -> str:
    """Where a server shows the clips, below the folder it hands files out from.

    Our own hands out the folder above; of a server the user runs, LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT tells.

    Raises:
        ServerError: the clips are not below that folder.
    """
    named = os.environ.get("LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT") if external else None
    root = Path(named or clips.parent).resolve()
    try:
        return clips.resolve().relative_to(root).as_posix()
    except ValueError:
        raise ServerError(f"LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT={root} is no folder above {clips}") from None
