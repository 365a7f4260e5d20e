"""FiftyOne: videos with labels a frame and with events, in two of the layouts its importer knows.

`FiftyOneVideoLabelsDataset`: data/, labels/<clip>.json (ETA VideoLabels), manifest.json.
`FiftyOneTemporalDetectionDataset`: data/, labels.json. Both are described in FiftyOne's guide "Importing datasets",
VideoLabels in github.com/voxel51/eta docs/video_labels_guide.md. Frames count from 1; positions are shares of the
picture's width and height.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wink.clip import Clip, frame_at
from wink.dataset import Dataset
from wink.errors import ConfigError, unknown_name
from wink.files import write_atomically
from wink.formats.coco import inside_picture
from wink.formats.seen import Seen, scalars, seen
from wink.onset import DEFINITIONS, Definition
from wink.progress import progress
from wink.trial import Array

DESCENT, ASCENT, WINK = "descent", "ascent", "wink"
CLASSES = (DESCENT, ASCENT, WINK)

#: ETA's class of an attribute, by the type of its value.
_KINDS = {
    str: "eta.core.data.CategoricalAttribute",
    int: "eta.core.data.NumericAttribute",
    float: "eta.core.data.NumericAttribute",
    bool: "eta.core.data.BooleanAttribute",
}


@dataclass(frozen=True)
class FiftyOne:
    """Both layouts in one folder; clips whose truth is unknown have no entry in labels.json."""

    definition: Definition
    copy: bool

    def __post_init__(self) -> None:
        if self.definition not in DEFINITIONS:
            raise ConfigError(unknown_name("definition of an onset", str(self.definition), DEFINITIONS))

    def write(self, dataset: Dataset, folder: Path) -> list[Path]:
        """Write data/, labels/, manifest.json and labels.json."""
        clips = dataset.clips()
        for name in ("data", "labels"):
            (folder / name).mkdir()
        for clip in progress(clips, "FiftyOne", total=len(clips)):
            _place(clip.video, folder / "data" / f"{clip.clip_id}.mp4", self.copy)
            labels = self.video_labels(dataset, clip)
            write_atomically(folder / "labels" / f"{clip.clip_id}.json", json.dumps(labels))
        index = [{"data": f"data/{c.clip_id}.mp4", "labels": f"labels/{c.clip_id}.json"} for c in clips]
        manifest = {"type": "eta.core.datasets.LabeledVideoDataset", "description": dataset.name, "index": index}
        write_atomically(folder / "manifest.json", json.dumps(manifest, indent=1))
        events = {clip.clip_id: self.events(clip) for clip in clips if clip.repetitions is not None}
        write_atomically(folder / "labels.json", json.dumps({"classes": list(CLASSES), "labels": events}, indent=1))
        return [folder / "manifest.json", folder / "labels.json"]

    def events(self, clip: Clip) -> list[dict[str, Any]]:
        """Descent and ascent of each repetition, and the wink from its onset to the bottom."""
        found = []
        for repetition in clip.repetitions or ():
            number = {"repetition": repetition.rep}
            found.append(_event(clip, DESCENT, repetition.start_s, repetition.bottom_s, number))
            found.append(_event(clip, ASCENT, repetition.bottom_s, repetition.end_s, number))
            if wink := repetition.wink(self.definition):
                facts = {
                    "magnitude_deg": round(wink.magnitude_deg, 2),
                    "thigh_inclination_at_onset_deg": round(wink.thigh_inclination_at_onset_deg, 2),
                    "relation_to_parallel": wink.relation_to_parallel,
                }
                found.append(_event(clip, WINK, wink.onset_s, repetition.bottom_s, {**number, **facts}))
        return found

    def video_labels(self, dataset: Dataset, clip: Clip) -> dict[str, Any]:
        """ETA VideoLabels of a clip: facts, events, and what is known of each frame."""
        row = dataset.row(clip.clip_id)
        facts = {name: row[name] for name in ("split", "view", "source", "subject_id", "outcome") if row[name]}
        labels: dict[str, Any] = {"attrs": _attributes(facts), "frames": {}}
        if clip.repetitions is not None:
            labels["events"] = {"events": [_eta_event(event) for event in self.events(clip)]}
        known = seen(dataset, clip)
        if known is not None:
            numbers = scalars(known.frames)
            labels["frames"] = {str(k + 1): frame_labels(known, numbers, clip, k) for k in range(len(known.box_px))}
        return labels


def frame_labels(known: Seen, numbers: Mapping[str, Array], clip: Clip, frame: int) -> dict[str, Any]:
    """ETA VideoFrameLabels: the lifter's box with the angles as its attributes, and the keypoints, each by its name."""
    labels: dict[str, Any] = {"frame_number": frame + 1}
    size = np.array([clip.width, clip.height])
    if np.isfinite(known.box_px[frame]).all():
        left, top, right, bottom = (known.box_px[frame].reshape(2, 2) / size).ravel()
        corners = {"top_left": _point(left, top), "bottom_right": _point(right, bottom)}
        angles = {
            name: float(v[frame]) for name, v in numbers.items() if name.endswith("_deg") and np.isfinite(v[frame])
        }
        lifter = {"name": "lifter", "label": "person", "bounding_box": corners, "attrs": _attributes(angles)}
        labels["objects"] = {"objects": [lifter]}
    shown = inside_picture(known.points_px[frame], clip)
    points = [
        {
            "name": "keypoints",
            "label": name,
            "points": [[float(x), float(y)]],
            "attrs": _attributes({"visible": bool(visible)}),
        }
        for name, (x, y), visible, inside in zip(
            known.names, known.points_px[frame] / size, known.visible[frame], shown, strict=True
        )
        if inside
    ]
    return {**labels, "keypoints": {"keypoints": points}}


def _point(x: float, y: float) -> dict[str, float]:
    return {"x": float(np.clip(x, 0, 1)), "y": float(np.clip(y, 0, 1))}


def _attributes(facts: Mapping[str, Any]) -> dict[str, Any]:
    """An ETA AttributeContainer."""
    return {"attrs": [{"type": _KINDS[type(value)], "name": name, "value": value} for name, value in facts.items()]}


def _event(clip: Clip, label: str, start_s: float, end_s: float, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A TemporalDetection; its support is the first and the last frame, both in it, counted from 1."""
    first, end = (min(frame_at(time_s, clip.fps), clip.n_frames) for time_s in (start_s, end_s))
    return {"label": label, "support": [first + 1, max(end, first + 1)], "attributes": dict(facts)}


def _eta_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """A TemporalDetection as an ETA VideoEvent."""
    support = {"ranges": [event["support"]]}
    return {"name": "events", "label": event["label"], "support": support, "attrs": _attributes(event["attributes"])}


def _place(video: Path, target: Path, copy: bool) -> None:
    """Copy a video, or link to it."""
    if copy:
        shutil.copyfile(video, target)
    else:
        target.symlink_to(video.resolve())
