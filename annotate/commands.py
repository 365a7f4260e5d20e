"""The verbs of the annotate stage: import, annotate, push, pull."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from omegaconf import DictConfig

from wink.errors import ClipError, ConfigError, unknown_name

if TYPE_CHECKING:
    from annotate.connection import Server
    from annotate.folder import ServerFolder
    from annotate.page import Kind
    from annotate.real_clips import ClipTerms
    from wink.dataset import Dataset


def import_clips(cfg: DictConfig) -> None:
    """Bring filmed squats, and motion capture of squats, into a dataset.

    Raises:
        ClipError: none of the files could be read.
    """
    from annotate.real_clips import Refused, card, finish
    from annotate.real_trials import trials_in
    from wink.config import build

    terms = build(cfg.terms)
    path = Path(cfg.paths.datasets) / cfg.name
    results = list(_imported(cfg, path, terms))
    refused = [r for r in results if isinstance(r, Refused)]
    if len(refused) == len(results):
        raise ClipError("no file could be read:\n  " + "\n  ".join(r.reason for r in refused))
    dataset = finish(path, card(path, terms))
    for result in results:
        print(f"refused: {result.reason}" if isinstance(result, Refused) else result)
    new = sum(getattr(r, "row", None) is not None for r in results)
    measured = f", {trials_in(path)} measured trials" if trials_in(path) else ""
    print(f"{dataset.path}: {len(dataset.metadata())} clips, {new} new{measured}, {len(refused)} files refused")


def _imported(cfg: DictConfig, path: Path, terms: ClipTerms) -> Iterator[object]:
    """What became of each file named: motion capture first, then videos."""
    from annotate.real_clips import import_clips, open_writer, video_files
    from annotate.real_trials import import_trials, recording_files
    from wink.marker_set import marker_set
    from wink.progress import progress

    names = marker_set(cfg.markers) if cfg.markers else None
    recordings, rest = recording_files(Path(p) for p in cfg.input)
    files = video_files(rest) if rest or not recordings else ()
    open_writer(path)  # refuses another kind of dataset before work starts
    yield from import_trials(recordings, path, terms, names)
    if files:
        yield from progress(import_clips(files, path, terms), "importing", total=len(files), unit="file")


def annotate(cfg: DictConfig) -> None:
    """Put datasets before annotators: server, projects, clips; or only prepare, or stop, the server."""
    from annotate.environment import label_studio_program
    from annotate.prepare import prepare_server
    from annotate.running import stop_server

    folder = _folder(cfg)
    if cfg.stop:
        print("Label Studio stopped" if stop_server(folder) else f"no Label Studio runs on {folder.root}")
    elif cfg.prepare:
        made = prepare_server(folder, label_studio_program(Path(cfg.paths.cache), _environment(cfg)))
        print(f"Label Studio is ready in {folder.root}" + ("" if made else " (it was before)"))
    else:
        _serve_and_push(cfg, folder)


def _serve_and_push(cfg: DictConfig, folder: ServerFolder) -> None:
    datasets, overlap = _datasets(cfg), _overlap(cfg)
    kinds: tuple[Kind, ...] = ("blind", "review") if cfg.review else ("blind",)
    with _connected(cfg, folder, stays=cfg.serve) as server:
        for kind in kinds:
            _push(server, folder, kind, datasets, cfg, overlap)
        _say_where(server, folder, cfg.serve)


def push(cfg: DictConfig) -> None:
    """Push clips, and to the review project predictions, each once."""
    kind, overlap = _kind(cfg.project), _overlap(cfg)
    datasets, folder = _datasets(cfg), _folder(cfg)
    if not datasets:
        raise ConfigError("nothing to push; name a dataset: `wink push demo`")
    with _connected(cfg, folder, stays=cfg.serve) as server:
        _push(server, folder, kind, datasets, cfg, overlap)


def _push(
    server: Server,
    folder: ServerFolder,
    kind: Kind,
    datasets: Sequence[Dataset],
    cfg: DictConfig,
    overlap: int | None,
) -> None:
    from annotate.delivery import deliver, deliver_predictions

    deliver(server, folder, kind, datasets, cfg.title, overlap, truth=kind == "review" and cfg.truth)
    if kind == "review":
        deliver_predictions(server, folder, datasets, cfg.title, cfg.truth)


def pull(cfg: DictConfig) -> None:
    """Bring annotations to the datasets their clips belong to; list those that break the rules of marking."""
    from annotate.origins import known_origins
    from annotate.project import find_project
    from annotate.pull import known_datasets, pull_annotations, store

    kind, folder = _kind(cfg.project), _folder(cfg)
    named = _datasets(cfg)
    with _connected(cfg, folder, stays=False) as server:
        project = find_project(server.ls, kind, cfg.title)
        annotations = [] if project is None else pull_annotations(server.ls, project, primed=kind == "review")
    datasets = named or known_datasets(Path(cfg.paths.datasets), known_origins(folder))
    counts, homeless = store(annotations, datasets)
    for file, n in counts.items():
        print(f"{file}: {n} annotations pulled")
    print(f"{len(annotations)} annotations in the {kind} project")
    for a in annotations:
        if a.problem:
            print(f"  to be mended: clip {a.clip_id} by {a.annotator}: {a.problem}")
    if homeless:
        clips = sorted({a.clip_id for a in homeless})
        print(
            f"  {len(homeless)} annotations stay on the server only: the datasets of their clips "
            f"({', '.join(clips[:5])}) are not among {', '.join(d.name for d in datasets) or 'none'}; "
            "name the dataset's folder: wink pull FOLDER"
        )


def _connected(cfg: DictConfig, folder: ServerFolder, stays: bool) -> AbstractContextManager[Server]:
    from annotate.connection import connected
    from annotate.server import check_port

    return connected(folder, Path(cfg.paths.cache), _environment(cfg), check_port(cfg.port), stays)


def _say_where(server: Server, folder: ServerFolder, stays: bool) -> None:
    print(f"Label Studio: {server.url}" + ("" if server.external or stays else " (stopped again; serve=true keeps it)"))
    if not server.external:
        print(f"log-in:       {folder.login}")
        if stays:
            print("stop it with: wink annotate stop=true")


def _kind(name: str) -> Kind:
    from annotate.page import Kind

    if name not in get_args(Kind):
        raise ConfigError(unknown_name("project", name, get_args(Kind)))
    kind: Kind = "review" if name == "review" else "blind"
    return kind


def _overlap(cfg: DictConfig) -> int | None:
    """How many annotators each clip gets, as the setting says; None leaves it to the project."""
    overlap = cfg.overlap
    if overlap is None or (isinstance(overlap, int) and not isinstance(overlap, bool) and 1 <= overlap <= 100):
        return overlap
    raise ConfigError(f"overlap={overlap} is no number of annotators; expected 1 to 100, or null")


def _folder(cfg: DictConfig) -> ServerFolder:
    from annotate.folder import ServerFolder

    return ServerFolder(Path(cfg.paths.server))


def _environment(cfg: DictConfig) -> Path | None:
    return Path(cfg.environment) if cfg.environment else None


def _datasets(cfg: DictConfig) -> list[Dataset]:
    """The datasets named: folders as they are, names below `paths.datasets`."""
    from wink.dataset import Dataset

    named = [Path(cfg.paths.datasets) / name for name in cfg.input]
    return [Dataset(path if path.is_dir() else Path(name)) for path, name in zip(named, cfg.input, strict=True)]
