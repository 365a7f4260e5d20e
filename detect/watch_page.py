"""One video's verdicts as a page that opens from disk: overlay, curves in step with it, a table, what it means."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from wink.files import write_atomically

_CALLS = {"wink": "wink", "no_wink": "no wink", "cannot_tell": "cannot tell"}


def write_page(path: Path, told: Mapping[str, Any], overlay: Path) -> None:
    """Write the page, with the overlay video inside it: nothing is loaded from elsewhere.

    Args:
        path: of the HTML file.
        told: what `detect.verdict_tables.told` gives.
        overlay: the video with everything drawn in.
    """
    page = (files("detect") / "watch_template.html").read_text()
    data = {key: told[key] for key in ("fps", "n_frames", "repetitions", "time_s", "curves")}
    film = base64.b64encode(overlay.read_bytes()).decode()
    for name, text in (
        ("TITLE", html.escape(str(told["video"]))),
        ("FACTS", html.escape(_facts(told))),
        ("STOP", html.escape(str(told["depth_to_stop_at"]))),
        ("REMARKS", "".join(f"<p class='remark'>{html.escape(remark)}</p>" for remark in told["remarks"])),
        ("ROWS", "".join(_row(verdict) for verdict in told["repetitions"])),
        ("MEANING", html.escape(str(told["meaning"]))),
        ("DATA", json.dumps(data, allow_nan=False).replace("</", "<\\/")),
        ("VIDEO", f"data:video/mp4;base64,{film}"),
    ):
        page = page.replace(f"@@{name}@@", text)
    write_atomically(path, page)


def _facts(told: Mapping[str, Any]) -> str:
    facts = [
        f"{told['n_frames']} frames at {told['fps']:.3g} a second",
        f"person seen in {100 * told['person_seen_share']:.0f} % of them",
        f"detector: {told['detector']}",
    ]
    if told["off_side_deg"] is not None:
        facts.insert(1, f"about {told['off_side_deg']:.0f}° off the side as the pose has it")
    return "; ".join(facts)


def _row(verdict: Mapping[str, Any]) -> str:
    cells = (
        f"{verdict['rep'] + 1}",
        f"<b class='{verdict['call']}'>{_CALLS[verdict['call']]}</b>",
        _number(verdict["bottom_s"], " s", 2),
        _number(verdict["depth_deg"], "°"),
        _with_interval(verdict, "onset", "s", " s", 2),
        _number(verdict["thigh_at_onset_deg"], "°"),
        html.escape((verdict["relation_to_parallel"] or "–").replace("_", " ")),
        _with_interval(verdict, "magnitude", "deg", "°", 0),
        _number(verdict["stop_at_thigh_deg"], "°"),
        f"{verdict['score']:.2f}",
        html.escape(verdict["words"]),
    )
    jump = verdict["bottom_s"] if verdict["onset_s"] is None else verdict["onset_s"]
    return f"<tr data-s='{jump}'>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _with_interval(verdict: Mapping[str, Any], what: str, unit: str, said: str, digits: int) -> str:
    value, low, high = (verdict[f"{what}{part}_{unit}"] for part in ("", "_low", "_high"))
    around = "" if low is None or high is None else f" <small>({low:.{digits}f} to {high:.{digits}f})</small>"
    return _number(value, said, digits) + (around if value is not None else "")


def _number(value: float | None, unit: str, digits: int = 0) -> str:
    return "–" if value is None else f"{value:.{digits}f}{unit}"
