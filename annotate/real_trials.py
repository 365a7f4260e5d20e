"""Bring motion capture into a dataset: the angles of a real person, and the repetitions found in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from annotate.real_clips import SUFFIXES as VIDEO_SUFFIXES
from annotate.real_clips import Refused
from annotate.terms import ClipTerms
from wink.angles import severity
from wink.errors import ClipError, ConfigError, DatasetError
from wink.files import file_sha256, write_atomically
from wink.marker_set import MarkerSet
from wink.mocap import SUFFIXES, Recording, read_recording, unknown_subject
from wink.onset import Repetition
from wink.repetition_table import REPETITIONS, SIMULATED_COLUMNS, repetition_rows
from wink.trial_table import read_facts, write_trial

FOLDER = "trials"


@dataclass(frozen=True)
class ImportedTrial:
    """What became of one recording."""

    file: Path
    trial_id: str
    recording: Recording
    repetitions: tuple[Repetition, ...]

    def __str__(self) -> str:
        recording, n = self.recording, len(self.recording.trial.time_s)
        lines = [f"{self.file.name}: trial {self.trial_id}, {recording.source}, {n} samples"]
        if recording.gaps is not None:
            lines[0] += f", {recording.gaps}"
        if not self.repetitions:
            lines.append("  no repetition: the thighs never reach 45 deg")
        return "\n".join([*lines, *(f"  {_said(repetition)}" for repetition in self.repetitions)])


def recording_files(inputs: Iterable[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Motion capture files among what was named, folders searched, each once; and the rest, which should be videos."""
    recordings: list[Path] = []
    rest: list[Path] = []
    for path in inputs:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        found = [p for p in inside if p.suffix.lower() in SUFFIXES and not p.name.startswith(".")]
        recordings += found
        if not found or any(p.suffix.lower() in VIDEO_SUFFIXES for p in inside):
            rest.append(path)
    return tuple(dict.fromkeys(recordings)), tuple(rest)


def import_trials(
    files: Iterable[Path], dataset: Path, terms: ClipTerms, names: MarkerSet | None
) -> Iterator[ImportedTrial | Refused]:
    """Bring recordings into a dataset's folder one by one; one that is there already is written anew.

    Raises:
        DatasetError: the folder cannot be written.
    """
    for file in files:
        try:
            yield import_trial(file, dataset, terms, names)
        except ClipError as error:
            reason = str(error)
            yield Refused(file, reason if file.name in reason else f"{file.name}: {reason}")


def import_trial(file: Path, dataset: Path, terms: ClipTerms, names: MarkerSet | None) -> ImportedTrial:
    """Write `trials/<trial_id>.parquet`, a row a sample, and `.csv`, a row a repetition.

    Raises:
        ClipError: the person did not agree; what was there of them is removed.
        MocapError: the file cannot be read.
        DatasetError: the folder cannot be written.
    """
    digest = _digest(file)
    trial_id = sha256(f"mocap/{digest}".encode()).hexdigest()[:12]
    files = _files(dataset, trial_id)
    if not terms.agreed:
        remove_trial(dataset, trial_id)
        raise ClipError(f"the person in {file.name} did not agree (consent none); it is not, or no longer, here")
    if files[0].exists():
        terms = terms.over(_told_before(files[0]))
    subject_id = terms.subject_id or f"real-{trial_id}"
    recording = read_recording(file, names, unknown_subject(subject_id))
    facts = {
        "trial_id": trial_id,
        "subject_id": subject_id,
        "source_file": file.name,
        "source_sha256": digest,
        **_facts(recording, terms),
    }
    repetitions = recording.repetitions()
    try:
        write_trial(files[0], recording.trial, facts)
        write_atomically(files[1], _csv(trial_id, repetitions))
    except OSError as error:
        raise DatasetError(f"{dataset} cannot be written: {error.strerror or error}") from error
    return ImportedTrial(file, trial_id, recording, repetitions)


def _facts(recording: Recording, terms: ClipTerms) -> dict[str, Any]:
    """What a recording tells of itself, and what is told of it."""
    return {
        "measured_from": recording.source,
        "standing_tilt_deg": recording.standing_tilt_deg,
        "gaps": str(recording.gaps or "none"),
        "split": terms.columns["split"],
        "license": terms.license,
        "consent": terms.consent,
    }


def _told_before(file: Path) -> ClipTerms:
    """What a trial that is there says of its terms."""
    facts = read_facts(file)
    return ClipTerms(**{name: facts[name] for name in ("subject_id", "split", "license", "consent")})


def _files(dataset: Path, trial_id: str) -> tuple[Path, Path]:
    """The table of a trial's samples, and that of its repetitions."""
    return dataset / FOLDER / f"{trial_id}.parquet", dataset / FOLDER / f"{trial_id}.csv"


def remove_trial(dataset: Path, trial_id: str) -> None:
    """Take a recording out of a dataset, the table it is found by last."""
    for file in reversed(_files(dataset, trial_id)):
        file.unlink(missing_ok=True)


def trial_called(dataset: Path, name: str) -> str | None:
    """The trial with an id, or of a recording that was called so; the recording itself may be gone.

    Raises:
        ConfigError: several recordings were called so.
    """
    there = {file.stem: read_facts(file)["source_file"] for file in sorted((dataset / FOLDER).glob("*.parquet"))}
    found = [trial_id for trial_id, called in there.items() if name in (trial_id, called)]
    if len(found) > 1:
        raise ConfigError(f"{len(found)} recordings were called {name!r}; say which by its id: {', '.join(found)}")
    return found[0] if found else None


def trials_in(dataset: Path) -> int:
    """How many measured trials a dataset holds."""
    return len(list((dataset / FOLDER).glob("*.parquet")))


def _digest(file: Path) -> str:
    try:
        return file_sha256(file)
    except OSError as error:
        raise ClipError(f"{file.name} cannot be read: {error.strerror or error}") from error


def _csv(trial_id: str, repetitions: Iterable[Repetition]) -> str:
    """A row a repetition, with the columns of `repetitions.parquet` that a recording of a person can have."""
    absent = ("clip_id", *SIMULATED_COLUMNS)
    columns = ["trial_id", *(n for n in REPETITIONS.names if n not in absent and not n.endswith("_frame"))]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({"trial_id": trial_id, **row} for row in repetition_rows(trial_id, repetitions, fps=1.0))
    return text.getvalue()


def _said(repetition: Repetition) -> str:
    size = repetition.pelvic_reversal_deg
    text = f"repetition {repetition.rep}: bottom at {repetition.bottom_s:.2f} s, "
    text += f"thigh {repetition.max_thigh_inclination_deg:.0f} deg, pelvic reversal {size:.1f} deg ({severity(size)})"
    wink = repetition.wink()
    if wink is not None:
        where = wink.relation_to_parallel.replace("_", " ")
        text += f", from {wink.onset_s:.2f} s, thigh {wink.thigh_inclination_at_onset_deg:.0f} deg, {where}"
    return text
