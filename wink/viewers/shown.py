"""What there is to see of a clip: video, curves, events, body, facts. A real clip has less of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from wink.angles import PARALLEL_BAND_DEG
from wink.annotation import read_annotations
from wink.clip import Clip, frame_at
from wink.dataset import Dataset
from wink.detection import read_detections
from wink.formats.seen import scalars, stacked
from wink.trial import Array
from wink.viewers.body import limbs

#: Curves that are drawn, by their columns, and what they are called.
CURVES = {
    "pelvic_tilt_deg": "pelvic tilt",
    "lumbar_flexion_deg": "lumbar flexion",
    "trunk_lean_deg": "trunk lean",
    "thigh_inclination_deg": "thigh inclination",
}
_ENGAGED = "engaged_"
_ONSETS = {
    "pelvic_reversal_onset": "pelvis turns back",
    "tuck_start": "spine begins to bend",
    "neutral_exit": "spine leaves neutral",
}


@dataclass(frozen=True)
class Event:
    """Something that happens at a moment; `source`: truth, annotator or detector."""

    frame: int
    label: str
    source: str


@dataclass(frozen=True)
class Span:
    """Frames [start, end) that belong together: a repetition, or where the onset may be argued to lie."""

    start: int
    end: int
    label: str
    kind: Literal["repetition", "argued"]


@dataclass(frozen=True)
class Shown:
    """All there is to see of a clip, a value a frame; what is not known is empty."""

    title: str
    video: Path
    fps: float
    n_frames: int
    width: int
    height: int
    facts: Mapping[str, str]
    events: Sequence[Event] = ()
    spans: Sequence[Span] = ()
    curves: Mapping[str, Array] = field(default_factory=dict)  # name -> (n_frames,) [deg]
    limits: Mapping[str, Array] = field(default_factory=dict)  # name -> (n_frames,) whether it is engaged
    points_m: Array | None = None  # (n_frames, K, 3)
    point_names: tuple[str, ...] = ()
    joined: Sequence[tuple[int, int, str]] = ()  # pairs of points, part of the body
    bar_m: Array | None = None  # (n_frames, 3) centre of the bar
    azimuth_deg: float = 90.0  # of the camera: 0 before the lifter, 90 to the left of it


def shown_clip(dataset: Dataset, clip: Clip) -> Shown:
    """Everything a dataset knows of one of its clips."""
    frames = dataset.frames(clip.clip_id)
    return Shown(
        title=f"{dataset.name} / {clip.clip_id}",
        video=clip.video,
        fps=clip.fps,
        n_frames=clip.n_frames,
        width=clip.width,
        height=clip.height,
        facts=dict(_facts(dataset, clip)),
        events=sorted(_events(dataset, clip), key=lambda event: event.frame),
        spans=list(_spans(clip)),
        azimuth_deg=_azimuth_deg(dataset, clip),
        **_drawn(dataset, frames),
    )


def _drawn(dataset: Dataset, frames: pa.Table) -> dict[str, Any]:
    """Curves, limits, body and bar of a simulated clip."""
    if frames.num_rows == 0:
        return {}
    numbers = scalars(frames)
    engaged = [name for name in frames.column_names if name.startswith(_ENGAGED)]
    limits = {
        n.removeprefix(_ENGAGED).replace("_", " "): np.asarray(frames[n].to_pylist(), dtype=bool) for n in engaged
    }
    bar = [numbers.get(f"bar_{axis}_m", np.array([np.nan])) for axis in "xyz"]
    drawn: dict[str, Any] = {
        "curves": {name: numbers[column] for column, name in CURVES.items() if column in numbers},
        "limits": {name: values for name, values in limits.items() if values.any()},
        "bar_m": np.stack(bar, axis=1) if np.isfinite(bar).all() else None,
    }
    if "keypoints_3d" in frames.column_names:
        drawn["points_m"] = stacked(frames, "keypoints_3d").reshape(frames.num_rows, -1, 3)
        drawn["point_names"] = dataset.keypoint_names
        drawn["joined"] = limbs(dataset.keypoint_names)
    return drawn


def _facts(dataset: Dataset, clip: Clip) -> Iterator[tuple[str, str]]:
    row = dataset.row(clip.clip_id)
    for name in ("source", "split", "view", "subject_id", "trial_id", "counterfactual_of", "outcome"):
        if row[name]:
            yield name.replace("_", " "), str(row[name])
    if row["load_kg"] is not None:
        yield "load", f"{row['load_kg']:g} kg"
    yield "video", f"{clip.width} x {clip.height}, {clip.fps:g} frames a second, {clip.n_frames} frames"
    yield "licence", row["license"]
    if clip.repetitions is None:
        yield "truth", "unknown"
    for r in clip.repetitions or ():
        yield f"repetition {r.rep + 1}", f"pelvis turns back {r.pelvic_reversal_deg:.1f}° ({r.severity})"
        yield (
            "  deepest thigh",
            f"{r.max_thigh_inclination_deg:.0f}° (parallel {PARALLEL_BAND_DEG[0]:g} to {PARALLEL_BAND_DEG[1]:g}°)",
        )
        yield "  lumbar flexion gained", f"{r.lumbar_flexion_gained_deg:.1f}°"
        if r.simulated is not None and r.simulated.limits_met:
            yield "  limits met", ", ".join(name.replace("_", " ") for name in r.simulated.limits_met)


def _events(dataset: Dataset, clip: Clip) -> Iterator[Event]:
    """Onsets and bottoms of the truth, what annotators marked, what detectors found."""
    for r in clip.repetitions or ():
        yield Event(_frame(clip, r.bottom_s), "bottom", "truth")
        for wink in r.winks:
            where = (
                f"{_ONSETS.get(wink.definition, wink.definition)} (thigh {wink.thigh_inclination_at_onset_deg:.0f}°)"
            )
            yield Event(_frame(clip, wink.onset_s), where, "truth")
    for mark in read_annotations(dataset.path / "annotations.parquet"):
        if mark.clip_id == clip.clip_id and mark.onset_frame is not None:
            yield Event(
                min(mark.onset_frame, clip.n_frames - 1), f"{mark.annotator}: {mark.grade or 'onset'}", "annotator"
            )
    for found in read_detections(dataset.path / "detections.parquet"):
        if found.clip_id == clip.clip_id and found.onset_s is not None:
            yield Event(_frame(clip, found.onset_s), f"{found.detector}: {found.score:.2f}", "detector")


def _frame(clip: Clip, time_s: float) -> int:
    return min(frame_at(time_s, clip.fps), clip.n_frames - 1)


def _spans(clip: Clip) -> Iterator[Span]:
    for r in clip.repetitions or ():
        yield _span(clip, r.start_s, r.end_s, f"repetition {r.rep + 1}", "repetition")
        known = r.uncertainty
        if known is not None and known.onset_earliest_s is not None and known.onset_latest_s is not None:
            yield _span(clip, known.onset_earliest_s, known.onset_latest_s, "", "argued")


def _span(clip: Clip, start_s: float, end_s: float, label: str, kind: Literal["repetition", "argued"]) -> Span:
    return Span(frame_at(start_s, clip.fps), min(frame_at(end_s, clip.fps), clip.n_frames), label, kind)


def _azimuth_deg(dataset: Dataset, clip: Clip) -> float:
    camera = json.loads(dataset.row(clip.clip_id)["factors"]).get("camera", {})
    return float(camera.get("azimuth_deg", 90.0))
