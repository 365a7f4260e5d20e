"""From a benchmarked dataset to one panel a lifter: true pelvic curves with the onsets true and called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from detect.benchmarked import BenchmarkedDataset
from detect.matching import match_repetitions
from detect.report_plots import DescentCurve, LifterPanel
from wink.clip import Clip
from wink.onset import Definition, Repetition

_NEEDED = ("time_s", "pelvic_tilt_deg", "thigh_inclination_deg")
_PREFERRED_VIEW = "side"


def lifter_panels(part: BenchmarkedDataset, definition: Definition) -> list[LifterPanel]:
    """A panel for every trial that is nobody's twin, in the order of the dataset; none without frame truth.

    It shows the twin alone where the trial's own repetitions are unknown.
    """
    metadata = {row["clip_id"]: row for row in part.dataset.metadata()}
    trials = one_clip_a_trial(part)
    twins = {metadata[c.clip_id]["counterfactual_of"]: c for c in trials.values()}
    panels = []
    for trial, clip in trials.items():
        if metadata[clip.clip_id]["counterfactual_of"] in trials:
            continue
        descents = _descents(part, clip, definition)
        twin = twins.get(trial)
        other = _descents(part, twin, definition) if twin else []
        if descents or other:
            panels.append(LifterPanel(_title(clip, metadata[clip.clip_id]), descents, other))
    return panels


def one_clip_a_trial(part: BenchmarkedDataset) -> dict[str, Clip]:
    """Clips of one trial show the same movement: take the one from the side, or else the first; by trial_id."""
    trial_of = {row["clip_id"]: row["trial_id"] or row["clip_id"] for row in part.dataset.metadata()}
    trials: dict[str, Clip] = {}
    for clip in part.clips:
        trial = trial_of[clip.clip_id]
        if trial not in trials or (_is_side(clip) and not _is_side(trials[trial])):
            trials[trial] = clip
    return trials


def _is_side(clip: Clip) -> bool:
    return clip.view.startswith(_PREFERRED_VIEW)


def _title(clip: Clip, row: Mapping[str, Any]) -> str:
    case = json.loads(row["factors"] or "{}").get("case")
    load = f", {row['load_kg']:.0f} kg" if row["load_kg"] else ""
    return f"{case or clip.subject_id}{load}"


def _descents(part: BenchmarkedDataset, clip: Clip, definition: Definition) -> list[DescentCurve]:
    frames = part.dataset.frames(clip.clip_id)
    if not clip.repetitions or not set(_NEEDED) <= set(frames.column_names) or not frames.num_rows:
        return []
    called = _called_s(part, clip)
    return [_descent(frames, r, definition, called.get(i, {})) for i, r in enumerate(clip.repetitions)]


def _descent(
    frames: pa.Table, repetition: Repetition, definition: Definition, called_s: Mapping[str, float]
) -> DescentCurve:
    time_s, tilt, thigh = (frames[name].to_numpy() for name in _NEEDED)
    part = (time_s >= repetition.start_s) & (time_s <= repetition.bottom_s)
    wink = repetition.wink(definition)
    return DescentCurve(
        thigh_deg=thigh[part],
        tilt_deg=tilt[part],
        onset_thigh_deg=None if wink is None else wink.thigh_inclination_at_onset_deg,
        called_thigh_deg={name: float(np.interp(t, time_s, thigh)) for name, t in called_s.items()},
    )


def _called_s(part: BenchmarkedDataset, clip: Clip) -> dict[int, dict[str, float]]:
    """Onsets [s] called in each true repetition (by index), by detector."""
    called: dict[int, dict[str, float]] = {}
    for name in dict.fromkeys(d.detector for d in part.detections):
        said = [d for d in part.detections if (d.detector, d.clip_id, d.error) == (name, clip.clip_id, None)]
        for i, j in match_repetitions(clip.repetitions or (), said).items():
            onset_s = said[j].onset_s
            if onset_s is not None:
                called.setdefault(i, {})[name] = onset_s
    return called
