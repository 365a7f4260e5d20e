"""The front matter of a dataset's card, which hubs read: licence, size, and what `load_dataset` finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from omegaconf import OmegaConf

#: Smallest number of clips of each size the Hugging Face Hub knows, and its name.
_SIZES = ((1_000_000, "1M<n<10M"), (100_000, "100K<n<1M"), (10_000, "10K<n<100K"), (1_000, "1K<n<10K"), (0, "n<1K"))

#: Licences by the names the Hub has for them.
_HUB_LICENSES = {"CC0-1.0": "cc0-1.0", "CC-BY-4.0": "cc-by-4.0", "CC-BY-SA-4.0": "cc-by-sa-4.0"}

MEDIA = ("metadata.parquet", "videos/*/*.mp4")


def completed_card(card: str, table: pa.Table) -> str:
    """A card with what follows from the clips (a table like metadata.parquet) added to its front matter."""
    told, prose = parted(card)
    return f"---\n{OmegaConf.to_yaml(OmegaConf.create({**told, **facts(table)}))}---\n{prose}"


def parted(card: str) -> tuple[dict[str, Any], str]:
    """The front matter of a card, and the text under it."""
    if not card.startswith("---\n"):
        return {}, card
    head, _, prose = card.removeprefix("---\n").partition("\n---\n")
    return {str(key): value for key, value in OmegaConf.to_container(OmegaConf.create(head)).items()}, prose  # type: ignore[union-attr]


def facts(table: pa.Table) -> dict[str, Any]:
    """Licence, size and configurations of the clips of a table."""
    splits = sorted(pc.unique(table["split"]).to_pylist())
    return {
        **hub_license(table),
        "size_categories": [next(name for least, name in _SIZES if table.num_rows >= least)],
        "configs": [configuration(split) for split in splits] if len(splits) < 2 else _several(splits),
    }


def hub_license(table: pa.Table) -> dict[str, str]:
    """The one licence of all clips by the Hub's name; else that each clip has its own."""
    found = pc.unique(table["license"]).to_pylist()
    if len(found) == 1 and found[0] in _HUB_LICENSES:
        return {"license": _HUB_LICENSES[found[0]]}
    return {"license": "other", "license_name": "each clip's own, in the column `license`"}


def configuration(split: str) -> dict[str, Any]:
    """What loads all clips as one split."""
    return {"config_name": "clips", "default": True, "data_files": [{"split": split, "path": [*MEDIA]}]}


def _several(splits: list[str]) -> list[Mapping[str, Any]]:
    """What loads all clips, and each split alone: the rows of one table, so told apart by a filter."""
    alone = [
        {"config_name": s, "data_files": [{"split": s, "path": [*MEDIA]}], "filters": [["split", "==", s]]}
        for s in splits
    ]
    return [configuration("all_splits"), *alone]
