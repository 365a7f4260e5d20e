"""A page that opens from disk in any browser: video, body and curves, frame by frame together."""

from __future__ import annotations

import base64
import html
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from wink.errors import ConfigError
from wink.files import write_atomically
from wink.trial import Array
from wink.viewers.shown import Shown

#: By this the program knows a page of its own again.
MARK = "<!-- written by wink view -->"


@dataclass(frozen=True)
class Page:
    """One HTML file; nothing is loaded from elsewhere, but for the video where it is not embedded."""

    embed: bool  # the video inside the page, which can then be moved and sent

    @property
    def suffix(self) -> str:
        """Ending of the file it writes."""
        return ".html"

    def write(self, shown: Shown, file: Path) -> str:
        """Write the page.

        Raises:
            ConfigError: another file of that name is there.
        """
        if file.exists() and not _is_ours(file):
            raise ConfigError(f"{file} is there and is no page of `wink view`; choose another: output=...")
        source = embedded(shown.video) if self.embed else _relative(shown.video, file.parent)
        page = (files("wink.viewers") / "page.html").read_text()
        for name, text in (
            ("MARK", MARK),
            ("TITLE", html.escape(shown.title)),
            ("DATA", json.dumps(told(shown), allow_nan=False).replace("</", "<\\/")),
            ("VIDEO", source),
        ):
            page = page.replace(f"@@{name}@@", text)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, page)
        return f"{file} (open it in a browser)"


def _is_ours(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as text:
        return MARK.encode() in text.read(200)


def embedded(video: Path) -> str:
    """A video as a data: address."""
    return f"data:video/mp4;base64,{base64.b64encode(video.read_bytes()).decode()}"


def _relative(video: Path, folder: Path) -> str:
    return html.escape(os.path.relpath(video.resolve(), folder.resolve()).replace("%", "%25").replace("#", "%23"))


def told(shown: Shown) -> dict[str, Any]:
    """What the page draws, as plain data; a value a frame, NaN as null."""
    return {
        "title": shown.title,
        "fps": shown.fps,
        "frames": shown.n_frames,
        "size": [shown.width, shown.height],
        "facts": dict(shown.facts),
        "events": [asdict(event) for event in shown.events],
        "spans": [asdict(span) for span in shown.spans],
        "curves": {name: _rounded(values, 2) for name, values in shown.curves.items()},
        "limits": {name: [int(on) for on in values] for name, values in shown.limits.items()},
        "points": None if shown.points_m is None else _rounded(shown.points_m.reshape(len(shown.points_m), -1), 3),
        "names": list(shown.point_names),
        "joined": [list(pair) for pair in shown.joined],
        "azimuth": shown.azimuth_deg,
        "bar": None if shown.bar_m is None else _rounded(shown.bar_m, 3),
    }


def _rounded(values: Array, digits: int) -> Sequence[Any]:
    """Numbers for JSON, few digits; NaN is null."""
    plain = np.round(values, digits).astype(object)
    plain[~np.isfinite(values)] = None
    return list(plain.tolist())


def data_of(page: str) -> Mapping[str, Any]:
    """What a page draws, read back from its text."""
    text = page.split('<script id="data" type="application/json">', 1)[1].split("</script>", 1)[0]
    return dict(json.loads(text.replace("<\\/", "</")))
