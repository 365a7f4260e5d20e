"""Onsets that fall on every tenth frame: the sign of an annotator's page still stepping ten frames at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from wink.annotation import Annotation

#: Frames Label Studio steps at a time until an annotator sets *Video hop size* (LABEL_STUDIO 1.23).
HOP = 10
#: So many onsets in a row on the same place of ten: by chance once in 100,000 runs.
RUN = 6
ADVICE = (
    f"the onset lies, like those around it, on every {HOP}th frame: the page steps {HOP} frames at a time. Gear below "
    "the video, Video hop size 1; then step to the onset again"
)


def without_hops(annotations: Iterable[Annotation]) -> list[Annotation]:
    """The annotations, those given a problem that an annotator made in a row with onsets ten frames apart.

    Steps of ten show as such only when they begin at the same frame, mostly the first: what goes unnoticed is an
    annotator who pauses anywhere and then steps by ten.
    """
    annotations = list(annotations)
    hopped = {a.annotation_id for run in _runs(annotations) if len(run) >= RUN for a in run}
    return [replace(a, problem=ADVICE) if a.annotation_id in hopped else a for a in annotations]


def _runs(annotations: Iterable[Annotation]) -> Iterable[list[Annotation]]:
    """Runs of onsets, valid or judged hops before, of each annotator as changed, cut where the tenth place changes."""
    marked = [a for a in annotations if a.problem in (None, ADVICE) and a.onset_frame is not None]
    in_order = sorted(marked, key=lambda a: (a.annotator, a.updated_at, a.annotation_id))
    for _, run in groupby(in_order, key=lambda a: (a.annotator, (a.onset_frame or 0) % HOP)):
        yield list(run)
