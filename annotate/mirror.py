"""All that was ever pulled, a file a project, beside our server: pulls ask only for what is newer than it.

Datasets get their annotations from here, so one whose `annotations.parquet` was removed has them again at the next
pull, though the server is asked for little. A mirror that is removed is pulled anew: how new it is stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from annotate.folder import ServerFolder
from wink.annotation import Annotation, read_annotations, write_annotations


@dataclass(frozen=True)
class Mirror:
    """What was pulled of a project."""

    file: Path
    annotations: tuple[Annotation, ...] = ()

    @property
    def newest(self) -> str | None:
        """When the newest of its annotations was changed, by the server's clock (ISO 8601); None = it has none."""
        return max((a.updated_at for a in self.annotations), default=None) or None

    def with_changes(self, changes: Iterable[Annotation]) -> Mirror:
        """The mirror with what is new, written down whole or not at all."""
        merged = Mirror(self.file, merge(self.annotations, changes))
        self.file.parent.mkdir(mode=0o700, exist_ok=True)
        write_annotations(self.file, merged.annotations)
        return merged


def read_mirror(folder: ServerFolder, place: str, project: int) -> Mirror:
    """What was pulled of a project of a server; nothing where there is no file."""
    file = folder.pulled / f"{place}-{project}.parquet"
    return Mirror(file, read_annotations(file))


def merge(kept: Iterable[Annotation], pulled: Iterable[Annotation]) -> tuple[Annotation, ...]:
    """One entry an annotation: the pulled one where there are both; none is ever lost."""
    by_id = {a.annotation_id: a for a in kept} | {a.annotation_id: a for a in pulled}
    return tuple(sorted(by_id.values(), key=lambda a: (a.clip_id, a.updated_at, a.annotation_id)))
