"""The leaderboard: a row a detector, dataset, split and source; real and synthetic never pooled.

Every view of a trial shows the same repetitions, and each counts once a view; intervals draw lifters, so that views and
repetitions of one lifter never pass for independent ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from detect.benchmarked import BenchmarkedDataset
from detect.bootstrap import MIN_LIFTERS, interval, lifter_weights
from detect.depth_matching import MIN_MATCHED
from detect.frame_truth import AngleError, angle_scores
from detect.matching import Judged, judge
from detect.metrics import counts, depth_matched, plain, scores
from detect.plugins.outsider import MISSING
from detect.score_table import ScoreTable, score_table
from wink.clip import Clip
from wink.detection import Detection
from wink.onset import DEFAULT_DEFINITION, Definition

#: Scores that are told with depth taken out as well, under `depth_matched_…`.
MATCHED = ("presence_f1", "presence_auroc", "ap_100ms", "event_f1_100ms", "false_alarms_per_100")
#: Scores with a 95 % interval, in `ci95`.
WITH_INTERVAL = (
    *("presence_f1", "presence_auroc", "presence_auprc", "sensitivity_at_90_specificity", "brier"),
    *("ap_33ms", "ap_67ms", "ap_100ms", "ap_167ms", "ap_333ms", "ap_mean", "event_f1_100ms"),
    *("onset_mae_ms", "onset_bias_ms", "false_alarms_per_100", "magnitude_mae_deg", "tilt_rmse_deg"),
)


def score_rows(
    part: BenchmarkedDataset,
    detectors: Iterable[str],
    *,
    definition: Definition = DEFAULT_DEFINITION,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Rows for one dataset. Clips with unknown labels are counted as such and never as clean.

    Args:
        part: the dataset and what was said of it.
        detectors: their names; one that said nothing at all has a row too.
        definition: of the onset that is scored.
        seed: of the bootstrap.
    """
    return [
        {"detector": name, "dataset": part.dataset.name, **names, "definition": definition}
        | _row(part, name, group, definition, seed)
        for name in detectors
        for names, group in groups(part.clips)
    ]


def groups(clips: Iterable[Clip]) -> list[tuple[dict[str, str], list[Clip]]]:
    """Clips of one split and source, with the names of both."""
    together: dict[tuple[str, str], list[Clip]] = {}
    for clip in clips:
        together.setdefault((clip.split, clip.source), []).append(clip)
    return [({"split": split, "source": source}, group) for (split, source), group in together.items()]


def judged_rows(clips: Iterable[Clip], said: Mapping[str, Sequence[Detection]], definition: Definition) -> list[Judged]:
    """Rows of the labelled ones of these clips for one detector."""
    known = (clip for clip in clips if clip.repetitions is not None)
    return [row for clip in known for row in judge(clip, said.get(clip.clip_id, ()), definition)]


def table_of(part: BenchmarkedDataset, rows: Sequence[Judged], definition: Definition) -> ScoreTable:
    """Judged rows of a dataset as columns."""
    lifter = {clip.clip_id: clip.subject_id for clip in part.clips}
    name = "thigh_inclination_deg"
    thigh = {c: (t.time_s, t.angles[name]) for c, t in part.truth.items() if name in t.angles}
    return score_table(rows, lifter, thigh, definition)


def _row(
    part: BenchmarkedDataset, detector: str, clips: Sequence[Clip], definition: Definition, seed: int
) -> dict[str, Any]:
    said = part.said(detector)
    table = table_of(part, judged_rows(clips, said, definition), definition)
    here = {clip.clip_id: clip.subject_id for clip in clips}
    angles = [error for error in part.angle_errors.get(detector, ()) if error.clip_id in here]
    everything = [d for clip in clips for d in said.get(clip.clip_id, [])]
    return {
        "n": len(clips),
        "truth": _truth_words(part, clips),
        "n_unlabelled": sum(clip.repetitions is None for clip in clips),
        "n_failed": sum(d.error is not None for d in everything),
        "n_missing": sum(d.error == MISSING for d in everything),
        "n_called": sum(d.onset_s is not None for d in everything),
        **counts(table),
        **_with_intervals(table, angles, here, seed),
        **_cost(part, detector, clips),
    }


def _truth_words(part: BenchmarkedDataset, clips: Sequence[Clip]) -> str:
    """Where the truth comes from: the simulation, a measurement, or people's words."""
    if any(clip.clip_id in part.annotated for clip in clips):
        return "annotations"
    if all(clip.repetitions is None for clip in clips):
        return "none"
    return "simulated" if clips[0].source == "synthetic" else "measured"


def _with_intervals(
    table: ScoreTable, angles: Sequence[AngleError], lifter: Mapping[str, str], seed: int
) -> dict[str, Any]:
    """Plain scores, depth-matched ones, and 95 % intervals of the chief ones of both."""
    once, draws = np.ones(len(table)), lifter_weights(table.lifter.tolist(), seed)
    angle_draws = lifter_weights([lifter[error.clip_id] for error in angles], seed)
    value = scores(table, once) | angle_scores(angles, np.ones(len(angles)))
    drawn = scores(table, draws) | angle_scores(angles, angle_draws)
    matched, matched_drawn = depth_matched(table, once), depth_matched(table, draws)
    found: dict[str, Any] = {name: plain(score) for name, score in value.items()}
    found |= {name: int(value[name]) for name in ("onset_n", "onset_missed", "magnitude_n")}
    worth = float(matched["n"])
    found |= {f"depth_matched_{name}": plain(matched[name]) if worth >= MIN_MATCHED else None for name in MATCHED}
    found["depth_matched_n"] = worth
    spread = {name: interval(drawn[name]) for name in WITH_INTERVAL}
    spread |= {f"depth_matched_{name}": interval(matched_drawn[name]) for name in MATCHED}
    enough = len(set(lifter.values())) >= MIN_LIFTERS
    return found | {"ci95": {name: ends for name, ends in spread.items() if enough and found[name] is not None}}


def _cost(part: BenchmarkedDataset, detector: str, clips: Sequence[Clip]) -> dict[str, float]:
    """Milliseconds a frame: CPU time of the pose (as it was when the pose was found) and the detector's own."""
    frames = max(1, sum(clip.n_frames for clip in clips))
    pose_s = sum(part.pose_s.get(clip.clip_id, 0.0) for clip in clips)
    own_s = sum(part.runtime_s.get((detector, clip.clip_id), 0.0) for clip in clips)
    return {
        "ms_per_frame": 1e3 * (pose_s + own_s) / frames,
        "detector_ms_per_frame": 1e3 * own_s / frames,
        "pose_ms_per_frame": 1e3 * pose_s / frames,
    }
