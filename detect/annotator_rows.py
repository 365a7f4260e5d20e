"""Leaderboard rows of people: every annotator, and all of them together, on the clips they marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from detect.annotators import TOGETHER, as_detections, asked_of, pseudonyms, referenced, usable, verdict
from detect.benchmarked import BenchmarkedDataset
from detect.leaderboard import score_rows
from wink.annotation import Annotation, read_annotations
from wink.clip import Clip
from wink.consensus import Consensus, read_consensus
from wink.detection import Detection
from wink.onset import Definition

Marked = dict[str, list[Annotation]]


def with_references(part: BenchmarkedDataset) -> BenchmarkedDataset:
    """The dataset with annotators' words in place of the truth where there is none.

    What detectors said of later repetitions, of which nobody was asked, is left out.
    """
    marked = usable(read_annotations(part.dataset.path / "annotations.parquet"))
    agreed = {c.clip_id: c for c in read_consensus(part.dataset.path / "consensus.parquet")}
    clips = tuple(
        _referenced(part, clip, marked.get(clip.clip_id, []), agreed.get(clip.clip_id)) for clip in part.clips
    )
    ends_s = {
        c.clip_id: max((r.end_s for r in c.repetitions or ()), default=0.0)
        for c, before in zip(clips, part.clips, strict=True)
        if c is not before
    }
    asked = tuple(d for d in part.detections if _moment_s(d) <= ends_s.get(d.clip_id, math.inf))
    return replace(part, clips=clips, detections=asked, annotated=frozenset(ends_s))


def _moment_s(detection: Detection) -> float:
    moments = (detection.bottom_s, detection.onset_s, detection.likely_onset_s)
    return next((moment for moment in moments if moment is not None), 0.0)


def _referenced(
    part: BenchmarkedDataset, clip: Clip, annotations: Sequence[Annotation], consensus: Consensus | None
) -> Clip:
    if consensus is not None and consensus.n_annotators != len(annotations):
        consensus = None  # made before somebody answered
    if clip.source != "real" or clip.repetitions is not None or not annotations:
        return clip
    return referenced(clip, part.poses[clip.clip_id], annotations, consensus)


def people_of(part: BenchmarkedDataset) -> list[tuple[str, BenchmarkedDataset]]:
    """Each annotator, and all together, with the part of the dataset they are to be scored on.

    Args:
        part: as `with_references` made it.
    """
    marked = usable(read_annotations(part.dataset.path / "annotations.parquet"))
    found = [(TOGETHER, _seen_by(part, TOGETHER, marked, None))] if len(pseudonyms(marked)) > 1 else []
    for annotator, name in pseudonyms(marked).items():
        found.append((name, _seen_by(part, name, marked, annotator)))
    return [(name, seen) for name, seen in found if seen.clips]


def annotator_rows(part: BenchmarkedDataset, definition: Definition, seed: int) -> list[dict[str, Any]]:
    """Leaderboard rows of people; arguments as `detect.leaderboard.score_rows`."""
    return [
        {**row, "role": "annotator"}
        for name, seen in people_of(part)
        for row in score_rows(seen, [name], definition=definition, seed=seed)
    ]


def _seen_by(part: BenchmarkedDataset, name: str, marked: Marked, annotator: str | None) -> BenchmarkedDataset:
    """The clips somebody marked, cut to the repetitions that were asked for, with what was said of them."""
    clips, said = [], []
    for clip in part.clips:
        of_clip = marked.get(clip.clip_id, [])
        own = [a for a in of_clip if annotator in (None, a.annotator)]
        against = _against(part, clip, [a for a in of_clip if a not in own])
        if own and against is not None and against.repetitions is not None:
            detections = as_detections(name, against, own)
            spoken = asked_of(against, verdict(own))
            clips.append(replace(against, repetitions=spoken))
            said += detections
    return replace(part, clips=tuple(clips), detections=tuple(said), runtime_s={}, angle_errors={})


def _against(part: BenchmarkedDataset, clip: Clip, others: Sequence[Annotation]) -> Clip | None:
    """What somebody is scored against: the truth, or, where people stand in for it, the others alone."""
    if clip.clip_id not in part.annotated:
        return clip
    unknown = replace(clip, repetitions=None)
    return referenced(unknown, part.poses[clip.clip_id], others) if others else None
