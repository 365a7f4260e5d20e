"""The parts of the report that show clips: example frames with the truth, real clips with what was called."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Sequence

from detect.benchmarked import Benchmark, BenchmarkedDataset
from detect.features import measure_body
from detect.lifter_panels import one_clip_a_trial
from detect.report_frames import Moment, picture_moments
from wink.clip import Clip, frame_at
from wink.detection import Detection
from wink.onset import Definition, Repetition
from wink.report_page import table

MAX_EXAMPLES = 6
MAX_REAL = 12
_SIDE_VIEW_DEG = 40.0  # beyond this the view shows too little of the low back to be believed


def example_strips(benchmark: Benchmark) -> str:
    """Start, onset and bottom of a few labelled trials: the largest winks, and the cleanest."""
    shown = [
        (part, clip, repetition)
        for part in benchmark.parts
        for clip in one_clip_a_trial(part).values()
        for repetition in (clip.repetitions or ())[:1]
    ]
    shown.sort(key=lambda item: item[2].pelvic_reversal_deg, reverse=True)
    if len(shown) > MAX_EXAMPLES:
        shown = shown[: MAX_EXAMPLES - 1] + shown[-1:]
    return "".join(_example(part, clip, repetition, benchmark.definition) for part, clip, repetition in shown)


def _example(part: BenchmarkedDataset, clip: Clip, repetition: Repetition, definition: Definition) -> str:
    wink = repetition.wink(definition)
    moments = [Moment(frame_at(repetition.start_s, clip.fps), f"start, {repetition.start_s:.2f} s", marked=False)]
    if wink is not None:
        words = f"wink begins, {wink.onset_s:.2f} s, thigh at {wink.thigh_inclination_at_onset_deg:.0f}°"
        moments.append(Moment(frame_at(wink.onset_s, clip.fps), words, marked=True))
    moments.append(
        Moment(frame_at(repetition.bottom_s, clip.fps), f"bottom, {repetition.bottom_s:.2f} s", marked=False)
    )
    view = clip.view.replace("_", " ")
    rows = {row["clip_id"]: row for row in part.dataset.metadata()}
    who = rows[clip.clip_id]["trial_id"] or clip.subject_id
    heading = f"{who}, {view} view: pelvis turns back by {repetition.pelvic_reversal_deg:.0f}°"
    return strip(heading, clip, part, moments)


def real_clips(benchmark: Benchmark) -> str:
    """Every real clip: what each detector called, and the frames it called."""
    found = [(part, clip) for part in benchmark.parts for clip in part.clips if clip.source == "real"]
    if not found:
        return ""
    intro = (
        "<p>What was called; where nobody marked the clip it is not scored. The frames are shown in this local file "
        "alone; people can be recognised in them, so do not pass it on.</p>"
    )
    return intro + "".join(_real(part, clip, _source_file(part, clip)) for part, clip in found[:MAX_REAL])


def unscored_clips(benchmark: Benchmark) -> str:
    """Simulated clips whose truth is unknown (the lifter fell or stalled), a line each; nothing without any."""
    lines = [
        f"<li>{html.escape(part.dataset.name)}/{clip.clip_id}, {html.escape(_trial_words(part, clip))}: "
        f"{html.escape(_calls_words(part, clip))}</li>"
        for part in benchmark.parts
        for clip in part.clips
        if clip.repetitions is None and clip.source == "synthetic"
    ]
    if not lines:
        return ""
    return f"<p>Simulated clips without known repetitions, not scored:</p><ul>{''.join(lines)}</ul>"


def _trial_words(part: BenchmarkedDataset, clip: Clip) -> str:
    row = next(row for row in part.dataset.metadata() if row["clip_id"] == clip.clip_id)
    outcome = str(row["outcome"] or "unknown outcome").replace("_", " ")
    return f"{row['trial_id'] or clip.subject_id}, {clip.view.replace('_', ' ')} view, {outcome}"


def _calls_words(part: BenchmarkedDataset, clip: Clip) -> str:
    calls = Counter(d.detector for d in part.detections if d.clip_id == clip.clip_id and d.onset_s is not None)
    return ", ".join(f"{name} calls {n}" for name, n in calls.items()) or "nothing called"


def _source_file(part: BenchmarkedDataset, clip: Clip) -> str:
    """Name of the file the clip was imported from; only the report says it, never a detector."""
    factors = {row["clip_id"]: row["factors"] for row in part.dataset.metadata()}[clip.clip_id]
    return str(json.loads(factors or "{}").get("source_file", clip.subject_id))


def _real(part: BenchmarkedDataset, clip: Clip, name: str) -> str:
    said = [d for d in part.detections if d.clip_id == clip.clip_id]
    labels = "not labelled" if clip.repetitions is None else f"{len(clip.repetitions)} repetitions known"
    heading = f"{name} ({clip.clip_id}), {clip.duration_s:.1f} s, {labels}"
    return strip(heading, clip, part, _called_moments(clip, said), _view_words(part, clip) + _calls_table(said))


def _called_moments(clip: Clip, said: Sequence[Detection]) -> list[Moment]:
    """The bottoms that were found, and the onsets that were called, in time order."""
    bottoms = {d.bottom_s: d for d in said if d.bottom_s is not None}
    moments = [
        Moment(frame_at(bottom_s, clip.fps), f"bottom {d.rep + 1}, {bottom_s:.2f} s", marked=False)
        for bottom_s, d in bottoms.items()
    ]
    moments += [
        Moment(frame_at(d.onset_s, clip.fps), f"{d.detector} calls a wink, {d.onset_s:.2f} s", marked=True)
        for d in said
        if d.onset_s is not None
    ]
    return sorted(moments, key=lambda m: m.frame)[:MAX_EXAMPLES]


def _view_words(part: BenchmarkedDataset, clip: Clip) -> str:
    body = measure_body(part.poses[clip.clip_id])
    if body is None:
        return "<p>Nobody was found in this clip.</p>"
    seen = f"person seen in {100 * body.seen.mean():.0f} % of the frames"
    if body.off_side_deg > _SIDE_VIEW_DEG:
        return (
            f"<p>The camera stands about {body.off_side_deg:.0f}° off the side view: <b>cannot tell</b>; "
            f"what is called below is not to be believed ({seen}).</p>"
        )
    return f"<p>About {body.off_side_deg:.0f}° off a true side view, {body.near_side} side near; {seen}.</p>"


def _calls_table(said: Sequence[Detection]) -> str:
    if not said:
        return "<p>No repetition was found.</p>"
    lines = [
        [
            *(html.escape(d.detector), str(d.rep + 1), _seconds(d.bottom_s), f"{d.score:.2f}", _seconds(d.onset_s)),
            html.escape(d.error or ""),
        ]
        for d in said
    ]
    return table(["detector", "rep", "bottom s", "score", "wink from s", ""], lines, words=(0, 5))


def _unless_seen(part: BenchmarkedDataset, clip: Clip, moment: Moment) -> str:
    seen = part.poses[clip.clip_id].seen
    return "" if moment.frame < len(seen) and seen[moment.frame] else " (the network finds nobody here)"


def _seconds(time_s: float | None) -> str:
    return "–" if time_s is None else f"{time_s:.2f}"


def strip(heading: str, clip: Clip, part: BenchmarkedDataset, moments: Sequence[Moment], words: str = "") -> str:
    """Frames of a clip beside each other, under a heading and words."""
    figures = "".join(
        f'<figure{" class=marked" if moment.marked else ""}><img src="{uri}" alt="{html.escape(moment.caption)}">'
        f"<figcaption>{html.escape(moment.caption + _unless_seen(part, clip, moment))}</figcaption></figure>"
        for uri, moment in picture_moments(clip, part.poses[clip.clip_id], tuple(moments))
    )
    return f'<h3>{html.escape(heading)}</h3>{words}<div class="strip">{figures}</div>'
