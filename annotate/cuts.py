"""The squats in a film, from the people found in it, and where it is cut: one squat a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from annotate.clip_file import Cut
from annotate.faces import stature_px
from wink.onset import repetition_windows
from wink.people import POINT, Array, Person

SMOOTHING_S = 0.1  # Gaussian; a network's points tremble faster, a squat is slower
MIN_SEEN_S = 0.5  # less of a person than this is nobody
MIN_SEEN_SHARE = 0.7  # of a repetition's pictures, else it is not believed
MOVED = 0.05  # share of the way down by which a descent has begun, or an ascent not yet ended
MIN_TALL = 0.6  # share of the tallest one's size that a person who squats has: others are in the background


@dataclass(frozen=True)
class Lifter:
    """One person's way up and down over a film; time first, pictures looked at."""

    number: int
    time_s: Array
    hip_height: Array  # hip above ankle [of hip to ankle while standing]
    thigh_deg: Array  # 0 standing, 90 parallel
    seen: NDArray[np.bool_]
    stature_px: float


@dataclass(frozen=True)
class FilmedSquat:
    """One repetition of a film, from standing to standing [s]."""

    start_s: float
    bottom_s: float
    end_s: float
    deepest_thigh_deg: float


def lifters(people: Sequence[Sequence[Person]], time_s: Array) -> list[Lifter]:
    """Everybody who was seen long enough and large enough, the tallest in the picture first."""
    numbers = sorted({person.number for found in people for person in found})
    found = [lifter for n in numbers if (lifter := _lifter(people, n, time_s)) is not None]
    found.sort(key=lambda lifter: -lifter.stature_px)
    return [lifter for lifter in found if lifter.stature_px >= MIN_TALL * found[0].stature_px]


def squats_of(people: Sequence[Lifter]) -> list[FilmedSquat]:
    """Every repetition in time order; of two people who squat at once, the taller one's."""
    kept: list[FilmedSquat] = []
    for lifter in people:
        for squat in _squats(lifter):
            if all(squat.end_s <= other.start_s or squat.start_s >= other.end_s for other in kept):
                kept.append(squat)
    return sorted(kept, key=lambda squat: squat.start_s)


def cuts_about(squats: Sequence[FilmedSquat], fps: float, n_frames: int, margin_s: float) -> list[Cut]:
    """A cut about each squat: with a margin, but no further than halfway to the next squat."""
    cuts: list[Cut] = []
    for i, squat in enumerate(squats):
        before = (squats[i - 1].end_s + squat.start_s) / 2 if i else 0.0
        after = (squat.end_s + squats[i + 1].start_s) / 2 if i + 1 < len(squats) else np.inf
        first = round(max(squat.start_s - margin_s, before, 0.0) * fps)
        stop = min(round(min(squat.end_s + margin_s, after) * fps) + 1, n_frames)
        cuts.append(Cut(max(first, cuts[-1].stop) if cuts else first, stop))
    return cuts


def _lifter(people: Sequence[Sequence[Person]], number: int, time_s: Array) -> Lifter | None:
    mine = [next((p for p in found if p.number == number), None) for found in people]
    seen = np.array([p is not None and bool(np.isfinite(p.points_px).all()) for p in mine])
    rate = (len(time_s) - 1) / (time_s[-1] - time_s[0])
    if seen.sum() < max(2.0, MIN_SEEN_S * rate):
        return None
    hip, knee, ankle = (_height_px(mine, seen, joint, SMOOTHING_S * rate) for joint in ("hip", "knee", "ankle"))
    # from the first to the last sight: beyond it there is nothing but a guess
    inside = slice(int(np.flatnonzero(seen)[0]), int(np.flatnonzero(seen)[-1]) + 1)
    leg, thigh = (max(float(np.percentile(x[inside], 95)), 1.0) for x in (hip - ankle, hip - knee))
    return Lifter(
        number=number,
        time_s=time_s[inside],
        hip_height=((hip - ankle) / leg)[inside],
        thigh_deg=np.degrees(np.arccos(np.clip((hip - knee) / thigh, -1, 1)))[inside],
        seen=seen[inside],
        stature_px=float(np.percentile([stature_px(p) for p, s in zip(mine, seen, strict=True) if p and s], 90)),
    )


def _height_px(mine: Sequence[Person | None], seen: NDArray[np.bool_], joint: str, smoothing: float) -> Array:
    """Height of a joint in the picture [px, up], mean of both sides, bridged where unseen and smoothed; (T,)."""
    sides = [POINT[f"left_{joint}"], POINT[f"right_{joint}"]]
    known = [-p.points_px[sides, 1].mean() for p, s in zip(mine, seen, strict=True) if p is not None and s]
    bridged = np.interp(np.arange(len(mine)), np.flatnonzero(seen), known)
    return np.asarray(gaussian_filter1d(bridged, smoothing, mode="nearest"))


def _squats(lifter: Lifter) -> list[FilmedSquat]:
    squats = []
    for earliest, bottom, latest in repetition_windows(lifter.thigh_deg):
        start = earliest + _last_up(lifter.hip_height[earliest : bottom + 1])
        end = latest - _last_up(lifter.hip_height[bottom : latest + 1][::-1])
        if start < bottom < end and lifter.seen[start : end + 1].mean() >= MIN_SEEN_SHARE:
            start_s, bottom_s, end_s = (float(lifter.time_s[i]) for i in (start, bottom, end))
            squats.append(FilmedSquat(start_s, bottom_s, end_s, float(lifter.thigh_deg[bottom])))
    return squats


def _last_up(height: Array) -> int:
    """Last sample at which the hip had not yet sunk: people sway while they stand."""
    up = height[-1] + (1 - MOVED) * (np.percentile(height, 90) - height[-1])
    return int(np.flatnonzero(height >= up)[-1])
