"""The leaderboard: a row a detector, dataset, split and source, and one for each view; real and synthetic never pooled.

Every view of a trial shows the same repetitions: the row of all views counts each once a view, the row of one view
counts it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from detect.matching import judge
from detect.metrics import evaluate
from detect.pose import PoseTrack
from wink.clip import Clip
from wink.detection import Detection
from wink.onset import DEFAULT_DEFINITION, Definition

ALL_VIEWS = "all"


def score_rows(
    dataset: str,
    detectors: Iterable[str],
    clips: Sequence[Clip],
    poses: Mapping[str, PoseTrack],
    detections: Iterable[Detection],
    *,
    definition: Definition = DEFAULT_DEFINITION,
) -> list[dict[str, Any]]:
    """Rows for one dataset. Clips with unknown labels are counted as such and never as clean.

    Args:
        dataset: its name.
        detectors: their names; one that said nothing at all has a row too.
        clips: with or without truth.
        poses: by clip_id, for what the pose cost.
        detections: of these detectors.
        definition: of the onset that is scored.
    """
    by_detector: dict[str, dict[str, list[Detection]]] = {name: {} for name in detectors}
    for detection in detections:
        by_detector[detection.detector].setdefault(detection.clip_id, []).append(detection)
    return [
        {"detector": detector, "dataset": dataset, **names, "definition": definition}
        | _score(group, said, definition)
        | _cost(group, said, poses)
        for detector, said in by_detector.items()
        for names, group in _groups(clips)
    ]


def _groups(clips: Iterable[Clip]) -> list[tuple[dict[str, str], list[Clip]]]:
    """Clips of one split and source, together and, where there are several views, view by view; with their names."""
    together: dict[tuple[str, str], list[Clip]] = {}
    for clip in clips:
        together.setdefault((clip.split, clip.source), []).append(clip)
    groups = []
    for (split, source), group in together.items():
        groups.append(({"split": split, "source": source, "view": ALL_VIEWS}, group))
        views = list(dict.fromkeys(clip.view for clip in group))
        for view in views if len(views) > 1 else []:
            some = [clip for clip in group if clip.view == view]
            groups.append(({"split": split, "source": source, "view": view}, some))
    return groups


def _score(clips: Sequence[Clip], said: Mapping[str, list[Detection]], definition: Definition) -> dict[str, Any]:
    labelled = [clip for clip in clips if clip.repetitions is not None]
    rows = [row for clip in labelled for row in judge(clip, said.get(clip.clip_id, []), definition)]
    scores = evaluate(
        [row.reference_s for row in rows],
        [row.magnitude_deg for row in rows],
        [row.detected_s for row in rows],
        [row.score for row in rows],
    )
    everything = [d for clip in clips for d in said.get(clip.clip_id, [])]
    return {
        "n": len(clips),
        "n_unlabelled": len(clips) - len(labelled),
        "n_failed": sum(d.error is not None for d in everything),
        "n_called": sum(d.onset_s is not None for d in everything),
        **scores,
    }


def _cost(
    clips: Sequence[Clip], said: Mapping[str, list[Detection]], poses: Mapping[str, PoseTrack]
) -> dict[str, float]:
    """Milliseconds a frame: CPU time of the pose (as it was when the pose was found) plus the detector's own."""
    frames = max(1, sum(poses[clip.clip_id].n_frames for clip in clips))
    pose_s = sum(poses[clip.clip_id].cpu_s for clip in clips)
    own_s = sum(d.runtime_s for clip in clips for d in said.get(clip.clip_id, []))
    return {"ms_per_frame": 1e3 * (pose_s + own_s) / frames, "detector_ms_per_frame": 1e3 * own_s / frames}
