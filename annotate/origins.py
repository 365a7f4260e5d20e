"""Which dataset each pushed clip came from: kept beside the server, for its tasks must not tell."""

from __future__ import annotations

import json
from collections.abc import Iterable

from annotate.folder import ServerFolder, write_private
from wink.dataset import Dataset


def remember_origins(folder: ServerFolder, datasets: Iterable[Dataset]) -> None:
    """Note the folders of pushed datasets, so that pulls find those that lie elsewhere."""
    known = dict.fromkeys([*known_origins(folder), *(str(dataset.path.resolve()) for dataset in datasets)])
    write_private(folder.pushed, json.dumps(list(known), indent=1))


def known_origins(folder: ServerFolder) -> list[str]:
    """Folders of every dataset that was ever pushed."""
    return list(json.loads(folder.pushed.read_text())) if folder.pushed.exists() else []
