"""The leaderboard: a row a detector, dataset, split and source; real and synthetic never pooled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from detect.matching import judge
from detect.metrics import evaluate
from detect.pose import PoseTrack
from wink.clip import Clip
from wink.detection import Detection
from wink.onset import DEFAULT_DEFINITION, Definition


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
    groups: dict[tuple[str, str], list[Clip]] = {}
    for clip in clips:
        groups.setdefault((clip.split, clip.source), []).append(clip)
    return [
        {"detector": detector, "dataset": dataset, "split": split, "source": source, "definition": definition}
        | _score(group, said, definition)
        | _cost(group, said, poses)
        for detector, said in by_detector.items()
        for (split, source), group in groups.items()
    ]


def _score(clips: Sequence[Clip], said: Mapping[str, list[Detection]], definition: Definition) -> dict[str, Any]:
    labelled = [clip for clip in clips if clip.repetitions is not None]
    rows = [row for clip in labelled for row in judge(clip, said.get(clip.clip_id, []), definition)]
    scores = evaluate(
        [row.reference_s for row in rows],
        [row.reversal_deg for row in rows],
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
