"""`wink import`: films become clips, motion capture becomes trials; what became of each file is said and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import av
from omegaconf import DictConfig

from annotate.about import find_tables, read_tables, template
from annotate.absent import withdraw_named
from annotate.card import card
from annotate.film import FilmSettings
from annotate.film_sheet import draw
from annotate.outcome import FOLDER, Outcome, keep, table
from annotate.real_clips import Refused, import_films, open_writer, video_files
from annotate.real_trials import import_trials, recording_files, remove_trial, trial_called, trials_in
from annotate.terms import ClipTerms
from annotate.withdrawn import withdrawn_contents
from wink.config import build
from wink.errors import ClipError, ConfigError
from wink.marker_set import marker_set
from wink.pose_file import kept_poses
from wink.progress import counted

if TYPE_CHECKING:
    from wink.dataset_writer import DatasetWriter
    from wink.people import PeopleFinder


def import_all(cfg: DictConfig) -> None:
    """Bring films and motion capture into a dataset, or print a table to fill in.

    Raises:
        ClipError: none of the files could be brought in, now or before.
        ConfigError: a setting or a table of what is told of the films cannot be taken.
    """
    path = Path(cfg.paths.datasets) / cfg.name
    if cfg.withdraw:
        _withdraw(path, [str(name) for name in cfg.withdraw], cfg)
        return
    recordings, rest = recording_files(Path(p) for p in cfg.input)
    films = video_files(rest) if rest or not (recordings or cfg.template) else ()
    if cfg.template:
        print(template(films), end="")
        return
    terms: ClipTerms = build(cfg.terms)
    settings = FilmSettings(cut=cfg.cut, margin_s=cfg.margin_s, faces=cfg.faces, max_side=cfg.max_side)
    told = told_of(films, Path(cfg.about) if cfg.about else None, terms, publish=cfg.publish)
    finder: PeopleFinder | None = build(cfg.people_finder) if films and settings.needs_people else None
    names = marker_set(cfg.markers) if cfg.markers else None
    writer = open_writer(path)  # refuses another kind of dataset before work starts
    trials = list(import_trials(recordings, path, terms, names))
    outcomes = list(_films(told, writer, settings, finder))
    for trial in trials:
        print(f"refused: {trial.reason}" if isinstance(trial, Refused) else trial)
    if outcomes:
        print(table(outcomes))
    _forget_poses(path, Path(cfg.paths.cache))
    _finish(writer, trials, outcomes)


def _withdraw(path: Path, names: Sequence[str], cfg: DictConfig) -> None:
    """Take films and recordings out of a dataset by their names, which may be all that is left of them."""
    if cfg.input:
        raise ConfigError(f"withdraw={names} is a command of its own; leave {', '.join(map(str, cfg.input))} out")
    if not (path / "dataset.json").exists():
        raise ConfigError(f"there is no dataset {path} to withdraw from; say which with name=")
    writer = open_writer(path)
    recordings = {name: trial_id for name in names if (trial_id := trial_called(path, name))}
    outcomes = withdraw_named(writer, [name for name in names if name not in recordings])
    for name, trial_id in recordings.items():
        remove_trial(path, trial_id)
        print(f"{name}: trial {trial_id} removed (consent none)")
    if outcomes:
        print(table(outcomes))
    _forget_poses(path, Path(cfg.paths.cache))
    _finish(writer, tuple(recordings), outcomes)


def _forget_poses(path: Path, cache: Path) -> None:
    """Remove the pose of withdrawn clips and their films, for pictures of the lifter are kept with it."""
    contents = withdrawn_contents([path]).values()
    for file in kept_poses(cache, (sha256 for several in contents for sha256 in several)):
        file.unlink(missing_ok=True)


def told_of(
    films: tuple[Path, ...], about: Path | None, terms: ClipTerms, publish: bool = False
) -> dict[Path, ClipTerms]:
    """What is told of each film, in their order.

    Raises:
        ConfigError: a table cannot be taken, or (`publish`) what publishing needs is not told.
    """
    rows = read_tables(find_tables(films, about), terms)
    told = {film: rows.get(film.resolve(), terms) for film in films}
    if publish:
        wanting = [film.name for film, each in told.items() if each.agreed and not each.may_be_published]
        if wanting:
            raise ConfigError(
                "publish=true needs a licence and `consent` publication for every film; "
                f"they are not told of {', '.join(wanting)}"
            )
    return told


def _films(
    told: Mapping[Path, ClipTerms], writer: DatasetWriter, settings: FilmSettings, finder: PeopleFinder | None
) -> Iterator[Outcome]:
    """What became of each film; its sheets are drawn and `import.json` is kept up as they come."""
    lengths = {film: _length_s(film) for film in told}
    before = dict(zip(lengths, _sums(list(lengths.values())), strict=True))
    if not told:
        return
    with counted("importing", total=max(1, round(sum(lengths.values()))), unit="s of film") as bar:

        def said(film: Path, share: float) -> None:
            bar.reach(int(before[film] + share * lengths[film]))

        for outcome in import_films(told, writer, settings, finder, said):
            draw(writer.path, outcome)
            keep(writer.path, [outcome])
            yield outcome


def _finish(writer: DatasetWriter, trials: Sequence[object], outcomes: Sequence[Outcome]) -> None:
    path = writer.path
    new = sum(len(outcome.clips) for outcome in outcomes)
    failed = [r.reason for r in trials if isinstance(r, Refused)]
    failed += [f"{o.file.name}: {o.status}, {o.reason}" for o in outcomes if o.status in _NOTHING]
    nothing = len(failed) == len(trials) + len(outcomes)
    if not nothing or (path / "metadata.parquet").exists():  # one that was begun to be withdrawn from is made whole
        dataset = writer.finish(card(path.name, writer.rows()))
    if nothing:
        raise ClipError("no file could be brought in:\n  " + "\n  ".join(failed))
    measured = f", {trials_in(path)} measured trials" if trials_in(path) else ""
    print(f"{path}: {len(dataset.metadata())} clips, {new} new{measured}, {len(failed)} files without a clip")
    if any(outcome.status == "withdrawn" for outcome in outcomes):
        print(_ELSEWHERE)
    if outcomes:
        print(f"what became of each film, with its cuts to look at: {path / FOLDER}")


_ELSEWHERE = (
    "withdrawn clips are out of this dataset. What was made of them elsewhere stays until you remove it: on the "
    "annotation server, and marks (`wink annotate withdraw` says what there is); detections, exports, trained weights"
)
_NOTHING = ("unreadable", "no person", "no squat found", "refused")


def _length_s(film: Path) -> float:
    """Length a film says it has [s]; 1 where it says nothing: for the time left only."""
    try:
        with av.open(str(film), metadata_errors="ignore") as container:
            return max(1.0, float((container.duration or 0) / av.time_base))
    except (av.FFmpegError, OSError, UnicodeError):
        return 1.0


def _sums(lengths: list[float]) -> list[float]:
    """What lies before each."""
    return [sum(lengths[:i]) for i in range(len(lengths))]
