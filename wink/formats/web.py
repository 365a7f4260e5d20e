"""WebDataset: tar files whose members belong together by name, to be read in one stream.

Format: webdataset.github.io ("The WebDataset format"): members of one sample follow one another and share what stands
before the first dot.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wink.clip import Clip
from wink.dataset import Dataset
from wink.errors import ConfigError
from wink.formats.seen import scalars, seen, stacked
from wink.progress import progress


@dataclass(frozen=True)
class WebShards:
    """Tar files <split>-<number>.tar of samples <clip>.mp4, .json, .frames.npz and, if wanted, .mask.npz."""

    clips: int  # a tar file
    masks: bool

    def __post_init__(self) -> None:
        if self.clips < 1:
            raise ConfigError(f"format.clips={self.clips}; expected a whole number of clips, at least 1")

    def write(self, dataset: Dataset, folder: Path) -> list[Path]:
        """Write the tar files of every split."""
        clips = dataset.clips()
        pieces = [piece for split in sorted({c.split for c in clips}) for piece in self._pieces(clips, split)]
        files = []
        for name, piece in progress(pieces, "tar files", total=len(pieces), unit="file"):
            files.append(folder / name)
            with tarfile.open(files[-1], "w") as tar:
                for clip in piece:
                    for ending, content in self._members(dataset, clip):
                        _add(tar, f"{clip.clip_id}.{ending}", content)
        return files

    def _pieces(self, clips: Sequence[Clip], split: str) -> Iterator[tuple[str, Sequence[Clip]]]:
        chosen = [clip for clip in clips if clip.split == split]
        for number, start in enumerate(range(0, len(chosen), self.clips)):
            yield f"{split}-{number:06d}.tar", chosen[start : start + self.clips]

    def _members(self, dataset: Dataset, clip: Clip) -> Iterator[tuple[str, bytes]]:
        yield "mp4", clip.video.read_bytes()
        yield "json", json.dumps(told(dataset, clip)).encode()
        known = seen(dataset, clip)
        if known is None:
            return
        arrays: dict[str, Any] = scalars(known.frames) | {
            "keypoints_2d": known.points_px,
            "visible": known.visible,
            "box": known.box_px,
            "keypoint_names": np.array(known.names),
        }
        if "keypoints_3d" in known.frames.column_names:
            arrays["keypoints_3d"] = stacked(known.frames, "keypoints_3d").reshape(len(known.box_px), -1, 3)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        yield "frames.npz", buffer.getvalue()
        mask = dataset.mask_file(clip.clip_id)
        if self.masks and mask is not None:
            yield "mask.npz", mask.read_bytes()


def told(dataset: Dataset, clip: Clip) -> dict[str, Any]:
    """The clip's row of metadata, its factors unpacked, and its repetitions; these are null where unknown."""
    row = dataset.row(clip.clip_id)
    repetitions = None if clip.repetitions is None else [asdict(repetition) for repetition in clip.repetitions]
    return {**row, "factors": json.loads(row["factors"]), "repetitions": repetitions}


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a member; nobody owns it and it has no date, so the same clips give the same bytes."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o644
    tar.addfile(member, io.BytesIO(content))
