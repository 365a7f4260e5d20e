"""Film measured people: marker files become clips of our body moving as they did, with the truth that was measured."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.body.landmarks import NAMES
from sim.film import TrialPlace, film, from_zero, metadata_row, seen_of
from sim.lifter import Sex
from sim.plan import PlannedTrial
from sim.real_motion.fit import Fitted, fitted
from sim.render.clip import renderer
from sim.render.labels import CLASSES
from sim.render.shooting import draw_shooting, sized
from sim.truth import frame_truth
from wink.clip import Source
from wink.config import build, load_option
from wink.dataset_writer import DatasetWriter, Shard
from wink.errors import ClipError, ConfigError, RenderError, unknown_name
from wink.files import file_sha256
from wink.marker_set import MarkerSet, marker_set
from wink.measured_body import read_body
from wink.mocap import MARKER_FILES, read_recording, rules_for, unknown_subject
from wink.onset import Repetition, find_repetitions
from wink.repetition_table import repetition_rows

#: What these clips' rows say under `source`.
SOURCE: Source = "real_motion"
#: What a dataset of such clips is.
KIND = "real motion rendered"
#: The settings that say how a clip looks.
LOOKS = ("scene", "filming", "quality", "appearance")
#: ... and those that decide the clips of a trial, together with its file.
SPEC = ("seed", "views", "fps", "width", "height", "masks", "split", "markers", "people", *LOOKS)


@dataclass(frozen=True)
class RenderedTrial:
    """What became of one recording."""

    file: Path
    trial_id: str
    clips: int  # 0: they were there already
    repetitions: tuple[Repetition, ...] = ()
    off_m: Mapping[str, float] | None = None

    def __str__(self) -> str:
        if self.off_m is None:
            return f"{self.file.name}: there already"
        sizes = ", ".join(f"{r.pelvic_reversal_deg:.1f}" for r in self.repetitions) or "no repetition"
        far = ", ".join(f"{name} {100 * off:.1f}" for name, off in self.off_m.items())
        return f"{self.file.name}: {self.clips} clips; pelvic reversal {sizes} deg; off the markers [cm]: {far}"


@dataclass(frozen=True)
class Refused:
    """A recording that gives no clip, and why."""

    file: Path
    reason: str


@dataclass(frozen=True)
class _Job:
    """One recording to be filmed."""

    file: Path
    trial_id: str
    subject_id: str
    folder: Path
    spec_hash: str
    settings: Mapping[str, Any]


def recordings_of(inputs: Sequence[Path]) -> tuple[Path, ...]:
    """The marker files named, and those in the folders named, each once.

    Raises:
        ClipError: nothing was named, something is not there, or a folder holds none.
    """
    found: list[Path] = []
    for path in inputs:
        if not path.exists():
            raise ClipError(f"there is no file {path}")
        inside = [p for p in sorted(path.iterdir()) if p.suffix.lower() in MARKER_FILES] if path.is_dir() else [path]
        if not inside:
            raise ClipError(f"{path} holds no recording of markers ({', '.join(MARKER_FILES)})")
        found += inside
    if not found:
        raise ClipError("no recording was named; try `wink render squat.trc`")
    return tuple(dict.fromkeys(found))


def spec_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Everything but the recordings that determines the clips.

    Raises:
        ConfigError: a camera does not exist, or a person's sex is none our body has.
    """
    settings = {name: config[name] for name in SPEC}
    settings["quality"] = {**config["quality"], "renderer": renderer(build(config["quality"]))}
    settings["options"] = {"camera": {view: load_option("camera", view) for view in config["views"]}}
    for who, facts in config["people"].items():
        if facts.get("sex") not in ("male", "female"):
            raise ConfigError(f"people.{who}: " + unknown_name("sex", str(facts.get("sex")), ("male", "female")))
    settings |= {"keypoints": list(NAMES), "mask_classes": list(CLASSES)}
    return {"kind": KIND, "program": f"winklab {version('winklab')}", "settings": settings}


def render_trials(
    files: Sequence[Path], config: Mapping[str, Any], writer: DatasetWriter
) -> Iterator[RenderedTrial | Refused]:
    """Film recordings into a dataset; what is there already is left, what cannot be read does not stop the rest.

    Args:
        files: recordings of markers.
        config: of `wink render`.
        writer: of the dataset, made with `spec_of`.
    """
    settings = spec_of(config)["settings"]
    done, jobs = writer.finished_shards(), []
    for file in files:
        trial_id = file.stem
        subject = config["subject_id"] or file.stem.partition("_")[0]
        if trial_id in done:
            yield RenderedTrial(file, trial_id, 0)
        else:
            jobs.append(_Job(file, trial_id, subject, writer.path, writer.spec_hash, settings))
    with ProcessPoolExecutor(config["workers"], get_context("spawn"), initializer=_stop_quietly) as pool:
        waiting = {pool.submit(make_clips, job): job for job in jobs}
        for future in as_completed(waiting):
            job = waiting[future]
            try:
                shard, rendered = future.result()
            except (ClipError, RenderError) as error:
                yield Refused(job.file, str(error))
                continue
            writer.add(shard)
            yield rendered


def _stop_quietly() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def make_clips(job: _Job) -> tuple[Shard, RenderedTrial]:
    """Film one recording from every view; the media files are in place when it returns.

    Raises:
        MocapError: the recording cannot be read.
    """
    settings, digest = job.settings, file_sha256(job.file)
    index = int(digest[:12], 16)
    seed = int(np.random.SeedSequence([settings["seed"], index]).generate_state(1)[0])
    names: MarkerSet | None = settings["markers"] and marker_set(settings["markers"])
    measured = read_recording(job.file, names, unknown_subject(job.subject_id))
    facts = settings["people"].get(job.subject_id, {})
    sex: Sex = facts.get("sex") or _drawn_sex(settings["seed"], job.subject_id)
    body = fitted(measured.trial, read_body(job.file, names), sex, facts.get("mass_kg"))
    trial = from_zero(body.trial, job.subject_id)
    repetitions = find_repetitions(trial, rules_for(trial))
    cameras = {v: sized(n, settings["width"], settings["height"]) for v, n in settings["options"]["camera"].items()}
    shooting = draw_shooting(settings, cameras, seed, sex)
    planned = PlannedTrial(
        index, job.trial_id, KIND, job.subject_id, None, seed, settings["split"], parts={}, picture={}
    )
    place = TrialPlace(job.spec_hash, planned, job.folder, job.trial_id, settings["masks"])
    (job.folder / "masks" / job.trial_id).mkdir(parents=True, exist_ok=True)
    clips = film(place, trial, shooting)
    fps = shooting.filming.fps
    drawn = {"case": KIND, "seed": seed, "mocap": _origin(job, digest, measured.source, facts, body)}
    rows = [
        metadata_row(place, c, trial, repetitions, drawn | shooting.factors(c.view) | seen_of(c.keypoints))
        | {"source": SOURCE, "outcome": None, "load_kg": None, "n_repetitions": len(repetitions)}
        | {"max_pelvic_reversal_deg": max((r.pelvic_reversal_deg for r in repetitions), default=None)}
        | {"license": "not stated"}
        for c in clips
    ]
    shard = Shard(
        name=job.trial_id,
        metadata=rows,
        repetitions=[row for c in clips for row in repetition_rows(place.clip_id(c.view), repetitions, fps)],
        frames=pa.concat_tables(
            [frame_truth(place.clip_id(c.view), trial, repetitions, c.keypoints, fps) for c in clips]
        ),
    )
    return shard, RenderedTrial(job.file, job.trial_id, len(clips), repetitions, body.off_m)


def _drawn_sex(seed: int, subject_id: str) -> Sex:
    """A body for a person of whom nothing is known; the same in all of the person's trials."""
    rng = np.random.default_rng([seed, *subject_id.encode()])
    return "male" if rng.random() < 0.5 else "female"


def _origin(job: _Job, digest: str, source: str, facts: Mapping[str, Any], body: Fitted) -> dict[str, Any]:
    """Where a clip's movement came from, and how well our body follows it."""
    return {
        "source_file": job.file.name,
        "source_sha256": digest,
        "measured_from": source,
        "sex": "told" if "sex" in facts else "drawn",
        "off_the_markers_m": {name: round(off, 4) for name, off in body.off_m.items()},
    }


CARD = """---
license: other
task_categories: [video-classification]
tags: [squat, biomechanics, motion-capture, rendered]
---
# {name}: real movement on a drawn body

People measured by motion capture, their movement put on winklab's body and filmed as simulated lifters are. The
repetitions and winks of `repetitions.parquet` and the angles of `frames/` are those of the markers, not of the drawn
body. `source` is `{source}`: neither simulated nor filmed. Skin, clothes, build, place and camera are drawn; sex is
drawn where it was not told; masses, forces, moments and limits are unknown. Each row's `factors` name the recording and
how far the drawn joints lie from the measured ones.

* Licence: that of the recordings; ask whoever made them.
* Intended use: testing detectors on movement that no simulator made. No diagnosis, no identification of people.
"""
