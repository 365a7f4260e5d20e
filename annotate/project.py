"""The projects on the server: blind (what counts), review (with predictions), training (truth after each answer)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from annotate.access import explained
from annotate.page import Kind, illustrated, is_earlier_page, labeling_config, same_page
from annotate.people import name_of
from wink.errors import ConfigError, ServerError

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

_DESCRIPTIONS: dict[Kind, str] = {
    "blind": "open it, then Label All Tasks. No predictions; what is marked here counts.",
    "review": "To look at, once clips are marked: with predictions; nothing here counts as blind.",
    "training": "For learning: open it, then Label All Tasks. Truth is shown after each answer; nothing here counts.",
}


#: Name of the round of disputed clips; it is nobody's.
DISPUTED = "disputed"


@dataclass(frozen=True)
class Queue:
    """A project that annotators work through."""

    kind: Kind
    title: str  # what all projects of a team are called
    of: str | None = None  # the person it is for, or the round; None = everybody
    overlap: int | None = None  # annotators each clip gets; None leaves it as it is (1 at first)

    @property
    def name(self) -> str:
        """Name of the project on the server."""
        return f"{self.title} {self.kind}" + (f" {self.of}" if self.of else "")

    @property
    def person(self) -> str | None:
        """Whom it is for, by the one name they have; None = everybody, a round, or a project somebody made by hand."""
        if self.of in (None, DISPUTED):
            return None
        with suppress(ConfigError):
            return name_of(str(self.of))
        return None


def make_ready(ls: LabelStudio, queue: Queue) -> int:
    """Number of a queue's project, made at the first call, checked at every other.

    Raises:
        ServerError: two projects bear the name, or its page was changed.
    """
    found = find_project(ls, queue.kind, queue.title, queue.of)
    with explained(f"making the project {queue.name!r} ready"):
        number = _make(ls, queue) if found is None else found
        if found is not None:
            _check_page(ls, number, queue)
        if queue.overlap is not None and ls.projects.get(id=number).maximum_annotations != queue.overlap:
            ls.projects.update(id=number, maximum_annotations=queue.overlap)
    return number


def instruct(ls: LabelStudio, number: int, pictures: Mapping[str, str]) -> None:
    """Show annotators of a project the instructions of this version, with their pictures.

    Args:
        ls: signed-in client.
        number: of the project.
        pictures: where the server has them, by name.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    text = illustrated(pictures)
    with explained("showing the instructions"):
        if ls.projects.get(id=number).expert_instruction != text:
            ls.projects.update(id=number, expert_instruction=text)


def find_project(ls: LabelStudio, kind: Kind, title: str, of: str | None = None) -> int | None:
    """Number of a project; None where there is none.

    Raises:
        ServerError: two projects bear the name, or the server was not reached.
    """
    name = Queue(kind, title, of).name
    hits = [number for number, found in _named(ls, name) if found == name]
    if len(hits) > 1:
        raise ServerError(f"{len(hits)} projects are called {name!r}; rename all but one, or choose another title=")
    return hits[0] if hits else None


def find_queues(ls: LabelStudio, kind: Kind, title: str) -> dict[int, Queue]:
    """Every project of a kind, whoever it is for, by its number.

    Raises:
        ServerError: the server was not reached.
    """
    name = Queue(kind, title).name
    found = [(number, each.removeprefix(name)) for number, each in _named(ls, name) if each.startswith(name)]
    return {number: Queue(kind, title, rest.strip() or None) for number, rest in found if rest[:1] in ("", " ")}


def _named(ls: LabelStudio, name: str) -> list[tuple[int, str]]:
    with explained(f"looking for the project {name!r}"):
        return sorted((int(project.id), str(project.title)) for project in ls.projects.list(title=name))


def _make(ls: LabelStudio, queue: Queue) -> int:
    blind = queue.kind == "blind"
    settings: dict[str, Any] = {
        # mixes clips of all sources and pushes
        "sampling": "Uniform sampling" if blind else "Sequential sampling",
        # who skips a clip sees it again at the end; so does whose answer was sent back
        "skip_queue": "REQUEUE_FOR_ME",
    }
    if blind:
        settings["pinned_at"] = datetime.now(UTC)  # the list begins with what is pinned, then with what was made last
    project = ls.projects.create(
        title=queue.name,
        description=_description(queue),
        label_config=labeling_config(queue.kind),
        show_instruction=queue.kind != "review",
        show_skip_button=True,
        show_collab_predictions=not blind,
        maximum_annotations=1,
        **settings,
    )
    return int(project.id)


def _description(queue: Queue) -> str:
    """What a project is for, and how to begin; the list of projects shows it."""
    words = _DESCRIPTIONS[queue.kind]
    if queue.kind != "blind":
        return words
    if queue.of == DISPUTED:
        return f"A SECOND LOOK at clips on which annotators differ: {words}"
    return f"START HERE, {queue.of}: {words}" if queue.of else f"START HERE: {words}"


def _check_page(ls: LabelStudio, number: int, queue: Queue) -> None:
    """Refuse to mix annotations made on different pages; one nobody has used yet, or an earlier one, is renewed."""
    project = ls.projects.get(id=number)
    theirs = project.label_config or "<View/>"
    if same_page(labeling_config(queue.kind), theirs):
        return
    if project.total_annotations_number and not is_earlier_page(theirs):
        raise ServerError(
            f"the labelling page of project {queue.name!r} is not the one this version of winklab uses, and "
            f"{project.total_annotations_number} annotations were made on it; put the page back in the project's "
            "settings, or begin new projects with another title="
        )
    ls.projects.update(id=number, label_config=labeling_config(queue.kind))
