"""Running a pose network: on LiteRT, or on OpenCV where LiteRT is not installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from wink.terminal import native_output_silenced


class Network(Protocol):
    """A network with one picture as input, on one thread: parallel work is whole videos."""

    def run(self, picture: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Outputs by name for one picture (height, width, 3); pictures among them have channels last."""
        ...


def litert_is_there() -> bool:
    """Whether LiteRT is installed; it has no wheel for some machines."""
    return find_spec("ai_edge_litert") is not None


def open_network(path: Path) -> Network:
    """A network file, ready to run: LiteRT is twice as fast as OpenCV (15 against 35 CPU-ms a picture here)."""
    return LiteRtNetwork(path) if litert_is_there() else OpenCvNetwork(path)


class LiteRtNetwork:
    """A network on LiteRT."""

    def __init__(self, path: Path) -> None:
        """Load the file."""
        from ai_edge_litert.interpreter import Interpreter

        with native_output_silenced():  # LiteRT names its delegate
            self._interpreter = Interpreter(str(path), num_threads=1)
            self._interpreter.allocate_tensors()
        self._input: int = self._interpreter.get_input_details()[0]["index"]
        self._outputs = {d["name"]: d["index"] for d in self._interpreter.get_output_details()}

    def run(self, picture: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Outputs by name."""
        self._interpreter.set_tensor(self._input, picture[None])
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}


class OpenCvNetwork:
    """The landmark network on OpenCV; it cannot read the person finder (OpenCV 4.12 lacks DENSIFY)."""

    def __init__(self, path: Path) -> None:
        """Load the file."""
        self._net = cv2.dnn.readNetFromTFLite(str(path))
        self._names = self._net.getUnconnectedOutLayersNames()

    def run(self, picture: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Outputs by name."""
        self._net.setInput(np.ascontiguousarray(picture.transpose(2, 0, 1)[None]))
        outputs = zip(self._names, self._net.forward(self._names), strict=True)
        return {name: np.moveaxis(out, 1, -1) if out.ndim == 4 else out for name, out in outputs}
