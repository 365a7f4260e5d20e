"""What the verbs' settings mean: checked before any work starts."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from omegaconf import DictConfig

from wink.errors import ConfigError, ServerError, unknown_name

if TYPE_CHECKING:
    from annotate.connection import Server
    from annotate.delivery import Courier
    from annotate.folder import ServerFolder
    from annotate.page import Kind
    from annotate.server import Wish
    from wink.dataset import Dataset


def connection(cfg: DictConfig, stays: bool) -> AbstractContextManager[Server]:
    """The server to work with, for the length of a piece of work.

    Raises:
        ConfigError: a port or host is none.
    """
    from annotate.connection import connected

    return connected(folder_of(cfg), Path(cfg.paths.cache), environment_of(cfg), wish_of(cfg), stays)


def existing_server(cfg: DictConfig) -> AbstractContextManager[Server]:
    """The server to work with, where there is one already: nothing is installed to find nothing.

    Raises:
        ConfigError: a port or host is none.
        ServerError: there is no server.
    """
    from annotate.access import external_address

    found = connection(cfg, stays=False)
    if external_address() is None and not folder_of(cfg).is_prepared:
        raise ServerError(
            f"there is no annotation server in {cfg.paths.server} yet, so nothing is marked; "
            "`wink annotate DATASET` makes one and puts clips there (a server of your own: set LABEL_STUDIO_URL and "
            "LABEL_STUDIO_API_KEY)"
        )
    return found


def courier(server: Server, cfg: DictConfig) -> Courier:
    """What brings clips to a server, by the way that is set.

    Raises:
        ConfigError: `media` is no way.
    """
    from annotate.delivery import Courier
    from annotate.media import choose_media

    folder = folder_of(cfg)
    return Courier(server, folder, choose_media(folder, server.url, server.key, server.external, cfg.media))


def wish_of(cfg: DictConfig) -> Wish:
    """How our own server is to run, as far as a verb says.

    Raises:
        ConfigError: a port, host or database is none.
    """
    from annotate.address import check_host
    from annotate.database import parse_database
    from annotate.server import Wish, check_port

    host = cfg.get("host")
    return Wish(
        port=check_port(cfg.port),
        host=None if host is None else check_host(host),
        live=cfg.get("live"),
        database=parse_database(cfg.get("database")),
    )


def folder_of(cfg: DictConfig) -> ServerFolder:
    """Where our own server is kept."""
    from annotate.folder import ServerFolder

    return ServerFolder(Path(cfg.paths.server))


def environment_of(cfg: DictConfig) -> Path | None:
    """An environment that has Label Studio already."""
    return Path(cfg.environment) if cfg.environment else None


def datasets_of(cfg: DictConfig) -> list[Dataset]:
    """The datasets named: folders as they are, names below `paths.datasets`.

    Raises:
        DatasetError: there is no such dataset; which there are.
    """
    from wink.dataset import Dataset, find_dataset

    return [Dataset(find_dataset(str(name), Path(cfg.paths.datasets))) for name in cfg.input]


def kind_of(name: str) -> Kind:
    """A kind of project by its name.

    Raises:
        ConfigError: there is no such kind.
    """
    from annotate.page import Kind

    kinds: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
    if name not in kinds:
        raise ConfigError(unknown_name("project", name, kinds))
    return kinds[name]


def overlap_of(cfg: DictConfig) -> int | None:
    """How many annotators each clip gets; None leaves it to the project.

    Raises:
        ConfigError: it is no such number.
    """
    overlap = cfg.overlap
    if overlap is None or whole(overlap, 1, 100):
        return None if overlap is None else int(overlap)
    raise ConfigError(f"overlap={overlap} is no number of annotators; expected 1 to 100, or null")


def whole(value: Any, low: int, high: int) -> bool:
    """Whether a setting is a whole number within bounds."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
