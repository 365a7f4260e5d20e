"""Watch a camera, or a file as if it were one: a verdict while the person moves, and how late it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

import cv2
import numpy as np

from detect.blazepose import INDEX, Body
from detect.causal import LiveJudge, Now
from detect.lettering import width_px, write
from detect.live_page import LivePage
from detect.live_source import Shot
from detect.overlay import BONE, COLOURS, FAINT, WHITE, limbs
from detect.pose import Tracker
from detect.verdict import parallel_words
from detect.video import Image


@dataclass
class Measured:
    """How fast and how late."""

    delays_s: list[float] = field(default_factory=list)  # from taking a picture to its verdict
    numbers: list[int] = field(default_factory=list)
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def __str__(self) -> str:
        n = len(self.delays_s)
        if not n:
            return "no picture came"
        taken = self.numbers[-1] - self.numbers[0] + 1
        low, high = (1000 * float(np.percentile(self.delays_s, share)) for share in (50, 95))
        return (
            f"{n} of {taken} pictures looked at ({n / max(self.wall_s, 1e-9):.1f} a second), verdict {low:.0f} ms "
            f"after the picture was taken (95 %: {high:.0f} ms), {1000 * self.cpu_s / n:.0f} CPU-ms a picture"
        )


def watch_live(
    shots: Iterable[Shot],
    tracker: Tracker,
    judge: LiveJudge,
    page: LivePage | None = None,
    said: Callable[[str], None] = print,
) -> Measured:
    """Look at pictures as they come, say every verdict, and show the picture where there is a page.

    Args:
        shots: the newest picture, each time.
        tracker: finds the person.
        judge: says what is known.
        page: shows it; None = words alone.
        said: takes every event as a line.
    """
    measured = Measured()
    began, cpu = time.monotonic(), time.process_time()
    with page or nullcontext():
        for shot in shots:
            body = tracker.step(shot.image)
            now = judge.step(shot.time_s, body)
            measured.delays_s.append(time.monotonic() - shot.taken_s)
            measured.numbers.append(shot.number)
            if now.event:
                said(f"{shot.time_s:7.2f} s  {words(now)}")
            if page is not None:
                page.show(drawn(shot.image, body, now), words(now))
            measured.cpu_s, measured.wall_s = time.process_time() - cpu, time.monotonic() - began
    return measured


def words(now: Now) -> str:
    """What is known, in words of movement."""
    if now.phase == "nobody":
        return "nobody in the picture"
    rep = f"rep {now.rep}" if now.rep else "standing"
    if now.call is None:
        return f"{rep}: going down" if now.phase == "down" else rep
    if now.call == "cannot_tell":
        return f"{rep}: cannot tell, {now.reason}"
    if now.call == "no_wink":
        return f"{rep}: no wink"
    thigh = "" if now.thigh_at_onset_deg is None else f", thigh at {now.thigh_at_onset_deg:.0f}°"
    return (
        f"{rep}: WINK, pelvis turns back since {now.onset_s:.2f} s{thigh}, {parallel_words(now.relation_to_parallel)}"
    )


def drawn(image: Image, body: Body | None, now: Now, longest_px: int = 720) -> Image:
    """The picture with skeleton and verdict, small enough to be sent at once."""
    scale = min(1.0, longest_px / max(image.shape[:2]))
    small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), np.uint8)
    if body is not None and now.phase != "nobody":
        for ends in _limbs(body, scale):
            cv2.line(small, *ends, BONE, 2, cv2.LINE_AA)
    text, letters = words(now), max(14, round(0.045 * min(small.shape[:2])))
    while letters > 9 and width_px(text, letters, True) > small.shape[1] - 2 * letters:
        letters -= 1
    small[: 2 * letters] = (0.3 * small[: 2 * letters]).astype(np.uint8)
    colour = FAINT if now.call is None else COLOURS[now.call]
    write(small, text, letters, letters, letters, WHITE if now.call is None else colour, bold=True)
    if now.thigh_deg is not None:
        write(small, _angles(now), letters, small.shape[0] - letters, letters, WHITE)
    return small


def _angles(now: Now) -> str:
    followed = (("thigh", now.thigh_deg), ("pelvis", now.pelvic_tilt_deg), ("low back", now.edge_lean_deg))
    return "   ".join(f"{name} {angle:.0f}°" for name, angle in followed if angle is not None)


def _limbs(body: Body, scale: float) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    points = (body.points_px * scale).round().astype(int)
    for a, b in limbs():
        (x0, y0), (x1, y1) = points[INDEX[a]].tolist(), points[INDEX[b]].tolist()
        yield (x0, y0), (x1, y1)
