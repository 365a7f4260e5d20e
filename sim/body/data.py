"""The baked body: parts, shapes, joints and weights. Made by `scripts/bake_body.py`; CC0, see LICENSE-body.md."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Indices = NDArray[np.int32]

#: Corner shapes, first axis of every shape array: sex x muscle x weight.
SEXES = ("male", "female")
LEVELS = 3


@dataclass(frozen=True)
class BodyData:
    """Everything in `body.npz`; metres, x forward, y left, z up, standing with arms half raised."""

    mean: Array  # (V, 3) mean of the corner shapes
    deltas: NDArray[np.float16]  # (18, V, 3)
    bone_names: tuple[str, ...]
    bone_indices: NDArray[np.uint8]  # (V, 5)
    bone_weights: Array  # (V, 5) rows sum to one
    joint_names: tuple[str, ...]
    joints: Array  # (18, J, 3)
    vertex_range: dict[str, slice]  # part -> its vertices
    triangles: dict[str, Indices]  # part -> (T, 3) into all vertices
    landmark_names: tuple[str, ...]
    fist_indices: Indices  # (F,) skin vertices that move when the hands close
    fists: NDArray[np.float16]  # (18, F, 3)
    covers: dict[str, Array]  # garment -> depth of each vertex (V,) inside it [m], negative outside


@cache
def body_data() -> BodyData:
    """Load the baked body once per process."""
    with files("sim.body").joinpath("body.npz").open("rb") as stream, np.load(stream) as z:
        names = [str(name) for name in z["part_names"]]
        starts, triangle_starts = z["part_starts"], z["triangle_starts"]
        triangles = z["triangles"].astype(np.int32)
        return BodyData(
            mean=z["mean"],
            deltas=z["deltas"],
            bone_names=tuple(map(str, z["bone_names"])),
            bone_indices=z["bone_indices"],
            bone_weights=z["bone_weights"].astype(np.float32),
            joint_names=tuple(map(str, z["joint_names"])),
            joints=z["joints"],
            vertex_range={n: slice(int(starts[i]), int(starts[i + 1])) for i, n in enumerate(names)},
            triangles={n: triangles[triangle_starts[i] : triangle_starts[i + 1]] for i, n in enumerate(names)},
            landmark_names=tuple(map(str, z["landmark_names"])),
            fist_indices=z["fist_indices"],
            fists=z["fists"],
            covers={str(n): c.astype(np.float32) for n, c in zip(z["cover_names"], z["covers"], strict=True)},
        )
