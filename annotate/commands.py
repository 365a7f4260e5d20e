"""The verbs of the annotate stage: import, annotate, push, pull."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from omegaconf import DictConfig

from wink.errors import ConfigError

if TYPE_CHECKING:
    from annotate.connection import Server
    from annotate.folder import ServerFolder
    from annotate.page import Kind
    from annotate.rounds import Round
    from wink.dataset import Dataset


def import_clips(cfg: DictConfig) -> None:
    """Bring filmed squats, and motion capture of squats, into a dataset.

    Raises:
        ClipError: none of the files could be brought in.
    """
    from annotate.importing import import_all

    import_all(cfg)


def annotate(cfg: DictConfig) -> None:
    """Put datasets before annotators; or only prepare, or stop, the server, or see to people."""
    from annotate.settings import folder_of, wish_of

    words = [str(word) for word in cfg.input]
    if words[:1] == ["add-annotator"]:
        _add_annotators(cfg, words[1:])
    elif words == ["progress"]:
        _tell_progress(cfg)
    elif words[:1] == ["withdraw"]:
        _withdraw(cfg, words[1:])
    elif cfg.stop:
        from annotate.running import stop_server

        folder = folder_of(cfg)
        print("Label Studio stopped" if stop_server(folder) else f"no Label Studio runs on {folder.root}")
    elif cfg.prepare:
        from annotate.environment import label_studio_program
        from annotate.prepare import prepare_server
        from annotate.settings import environment_of

        folder, database = folder_of(cfg), wish_of(cfg).database
        made = prepare_server(folder, label_studio_program(Path(cfg.paths.cache), environment_of(cfg)), database)
        print(f"Label Studio is ready in {folder.root}" + ("" if made else " (it was before)"))
    else:
        _serve_and_push(cfg)


def _serve_and_push(cfg: DictConfig) -> None:
    from annotate.rounds import round_of
    from annotate.settings import connection, datasets_of, folder_of

    datasets, asked = datasets_of(cfg), round_of(cfg)
    # what is taught is kept from those who mark blind, so it is chosen first
    kinds: tuple[Kind, ...] = (*(("training",) if cfg.training else ()), "blind", *(("review",) if cfg.review else ()))
    with connection(cfg, stays=cfg.serve) as server:
        for kind in kinds if datasets else ():
            _push(server, kind, datasets, cfg, asked)
        _say_where(server, folder_of(cfg), cfg.serve)
        _say_where_to_mark(server, cfg.title, cfg.annotators, "disputed" if cfg.select == "disputed" else None)
        if cfg.training and datasets:
            _say_how_to_learn(cfg.title, cfg.live)


def push(cfg: DictConfig) -> None:
    """Push clips, and to the review project predictions, each once."""
    from annotate.rounds import round_of
    from annotate.settings import connection, datasets_of, kind_of

    kind, asked, datasets = kind_of(cfg.project), round_of(cfg), datasets_of(cfg)
    if not datasets:
        raise ConfigError("nothing to push; name a dataset: `wink push demo`")
    with connection(cfg, stays=cfg.serve) as server:
        _push(server, kind, datasets, cfg, asked)


def _push(server: Server, kind: Kind, datasets: Sequence[Dataset], cfg: DictConfig, asked: Round) -> None:
    from annotate.pushing import Push, push_into
    from annotate.settings import courier

    push_into(courier(server, cfg), Push(kind, cfg.title, datasets, asked, cfg.truth))


def pull(cfg: DictConfig) -> None:
    """Bring annotations to the datasets their clips belong to; send those that break the rules of marking back."""
    from annotate.pulling import Pull, pull_into
    from annotate.settings import datasets_of, existing_server, folder_of, kind_of

    asked, named = Pull(kind_of(cfg.project), cfg.title, cfg.full, cfg.mend), datasets_of(cfg)
    with existing_server(cfg) as server:
        pull_into(server, folder_of(cfg), asked, named, Path(cfg.paths.datasets))


def _add_annotators(cfg: DictConfig, names: Sequence[str]) -> None:
    from annotate.people import added_annotator, email_of
    from annotate.settings import connection, folder_of

    if not names:
        raise ConfigError("say who: `wink annotate add-annotator ann` (or an email address)")
    if cfg.password and len(names) > 1:
        raise ConfigError("password= is for one person; leave it out and each gets one of their own")
    if cfg.password is not None and not isinstance(cfg.password, str):
        raise ConfigError("what password= says is not read as text; write 'password=\"...\"' with both kinds of quotes")
    for name in names:
        email_of(name)
    with connection(cfg, stays=cfg.serve) as server:
        for name in names:
            with added_annotator(server, folder_of(cfg), name, cfg.password) as login:
                told = (
                    "as given" if cfg.password == login.password else f"{login.password}   (shown once, kept nowhere)"
                )
                print(f"log-in for {name} at {server.url}\n  email:    {login.email}\n  password: {told}", flush=True)
        _say_where_to_mark(server, cfg.title, names)
        print("each, once in their browser: the sliders in the bar under the timeline, tab Video, Video hop size 1")


def _say_where_to_mark(server: Server, title: str, names: Sequence[str], round_: str | None = None) -> None:
    """Say in which project people mark blind: each in their own where they have one, else all in one, or a round's."""
    from annotate.people import email_of, log_ins, name_of
    from annotate.project import Queue, find_queues

    queues = find_queues(server.ls, "blind", title).values()
    if not queues:
        print("nothing to mark yet: `wink annotate DATASET` puts its clips there")
        return
    there_are = {queue.name for queue in queues}
    everybodys = Queue("blind", title, round_).name
    own = {queue.person: queue.name for queue in queues if queue.person}
    theirs = {str(name): own.get(name_of(str(name)), everybodys) for name in names}
    there = None if server.external or not names else log_ins(server)
    for who, project in (theirs or {"annotators": everybodys}).items():
        if project not in there_are:
            print(
                f"to mark, {who}: nothing yet; `wink annotate DATASET annotators=[...]` gives clips to those it names"
            )
        else:
            print(f"to mark, {who}: open the project {project!r}, then *Label All Tasks*")
        if who in theirs and there is not None and email_of(who) not in there:
            print(f"  {who} has no log-in yet: `wink annotate add-annotator {who}`")


def _say_how_to_learn(title: str, live: bool) -> None:
    """Say in which project truth is shown, and what has to run for it."""
    from annotate.project import Queue

    of_title = "" if title == "winklab" else f" title={title}"
    print(f"to learn: the project {Queue('training', title).name!r}; truth is shown while `wink serve{of_title}` runs")
    if not live:
        print("  which the server may call once it was started with live=true (`wink annotate stop=true` first)")


def _tell_progress(cfg: DictConfig) -> None:
    from annotate.headway import progress_table
    from annotate.settings import existing_server, folder_of
    from annotate.withdrawal import warn_of_withdrawn

    with existing_server(cfg) as server:
        print(progress_table(server, folder_of(cfg), cfg.title))
        warn_of_withdrawn(server, folder_of(cfg))


def _withdraw(cfg: DictConfig, clip_ids: Sequence[str]) -> None:
    from annotate.settings import connection, folder_of
    from annotate.withdrawal import Places, withdraw_from_server

    places = Places(Path(cfg.paths.datasets), Path(cfg.paths.cache))
    with connection(cfg, stays=False) as server:
        withdraw_from_server(server, folder_of(cfg), clip_ids, places, bool(cfg.confirm))


def _say_where(server: Server, folder: ServerFolder, stays: bool) -> None:
    from annotate.address import exposure, is_open

    print(f"Label Studio: {server.url}" + ("" if server.external or stays else " (stopped again; serve=true keeps it)"))
    if server.running is not None:
        print(f"log-in:       {folder.login}")
        if stays:
            print("stop it with: wink annotate stop=true")
            if is_open(server.running.host):
                print(exposure(server.running.host, server.running.port))


def serve(cfg: DictConfig) -> None:
    """Answer Label Studio: predictions in the review project, lessons in the training project; until Ctrl-C."""
    from threading import Event

    from annotate.attending import attending
    from annotate.backend import LivePredictions
    from annotate.origins import known_origins
    from annotate.pull import known_datasets
    from annotate.server import check_port
    from annotate.settings import connection, datasets_of, folder_of

    folder, port = folder_of(cfg), check_port(cfg.listen)
    datasets = datasets_of(cfg) or known_datasets(Path(cfg.paths.datasets), known_origins(folder))
    live = LivePredictions(datasets, cfg.model)
    live.choose()
    with connection(cfg, stays=False) as server, attending(server, folder, live, cfg.title, port) as (url, teacher):
        print(f"Label Studio at {server.url} asks us at {url}; predictions: {live.model_version}; Ctrl-C ends it")
        try:
            Event().wait(None if cfg.minutes is None else 60 * float(cfg.minutes))
        finally:
            print(f"{teacher.n_lessons} lessons given")
