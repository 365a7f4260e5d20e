"""E2E-Spot, for spotting moments in videos: classes, and per split the events of each video by frame.

Format: the section "Using your own data" of the README of github.com/jhong93/spot (Hong et al., ECCV 2022).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wink.clip import Clip, frame_at
from wink.dataset import Dataset
from wink.errors import ConfigError, DatasetError, unknown_name
from wink.files import write_atomically
from wink.formats.pictures import write_pictures
from wink.onset import DEFINITIONS, Definition
from wink.progress import progress

ONSET, BOTTOM = "wink", "bottom"

#: Its names of the splits; others keep theirs.
SPLITS = {"validation": "val"}


@dataclass(frozen=True)
class E2eSpot:
    """E2E-Spot's labels, and if wanted the pictures its training reads. Clips without labels are left out."""

    definition: Definition
    bottoms: bool
    frames: bool
    height: int  # of the pictures [px]

    def __post_init__(self) -> None:
        if self.definition not in DEFINITIONS:
            raise ConfigError(unknown_name("definition of an onset", str(self.definition), DEFINITIONS))
        if self.height < 16:
            raise ConfigError(f"format.height={self.height} is no height for a picture; expected 16 pixels or more")

    def write(self, dataset: Dataset, folder: Path) -> list[Path]:
        """Write class.txt, <split>.json, videos.json and, if wanted, frames/."""
        clips = [clip for clip in dataset.clips() if clip.repetitions is not None]
        if not clips:
            raise DatasetError(f"no clip of {dataset.name} has labels, and E2E-Spot's files are nothing but labels")
        files = [folder / "class.txt"]
        write_atomically(files[0], "".join(f"{name}\n" for name in (ONSET, BOTTOM)[: 1 + self.bottoms]))
        for split in sorted({clip.split for clip in clips}):
            file = folder / f"{SPLITS.get(split, split)}.json"
            entries = [self.entry(clip) for clip in clips if clip.split == split]
            write_atomically(file, json.dumps(entries, indent=1))
            files.append(file)
        files.append(folder / "videos.json")
        write_atomically(files[-1], json.dumps({clip.clip_id: str(clip.video.resolve()) for clip in clips}, indent=1))
        if self.frames:
            for clip in progress(clips, "pictures", total=len(clips)):
                write_pictures(clip, folder / "frames" / clip.clip_id, "{:06d}.jpg", self.height)
        return files

    def entry(self, clip: Clip) -> dict[str, Any]:
        """What the label file says of a clip; frames count from 0."""
        events = sorted(self._events(clip), key=lambda event: int(event["frame"]))
        return {
            "video": clip.clip_id,
            "num_frames": clip.n_frames,
            "num_events": len(events),
            "events": events,
            "fps": clip.fps,
            "width": clip.width,
            "height": clip.height,
        }

    def _events(self, clip: Clip) -> Iterator[dict[str, Any]]:
        for repetition in clip.repetitions or ():
            if wink := repetition.wink(self.definition):
                yield _event(clip, wink.onset_s, ONSET, f"{self.definition}, {wink.relation_to_parallel}")
            if self.bottoms:
                yield _event(clip, repetition.bottom_s, BOTTOM, f"repetition {repetition.rep}")


def _event(clip: Clip, time_s: float, label: str, comment: str) -> dict[str, Any]:
    return {"frame": min(frame_at(time_s, clip.fps), clip.n_frames - 1), "label": label, "comment": comment}
