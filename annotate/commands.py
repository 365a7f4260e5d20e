"""The verbs of the annotate stage: import, annotate, push, pull."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from omegaconf import DictConfig

from wink.errors import ClipError, ConfigError, unknown_name

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

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
    from annotate.server import prepare_server, stop_server

    folder = _folder(cfg)
    if cfg.stop:
        print("Label Studio stopped" if stop_server(folder) else f"no Label Studio runs on {folder.root}")
    elif cfg.prepare:
        with _terminable():
            made = prepare_server(folder, label_studio_program(Path(cfg.paths.cache), _environment(cfg)))
        print(f"Label Studio is ready in {folder.root}" + ("" if made else " (it was before)"))
    else:
        _serve_and_push(cfg, folder)


def _serve_and_push(cfg: DictConfig, folder: ServerFolder) -> None:
    datasets = _datasets(cfg)
    kinds: tuple[Kind, ...] = ("blind", "review") if cfg.review else ("blind",)
    with _connected(cfg, folder, keep=cfg.serve) as server:
        for kind in kinds:
            _push(server, folder, kind, datasets, cfg)
        _say_where(server, folder, cfg.serve)


def push(cfg: DictConfig) -> None:
    """Push clips, and to the review project predictions, each once."""
    kind = _kind(cfg.project)
    datasets, folder = _datasets(cfg), _folder(cfg)
    if not datasets:
        raise ConfigError("nothing to push; name a dataset: `wink push demo`")
    with _connected(cfg, folder, keep=cfg.serve) as server:
        _push(server, folder, kind, datasets, cfg)


def pull(cfg: DictConfig) -> None:
    """Bring annotations to the datasets their clips belong to; list those that break the rules of marking."""
    from annotate.origins import known_origins
    from annotate.project import find_project
    from annotate.pull import known_datasets, pull_annotations, store

    kind, folder = _kind(cfg.project), _folder(cfg)
    named = _datasets(cfg)
    with _connected(cfg, folder, keep=False) as server:
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


@dataclass(frozen=True)
class _Server:
    """A server that is signed in to."""

    ls: LabelStudio
    url: str
    external: bool


@contextmanager
def _connected(cfg: DictConfig, folder: ServerFolder, keep: bool) -> Iterator[_Server]:
    """The user's own server if one is named by LABEL_STUDIO_URL, else ours, started if need be."""
    from annotate.access import access_token, client, explained, external_address
    from annotate.environment import label_studio_program
    from annotate.server import serving

    folder.make()
    address = external_address()
    if address is not None:
        with client(*address, own=False) as ls:
            with explained(f"signing in to {address[0]}"):
                ls.users.whoami()
            yield _Server(ls, address[0], external=True)
        return
    program = label_studio_program(Path(cfg.paths.cache), _environment(cfg))
    with (
        _terminable(),
        serving(folder, program, cfg.port, keep) as running,
        client(running.url, access_token(folder, running.url)) as ls,
    ):
        yield _Server(ls, running.url, external=False)


def _push(server: _Server, folder: ServerFolder, kind: Kind, datasets: Sequence[Dataset], cfg: DictConfig) -> None:
    """Put clips, and in a review project predictions, into a project, one push at a time."""
    from annotate.folder import place_clip
    from annotate.label_studio import task_of
    from annotate.lock import locked
    from annotate.origins import remember_origins
    from annotate.project import find_or_make_project, folder_url
    from annotate.push import push_predictions, push_tasks

    with locked(folder.lock("push"), "pushing"):
        project = find_or_make_project(server.ls, kind, cfg.title, folder.clips)
        clips = sorted((c for d in datasets for c in d.clips()), key=lambda c: c.clip_id)  # ids are opaque: mixed
        for clip in clips:
            place_clip(folder, clip)
        remember_origins(folder, datasets)
        added = push_tasks(server.ls, project, [task_of(clip, folder_url(folder.clips)) for clip in clips])
        print(f"{kind} project: {added} clips added, {len(clips) - added} were there")
        if kind == "review":
            wanted = _predictions(datasets, cfg.truth)
            added = push_predictions(server.ls, project, wanted)
            total = sum(len(several) for several in wanted.values())
            print(f"review project: {added} predictions added, {total - added} were there")


def _predictions(datasets: Sequence[Dataset], truth: bool) -> dict[str, list[dict[str, Any]]]:
    """Predictions by clip, from each dataset's detections and, if wished, its truth."""
    from annotate.predictions import predictions_of, truth_of
    from wink.detection import read_detections

    wanted = {}
    for dataset in datasets:
        detections = read_detections(dataset.path / "detections.parquet")
        for clip in dataset.clips():
            known = truth_of(clip) if truth else None
            wanted[clip.clip_id] = predictions_of(clip, detections) + ([known] if known else [])
    return wanted


def _say_where(server: _Server, folder: ServerFolder, stays: bool) -> None:
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


@contextmanager
def _terminable() -> Iterator[None]:
    """Clean up on SIGTERM as on Ctrl-C, so that no half-started server is left behind."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
