"""Trained networks as ONNX files, checked against what torch says."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from detect.sight import CLOSE_PX
from detect.training.network import FrameNets, SequenceNets
from wink.errors import DetectorError

_OPSET = 17
_ALIKE = 1e-2  # largest difference between torch and the file [deg or logits]


def export_frames(net: FrameNets, n_curves: int, file: Path) -> None:
    """Write the networks of one picture; any number of pictures at a time."""
    shown = (torch.rand(3, 2, CLOSE_PX, CLOSE_PX) * 255, torch.randn(3, n_curves))
    names = {"input_names": ["pictures", "curves"], "output_names": ["angles", "hints", "marks"]}
    dynamic = {name: {0: "frames"} for name in ("pictures", "curves", "angles", "hints", "marks")}
    _export(net, shown, file, names, dynamic)


def export_sequence(net: SequenceNets, n_features: int, file: Path) -> None:
    """Write the networks over time; clips of any length."""
    shown = (torch.randn(1, n_features, 1, 90),)
    names = {"input_names": ["features"], "output_names": ["out"]}
    _export(net, shown, file, names, {"features": {3: "samples"}, "out": {3: "samples"}})


def _export(
    net: nn.Module,
    shown: tuple[Tensor, ...],
    file: Path,
    names: dict[str, Any],
    dynamic: dict[str, dict[int, str]],
) -> None:
    temporary = file.with_suffix(".onnx.tmp")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs no further package is the older one
        torch.onnx.export(net, shown, temporary, dynamo=False, opset_version=_OPSET, dynamic_axes=dynamic, **names)
    _check(net, shown, temporary)
    temporary.replace(file)


def _check(net: nn.Module, shown: tuple[Tensor, ...], file: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(file.read_bytes(), providers=["CPUExecutionProvider"])
    given = {field.name: tensor.numpy() for field, tensor in zip(session.get_inputs(), shown, strict=True)}
    with torch.no_grad():
        out = net(*shown)
    for ours, theirs in zip(out if isinstance(out, tuple) else (out,), session.run(None, given), strict=True):
        off = float(np.abs(ours.numpy() - theirs).max())
        if not off < _ALIKE:
            raise DetectorError(f"{file.name} says something else than the network it was made of (off by {off:g})")
