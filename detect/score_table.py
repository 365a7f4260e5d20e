"""What happened and what a detector said of it, as columns: a row a repetition, NaN or empty = unknown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detect.matching import Judged
from detect.presence import Array, Flags
from wink.errors import DetectorError
from wink.onset import Definition


@dataclass(frozen=True)
class ScoreTable:
    """Columns (n,) that every score is computed from. Rows with NaN magnitude are calls outside every repetition."""

    reference_s: Array  # true onset; NaN = none
    magnitude_deg: Array  # true size by the scored definition, sets the class
    detected_s: Array  # called onset; NaN = no call
    score: Array
    likely_s: Array  # the called onset, or where it would be; what average precision ranks
    lifter: NDArray[np.str_]
    depth_deg: Array  # deepest thigh inclination
    descent_s: Array  # duration of the descent
    onset_thigh_deg: Array  # true thigh inclination at the true onset
    detected_thigh_deg: Array  # ... and at the called one
    said_magnitude_deg: Array
    onset_low_s: Array  # 90 % intervals
    onset_high_s: Array
    magnitude_low_deg: Array
    magnitude_high_deg: Array
    relation: NDArray[np.str_]  # of the true onset to parallel; "" = none
    said_relation: NDArray[np.str_]
    cannot_tell: Flags

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.score)

    def where(self, rows: Flags) -> ScoreTable:
        """Some of the rows."""
        return ScoreTable(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def simple_table(
    reference_s: ArrayLike, magnitude_deg: ArrayLike, detected_s: ArrayLike, score: ArrayLike
) -> ScoreTable:
    """A table of the four columns that matter most, checked; a lifter a row, the rest unknown.

    Raises:
        DetectorError: the columns break the conventions.
    """
    columns = (np.asarray(a, dtype=np.float64) for a in (reference_s, magnitude_deg, detected_s, score))
    reference, magnitude, detected, scores = columns
    validate(reference, magnitude, detected, scores)
    n = len(scores)
    unknown, empty = np.full(n, math.nan), np.full(n, "")
    rest: dict[str, Any] = {f.name: unknown for f in fields(ScoreTable)}
    rest |= {"relation": empty, "said_relation": empty, "cannot_tell": np.zeros(n, bool)}
    rest |= {"lifter": np.arange(n).astype(str), "likely_s": detected}
    rest |= {"reference_s": reference, "magnitude_deg": magnitude, "detected_s": detected, "score": scores}
    return ScoreTable(**rest)


def score_table(
    rows: Sequence[Judged],
    lifter: Mapping[str, str],
    thigh: Mapping[str, tuple[Array, Array]],
    definition: Definition,
) -> ScoreTable:
    """The table of judged rows.

    Args:
        rows: of one detector.
        lifter: of each clip, by clip_id.
        thigh: time [s] and true thigh inclination [deg] of each clip, where they are known.
        definition: of the scored onset.
    """
    basic = simple_table(*(_numbers(rows, n) for n in ("reference_s", "magnitude_deg", "detected_s", "score")))
    winks = [None if r.repetition is None else r.repetition.wink(definition) for r in rows]
    answers = [r.answer for r in rows]
    return ScoreTable(
        reference_s=basic.reference_s,
        magnitude_deg=basic.magnitude_deg,
        detected_s=basic.detected_s,
        score=basic.score,
        likely_s=_numbers(rows, "likely_s"),
        lifter=np.array([lifter[r.clip_id] for r in rows], dtype=str),
        depth_deg=_numbers([r.repetition for r in rows], "max_thigh_inclination_deg"),
        descent_s=_numbers([r.repetition for r in rows], "bottom_s")
        - _numbers([r.repetition for r in rows], "start_s"),
        onset_thigh_deg=_numbers(winks, "thigh_inclination_at_onset_deg"),
        detected_thigh_deg=np.array([_at(thigh.get(r.clip_id), r.detected_s) for r in rows], dtype=float),
        said_magnitude_deg=_numbers(answers, "magnitude_deg"),
        onset_low_s=_numbers(answers, "onset_low_s"),
        onset_high_s=_numbers(answers, "onset_high_s"),
        magnitude_low_deg=_numbers(answers, "magnitude_low_deg"),
        magnitude_high_deg=_numbers(answers, "magnitude_high_deg"),
        relation=np.array([w.relation_to_parallel if w else "" for w in winks], dtype=str),
        said_relation=np.array([(a.relation_to_parallel or "") if a else "" for a in answers], dtype=str),
        cannot_tell=np.array([a is not None and a.cannot_tell is not None for a in answers], dtype=bool),
    )


def _numbers(things: Sequence[object], name: str) -> Array:
    values = [None if thing is None else getattr(thing, name) for thing in things]
    return np.array([math.nan if value is None else value for value in values], dtype=float)


def _at(curve: tuple[Array, Array] | None, time_s: float) -> float:
    return math.nan if curve is None or not math.isfinite(time_s) else float(np.interp(time_s, *curve))


def validate(reference_s: Array, magnitude_deg: Array, detected_s: Array, score: Array) -> None:
    """Check one row a repetition, and guess what went wrong.

    Raises:
        DetectorError: unequal lengths, impossible values, or times in another unit.
    """
    lengths = [len(a) for a in (reference_s, magnitude_deg, detected_s, score)]
    if len(set(lengths)) > 1:
        raise DetectorError(
            f"reference, magnitude, detected and score have {lengths} rows; one a repetition is expected"
        )
    if not np.isfinite(score).all():
        raise DetectorError("a score is not a finite number; a repetition nobody spoke of has score 0")
    if np.any(magnitude_deg < 0):
        raise DetectorError(f"a true magnitude is {np.nanmin(magnitude_deg):g} deg; it cannot be negative. Wrong sign?")
    for name, times in (("reference", reference_s), ("detected", detected_s)):
        if np.isinf(times).any() or np.any(times < 0):
            raise DetectorError(f"a {name} onset is negative or infinite; NaN means no wink")
    _check_same_unit(reference_s[np.isfinite(reference_s)], detected_s[np.isfinite(detected_s)])


def _check_same_unit(reference_s: Array, detected_s: Array) -> None:
    if not len(reference_s) or not len(detected_s):
        return
    for one, other, name in ((detected_s, reference_s, "detected"), (reference_s, detected_s, "reference")):
        if one.max() > 50 and one.max() > 20 * other.max():
            raise DetectorError(
                f"the {name} onsets reach {one.max():g} s, the others only {other.max():g} s; "
                "are these milliseconds or frame numbers?"
            )
