"""Per-pixel labels of a clip, and how far away things are, written frame by frame: the same bytes for the same."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
from numpy.typing import NDArray

from wink.errors import ClipError

#: The archive's own date; a real one would make every file differ.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


class MaskWriter:
    """Writes `labels` (n_frames, height, width) uint8 as a compressed .npz that numpy reads.

    Where depth is given it holds `depth_mm` (n_frames, height, width) uint16 besides: millimetres along the view axis,
    0 where nothing is.
    """

    def __init__(self, path: Path, n_frames: int, height: int, width: int) -> None:
        """Begin a mask file; it appears under its name only when every frame is in."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._shape = (n_frames, height, width)
        self._written = 0
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._archive = zipfile.ZipFile(self._temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._entry = self._begin("labels", "|u1")
        self._depths: list[bytes] = []  # compressed: an archive takes one array after the other

    def _begin(self, name: str, kind: str) -> IO[bytes]:
        entry = zipfile.ZipInfo(f"{name}.npy", _NO_DATE)
        entry.compress_type = zipfile.ZIP_DEFLATED
        stream = self._archive.open(entry, "w", force_zip64=True)
        header = {"shape": self._shape, "fortran_order": False, "descr": kind}
        np.lib.format.write_array_header_1_0(stream, header)  # type: ignore[no-untyped-call]
        return stream

    def add(self, labels: NDArray[np.uint8], depth_m: NDArray[np.float32] | None = None) -> None:
        """Append the labels (height, width) of one frame, and its depth."""
        if depth_m is not None:
            millimetres = np.where(np.isfinite(depth_m), np.round(depth_m * 1000.0), 0.0)
            self._depths.append(zlib.compress(np.minimum(millimetres, 65535).astype("<u2").tobytes(), 1))
        if labels.shape != self._shape[1:]:
            raise ClipError(f"the mask takes labels of shape {self._shape[1:]}, got {labels.shape}")
        self._entry.write(np.ascontiguousarray(labels).tobytes())
        self._written += 1

    def close(self) -> None:
        """Finish the file and give it its name.

        Raises:
            ClipError: fewer or more frames were added than were announced.
        """
        self._entry.close()
        if self._depths and len(self._depths) == self._written:
            with self._begin("depth_mm", "<u2") as entry:
                for depth in self._depths:
                    entry.write(zlib.decompress(depth))
        self._archive.close()
        if self._written != self._shape[0]:
            self._temporary.unlink()
            raise ClipError(f"{self.path.name} was to hold {self._shape[0]} frames of labels, got {self._written}")
        self._temporary.replace(self.path)

    def __enter__(self) -> MaskWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        self._entry.close()
        self._archive.close()
        self._temporary.unlink(missing_ok=True)
