"""The learned detector without a network: silhouette, principal components, a small perceptron, boosted trees; numpy.

Each picture's components are read for the four angles; trees look at a window of those curves and say whether the onset
is past. All numbers lie in one `.npz` that `wink train` makes with scikit-learn; running it needs none.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from detect.features import Squat
from detect.sight import RATE_HZ, WHOLE_PX, Sight, small_pictures
from wink.errors import DetectorError

Array = NDArray[np.float64]

FILE = "boosted.npz"
OFFSETS = (-10, -6, -3, 0, 3, 6, 10)  # samples of a window
_SMOOTHING = 1.5  # samples, of the angles that were read
_NEVER = -6.0  # logit of being past the onset outside every descent


@dataclass(frozen=True)
class BoostedSilhouette:
    """Everything that was fitted."""

    mean: Array  # (576,) of the pictures
    components: Array  # (k, 576)
    about: Array  # (k + 8,) of components and curves
    spread: Array
    weights_1: Array
    bias_1: Array
    weights_2: Array
    bias_2: Array
    angle_about: Array  # (4,) [deg]
    angle_spread: Array
    left: NDArray[np.int64]  # (trees, nodes) of the boosted trees; -1 = a leaf
    right: NDArray[np.int64]
    feature: NDArray[np.int64]
    edge: Array
    value: Array  # (trees, nodes), times the learning rate
    start: Array  # () logit before the first tree

    def angles_deg(self, sight: Sight) -> NDArray[np.float32]:
        """The four angles of a clip (n, 4) at `RATE_HZ`."""
        shown = (self.inputs(sight.pictures[:, 0], sight.curves) - self.about) / self.spread
        hidden = np.maximum(0.0, shown @ self.weights_1 + self.bias_1)
        angles = (hidden @ self.weights_2 + self.bias_2) * self.angle_spread + self.angle_about
        at_rate = sight.at_rate(angles.astype(np.float32))
        return np.asarray(gaussian_filter1d(at_rate, _SMOOTHING, axis=0, mode="nearest"), np.float32)

    def inputs(self, silhouette: NDArray[np.uint8], curves: NDArray[np.float32]) -> Array:
        """Components of pictures halved once more, beside the pose's curves (T, k + 8)."""
        return np.concatenate([(quarter(silhouette) - self.mean) @ self.components.T, curves], axis=1)

    def logit(self, windows: Array) -> Array:
        """Sum of the trees for windows (n, f)."""
        rows, total = np.arange(len(windows)), np.full(len(windows), float(self.start))
        for left, right, feature, edge, value in zip(
            self.left, self.right, self.feature, self.edge, self.value, strict=True
        ):
            at: NDArray[np.int64] = np.zeros(len(windows), np.int64)
            while (left[at] >= 0).any():
                inner = left[at] >= 0
                down = np.where(windows[rows, feature[at]] <= edge[at], left[at], right[at])
                at = np.asarray(np.where(inner, down, at), np.int64)
            total += value[at]
        return total

    def read(self, sight: Sight) -> NDArray[np.float32]:
        """What is said of every sample (n, 7), `detect.judging.OUTPUTS`."""
        angles = self.angles_deg(sight)
        out = np.zeros((len(angles), 7), np.float32)
        out[:, :4], out[:, 5:] = angles, _NEVER
        for squat in sight.squats:
            part = descent_of(squat, sight.body.fps)
            windows = descent_windows(angles[part].astype(np.float64))
            out[part, 4] = windows[:, len(OFFSETS) // 2]
            out[part, 5] = self.logit(windows)
        out[1:, 6] = np.diff(out[:, 5])  # the onset is where being past it rises
        return out


def descent_of(squat: Squat, fps: float) -> slice:
    """The samples at `RATE_HZ` of a descent."""
    return slice(round(squat.start / fps * RATE_HZ), round(squat.bottom / fps * RATE_HZ) + 1)


def quarter(silhouette: NDArray[np.uint8]) -> Array:
    """Silhouettes (T, 96, 96) as rows of 24 x 24 numbers from 0 to 1."""
    small = small_pictures(silhouette, WHOLE_PX)
    return np.asarray(small.reshape(-1, 24, 2, 24, 2).mean((2, 4)).reshape(-1, 576) / 255)


def descent_windows(angles_deg: Array) -> Array:
    """Windows (n, 4 x 7) about each sample of one descent (n, 4): how far tilt has fallen, and the other angles."""
    fallen = np.maximum.accumulate(angles_deg[:, 0]) - angles_deg[:, 0]
    curves = np.column_stack([fallen, angles_deg[:, 1:]])
    at = np.clip(np.arange(len(curves))[:, None] + np.array(OFFSETS), 0, len(curves) - 1)
    return np.concatenate([column[at] for column in curves.T], axis=1)


def save_boosted(fitted: BoostedSilhouette, file: Path) -> None:
    """Write everything that was fitted, in single precision where that is enough."""
    arrays = {f.name: getattr(fitted, f.name) for f in fields(fitted)}
    small = {name: a.astype(np.float32) if a.dtype == np.float64 else a.astype(np.int16) for name, a in arrays.items()}
    temporary = file.with_name(f".{file.name}")
    with temporary.open("wb") as opened:
        np.savez_compressed(opened, **small)
    temporary.replace(file)


@lru_cache(maxsize=4)
def load_boosted(file: Path) -> BoostedSilhouette:
    """Read what was fitted.

    Raises:
        DetectorError: there is none, or it is of another version.
    """
    try:
        with np.load(file) as data:
            read = {f.name: data[f.name] for f in fields(BoostedSilhouette)}
    except (OSError, KeyError, ValueError) as error:
        raise DetectorError(f"{file} holds no boosted silhouette ({error}); name a folder of `wink train`") from None
    return BoostedSilhouette(**{n: a.astype(np.float64 if a.dtype.kind == "f" else np.int64) for n, a in read.items()})
