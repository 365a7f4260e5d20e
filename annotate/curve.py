"""The pelvic tilt of a clip as a picture for the review page, true and as detectors read it, with the onsets.

A still picture, not Label Studio's synchronised time series: that one runs at full speed while the video plays slowly,
and throws the video forward at every pause. The picture counts frames as the page does, from 1, and lies in the task
itself, so that no file in the media folder tells the truth of a clip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from html import escape

import numpy as np
import pyarrow.parquet as pq

from wink.clip import Clip, frame_at
from wink.dataset import Dataset
from wink.detection import Detection
from wink.tilt_reading import FILE, read_tilt_readings
from wink.trial import Array

WIDTH, HEIGHT = 560, 250
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 30, 34  # margins [px]
#: More points than this cannot be told apart at that width.
MOST_POINTS = 160
COLOURS = ("#1f77b4", "#9467bd", "#2ca02c", "#8c564b", "#e377c2", "#17becf")
TRUE_COLOUR = "#d62728"
INK = "#333"  # of the true curve and of words


@dataclass(frozen=True)
class Curve:
    """A course of pelvic tilt to be drawn: (n_frames,) [deg, + anterior], NaN where it is not known."""

    tilt_deg: Array
    colour: str
    width: float
    name: str = ""  # written beside it; empty where an onset of the same colour names it


@dataclass(frozen=True)
class Onset:
    """A moment to be marked: who says so, in which frame (from 0)."""

    name: str
    frame: int
    colour: str


def review_curves(
    datasets: Iterable[Dataset], detections: Mapping[str, Sequence[Detection]], told: Set[str] = frozenset()
) -> dict[str, str]:
    """The picture of every clip as SVG, by clip id.

    Args:
        datasets: whose clips are reviewed.
        detections: what detectors said, by clip id.
        told: ids of the clips of which the true curve and onsets are drawn, where they are known.
    """
    pictures: dict[str, str] = {}
    for dataset in datasets:
        true = {clip_id: tilt for clip_id, tilt in _tilts(dataset).items() if clip_id in told} if told else {}
        read = _readings(dataset)
        for clip in dataset.clips():
            if clip.clip_id in pictures:
                continue
            said, seen = detections.get(clip.clip_id, ()), read.get(clip.clip_id, {})
            colours = _colours({d.detector for d in said} | seen.keys())
            onsets = [*(_true_onsets(clip) if clip.clip_id in told else ()), *_detected(clip, said, colours)]
            named = {onset.name for onset in onsets}
            curves = [Curve(t, colours[n], 1.2, "" if n in named else n) for n, t in sorted(seen.items())]
            if clip.clip_id in true:
                curves.append(Curve(true[clip.clip_id], INK, 2.2))
            pictures[clip.clip_id] = draw_curve(clip.n_frames, curves, onsets)
    return pictures


def tells_truth(svg: str) -> bool:
    """Whether the true curve or onset is drawn in a picture: nothing else has lines of their colours."""
    return any(f"stroke='{colour}'" in svg for colour in (INK, TRUE_COLOUR))


def draw_curve(n_frames: int, curves: Sequence[Curve], onsets: Sequence[Onset]) -> str:
    """An SVG of pelvic tilt over the page's frames, one curve above the other, with onsets as vertical lines."""
    parts = [_frame_axis(n_frames)]
    known = [curve for curve in curves if np.isfinite(curve.tilt_deg).any()]
    if known:
        parts += _tilt_lines(known, n_frames)
    else:
        parts.append(_text(WIDTH / 2, HEIGHT / 2, "no curve is known for this clip", "middle", "#777"))
    for row, onset in enumerate(onsets):
        x = _x(onset.frame, n_frames)
        dash = "" if onset.colour == TRUE_COLOUR else " stroke-dasharray='5 3'"
        parts.append(f"<path d='M{x:.0f} {TOP}V{HEIGHT - BOTTOM}' stroke='{onset.colour}' stroke-width='2'{dash}/>")
        side = "end" if x > WIDTH * 0.6 else "start"
        name = f"{onset.name}: {onset.frame + 1}"
        parts.append(_text(x + (-4 if side == "end" else 4), TOP + 12 + 14 * (row % 10), name, side, onset.colour))
    title = _text(LEFT, 16, "pelvic tilt [deg], up = tipped forward; frames as the counter shows them", "start", INK)
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


def _readings(dataset: Dataset) -> dict[str, dict[str, Array]]:
    """Pelvic tilt (n_frames,) [deg] as detectors read it, by clip and detector."""
    read: dict[str, dict[str, Array]] = {}
    for reading in read_tilt_readings(dataset.path / FILE):
        read.setdefault(reading.clip_id, {})[reading.detector] = reading.pelvic_tilt_deg
    return read


def _colours(names: Iterable[str]) -> dict[str, str]:
    return {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(sorted(names))}


def _detected(clip: Clip, found: Sequence[Detection], colours: Mapping[str, str]) -> list[Onset]:
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


def _tilt_lines(curves: Sequence[Curve], n_frames: int) -> list[str]:
    values = np.concatenate([curve.tilt_deg for curve in curves])
    low, high = np.floor(np.nanmin(values) / 10) * 10, np.ceil(np.nanmax(values) / 10) * 10
    high = max(high, low + 10)

    def y(value: float) -> float:
        return float(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / (high - low))

    step = 10 if high - low <= 60 else 20
    grid = [
        f"<path d='M{LEFT} {y(v):.0f}H{WIDTH - RIGHT}' stroke='#ddd'/>"
        + _text(LEFT - 6, y(v) + 4, f"{v:g}", "end", "#555")
        for v in np.arange(low, high + 1, step)
    ]
    named = [curve for curve in curves if curve.name]
    names = [
        _text(LEFT + 4, HEIGHT - BOTTOM - 6 - 14 * row, curve.name, "start", curve.colour)
        for row, curve in enumerate(named)
    ]
    return [*grid, *(_line(curve, n_frames, y) for curve in curves), *names]


def _line(curve: Curve, n_frames: int, y: Callable[[float], float]) -> str:
    tilt = curve.tilt_deg
    every = np.unique(np.linspace(0, len(tilt) - 1, MOST_POINTS).round().astype(int))
    points = " ".join(f"{_x(k, n_frames):.0f},{y(tilt[k]):.1f}" for k in every if np.isfinite(tilt[k]))
    return f"<polyline points='{points}' fill='none' stroke='{curve.colour}' stroke-width='{curve.width:g}'/>"


def _text(x: float, y: float, words: str, anchor: str, colour: str) -> str:
    style = f"font-family='sans-serif' font-size='12' text-anchor='{anchor}' fill='{colour}'"
    return f"<text x='{x:.0f}' y='{y:.0f}' {style}>{escape(words)}</text>"
