"""Pictures of the report: frames of a clip with the pose that was found, small enough to be carried along."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import cv2
import numpy as np

from detect.blazepose import INDEX
from detect.pose import PoseTrack
from detect.video import Image, read_some_frames
from wink.clip import Clip

HEIGHT_PX = 260
_JPEG_QUALITY = 82
_POSE_RGB = (255, 196, 0)
_MARK_RGB = (194, 65, 12)
_LIMBS = (
    *(("left_shoulder", "left_hip"), ("left_hip", "left_knee"), ("left_knee", "left_ankle")),
    *(("right_shoulder", "right_hip"), ("right_hip", "right_knee"), ("right_knee", "right_ankle")),
    *(("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")),
)


@dataclass(frozen=True)
class Moment:
    """A frame worth showing."""

    frame: int
    caption: str
    marked: bool  # a wink is said to begin here


def picture_moments(clip: Clip, pose: PoseTrack, moments: tuple[Moment, ...]) -> list[tuple[str, Moment]]:
    """JPEG pictures, as data URIs, of those moments that the video has."""
    frames = read_some_frames(clip.video, tuple(m.frame for m in moments))
    return [(_data_uri(_drawn(frames[m.frame], pose, m)), m) for m in moments if m.frame in frames]


def _drawn(image: Image, pose: PoseTrack, moment: Moment) -> Image:
    scale = HEIGHT_PX / image.shape[0]
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if moment.frame < pose.n_frames and pose.seen[moment.frame]:
        points = (pose.points_px[moment.frame] * scale).round().astype(int)
        for a, b in _LIMBS:
            ends = points[INDEX[a]].tolist(), points[INDEX[b]].tolist()
            cv2.line(small, *ends, _POSE_RGB, 2, cv2.LINE_AA)
    if moment.marked:
        height, width = small.shape[:2]
        cv2.rectangle(small, (0, 0), (width - 1, height - 1), _MARK_RGB, 8)
    return np.asarray(small, np.uint8)


def _data_uri(image: Image) -> str:
    ok, jpeg = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    assert ok
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.tobytes()).decode()
