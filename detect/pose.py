"""Pose and silhouette of the person in a video, frame by frame, from pictures alone.

The same path for synthetic and real clips. Frames where the person is lost keep their low `presence`; nothing
is filled in here (`detect.features` does that), so a reader can always tell what was seen from what was guessed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from detect.blazepose import INDEX, Body, LandmarkNet
from detect.person_search import open_finder
from detect.roi import Roi, distance
from detect.squatter import EVERY_S, Sighting, find_squatter, was_followed
from detect.video import Image, read_format, read_frames
from wink.errors import ClipError

Array = NDArray[np.float64]

MIN_PRESENCE = 0.5  # BlazePose's own threshold for "there is a person in this crop"
SILHOUETTE_PX = 128
SILHOUETTE_LEG_LENGTHS = 1.6  # side of the silhouette window: low back, buttock and thigh
GREY_PX = 96
_MIN_MASK_PX = 400


@dataclass(frozen=True)
class PoseTrack:
    """The person of one video; time is the first axis. Rows with low presence hold the last guess, or NaN."""

    fps: float
    presence: Array  # (T,) probability that a person is where the tracker looks
    points_px: Array  # (T, 33, 2) x right, y down
    world_m: Array  # (T, 33, 3) x right, y down, z away from the camera, origin between the hips
    visibility: Array  # (T, 33) probability
    leg_length_px: float  # thigh + shank while standing; NaN if nobody was ever seen
    silhouette: NDArray[np.uint8]  # (T, 128, 128) probability of person x 255, centred between the hips, upright
    grey: NDArray[np.uint8]  # (T, 96, 96) the picture itself in the silhouette's middle, at its scale
    cpu_s: float  # what finding all this took

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.presence)

    @property
    def time_s(self) -> Array:
        """Time of each frame [s], the first at 0."""
        return np.arange(self.n_frames) / self.fps

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Frames (T,) with a person."""
        return np.asarray(self.presence >= MIN_PRESENCE)

    @property
    def silhouette_px_per_leg(self) -> float:
        """Silhouette pixels in one leg length."""
        return SILHOUETTE_PX / SILHOUETTE_LEG_LENGTHS


class Tracker:
    """Follows one person from picture to picture."""

    def __init__(self, folder: Path | None = None, start: Roi | None = None) -> None:
        """Load both networks (DetectorError where their files are missing); `start` says whom of several to follow."""
        self._landmarks = LandmarkNet(folder)
        self._finder = open_finder(self._landmarks, folder)
        self._roi: Roi | None = None
        self._last_good = start

    def step(self, image: Image) -> Body | None:
        """The person in the next picture; None while nobody has ever been found."""
        roi = self._roi or self._find(image) or self._last_good
        if roi is None:
            return None
        body = self._landmarks.read(image, roi)
        if body.presence < MIN_PRESENCE and self._roi is not None:
            body = self._look_again(image, body)
        self._aim(body)
        return body

    def find_all(self, image: Image) -> tuple[Roi, ...]:
        """Everybody in a picture, surest first."""
        return self._finder.find_all(image)

    def _find(self, image: Image) -> Roi | None:
        """The person nearest to where the followed one was last, or the surest of all."""
        people, last = self.find_all(image), self._last_good
        if last is None:
            return people[0] if people else None
        return min(people, key=lambda roi: distance(roi, last), default=None)

    def _look_again(self, image: Image, body: Body) -> Body:
        found = self._find(image)
        if found is None:
            return body
        again = self._landmarks.read(image, found)
        return again if again.presence > body.presence else body

    def _aim(self, body: Body) -> None:
        if body.presence >= MIN_PRESENCE:
            self._roi = self._last_good = body.next_roi
        else:
            self._roi = _roi_of_mask(body)


def track_pose(video: Path, folder: Path | None = None) -> PoseTrack:
    """Find the person in every frame of a video.

    Args:
        video: any file the decoder reads.
        folder: of the network files; the usual one if None.

    Raises:
        ClipError: the video cannot be read, or has no frame.
        DetectorError: the networks are missing (`wink fetch`).
    """
    fps = read_format(video).fps
    started = time.process_time()
    bodies = _follow_squatter(video, fps, folder)
    if not bodies:
        raise ClipError(f"{video} has no frame")
    points = np.stack([_empty(33, 2) if b is None else b.points_px for b in bodies])
    presence = np.array([0.0 if b is None else b.presence for b in bodies])
    leg_px = _leg_length_px(points, presence >= MIN_PRESENCE)
    return PoseTrack(
        fps=fps,
        presence=presence,
        points_px=points,
        world_m=np.stack([_empty(33, 3) if b is None else b.world_m for b in bodies]),
        visibility=np.stack([np.zeros(33) if b is None else b.visibility for b in bodies]),
        leg_length_px=leg_px,
        silhouette=np.stack([about_hips(body, "mask", leg_px, SILHOUETTE_PX) for body in bodies]),
        grey=np.stack([about_hips(body, "grey", leg_px, GREY_PX) for body in bodies]),
        cpu_s=time.process_time() - started,
    )


def _follow_squatter(video: Path, fps: float, folder: Path | None) -> list[Body | None]:
    """The surest person of a video; where there were several and another one squats, that one instead."""
    tracker, sightings, every = Tracker(folder), list[Sighting](), max(1, round(EVERY_S * fps))
    bodies: list[Body | None] = []
    for number, image in enumerate(read_frames(video)):
        if number % every == 0:
            sightings.append(Sighting(number, tracker.find_all(image)))
        bodies.append(tracker.step(image))
    squatter = find_squatter(sightings)
    if not squatter or was_followed(squatter, _hips_px(bodies)):
        return bodies
    again = Tracker(folder, start=squatter[0][1])
    return [again.step(image) for image in read_frames(video)]


def _hips_px(bodies: Sequence[Body | None]) -> Array:
    """Middle (T, 2) between the hips in the picture; NaN where nobody was followed."""
    hips = [INDEX["left_hip"], INDEX["right_hip"]]
    return np.stack([_empty(2) if body is None else body.points_px[hips].mean(axis=0) for body in bodies])


def _roi_of_mask(body: Body) -> Roi | None:
    """An upright square about the mask of a half-lost person; None if the mask is nothing much."""
    y, x = np.nonzero(body.mask > 127)
    if len(x) < _MIN_MASK_PX:
        return None
    corners = np.array([[x.min(), y.min()], [x.max(), y.max()]], dtype=float)
    corners = corners @ body.mask_to_image[:, :2].T + body.mask_to_image[:, 2]
    side = 1.3 * float(np.abs(corners[1] - corners[0]).max())
    return Roi(corners.mean(axis=0), max(side, 1.0), 0.0)


def _leg_length_px(points_px: Array, seen: NDArray[np.bool_]) -> float:
    """Thigh + shank [px] of the longer-looking leg, where it looks longest (90th percentile): standing."""
    if not seen.any():
        return float("nan")
    legs = []
    for side in ("left", "right"):
        hip, knee, ankle = (points_px[seen, INDEX[f"{side}_{joint}"]] for joint in ("hip", "knee", "ankle"))
        legs.append(np.linalg.norm(hip - knee, axis=1) + np.linalg.norm(knee - ankle, axis=1))
    return float(np.percentile(np.max(legs, axis=0), 90))


def about_hips(body: Body | None, crop: str, leg_length_px: float, size_px: int) -> NDArray[np.uint8]:
    """The middle of the silhouette's window, cut from one of the body's crops: one scale for the whole video."""
    if body is None or not np.isfinite(leg_length_px):
        return np.zeros((size_px, size_px), np.uint8)
    hips = body.points_px[[INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=0)
    side_px = SILHOUETTE_LEG_LENGTHS * leg_length_px * size_px / SILHOUETTE_PX
    window = Roi(hips, side_px, 0.0).to_image(size_px)
    to_crop = cv2.invertAffineTransform(body.mask_to_image)
    affine = to_crop @ np.vstack([window, [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(getattr(body, crop), affine, (size_px, size_px), flags=flags), np.uint8)


def _empty(*shape: int) -> Array:
    return np.full(shape, np.nan)
