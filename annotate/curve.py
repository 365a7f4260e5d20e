"""The pelvic tilt of a clip as a picture for the review page: true curve, true onset, onsets that detectors call.

A still picture, not Label Studio's synchronised time series: that one runs at full speed while the video plays slowly,
and throws the video forward at every pause. The picture counts frames as the page does, from 1, and lies in the task
itself, so that no file in the media folder tells the truth of a clip.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pyarrow.parquet as pq

from wink.clip import Clip, frame_at
from wink.dataset import Dataset
from wink.detection import Detection
from wink.trial import Array

WIDTH, HEIGHT = 560, 250
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 30, 34  # margins [px]
#: More points than this cannot be told apart at that width.
MOST_POINTS = 160
COLOURS = ("#1f77b4", "#9467bd", "#2ca02c", "#8c564b", "#e377c2", "#17becf")
TRUE_COLOUR = "#d62728"


@dataclass(frozen=True)
class Onset:
    """A moment to be marked: who says so, in which frame (from 0)."""

    name: str
    frame: int
    colour: str


def review_curves(
    datasets: Iterable[Dataset], detections: Mapping[str, Sequence[Detection]], truth: bool
) -> dict[str, str]:
    """The picture of every clip as SVG, by clip id.

    Args:
        datasets: whose clips are reviewed.
        detections: what detectors said, by clip id.
        truth: whether the true curve and onsets of simulated clips are drawn.
    """
    pictures: dict[str, str] = {}
    for dataset in datasets:
        tilts = _tilts(dataset) if truth else {}
        for clip in dataset.clips():
            if clip.clip_id not in pictures:
                onsets = [*(_true_onsets(clip) if truth else ()), *_detected(clip, detections.get(clip.clip_id, ()))]
                pictures[clip.clip_id] = draw_curve(clip.n_frames, tilts.get(clip.clip_id), onsets)
    return pictures


def draw_curve(n_frames: int, tilt_deg: Array | None, onsets: Sequence[Onset]) -> str:
    """An SVG of pelvic tilt (n_frames,) [deg, + anterior] over the page's frames, with onsets as vertical lines."""
    parts = [_frame_axis(n_frames)]
    if tilt_deg is not None and len(tilt_deg):
        parts += _tilt_lines(tilt_deg, n_frames)
    else:
        parts.append(_text(WIDTH / 2, HEIGHT / 2, "no curve is known for this clip", "middle", "#777"))
    for row, onset in enumerate(onsets):
        x = _x(onset.frame, n_frames)
        dash = "" if onset.colour == TRUE_COLOUR else " stroke-dasharray='5 3'"
        parts.append(f"<path d='M{x:.0f} {TOP}V{HEIGHT - BOTTOM}' stroke='{onset.colour}' stroke-width='2'{dash}/>")
        side = "end" if x > WIDTH * 0.6 else "start"
        name = f"{onset.name}: {onset.frame + 1}"
        parts.append(_text(x + (-4 if side == "end" else 4), TOP + 12 + 14 * (row % 10), name, side, onset.colour))
    title = _text(LEFT, 16, "pelvic tilt [deg], up = tipped forward; frames as the counter shows them", "start", "#333")
    head = f"<svg xmlns='http://www.w3.org/2000/svg' width='100%' viewBox='0 0 {WIDTH} {HEIGHT}'>"
    paper = f"<rect width='{WIDTH}' height='{HEIGHT}' fill='white'/>"
    return "".join([head, paper, title, *parts, "</svg>"])


def _tilts(dataset: Dataset) -> dict[str, Array]:
    """Pelvic tilt (n_frames,) [deg] of every simulated clip, by its id."""
    tilts: dict[str, Array] = {}
    for file in sorted((dataset.path / "frames").glob("*.parquet")):
        table = pq.read_table(file, columns=["clip_id", "frame", "pelvic_tilt_deg"])
        ids = np.asarray(table["clip_id"].to_pylist())
        frames, values = table["frame"].to_numpy(), table["pelvic_tilt_deg"].to_numpy()
        for clip_id in dict.fromkeys(ids.tolist()):
            mine = ids == clip_id
            tilts[clip_id] = values[mine][np.argsort(frames[mine])]
    return tilts


def _true_onsets(clip: Clip) -> list[Onset]:
    winks = [repetition.wink() for repetition in clip.repetitions or ()]
    return [Onset("truth", frame_at(wink.onset_s, clip.fps), TRUE_COLOUR) for wink in winks if wink is not None]


def _detected(clip: Clip, found: Sequence[Detection]) -> list[Onset]:
    names = sorted({detection.detector for detection in found})
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    return [
        Onset(d.detector, frame_at(d.onset_s, clip.fps), colours[d.detector])
        for d in sorted(found, key=lambda d: (d.detector, d.rep))
        if d.onset_s is not None
    ]


def _x(frame: float, n_frames: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * frame / max(1, n_frames - 1)


def _frame_axis(n_frames: int) -> str:
    base = HEIGHT - BOTTOM
    step = next(s for s in (5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if n_frames / s <= 12)
    ticks = [1, *range(step, n_frames + 1, step)]
    lines = "".join(f"<path d='M{_x(t - 1, n_frames):.0f} {base}v5' stroke='#555'/>" for t in ticks)
    words = "".join(_text(_x(t - 1, n_frames), base + 19, str(t), "middle", "#555") for t in ticks)
    return f"<path d='M{LEFT} {base}H{WIDTH - RIGHT}' stroke='#555'/>{lines}{words}"


def _tilt_lines(tilt_deg: Array, n_frames: int) -> list[str]:
    low, high = np.floor(np.nanmin(tilt_deg) / 10) * 10, np.ceil(np.nanmax(tilt_deg) / 10) * 10
    high = max(high, low + 10)

    def y(value: float) -> float:
        return float(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / (high - low))

    every = np.unique(np.linspace(0, len(tilt_deg) - 1, MOST_POINTS).round().astype(int))
    points = " ".join(f"{_x(k, n_frames):.0f},{y(tilt_deg[k]):.1f}" for k in every if np.isfinite(tilt_deg[k]))
    step = 10 if high - low <= 60 else 20
    grid = [
        f"<path d='M{LEFT} {y(v):.0f}H{WIDTH - RIGHT}' stroke='#ddd'/>"
        + _text(LEFT - 6, y(v) + 4, f"{v:g}", "end", "#555")
        for v in np.arange(low, high + 1, step)
    ]
    return [*grid, f"<polyline points='{points}' fill='none' stroke='#333' stroke-width='2'/>"]


def _text(x: float, y: float, words: str, anchor: str, colour: str) -> str:
    style = f"font-family='sans-serif' font-size='12' text-anchor='{anchor}' fill='{colour}'"
    return f"<text x='{x:.0f}' y='{y:.0f}' {style}>{escape(words)}</text>"
