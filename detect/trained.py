"""Trained networks: the ones that come with the program, or a folder that `wink train` made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from detect.judging import Calibration
from detect.sight import Sight, small_pictures
from wink.errors import DetectorError
from wink.files import write_atomically

Head = Literal["offline", "causal"]
HEADS: tuple[Head, ...] = ("offline", "causal")
SHIPPED = Path(__file__).parent / "shipped"
SETTINGS = "settings.json"
FORMAT = 1  # of the folder


@dataclass(frozen=True)
class TrainedNetworks:
    """The networks of one training, ready to run."""

    frames: Any  # onnxruntime sessions
    over_time: dict[Head, Any]
    calibration: dict[Head, Calibration]

    @property
    def side_px(self) -> int:
        """Side of the pictures that the network of one picture takes."""
        return int(self.frames.get_inputs()[0].shape[-1])

    def read(self, sight: Sight, head: Head) -> NDArray[np.float32]:
        """What the networks say of a clip, (n, 7) `detect.judging.OUTPUTS` at `RATE_HZ`."""
        pictures = small_pictures(sight.pictures, self.side_px).astype(np.float32)
        angles, hints = self.frames.run(["angles", "hints"], {"pictures": pictures, "curves": sight.curves})
        features = sight.at_rate(np.concatenate([angles, hints, sight.curves], axis=1))
        (out,) = self.over_time[head].run(None, {"features": features.T[None, :, None]})
        return np.asarray(out[0, :, 0].T, np.float32)


def load_networks(folder: Path) -> TrainedNetworks:
    """Networks of a folder of `wink train`, loaded once a process.

    Raises:
        DetectorError: the folder holds no whole training, or one of another version of the program.
    """
    return _kept(folder.resolve())


@lru_cache(maxsize=4)
def _kept(folder: Path) -> TrainedNetworks:
    return open_networks(folder)


def open_networks(folder: Path) -> TrainedNetworks:
    """Networks of a folder as they are now; DetectorError where they are none."""
    settings = _settings(folder)
    try:
        calibration = {head: Calibration.from_settings(settings["calibration"][head]) for head in HEADS}
    except KeyError as error:
        raise DetectorError(f"{folder / SETTINGS} lacks {error}; train again") from None
    over_time = {head: _open(folder / f"{head}.onnx") for head in HEADS}
    return TrainedNetworks(_open(folder / "frames.onnx"), over_time, calibration)


@lru_cache(maxsize=8)
def read_calibration(folder: Path, name: str) -> Calibration:
    """The calibration of one detector of a folder.

    Raises:
        DetectorError: the folder has none for it.
    """
    kept = _settings(folder)["calibration"]
    if name not in kept:
        raise DetectorError(f"{folder / SETTINGS} holds no calibration of {name}; train again")
    return Calibration.from_settings(kept[name])


def keep_calibration(folder: Path, name: str, calibration: Calibration) -> None:
    """Write the calibration of one detector beside those of the others."""
    file = folder / SETTINGS
    kept = json.loads(file.read_text())["calibration"] if file.is_file() else {}
    settings = {"format": FORMAT, "calibration": {**kept, name: asdict(calibration)}}
    write_atomically(file, json.dumps(settings, indent=2) + "\n")
    read_calibration.cache_clear()


def _settings(folder: Path) -> dict[str, Any]:
    file = folder / SETTINGS
    if not file.is_file():
        raise DetectorError(f"there are no trained networks in {folder}; name a folder that `wink train` made")
    try:
        settings = json.loads(file.read_text())
    except ValueError as error:  # no JSON, or no text
        raise DetectorError(f"{file} cannot be read ({error}); train again") from None
    if not isinstance(settings, dict) or not isinstance(settings.get("calibration"), dict):
        raise DetectorError(f"{file} holds no calibration; name a folder that `wink train` made, or train again")
    if settings.get("format") != FORMAT:
        raise DetectorError(f"{file} has format {settings.get('format')}, this program reads {FORMAT}; train again")
    return settings


def _open(file: Path) -> Any:
    """A network on one thread: parallel work is whole videos."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a class for every way a file can be broken
        raise DetectorError(f"{file} cannot be read as a network: {error}") from None
