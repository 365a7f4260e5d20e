"""Parts of a benchmark that are scored by themselves: by view, clothes, plates, size, cause, depth, frame rate, place.

A slice by what only a wink has (its size, cause, relation to parallel) holds the winks of that kind and every clean
repetition: what such winks are told from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from detect.clip_facts import AZIMUTH_NAMES, ClipFacts
from detect.matching import Judged
from detect.metrics import WINK_FROM_DEG
from wink.angles import severity
from wink.causes import CAUSE_GROUPS
from wink.onset import Definition

#: Slice -> class of a clip; None = in no class.
BY_CLIP: Mapping[str, Callable[[ClipFacts], str | None]] = {
    "azimuth": lambda facts: facts.azimuth,
    "view": lambda facts: facts.clip.view,
    "clothing": lambda facts: facts.clothing,
    "plates": lambda facts: facts.plates,
    "frame rate": lambda facts: facts.fps,
    "scene": lambda facts: facts.place,
    "case": lambda facts: facts.case,
}

_SIZES = ("mild", "clear", "marked")
_RELATIONS = ("before parallel", "at parallel", "after parallel")
_ORDER = [*AZIMUTH_NAMES, "bare or close-fitting", "T-shirt or sleeves", "loose", *_SIZES, *_RELATIONS]


def _size(row: Judged, _: Definition) -> str | None:
    return severity(row.magnitude_deg)


def _relation(row: Judged, definition: Definition) -> str | None:
    wink = None if row.repetition is None else row.repetition.wink(definition)
    return None if wink is None else wink.relation_to_parallel.replace("_", " ")


def _cause(row: Judged, _: Definition) -> str | None:
    """The kind of cause that adds most; where causes were not asked for, the limit that was met first."""
    simulated = None if row.repetition is None else row.repetition.simulated
    if simulated is None:
        return None
    if simulated.causes is not None and simulated.causes.shares is not None:
        return max(CAUSE_GROUPS, key=lambda group: simulated.causes.shares[group])  # type: ignore[union-attr, index]
    limits = simulated.limits_at_onset or simulated.limits_met
    return f"limit met first: {limits[0].replace('_', ' ')}" if limits else "no limit met"


#: Slice -> class of a wink; None = in no class.
BY_WINK: Mapping[str, Callable[[Judged, Definition], str | None]] = {
    "size of the wink": _size,
    "onset against parallel": _relation,
    "main cause": _cause,
}


def slices(
    rows: Sequence[Judged], facts: Mapping[str, ClipFacts], definition: Definition
) -> list[tuple[str, str, list[Judged]]]:
    """Slice, class and rows, for every slice of which there are two classes or more.

    Args:
        rows: judged repetitions of one detector.
        facts: of their clips, by clip_id.
        definition: of the scored onset.
    """
    found: list[tuple[str, str, list[Judged]]] = []
    for name, class_of_clip in BY_CLIP.items():
        found += _classes(name, [(class_of_clip(facts[row.clip_id]), row) for row in rows])
    winks = [row for row in rows if row.magnitude_deg >= WINK_FROM_DEG]
    others = [row for row in rows if row.repetition is not None and not row.magnitude_deg >= WINK_FROM_DEG]
    for name, class_of_wink in BY_WINK.items():
        parts = _classes(name, [(class_of_wink(row, definition), row) for row in winks])
        found += [(name, label, [*some, *others]) for _, label, some in parts]
    return found


def _classes(name: str, labelled: Sequence[tuple[str | None, Judged]]) -> list[tuple[str, str, list[Judged]]]:
    classes: dict[str, list[Judged]] = {}
    for label, row in labelled:
        if label is not None:
            classes.setdefault(label, []).append(row)
    ordered = sorted(classes, key=lambda label: (_ORDER.index(label) if label in _ORDER else len(_ORDER), label))
    return [(name, label, classes[label]) for label in ordered] if len(classes) > 1 else []
