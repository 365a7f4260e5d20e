"""A table of what is told of films, `clips.csv` beside them: a row a film, checked whole before any work."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotate.terms import ANSWERS, CONSENTS, INJURIES, SEXES, VIEWS, ClipTerms
from wink.errors import ConfigError, unknown_name
from wink.words import several

#: The table's usual name.
NAME = "clips.csv"
COLUMNS = (
    *("file", "subject_id", "view", "load_kg", "pain", "injury_history"),
    *("consent", "license", "sex", "stature_m", "notes"),
)
_OTHER_NAMES = {"licence": "license", "stature": "stature_m"}
#: What may stand in a column; the template says it below its rows.
_ALLOWED = {
    "view": VIEWS,
    "load_kg": ("a number",),
    "pain": ANSWERS,
    "injury_history": INJURIES,
    "consent": CONSENTS,
    "license": ("CC0-1.0", "CC-BY-4.0", "ours", "...", "unknown"),
    "sex": SEXES,
    "stature_m": ("a number",),
}
_MORE = {"injury_history": "; several with ; between them", "consent": "; words may follow a colon"}
#: Rows that begin with it are for people.
_REMARK = "#"
_NUMBERS = ("load_kg", "stature_m")


def find_tables(files: Sequence[Path], about: Path | None) -> tuple[Path, ...]:
    """The tables that speak of these films: the one named, else every `clips.csv` beside one of them.

    Raises:
        ConfigError: the one named is not there.
    """
    if about is not None:
        if not about.is_file():
            raise ConfigError(f"there is no {about}; `wink import FILMS template=true` prints one to fill in")
        return (about,)
    beside = dict.fromkeys(file.parent / NAME for file in files)
    return tuple(table for table in beside if table.is_file())


def read_tables(tables: Sequence[Path], terms: ClipTerms) -> dict[Path, ClipTerms]:
    """What is told of each film, by its resolved path; what a row leaves empty is as in `terms`.

    Raises:
        ConfigError: everything that is wrong with the tables, row by row.
    """
    told: dict[Path, ClipTerms] = {}
    wrong: list[str] = []
    for table in tables:
        for line, row in _rows(table):
            try:
                file = _film(table, row)
                if file in told:
                    raise ConfigError(f"{row['file']} has a row above already")
                told[file] = _terms(row, terms)
            except ConfigError as error:
                wrong.append(f"{table.name} line {line}: {error}")
    if wrong:
        raise ConfigError("\n  ".join([f"{several(len(wrong), 'row')} cannot be taken:", *wrong]))
    return told


def template(files: Sequence[Path]) -> str:
    """A table to fill in, a row a film; below them what may stand in the columns."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    unknown = dict.fromkeys(("view", "consent", "license"), "unknown")
    writer.writerows({"file": file.name, **unknown} for file in files)
    for name, allowed in _ALLOWED.items():
        text.write(f"{_REMARK} {name}: {' | '.join(allowed)}{_MORE.get(name, '')}\n")
    return text.getvalue()


def _rows(table: Path) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells of each row.

    Raises:
        ConfigError: it cannot be read, a column is none, or `file` is missing.
    """
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{table} cannot be read as text in UTF-8: {error}") from error
    divider = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=divider)
    names = [_OTHER_NAMES.get(name.strip().lower(), name.strip().lower()) for name in reader.fieldnames or ()]
    for name in names:
        if name not in COLUMNS:
            raise ConfigError(f"{table.name}: {unknown_name('column', name, COLUMNS)}")
    if "file" not in names:
        raise ConfigError(f"{table.name} has no column `file`; the columns are {', '.join(COLUMNS)}")
    reader.fieldnames = names
    rows = []
    for row in reader:
        if str(row["file"] or "").startswith(_REMARK):
            continue
        if None in row:
            where = f"{table.name} line {reader.line_num}"
            raise ConfigError(f"{where}: more cells than columns; quote text that has a {divider!r} in it")
        rows.append((reader.line_num, {name: (cell or "").strip() for name, cell in row.items()}))
    return rows


def _film(table: Path, row: Mapping[str, str]) -> Path:
    if not row["file"]:
        raise ConfigError("names no file")
    file = table.parent / row["file"]
    if not file.is_file():
        beside = [p.name for p in table.parent.iterdir() if p.is_file() and p != table]
        raise ConfigError(unknown_name(f"file beside {table.name}", row["file"], beside))
    return file.resolve()


def _terms(row: Mapping[str, str], terms: ClipTerms) -> ClipTerms:
    given: dict[str, Any] = {}
    for name, cell in row.items():
        if cell and name != "file":
            given[name] = _number(name, cell) if name in _NUMBERS else cell
    return replace(terms, **given)


def _number(name: str, cell: str) -> float:
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        raise ConfigError(f"{name} is {cell!r}; expected a number, or nothing") from None
