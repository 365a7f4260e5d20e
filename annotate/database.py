"""Where Label Studio keeps its tables: a file in its own folder, or a PostgreSQL server."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from urllib.parse import unquote, urlsplit

from annotate.folder import ServerFolder, write_private
from wink.errors import ConfigError, ServerError

_FORM = "postgresql://USER@HOST:5432/NAME, the password in PGPASSWORD"


@dataclass(frozen=True)
class PostgreSQL:
    """A database on a PostgreSQL server; the password is never shown nor put on a command line."""

    host: str
    port: int
    name: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"postgresql://{self.user}@{self.host}:{self.port}/{self.name}"

    def environment(self) -> dict[str, str]:
        """What tells Label Studio to keep its tables there."""
        return {
            "LABEL_STUDIO_DJANGO_DB": "default",
            "LABEL_STUDIO_POSTGRE_HOST": self.host,
            "LABEL_STUDIO_POSTGRE_PORT": str(self.port),
            "LABEL_STUDIO_POSTGRE_NAME": self.name,
            "LABEL_STUDIO_POSTGRE_USER": self.user,
            "LABEL_STUDIO_POSTGRE_PASSWORD": self.password,
        }


def parse_database(url: str | None) -> PostgreSQL | None:
    """The database a setting names; None for the file in the server's own folder.

    Raises:
        ConfigError: it is no PostgreSQL address, or says no host, user or name.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        raise ConfigError(f"database= is no address; expected {_FORM}") from None
    name = parts.path.lstrip("/")
    if parts.scheme not in ("postgresql", "postgres") or not (parts.hostname and parts.username and name):
        raise ConfigError(f"database= is no PostgreSQL address; expected {_FORM}")
    password = unquote(parts.password) if parts.password else os.environ.get("PGPASSWORD", "")
    return PostgreSQL(parts.hostname, port, unquote(name), unquote(parts.username), password)


def remembered_database(folder: ServerFolder) -> PostgreSQL | None:
    """The database a folder was prepared on; None for the file in it."""
    return PostgreSQL(**json.loads(folder.elsewhere.read_text())) if folder.elsewhere.exists() else None


def remember_database(folder: ServerFolder, database: PostgreSQL | None) -> None:
    """Note the database that holds a folder's tables, for its owner's eyes alone."""
    if database is not None:
        write_private(folder.elsewhere, json.dumps(asdict(database)))


def settle_database(folder: ServerFolder, wanted: PostgreSQL | None) -> PostgreSQL | None:
    """The database of a prepared folder, checked against the one asked for; a new password replaces the old.

    Raises:
        ServerError: the folder was prepared on another database.
    """
    known = remembered_database(folder)
    if wanted is None:
        return known
    if repr(known) != repr(wanted):
        raise ServerError(
            f"{folder.root} was prepared on {known or 'a database file of its own'}, not on {wanted}; "
            "use another folder with paths.server="
        )
    remember_database(folder, wanted)
    return wanted
