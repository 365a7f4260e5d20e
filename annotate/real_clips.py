"""Bring filmed squats into a dataset: a film becomes clips of one squat each, faces unreadable; it is left alone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from annotate.amending import amend, withdraw
from annotate.clip_file import Cut, fitted, write_clips
from annotate.clip_row import factors_of, frame_map_csv, row_of
from annotate.cuts import FilmedSquat, cuts_about
from annotate.faces import blurred
from annotate.film import Film, FilmSettings
from annotate.outcome import Outcome
from annotate.pictures import pictures
from annotate.terms import ClipTerms
from annotate.video import look_at
from annotate.watching import watch
from annotate.withdrawn import note_returned
from wink.dataset_writer import DatasetWriter, Shard
from wink.errors import ClipError, DatasetError
from wink.files import file_sha256, write_atomically
from wink.people import PeopleFinder, Picture
from wink.words import several

#: The same for every folder of real clips, so that clips can be added at any time.
SPEC = {"kind": "real clips", "video": "h264, constant rate, upright, silent"}
#: What a folder is searched for; files named one by one may be called anything.
SUFFIXES = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mts", ".3gp", ".mpg", ".mpeg", ".wmv", ".gif")

Said = Callable[[float], None]


@dataclass(frozen=True)
class Refused:
    """A file that is no clip, and why."""

    file: Path
    reason: str


def video_files(inputs: Iterable[Path]) -> tuple[Path, ...]:
    """The files named, and the videos in the folders named in the order of their names, each once.

    Raises:
        ClipError: nothing was named, or something that is not there.
    """
    files: list[Path] = []
    for path in inputs:
        if path.is_dir():
            found = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and not p.name.startswith("."))
            if not found:
                raise ClipError(f"{path} holds no video ({', '.join(SUFFIXES)})")
            files += found
        elif path.exists():
            files.append(path)
        else:
            raise ClipError(f"there is no file {path}; a path with spaces needs quotes")
    if not files:
        raise ClipError("no video was named; try `wink import a.mp4 b.mov` or `wink import FOLDER`")
    return tuple(dict.fromkeys(files))


def open_writer(dataset: Path) -> DatasetWriter:
    """The dataset of real clips in a folder, begun or gone on with."""
    try:
        return DatasetWriter(dataset, SPEC)
    except OSError as error:
        raise DatasetError(f"{dataset} cannot be written: {error.strerror or error}") from error


def import_films(
    told: Mapping[Path, ClipTerms],
    writer: DatasetWriter,
    settings: FilmSettings,
    finder: PeopleFinder | None = None,
    said: Callable[[Path, float], None] | None = None,
) -> Iterator[Outcome]:
    """Bring films in one by one, each whole or not at all; a film that fails stops no other.

    Args:
        told: what is told of each film, in the order they are brought in.
        writer: of the dataset.
        settings: what is made of each.
        finder: of people; needed unless whole films are brought in with faces kept.
        said: is told a film and the share of its work that is done.

    Raises:
        DatasetError: the dataset cannot be written.
    """
    first_of: dict[str, Path] = {}
    refusing = _refusing(told)
    for file in told:
        started = time.process_time()
        try:
            content = _content(file)
            if content in first_of:
                yield _duplicate(file, film_id_of(content), first_of[content], told)
                continue
            first_of[content] = file
            by = refusing.get(content, file)
            share_said = partial(said or _silent, file)
            outcome = import_film(file, content, told[by], writer, settings, finder, share_said)
            if by != file:
                outcome = replace(outcome, reason=f"{outcome.reason}; told of {by.name}, the same film")
        except ClipError as error:
            reason = str(error)
            outcome = Outcome(file, "unreadable", "", reason if file.name in reason else f"{file.name}: {reason}")
        yield replace(outcome, cpu_s=time.process_time() - started)
        (said or _silent)(file, 1.0)


def _refusing(told: Mapping[Path, ClipTerms]) -> dict[str, Path]:
    """Contents whose people did not agree, whatever is told of the same film under another name."""
    contents: dict[str, Path] = {}
    for file in (file for file, terms in told.items() if not terms.agreed):
        with suppress(ClipError):  # is told when its turn comes
            contents.setdefault(_content(file), file)
    return contents


def _duplicate(file: Path, film_id: str, first: Path, told: Mapping[Path, ClipTerms]) -> Outcome:
    """A film under a second name; refused where something else is told of it."""
    if told[file] == told[first]:
        return Outcome(file, "duplicate", film_id, f"the same as {first.name}")
    return Outcome(file, "refused", film_id, f"the same as {first.name}, of which something else is told")


def _silent(_file: Path, _share: float) -> None:
    """Tell nobody how far the work is."""


def import_film(
    file: Path,
    content: str,
    terms: ClipTerms,
    writer: DatasetWriter,
    settings: FilmSettings,
    finder: PeopleFinder | None,
    said: Said,
) -> Outcome:
    """Bring one film in; the same content is never brought in twice, whatever it is called.

    Raises:
        ClipError: the file cannot be read as a film, or changed while it was read.
        DatasetError: the dataset cannot be written.
    """
    film_id = film_id_of(content)
    if not terms.agreed:
        return _not_agreed(file, film_id, writer)
    if film_id in writer.finished_shards():
        changed = amend(writer, film_id, terms)
        return Outcome(file, "told anew" if changed else "already there", film_id, ", ".join(changed))
    facts = look_at(file)
    film = Film(file, film_id, content, facts, fitted(facts.width, facts.height, settings.max_side), None)
    if settings.needs_people:
        assert finder is not None, "a finder of people is needed to cut films and to blur faces"
        film = replace(film, watched=watch(file, facts, film.size, finder, lambda share: said(0.75 * share)))
    outcome = Outcome.of(film)
    if film.watched is not None and not film.watched.n_people:
        return replace(outcome, status="no person", reason="nobody was found in it")
    cuts, squats = _cuts(film, settings)
    if not cuts:
        return replace(outcome, status="no squat found", reason=_why_no_squat(film))
    clips = _write(film, cuts, squats, terms, writer, settings, said)
    return replace(outcome, status="imported", clips=tuple(clips), cuts=tuple(cuts))


def _not_agreed(file: Path, film_id: str, writer: DatasetWriter) -> Outcome:
    """A film is not brought in whose people refuse; if it was, its clips go."""
    gone = withdraw(writer, film_id)
    if not gone:
        return Outcome(file, "refused", film_id, "the people in it did not agree (consent none)")
    return Outcome(file, "withdrawn", film_id, removed(gone))


def removed(clip_ids: Sequence[str]) -> str:
    """What is said of clips that were withdrawn."""
    return f"{several(len(clip_ids), 'clip')} removed (consent none): {', '.join(clip_ids)}"


def film_id_of(content: str) -> str:
    """Id of a film, from the SHA-256 of its content."""
    return sha256(f"real/{content}".encode()).hexdigest()[:12]


def _content(file: Path) -> str:
    try:
        return file_sha256(file)
    except OSError as error:
        raise ClipError(f"{file.name} cannot be read: {error.strerror or error}") from error


def _cuts(film: Film, settings: FilmSettings) -> tuple[list[Cut], Sequence[FilmedSquat | None]]:
    n_frames = len(film.facts.frame_map)
    if not settings.cut:
        return [Cut(0, n_frames)], [None]
    assert film.watched is not None
    squats = film.watched.squats
    return cuts_about(squats, float(film.facts.fps), n_frames, settings.margin_s), squats


def _why_no_squat(film: Film) -> str:
    assert film.watched is not None
    deepest = max((float(x.thigh_deg.max()) for x in film.watched.lifters), default=0.0)
    return f"nobody goes down and comes up again; thighs reach {deepest:.0f} deg of 90 at most" + (
        "" if film.watched.lifters else ", and nobody is seen for half a second"
    )


def _write(
    film: Film,
    cuts: Sequence[Cut],
    squats: Sequence[FilmedSquat | None],
    terms: ClipTerms,
    writer: DatasetWriter,
    settings: FilmSettings,
    said: Said,
) -> list[str]:
    """Write a film's clips, their frame maps and their rows; ids of the clips."""
    ids = [_clip_id(film, cut, settings) for cut in cuts]
    targets = [writer.path / "videos" / clip_id[:2] / f"{clip_id}.mp4" for clip_id in ids]
    temporary = [target.with_name(f".{target.stem}.{os.getpid()}.tmp") for target in targets]
    try:
        for target in targets:
            target.parent.mkdir(exist_ok=True)
        worst = write_clips(_shown(film, cuts, settings, said), film.facts, cuts, temporary)
        if _content(film.file) != film.sha256:
            raise ClipError(f"{film.file.name} changed while it was read; bring it in again")
        rows = []
        for target, part, cut, squat, off in zip(targets, temporary, cuts, squats, worst, strict=True):
            _place(target, part, film, cut)
            factors = factors_of(film, cut, squat, terms, settings) | {"worst_frame_difference": off}
            rows.append(row_of(target, film, cut, terms) | {"factors": json.dumps(factors)})
        writer.add(Shard(name=film.film_id, metadata=rows, repetitions=[], frames=None))
        note_returned(writer.path, ids)
    except OSError as error:
        raise DatasetError(f"{writer.path} cannot be written: {error.strerror or error}") from error
    finally:
        for part in temporary:
            part.unlink(missing_ok=True)
    return ids


def _place(target: Path, part: Path, film: Film, cut: Cut) -> None:
    """Put a clip that was written in its place, its frame map first."""
    write_atomically(target.with_suffix(".frames.csv"), frame_map_csv(film.facts, cut))
    part.replace(target)


def _clip_id(film: Film, cut: Cut, settings: FilmSettings) -> str:
    """Opaque, and another one for other pictures: marks are never moved to them."""
    made_of = f"real/{film.sha256}/{cut.first}-{cut.stop}/{settings.faces}/{film.size}"
    return sha256(made_of.encode()).hexdigest()[:12]


def _shown(film: Film, cuts: Sequence[Cut], settings: FilmSettings, said: Said) -> Iterator[tuple[int, Picture]]:
    """The film's pictures that the cuts need, faces as they are to be."""
    needed = {film.facts.frame_map[k] for cut in cuts for k in range(cut.first, cut.stop)}
    done = 0.75 if film.watched is not None else 0.0
    for number, picture in pictures(film.file, film.facts, film.size, needed):
        hide = settings.faces == "blurred" and film.watched is not None
        yield number, blurred(picture, film.watched.boxes[number]) if hide and film.watched else picture
        said(done + (1 - done) * (number + 1) / len(film.facts.times_s))
