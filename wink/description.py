"""What a finished dataset says of itself: its card's front matter, croissant.json, and the hash of every file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wink.croissant import croissant
from wink.errors import DatasetError
from wink.files import file_sha256, write_atomically
from wink.front_matter import completed_card, hub_license, parted

#: Hash and name of every file, in the form that `sha256sum -c` checks.
CHECKSUMS = "SHA256SUMS"

_URLS = {"cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/"}
_CREATOR = {"@type": "sc:Organization", "name": "winklab"}


def describe(
    path: Path, schema_version: str, name: str | None = None, elsewhere: Iterable[tuple[str, str]] | None = None
) -> None:
    """Complete the card of a finished dataset, and write croissant.json and SHA256SUMS.

    Running it again changes nothing; what is added later (annotations, detections, reports) is not in them.

    Args:
        path: its folder, or one with its card, settings and tables.
        schema_version: of the tables.
        name: of the dataset; None = the folder's.
        elsewhere: names and hashes of the frames, videos and masks that are not in the folder; None = they are there.
    """
    name = name or path.resolve().name
    table = pq.read_table(path / "metadata.parquet")
    card = completed_card((path / "README.md").read_text(), table)
    write_atomically(path / "README.md", card)
    license_name = hub_license(table)["license"]
    facts = {
        "name": name,
        "description": summary(card, name),
        "license": _URLS.get(license_name, f"{license_name}: see the column `license` of metadata.parquet"),
        "url": "README.md",
        "version": f"{schema_version}.0",
        "creator": _CREATOR,
        "keywords": ["squat", "butt wink", "pelvic tilt", "biomechanics"],
    }
    write_atomically(path / "croissant.json", json.dumps(croissant(path, facts, _media(table)), indent=1) + "\n")
    files = [*_own(path), *(_media_files(path, table) if elsewhere is None else elsewhere)]
    lines = [f"{digest}  {file}\n" for file, digest in files]
    write_atomically(path / CHECKSUMS, "".join(lines))


def summary(card: str, name: str) -> str:
    """The first paragraph of a card, on one line."""
    paragraphs = (p for p in parted(card)[1].split("\n\n") if p.strip() and not p.lstrip().startswith("#"))
    return " ".join(next(paragraphs, name).split())


def read_checksums(path: Path) -> dict[str, str]:
    """SHA-256 of the files of a dataset folder by their names; that of the videos where nothing else is noted.

    Raises:
        DatasetError: the list cannot be read.
    """
    file = path / CHECKSUMS
    if not file.exists():
        table = pq.read_table(path / "metadata.parquet", columns=["file_name", "sha256"])
        return dict(zip(table["file_name"].to_pylist(), table["sha256"].to_pylist(), strict=True))
    pairs = [line.split("  ", 1) for line in file.read_text().splitlines()]
    if any(len(pair) != 2 or len(pair[0]) != 64 for pair in pairs):
        raise DatasetError(f"{file} is no list of hashes; expected lines of 64 hexadecimal digits, two spaces, a name")
    return {name: digest for digest, name in pairs}


def _media(table: pa.Table) -> list[str]:
    """Which kinds of media the clips of a table have."""
    columns = {"videos": "file_name", "masks": "mask_file"}
    return [kind for kind, column in columns.items() if table[column].null_count < table.num_rows]


def _own(path: Path) -> Iterator[tuple[str, str]]:
    """What says and lists what the dataset is, with hashes."""
    for name in ("README.md", "config.yaml", "dataset.json", "croissant.json"):
        if (path / name).is_file():
            yield name, file_sha256(path / name)
    for name in ("metadata.parquet", "repetitions.parquet"):
        yield name, file_sha256(path / name)


def _media_files(path: Path, table: pa.Table) -> Iterator[tuple[str, str]]:
    """Frames, videos and masks of a folder with their hashes: that of a video was taken when it was written."""
    for name in _names(path, "frames/*.parquet"):
        yield name, file_sha256(path / name)
    yield from zip(table["file_name"].to_pylist(), table["sha256"].to_pylist(), strict=True)
    for name in pc.drop_null(table["mask_file"]).to_pylist():
        if (path / name).is_file():
            yield name, file_sha256(path / name)


def _names(path: Path, pattern: str) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.glob(pattern))
