"""What a camera saw of a lifter, frame by frame, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wink.clip import Clip
from wink.dataset import Dataset
from wink.trial import Array

#: Classes of a mask that belong to the person.
PERSON_CLASSES = ("skin", "top", "bottom", "shoes", "hair", "belt")

#: The COCO-17 keypoints by the names of the dataset, in COCO's order.
COCO_17 = (
    "nose",
    *(f"{part}_{side}" for part in ("eye", "ear") for side in ("left", "right")),
    *(f"{part}_{side}" for part in ("shoulder", "elbow", "wrist") for side in ("left", "right")),
    *(f"{part}_{side}" for part in ("hip", "knee", "ankle") for side in ("left", "right")),
)


@dataclass(frozen=True)
class Seen:
    """Labels of the n pictures of a clip."""

    names: tuple[str, ...]  # K
    points_px: Array  # (n, K, 2)
    visible: NDArray[np.bool_]  # (n, K)
    box_px: Array  # (n, 4) left, top, right, bottom; NaN where nobody is seen
    frames: pa.Table  # a row a frame: everything


def seen(dataset: Dataset, clip: Clip) -> Seen | None:
    """What is known of each picture of a clip; None where nothing is (real clips)."""
    table = dataset.frames(clip.clip_id)
    if table.num_rows == 0 or "keypoints_2d" not in table.column_names:
        return None
    return Seen(
        names=dataset.keypoint_names,
        points_px=stacked(table, "keypoints_2d").reshape(table.num_rows, -1, 2),
        visible=stacked(table, "visible").astype(bool),
        box_px=stacked(table, "box"),
        frames=table,
    )


def stacked(table: pa.Table, column: str) -> Array:
    """A column of lists of one length as an array (rows, length)."""
    values = table[column].combine_chunks()
    return np.asarray(values.flatten().to_numpy(zero_copy_only=False), dtype=float).reshape(table.num_rows, -1)


def scalars(table: pa.Table) -> dict[str, Array]:
    """The columns of numbers: time, repetition, angles; NaN where null."""
    numbers = [
        field.name for field in table.schema if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
    ]
    return {name: np.asarray(table[name].to_numpy(), dtype=float) for name in numbers}


def person_masks(dataset: Dataset, clip_id: str) -> NDArray[np.bool_] | None:
    """Where the person is seen in each frame of a clip (n, H, W); None without masks."""
    file = dataset.mask_file(clip_id)
    if file is None:
        return None
    with np.load(file) as archive:
        labels = archive["labels"]
    wanted = [number for number, name in enumerate(dataset.mask_classes) if name in PERSON_CLASSES]
    return np.asarray(np.isin(labels, wanted))
