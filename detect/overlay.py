"""What was found, drawn into the pictures: skeleton, edge of the low back, running curves, large verdicts."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from detect.blazepose import INDEX
from detect.features import Array
from detect.judgeable import why_not_the_view
from detect.lettering import Rgb, width_px, write
from detect.strip import Strip, Track
from detect.verdict import Call, Verdict, parallel_words
from detect.video import Image
from detect.watching import Watched
from wink.words import several

LONGEST_PX = 1280  # longer side of the picture, above the curves
COLOURS: dict[Call, Rgb] = {"wink": (226, 74, 51), "no_wink": (46, 160, 92), "cannot_tell": (140, 148, 158)}
BONE, EDGE, FAINT, WHITE = (255, 206, 84), (64, 224, 255), (200, 206, 212), (255, 255, 255)
TILT, THIGH = (226, 74, 51), (122, 134, 146)
_BANNER = (18, 24, 30)
_LIMBS = (
    *(("left_shoulder", "left_hip"), ("left_hip", "left_knee"), ("left_knee", "left_ankle")),
    *(("right_shoulder", "right_hip"), ("right_hip", "right_knee"), ("right_knee", "right_ankle")),
    *(("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")),
    *(("left_heel", "left_foot_index"), ("right_heel", "right_foot_index")),
)


@dataclass(frozen=True)
class Layout:
    """Sizes of an overlay [px], all even."""

    width: int
    picture: int  # height of the filmed picture
    strip: int  # height of the curves below it
    scale: float  # from the video's pixels

    @classmethod
    def of(cls, width: int, height: int) -> Layout:
        """For a video of a size."""
        scale = min(1.0, LONGEST_PX / max(width, height))
        wide, high = (max(2, round(side * scale) // 2 * 2) for side in (width, height))
        return cls(wide, high, max(120, round(0.24 * min(wide, high) + 40) // 2 * 2), scale)

    @property
    def letters(self) -> int:
        """Height of the verdict's letters."""
        return max(14, round(0.052 * min(self.width, self.picture)))


class Overlay:
    """Draws one video's frames."""

    def __init__(self, watched: Watched, width: int, height: int) -> None:
        """Prepare curves and sizes for a video of a size [px]."""
        self.layout = Layout.of(width, height)
        self._watched = watched
        self._back_seen = watched.body is not None and why_not_the_view(watched.body) is None
        self._strip = Strip(watched.times_s, tracks_of(watched), watched.verdicts, self.layout.width, self.layout.strip)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of what is drawn [px]."""
        return self.layout.width, self.layout.picture + self.layout.strip

    def draw(self, image: Image, frame: int) -> Image:
        """The picture of one frame with everything known of that moment."""
        layout = self.layout
        canvas = np.empty((layout.picture + layout.strip, layout.width, 3), np.uint8)
        picture = canvas[: layout.picture]
        cv2.resize(image, (layout.width, layout.picture), dst=picture, interpolation=cv2.INTER_AREA)
        self._draw_body(picture, frame)
        self._draw_banner(picture, frame)
        self._strip.draw(canvas[layout.picture :], frame)
        return canvas

    def _draw_body(self, picture: Image, frame: int) -> None:
        pose, edge = self._watched.pose, self._watched.edge
        if frame >= pose.n_frames or not pose.seen[frame]:
            return
        thick = max(2, round(0.0025 * self.layout.picture))
        points = pose.points_px[frame] * self.layout.scale
        for a, b in _LIMBS:
            _line(picture, points[[INDEX[a], INDEX[b]]], BONE, thick)
        if edge is not None and self._back_seen:
            path = edge.points_px[frame] * self.layout.scale
            _line(picture, path, EDGE, thick)
            _line(picture, path[edge.at_pelvis], self._edge_colour(frame), 2 * thick)

    def _edge_colour(self, frame: int) -> Rgb:
        """At the pelvis: in the colour of the verdict while the pelvis is turned back, from onset to the way up."""
        now = float(self._watched.times_s[frame])
        verdict = verdict_at(self._watched.verdicts, now)
        turned = verdict is not None and verdict.onset_s is not None and verdict.onset_s <= now <= verdict.end_s
        return COLOURS["wink"] if turned else EDGE

    def _draw_banner(self, picture: Image, frame: int) -> None:
        """The verdict, large, across the top, from the moment it is known until the next repetition."""
        now = float(self._watched.times_s[frame])
        words, colour = banner(self._watched.verdicts, now, self._watched.remarks)
        letters = self.layout.letters
        while letters > 10 and width_px(words[0], letters, True) > self.layout.width - letters:
            letters -= 1
        small = max(10, round(0.62 * letters))
        high = round(1.6 * letters) + (round(1.7 * small) if words[1] else 0)
        band = picture[:high]
        band[:] = (0.25 * band + 0.75 * np.array(_BANNER)).astype(np.uint8)
        band[:, : max(6, letters // 3)] = colour
        left = letters
        write(picture, words[0], left, round(0.85 * letters), letters, colour if words[1] else WHITE, bold=True)
        if words[1]:
            while small > 9 and width_px(words[1], small) > self.layout.width - left:
                small -= 1
            write(picture, words[1], left, high - round(0.9 * small), small, WHITE)


def banner(verdicts: tuple[Verdict, ...], now_s: float, remarks: tuple[str, ...]) -> tuple[tuple[str, str], Rgb]:
    """Two lines for a moment, and their colour: what is going on, or the verdict on the latest repetition."""
    verdict = verdict_at(verdicts, now_s)
    if verdict is None:
        waiting = f"{several(len(verdicts), 'repetition')} in this video" if verdicts else ""
        return (waiting or "nothing to judge", "" if verdicts else (remarks[0] if remarks else "")), FAINT
    number = f"Rep {verdict.rep + 1} of {len(verdicts)}"
    known_s = verdict.onset_s if verdict.onset_s is not None else verdict.bottom_s
    if now_s < known_s and verdict.call != "cannot_tell":
        return (f"{number}: going down", ""), FAINT
    colour = COLOURS[verdict.call]
    if verdict.call == "cannot_tell":
        return (f"{number}: CANNOT TELL", verdict.reason or ""), colour
    if verdict.call == "no_wink":
        return (f"{number}: NO WINK", f"down to a thigh of {verdict.depth_deg:.0f}°"), colour
    size = "" if verdict.magnitude_deg is None else f" {verdict.magnitude_deg:.0f}°"
    thigh = "" if verdict.thigh_at_onset_deg is None else f", thigh at {verdict.thigh_at_onset_deg:.0f}°"
    where = parallel_words(verdict.relation_to_parallel)
    return (f"{number}: WINK{size}, {where}", f"pelvis turns back from {verdict.onset_s:.2f} s{thigh}"), colour


def verdict_at(verdicts: tuple[Verdict, ...], now_s: float) -> Verdict | None:
    """The repetition that is going on, or was last."""
    begun = [verdict for verdict in verdicts if verdict.start_s <= now_s]
    return begun[-1] if begun else None


def tracks_of(watched: Watched) -> tuple[Track, ...]:
    """The curves below the picture: tilt as the detector read it, else the lean of the low back's edge; and depth."""
    tilt, thigh = watched.curves.pelvic_tilt_deg, watched.curves.thigh_inclination_deg
    tracks = []
    if tilt is not None:
        tracks.append(Track("pelvic tilt, + forward", tilt, TILT))
    elif watched.edge is not None:
        tracks.append(Track("lean of the low back's edge, + forward", watched.edge.lean_deg, TILT))
    if thigh is not None:
        tracks.append(Track("thigh, 90° = parallel", thigh, THIGH, level=90.0))
    return tuple(tracks)


def limbs() -> tuple[tuple[str, str], ...]:
    """Which landmarks a skeleton's lines run between."""
    return _LIMBS


def _line(picture: Image, points: Array, colour: Rgb, thick: int) -> None:
    if np.isfinite(points).all():
        path = (points * 16).round().astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(picture, [path], False, colour, thick, cv2.LINE_AA, shift=4)
