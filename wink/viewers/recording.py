"""A recording for the Rerun viewer: video, body and curves on one time line."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from wink.clip import time_of
from wink.errors import ConfigError
from wink.viewers.shown import Shown

#: Colours of the parts of the body, red green blue.
COLOURS = {
    "left": (43, 95, 176),
    "right": (90, 151, 216),
    "head": (154, 165, 172),
    "pelvis": (179, 38, 30),
    "spine": (23, 105, 58),
}


@dataclass(frozen=True)
class Recording:
    """A file `rerun FILE` opens; needs the package rerun-sdk (extra `rerun`)."""

    @property
    def suffix(self) -> str:
        """Ending of the file it writes."""
        return ".rrd"

    def write(self, shown: Shown, file: Path) -> str:
        """Write the recording, in place of an older one of that name.

        Raises:
            ConfigError: rerun-sdk is not installed, or another kind of file is there.
        """
        try:
            rr = import_module("rerun")
        except ImportError:
            raise ConfigError(
                "viewer=rerun needs rerun-sdk: pip install 'winklab[rerun]'; viewer=page needs nothing"
            ) from None
        if file.exists() and file.suffix != self.suffix:
            raise ConfigError(f"{file} is there and is no recording of Rerun; choose another: output=...")
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f".{file.name}.part")
        stream = rr.RecordingStream("winklab", recording_id=shown.title)
        stream.save(str(temporary))
        _log(rr, stream, shown)
        stream.flush()
        stream.disconnect()
        temporary.replace(file)
        return f"{file} (open it with: rerun {file})"


def _log(rr: Any, stream: Any, shown: Shown) -> None:
    """Put everything on the time line, a frame at a time."""
    stream.log("facts", rr.TextDocument("\n".join(f"{k}: {v}" for k, v in shown.facts.items())), static=True)
    stream.log("body", rr.ViewCoordinates.FLU, static=True)
    stream.log("video", rr.AssetVideo(path=shown.video), static=True)
    happening = {event.frame: event for event in shown.events}
    for frame in range(shown.n_frames):
        stream.set_time("time", duration=time_of(frame, shown.fps))
        stream.set_time("frame", sequence=frame)
        stream.log("video", rr.VideoFrameReference(seconds=time_of(frame, shown.fps), video_reference="video"))
        for name, values in shown.curves.items():
            if np.isfinite(values[frame]):
                stream.log(f"curves/{_path(name)}", rr.Scalars(float(values[frame])))
        for name, on in shown.limits.items():
            stream.log(f"limits/{_path(name)}", rr.Scalars(float(on[frame])))
        if frame in happening:
            event = happening[frame]
            stream.log("events", rr.TextLog(f"{event.label} ({event.source})"))
        _log_body(rr, stream, shown, frame)


def _log_body(rr: Any, stream: Any, shown: Shown, frame: int) -> None:
    if shown.points_m is None:
        return
    points = shown.points_m[frame]
    stream.log("body/points", rr.Points3D(points, radii=0.012, labels=list(shown.point_names), show_labels=False))
    strips = [points[[a, b]] for a, b, _ in shown.joined]
    stream.log("body/limbs", rr.LineStrips3D(strips, colors=[COLOURS[part] for *_, part in shown.joined], radii=0.008))
    if shown.bar_m is not None:
        ends = shown.bar_m[frame] + np.array([[0, -1.1, 0], [0, 1.1, 0]])
        stream.log("body/bar", rr.LineStrips3D([ends], radii=0.014))


def _path(name: str) -> str:
    """A name as part of a path of Rerun, which has no spaces."""
    return name.replace(" ", "_")
