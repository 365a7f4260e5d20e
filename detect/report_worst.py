"""The worst mistakes of the report: missed winks, false alarms, onsets far off, with frames and curves."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure

from detect.benchmarked import Benchmark, BenchmarkedDataset
from detect.clip_facts import ClipFacts, clip_facts
from detect.frame_truth import FrameTruth
from detect.leaderboard import judged_rows
from detect.matching import Judged
from detect.metrics import CLEAN_BELOW_DEG, WINK_FROM_DEG
from detect.report_clips import strip
from detect.report_frames import Moment
from detect.report_plots import FAINT, INK, LIFTER, STYLE, TWIN, svg
from wink.clip import Clip, frame_at

EACH = 2  # mistakes of each kind


@dataclass(frozen=True)
class Mistake:
    """One answer that was badly wrong."""

    words: str
    part: BenchmarkedDataset
    clip: Clip
    row: Judged


def worst_clips(benchmark: Benchmark, detector: str) -> str:
    """The worst of each kind of mistake of one detector, outside the training split; real and synthetic alike."""
    shown = []
    for part in benchmark.parts:
        clips = {clip.clip_id: clip for clip in part.clips if clip.split != "train"}
        rows = judged_rows(clips.values(), part.said(detector), benchmark.definition)
        shown += [Mistake(words, part, clips[row.clip_id], row) for words, row in _worst(rows)]
    facts = {part.dataset.path: clip_facts(part.dataset) for part in benchmark.parts}
    return "".join(_shown(mistake, facts[mistake.part.dataset.path]) for mistake in shown)


def _worst(rows: Sequence[Judged]) -> list[tuple[str, Judged]]:
    """Largest winks missed, surest false alarms, onsets farthest off."""
    winks = [r for r in rows if r.magnitude_deg >= WINK_FROM_DEG]
    missed = sorted((r for r in winks if math.isnan(r.detected_s)), key=lambda r: -r.magnitude_deg)
    alarms = [r for r in rows if not math.isnan(r.detected_s) and not r.magnitude_deg >= CLEAN_BELOW_DEG]
    alarms.sort(key=lambda r: -r.score)
    off = [r for r in winks if math.isfinite(r.detected_s - r.reference_s)]
    off.sort(key=lambda r: -abs(r.detected_s - r.reference_s))
    return (
        [(f"missed: a wink of {r.magnitude_deg:.0f}°, score {r.score:.2f}", r) for r in missed[:EACH]]
        + [(f"false alarm: {_true_size(r)}, score {r.score:.2f}", r) for r in alarms[:EACH]]
        + [
            (f"onset {1e3 * (r.detected_s - r.reference_s):+.0f} ms off ({r.magnitude_deg:.0f}°)", r)
            for r in off[:EACH]
        ]
    )


def _true_size(row: Judged) -> str:
    return (
        "called where no repetition is" if row.repetition is None else f"the pelvis turns by {row.magnitude_deg:.0f}°"
    )


def _shown(mistake: Mistake, facts: Mapping[str, ClipFacts]) -> str:
    clip, row = mistake.clip, mistake.row
    times = {"start": row.repetition.start_s, "bottom": row.repetition.bottom_s} if row.repetition else {}
    times |= {"true onset": row.reference_s, "called": row.detected_s}
    moments = [
        Moment(
            min(frame_at(t, clip.fps), clip.n_frames - 1), f"{name}, {t:.2f} s", marked=name in ("true onset", "called")
        )
        for name, t in sorted(times.items(), key=lambda item: item[1] if math.isfinite(item[1]) else math.inf)
        if math.isfinite(t)
    ]
    words = f"<p class='soft'>{html.escape(_circumstances(facts[clip.clip_id]))}</p>"
    truth = mistake.part.truth.get(clip.clip_id)
    curve = f'<div class="card curve">{_curve(truth, row)}</div>' if truth and row.repetition else ""
    return strip(f"{mistake.words}: {clip.clip_id}", clip, mistake.part, moments, words + curve)


def _circumstances(facts: ClipFacts) -> str:
    known = (facts.clip.view.replace("_", " "), facts.azimuth, facts.clothing, facts.plates, facts.place, facts.case)
    off = "" if facts.off_side_deg is None else f"camera {facts.off_side_deg:+.0f}° off the side"
    return ", ".join(dict.fromkeys(word.replace("_", " ") for word in (*known, off) if word))


def _curve(truth: FrameTruth, row: Judged) -> str:
    """True pelvic tilt over one repetition, with the onset that is true and the one that was called."""
    assert row.repetition is not None
    tilt = truth.angles.get("pelvic_tilt_deg")
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.4, 1.5), layout="constrained")
        axes = figure.add_subplot()
        inside = (truth.time_s >= row.repetition.start_s) & (truth.time_s <= row.repetition.end_s)
        if tilt is not None:
            axes.plot(truth.time_s[inside], tilt[inside], color=INK, lw=1.2)
        axes.axvline(row.repetition.bottom_s, color=FAINT, lw=0.8)
        for time_s, colour, words in ((row.reference_s, TWIN, "true"), (row.detected_s, LIFTER, "called")):
            if math.isfinite(time_s):
                axes.axvline(time_s, color=colour, lw=1.6, label=words)
        axes.set(xlabel="time [s]", ylabel="pelvic tilt [°]")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False, fontsize=7)
        axes.spines[["top", "right"]].set_visible(False)
        return svg(figure)
