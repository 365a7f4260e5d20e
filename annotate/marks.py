"""The marks of one annotation: drawn on the timeline, or typed as numbers of frames, and what is wrong with them.

Label Studio counts frames from 1 and both ends of a range belong to it; here and everywhere else frames count from 0.
A mark may be drawn, typed, or both if they agree: the timeline can be drawn on with a mouse only, numbers need none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ONSET = "wink_onset"
#: Labels of the timeline, in the order of their hotkeys.
LABELS = (ONSET, "wink", "parallel", "unsure_span", "bottom")
#: Fields for one frame, by the label it marks.
TYPED_FRAMES = {ONSET: "onset_at", "parallel": "parallel_at", "bottom": "bottom_at"}
#: Fields for the two ends of a span; a wink begins at the onset.
TYPED_SPANS = {"wink": ("onset_at", "wink_to"), "unsure_span": ("unsure_from", "unsure_to")}
TYPED = ("onset_at", "wink_to", "parallel_at", "bottom_at", "unsure_from", "unsure_to")
#: What labels and fields are called on the page, where that is another word.
ON_PAGE = {
    ONSET: "wink onset",
    "unsure_span": "unsure",
    "onset_at": "onset",
    "wink_to": "wink to",
    "parallel_at": "parallel",
    "bottom_at": "bottom",
    "unsure_from": "unsure from",
    "unsure_to": "unsure to",
}

Span = tuple[int, int]


@dataclass(frozen=True)
class Marks:
    """What was marked: whole-frame spans by label, and what is wrong with the others, in an annotator's words."""

    spans: dict[str, list[Span]]
    faults: list[str]

    @property
    def onset(self) -> int | None:
        """The frame of the onset, if one frame is marked and no other."""
        onsets = self.spans.get(ONSET, [])
        return onsets[0][0] if len(onsets) == 1 and onsets[0][0] == onsets[0][1] else None


def marks_of(results: Iterable[Mapping[str, Any]]) -> Marks:
    """The marks in the results of an annotation, whatever they are like."""
    results = list(results)
    spans, faults = _drawn(results)
    for label, (first, last) in _typed(results, spans, faults).items():
        there = spans.get(label)
        if there is None:
            spans[label] = [(first, last)]
        elif there != [(first, last)]:
            faults.append(f"{called(label)} is drawn at {shown(there[0])} but typed as {shown((first, last))}")
    return Marks(spans, faults)


def faults_of(marks: Marks, n_frames: int) -> list[str]:
    """What breaks the rules of marking, in words an annotator can act on (frames as the page shows them)."""
    faults = list(marks.faults)
    for label, spans in marks.spans.items():
        faults += [fault for span in spans if (fault := _misplaced(label, span, n_frames))]
    onsets = marks.spans.get(ONSET, [])
    if len(onsets) > 1:
        faults.append(f"{len(onsets)} onsets ({', '.join(map(shown, onsets))}), expected one")
    return faults + [f"the onset is the range {a + 1}..{b + 1}, expected one frame" for a, b in onsets if a < b]


def _misplaced(label: str, span: Span, n_frames: int) -> str | None:
    first, last = span
    if last < first:
        return f"{called(label)} ends ({last + 1}) before it begins ({first + 1})"
    if first < 0 or last >= n_frames:
        return f"{called(label)} at {first + 1}..{last + 1} lies outside the clip (1..{n_frames})"
    if label == ONSET and span == (0, 0):
        return "the onset is on the first frame, before which nothing is seen; is it a slip of the keys?"
    return None


def called(name: str) -> str:
    """A label or field by the word that stands on the page."""
    return ON_PAGE.get(name, name)


def shown(span: Span) -> str:
    """A span as the page counts."""
    return f"{span[0] + 1}" if span[0] == span[1] else f"{span[0] + 1}..{span[1] + 1}"


def _drawn(results: Iterable[Mapping[str, Any]]) -> tuple[dict[str, list[Span]], list[str]]:
    spans: dict[str, list[Span]] = {}
    faults = []
    for result in results:
        if result.get("type") != "timelinelabels":
            continue
        value = result.get("value")
        label = first_text(value, "timelinelabels") or "no label"
        for mark in items(value, "ranges"):
            first, last = whole(under(mark, "start")), whole(under(mark, "end"))
            if first is None or last is None:
                faults.append(f"{called(label)} at {under(mark, 'start')}..{under(mark, 'end')} is not on whole frames")
            else:
                spans.setdefault(label, []).append((first - 1, last - 1))
        if label not in LABELS:
            faults.append(f"unknown label {label}")
    return spans, faults


def _typed(results: Iterable[Mapping[str, Any]], drawn: Mapping[str, list[Span]], faults: list[str]) -> dict[str, Span]:
    """The spans that were typed; a field that was emptied again holds 0."""
    said = {str(r.get("from_name")): under(r.get("value"), "number") for r in results if r.get("from_name") in TYPED}
    faults += [f"{called(name)} is {value}, not a whole frame" for name, value in said.items() if whole(value) is None]
    frames = {name: found - 1 for name, value in said.items() if (found := whole(value))}
    typed = {label: (frames[name], frames[name]) for label, name in TYPED_FRAMES.items() if name in frames}
    if ONSET in drawn:  # a wink's end may be typed to an onset that is drawn
        frames.setdefault("onset_at", drawn[ONSET][0][0])
    for label, (first, last) in TYPED_SPANS.items():
        if last in frames and first in frames:
            typed[label] = (frames[first], frames[last])
        elif last in frames or (first in frames and label != "wink"):
            faults.append(f"{called(label)} has one end only: {called(first)!r} and {called(last)!r} belong together")
    return typed


def whole(value: object) -> int | None:
    """A frame number, or None for anything else (parts of a frame, text, nothing)."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def under(value: object, key: str) -> object:
    """What an object from the server holds under a key; None if it is no object."""
    return value.get(key) if isinstance(value, Mapping) else None


def items(value: object, key: str) -> list[object]:
    """The list under a key; empty where there is none."""
    found = under(value, key)
    return list(found) if isinstance(found, list | tuple) else []


def first_text(value: object, key: str) -> Any:
    """The single string under a key that holds a list or a string; None where there is none."""
    found = next(iter(items(value, key)), under(value, key))
    return found if isinstance(found, str) and found else None
