"""Which datasets and models were ever pushed: kept beside the server, for its tasks must not tell."""

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


def remember_models(folder: ServerFolder, models: Iterable[str]) -> set[str]:
    """Note the models whose predictions are pushed; every one that ever was, so that those left out are withdrawn."""
    before = json.loads(folder.models.read_text()) if folder.models.exists() else []
    known = {*before, *models}
    write_private(folder.models, json.dumps(sorted(known)))
    return known
