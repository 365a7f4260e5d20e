"""Bring filmed squats into a dataset: any video file becomes a clip; the file itself is left alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from annotate.video import VideoFacts, look_at, write_clip
from wink.dataset import Dataset
from wink.dataset_writer import DatasetWriter, Shard
from wink.errors import ClipError, ConfigError, DatasetError, unknown_name
from wink.files import file_sha256

#: The same for every folder of real clips, so that clips can be added at any time.
SPEC = {"kind": "real clips", "video": "h264, constant rate, upright, silent"}
SPLITS = ("train", "validation", "test")
#: What a folder is searched for; files named one by one may be called anything.
SUFFIXES = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mts", ".3gp", ".mpg", ".mpeg", ".wmv")


@dataclass(frozen=True)
class ClipTerms:
    """What the importer is told of the clips, since the files do not say."""

    license: str = "not stated"  # who may use the clips, for what
    consent: str = "not recorded"  # whether the people filmed agreed, and to what
    split: str = "test"
    view: str = "unknown"
    subject_id: str | None = None  # None: each file shows a person of its own
    max_side: int = 1080  # longer side of a clip [px]; larger videos are scaled down

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise ConfigError(unknown_name("split", str(self.split), SPLITS))
        if not 64 <= self.max_side <= 4096:
            raise ConfigError(f"max_side={self.max_side} is no picture size; expected 64 to 4096 pixels")


@dataclass(frozen=True)
class Imported:
    """What became of one file."""

    file: Path
    clip_id: str
    row: dict[str, Any] | None  # of the metadata; None = it was there already
    facts: VideoFacts | None

    def __str__(self) -> str:
        if self.row is None or self.facts is None:
            return f"{self.file.name}: {self.clip_id}, there already"
        row, seen = self.row, self.facts
        text = f"{self.file.name}: {self.clip_id}, {row['n_frames']} frames of {row['width']}x{row['height']}"
        text += f" at {row['fps']:g} frames/s"
        if (row["width"], row["height"]) < (seen.width - 1, seen.height - 1):
            text += f", scaled down from {seen.width}x{seen.height}"
        if seen.rotation_deg:
            text += f", turned by {seen.rotation_deg} deg"
        if not seen.steady:
            text += f", variable rate made constant ({len(seen.times_s)} frames before)"
        return text


@dataclass(frozen=True)
class Refused:
    """A file that is no clip, and why."""

    file: Path
    reason: str


def video_files(inputs: Iterable[Path]) -> tuple[Path, ...]:
    """The files named, and the videos in the folders named, each once.

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


def import_clips(files: Iterable[Path], dataset: Path, terms: ClipTerms) -> Iterable[Imported | Refused]:
    """Bring files into a dataset one by one, each complete or not at all; finish it with `finish`.

    Raises:
        DatasetError: the folder holds another kind of dataset, or cannot be written.
    """
    writer = open_writer(dataset)
    for file in files:
        try:
            yield import_clip(file, writer, terms)
        except ClipError as error:
            yield Refused(file, str(error))


def open_writer(dataset: Path) -> DatasetWriter:
    """The dataset of real clips in a folder, begun or gone on with."""
    try:
        return DatasetWriter(dataset, SPEC)
    except OSError as error:
        raise DatasetError(f"{dataset} cannot be written: {error.strerror or error}") from error


def import_clip(file: Path, writer: DatasetWriter, terms: ClipTerms) -> Imported:
    """Bring one file in; the same content is never brought in twice, whatever it is called.

    Raises:
        ClipError: the file cannot be read as a video.
        DatasetError: the dataset cannot be written.
    """
    try:
        source_sha256 = file_sha256(file)
    except OSError as error:
        raise ClipError(f"{file.name} cannot be read: {error.strerror or error}") from error
    clip_id = sha256(f"real/{source_sha256}".encode()).hexdigest()[:12]
    if clip_id in writer.finished_shards():
        return Imported(file, clip_id, None, None)
    facts = look_at(file)
    target = writer.path / "videos" / clip_id[:2] / f"{clip_id}.mp4"
    temporary = target.with_name(f".{clip_id}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(exist_ok=True)
        size = write_clip(file, facts, temporary, terms.max_side)
        temporary.replace(target)
        row = _row(target, clip_id, size, facts, terms)
        row["factors"] = json.dumps(_factors(file, source_sha256, facts, terms))
        writer.add(Shard(name=clip_id, metadata=[row], repetitions=[], frames=None))
    except OSError as error:
        raise DatasetError(f"{writer.path} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return Imported(file, clip_id, row, facts)


def _row(video: Path, clip_id: str, size: tuple[int, int, int], facts: VideoFacts, terms: ClipTerms) -> dict[str, Any]:
    """The clip's row of `metadata.parquet`; what nobody has measured is null."""
    n_frames, width, height = size
    unknown = ("trial_id", "counterfactual_of", "outcome", "n_repetitions", "max_pelvic_reversal_deg", "load_kg")
    return {
        "file_name": f"videos/{clip_id[:2]}/{clip_id}.mp4",
        "clip_id": clip_id,
        "source": "real",
        "subject_id": terms.subject_id or f"real-{clip_id}",
        "split": terms.split,
        "view": terms.view,
        "fps": float(facts.fps),
        "n_frames": n_frames,
        "width": width,
        "height": height,
        **dict.fromkeys((*unknown, "mask_file")),
        "license": terms.license,
        "sha256": file_sha256(video),
    }


def _factors(file: Path, source_sha256: str, facts: VideoFacts, terms: ClipTerms) -> dict[str, Any]:
    """Where the clip came from; the frame map leads back to the original where frames were repeated or dropped."""
    return {
        "source_file": file.name,
        "source_sha256": source_sha256,
        "source_frames": len(facts.times_s),
        "source_size": [facts.width, facts.height],
        "rotation_deg": facts.rotation_deg,
        "frame_map": None if facts.steady else list(facts.frame_map),
        "consent": terms.consent,
    }


def finish(dataset: Path, text: str) -> Dataset:
    """Gather every clip imported so far, now or earlier, into a dataset that can be read."""
    return open_writer(dataset).finish(text)


def card(dataset: Path, terms: ClipTerms) -> str:
    """The dataset's card."""
    return f"""---
license: other
task_categories: [video-classification]
tags: [squat, biomechanics, real]
---
# {dataset.name}: filmed squats

Real people. Every video was decoded and written anew (H.264, constant rate, upright, no sound, no metadata); the
originals are elsewhere. Nothing is known of the movement until it is annotated: `n_repetitions` is null.
Faces are not blurred, and `factors` keeps each original's file name. `trials/`, where there is one, holds the angles of
people measured by motion capture (`.parquet`, a row a sample) and their repetitions (`.csv`); they are no clips.

* Licence, as told by whoever imported the last clips: {terms.license}. Each row of `metadata.parquet` has its own.
* Consent: {terms.consent}. Each row's `factors` has its own.
* Intended use: annotation of the butt wink and testing of detectors. No diagnosis, no identification of people.
"""
