"""COCO: persons with keypoints, box and mask in single pictures (Lin et al. 2014; cocodataset.org/#format-data)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wink.clip import Clip
from wink.dataset import Dataset
from wink.errors import ConfigError, DatasetError
from wink.files import write_atomically
from wink.formats.pictures import write_pictures
from wink.formats.run_length import segmentation
from wink.formats.seen import COCO_17, Seen, person_masks, scalars, seen
from wink.progress import progress
from wink.trial import Array

PERSON, LANDMARKS = 1, 2
#: Pictures of a clip are numbered together, whichever are written: image id = clip's number times this + frame.
_IDS_A_CLIP = 1_000_000
_NAME = "{:06d}.jpg"

#: Limbs of COCO-17, by point from 1, as in COCO's own files.
SKELETON = [
    *([16, 14], [14, 12], [17, 15], [15, 13], [12, 13], [6, 12], [7, 13], [6, 7], [6, 8], [7, 9]),
    *([8, 10], [9, 11], [2, 3], [1, 2], [1, 3], [2, 4], [3, 5], [4, 6], [5, 7]),
]


@dataclass(frozen=True)
class Coco:
    """A JSON a split: `person` with COCO's keypoints, `lifter` with all of ours. Clips without truth are left out."""

    images: bool
    every: int
    masks: bool

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ConfigError(f"format.every={self.every}; expected a whole number of frames, at least 1")

    def write(self, dataset: Dataset, folder: Path) -> list[Path]:
        """Write annotations/person_keypoints_<split>.json and, if wanted, images/<clip>/<frame>.jpg."""
        if not set(COCO_17) <= set(dataset.keypoint_names):
            raise DatasetError(f"{dataset.name} has no keypoints: COCO needs simulated clips")
        numbered = list(enumerate(dataset.clips()))
        (folder / "annotations").mkdir()
        files = []
        for split in sorted({clip.split for _, clip in numbered}):
            chosen = [(number, clip) for number, clip in numbered if clip.split == split]
            told = self._split(dataset, chosen, folder, split)
            if told["images"]:
                files.append(folder / "annotations" / f"person_keypoints_{split}.json")
                write_atomically(files[-1], json.dumps(told))
        return files

    def _split(
        self, dataset: Dataset, clips: Sequence[tuple[int, Clip]], folder: Path, split: str
    ) -> dict[str, list[Any] | dict[str, Any]]:
        images: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        for number, clip in progress(clips, f"COCO, {split}", total=len(clips)):
            known = seen(dataset, clip)
            if known is None:
                continue
            if self.images:
                write_pictures(clip, folder / "images" / clip.clip_id, _NAME, every=self.every)
            images.extend(self._pictures(clip, number))
            annotations.extend(self._annotations(dataset, clip, number, known))
        return {
            "info": {"description": f"winklab {dataset.name}, {split}", "version": "1.0"},
            "licenses": [{"id": 1, "name": "CC0-1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/"}],
            "categories": categories(dataset.keypoint_names),
            "images": images,
            "annotations": annotations,
        }

    def _pictures(self, clip: Clip, number: int) -> Iterator[dict[str, Any]]:
        for frame in range(0, clip.n_frames, self.every):
            yield {
                "id": number * _IDS_A_CLIP + frame,
                "file_name": f"{clip.clip_id}/{_NAME.format(frame)}",
                "width": clip.width,
                "height": clip.height,
                "license": 1,
                "video": clip.clip_id,
                "frame": frame,
            }

    def _annotations(self, dataset: Dataset, clip: Clip, number: int, known: Seen) -> Iterator[dict[str, Any]]:
        masks = person_masks(dataset, clip.clip_id) if self.masks else None
        numbers = scalars(known.frames)
        inside = inside_picture(known.points_px, clip)
        person = [known.names.index(name) for name in COCO_17]
        for frame in range(0, clip.n_frames, self.every):
            if not np.isfinite(known.box_px[frame]).all():
                continue  # nobody is seen
            image = number * _IDS_A_CLIP + frame
            mask = None if masks is None else masks[frame]
            whole = {"image_id": image, "iscrowd": 0, **_outline(known.box_px[frame], mask)}
            points = flat_keypoints(known.points_px[frame], known.visible[frame], inside[frame])
            truth = {name: _number(values[frame]) for name, values in numbers.items() if name != "frame"}
            yield {"id": 2 * image + 1, "category_id": PERSON, **whole, **_keypoints(points[person])}
            yield {"id": 2 * image + 2, "category_id": LANDMARKS, **whole, **_keypoints(points), "attributes": truth}


def categories(names: Sequence[str]) -> list[dict[str, Any]]:
    """COCO's person, and the lifter with every keypoint of ours."""
    coco = ["_".join(reversed(name.split("_"))) for name in COCO_17]
    return [
        {"id": PERSON, "name": "person", "supercategory": "person", "keypoints": coco, "skeleton": SKELETON},
        {"id": LANDMARKS, "name": "lifter", "supercategory": "person", "keypoints": list(names), "skeleton": []},
    ]


def inside_picture(points_px: Array, clip: Clip) -> Array:
    """Which points (n, K, 2) lie in the picture."""
    return np.asarray(((points_px >= 0) & (points_px < [clip.width, clip.height])).all(axis=-1))


def flat_keypoints(points_px: Array, visible: Array, inside: Array) -> Array:
    """Points (K, 3): x, y [px] and COCO's flag: 0 outside the picture, 1 hidden, 2 seen."""
    flag = np.where(inside, np.where(visible, 2, 1), 0)
    return np.asarray(np.c_[np.where(inside[:, None], np.round(points_px, 2), 0.0), flag])


def _keypoints(points: Array) -> dict[str, Any]:
    values = [[float(x), float(y), int(flag)] for x, y, flag in points]
    return {"keypoints": [n for point in values for n in point], "num_keypoints": int((points[:, 2] > 0).sum())}


def _outline(box_px: Array, mask: Array | None) -> dict[str, Any]:
    left, top, right, bottom = (float(edge) for edge in box_px)
    box = {"bbox": [left, top, right - left, bottom - top]}
    if mask is None:
        return {**box, "area": (right - left) * (bottom - top), "segmentation": []}
    return {**box, "area": int(mask.sum()), "segmentation": segmentation(np.asarray(mask))}


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
