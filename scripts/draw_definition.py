r"""Draw the two pictures of the annotators' instructions, annotate/{before,after}_onset.jpg, from a clip of our own.

wink generate name=definition hip_flexion=limited depth=deep scene=plain appearance=plain \
        'views=[side]' appearance.appearance.top=crop width=1280 height=960
python scripts/draw_definition.py datasets/definition
"""

from __future__ import annotations

import sys
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from wink.clip import frame_at
from wink.dataset import Dataset

#: Points on skin along the low back, and the two ends of the pelvis' line.
BACK = ("t12", "l1", "l2", "l3", "l4", "l5", "s1")
WIDTH_PX, SPAN_PX, QUALITY = 340, 430, 82
RED, WHITE, GREY = (40, 40, 230), (255, 255, 255), (170, 170, 170)  # BGR


def main(folder: str) -> None:
    dataset = Dataset(Path(folder))
    clip = dataset.clips()[0]
    repetition = (clip.repetitions or ())[0]
    wink = repetition.wink()
    assert wink is not None
    tilt = dataset.frames(clip.clip_id)["pelvic_tilt_deg"].to_numpy()
    bottom = frame_at(repetition.bottom_s, clip.fps)
    before = int(np.argmax(tilt[: bottom + 1]))
    points = np.stack([np.reshape(p, (-1, 2)) for p in dataset.frames(clip.clip_id)["keypoints_2d"].to_pylist()])
    named = {name: points[:, i] for i, name in enumerate(dataset.keypoint_names)}
    with av.open(str(clip.video)) as container:
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    for name, frame, ghost in (("before_onset", before, None), ("after_onset", bottom, before)):
        picture = draw(pictures[frame], named, frame, ghost)
        cv2.imwrite(f"annotate/{name}.jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    print(f"frames {before} and {bottom}; onset {frame_at(wink.onset_s, clip.fps)}")


def draw(
    picture: NDArray[np.uint8], points: dict[str, NDArray[np.float64]], frame: int, ghost: int | None
) -> NDArray[np.uint8]:
    """One frame, its back as a line, its pelvis as an arrow; dashed, where the arrow pointed at `ghost`."""
    picture = picture.copy()
    front = (points["asis_left"] + points["asis_right"]) / 2
    rear = (points["psis_left"] + points["psis_right"]) / 2
    middle = (front[frame] + rear[frame]) / 2
    cv2.polylines(picture, [np.stack([points[n][frame] for n in BACK]).round().astype(np.int32)], False, WHITE, 4, 16)
    if ghost is not None:
        arrow(picture, middle, front[ghost] - rear[ghost], GREY)
    arrow(picture, middle, front[frame] - rear[frame], RED)
    left, top = (middle - (SPAN_PX * 0.55, SPAN_PX * 0.62)).round().astype(int)
    crop = picture[top : top + SPAN_PX, left : left + SPAN_PX]
    return np.asarray(cv2.resize(crop, (WIDTH_PX, WIDTH_PX), interpolation=cv2.INTER_AREA), np.uint8)


def arrow(picture: NDArray[np.uint8], middle: NDArray[np.float64], along: NDArray[np.float64], colour: object) -> None:
    """The pelvis from back to front, long enough to see which way it tips."""
    half = 75 * along / np.linalg.norm(along)
    tail, head = (tuple((middle + s * half).round().astype(int).tolist()) for s in (-1, 1))
    cv2.arrowedLine(picture, tail, head, colour, 5, 16, tipLength=0.18)  # type: ignore[call-overload]


if __name__ == "__main__":
    main(sys.argv[1])
