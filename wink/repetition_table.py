"""Repetitions as rows of `repetitions.parquet`, and back. Every column: `docs/ground_truth.md`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import pyarrow as pa

from wink.causes import CAUSE_GROUPS, CauseShares
from wink.clip import frame_at
from wink.onset import DEFINITIONS, LabelUncertainty, Repetition, Wink
from wink.simulated import SimulatedTruth

_NUMBER, _WHOLE, _TEXT = pa.float64(), pa.int64(), pa.string()

#: The columns that are plain fields of a repetition.
_PLAIN = tuple(f.name for f in fields(Repetition) if f.name not in ("winks", "uncertainty", "simulated"))
_WINK = tuple(f.name for f in fields(Wink) if f.name != "definition")
_UNCERTAINTY = tuple(f.name for f in fields(LabelUncertainty))
_SIMULATED = tuple(f.name for f in fields(SimulatedTruth) if f.name != "causes")
#: Several names in one cell, with DIVIDER between them; empty = none.
_NAMES = ("limits_at_onset", "limits_met", "cause_uncertain")
DIVIDER = ";"
#: Events of a label besides the onsets, each also as a frame.
_ARGUED = ("onset_earliest", "onset_latest")


def _schema() -> pa.Schema:
    named = [(f"{definition}_{part}", _kind(part)) for definition in DEFINITIONS for part in ("onset_frame", *_WINK)]
    causes = [(f"cause_{group}_{unit}", _NUMBER) for group in CAUSE_GROUPS for unit in ("deg", "share")]
    columns = [
        *((name, _kind(name)) for name in _PLAIN if name != "rep"),
        ("severity", _TEXT),
        *named,
        *((name, _NUMBER) for name in _UNCERTAINTY),
        *((f"{event}_frame", _WHOLE) for event in _ARGUED),
        *((name, _kind(name)) for name in _SIMULATED),
        ("cause_thigh_inclination_deg", _NUMBER),
        ("cause_baseline_deg", _NUMBER),
        *causes,
        ("cause_uncertain", _TEXT),
    ]
    always = ("severity", *_PLAIN)
    first = [pa.field("clip_id", _TEXT, nullable=False), pa.field("rep", _WHOLE, nullable=False)]
    return pa.schema([*first, *(pa.field(name, kind, nullable=name not in always) for name, kind in columns)])


def _kind(name: str) -> pa.DataType:
    if name.endswith("_frame"):
        return _WHOLE
    return _TEXT if name in (*_NAMES, "relation_to_parallel") else _NUMBER


REPETITIONS: pa.Schema = _schema()

#: What no recording of a person can have.
SIMULATED_COLUMNS = tuple(n for n in REPETITIONS.names if n in _SIMULATED or n.startswith("cause_"))


def repetition_rows(clip_id: str, repetitions: Iterable[Repetition], fps: float) -> list[dict[str, Any]]:
    """Rows of `repetitions.parquet` for the repetitions of a clip; columns of what is not known are left out."""
    return [{"clip_id": clip_id, **_row(repetition, fps)} for repetition in repetitions]


def _row(repetition: Repetition, fps: float) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(repetition, name) for name in (*_PLAIN, "severity")}
    for wink in repetition.winks:
        row |= {f"{wink.definition}_{part}": getattr(wink, part) for part in _WINK}
        row[f"{wink.definition}_onset_frame"] = frame_at(wink.onset_s, fps)
    if repetition.uncertainty is not None:
        row |= vars(repetition.uncertainty)
        for event in _ARGUED:
            time_s = row[f"{event}_s"]
            row[f"{event}_frame"] = None if time_s is None else frame_at(time_s, fps)
    if repetition.simulated is not None:
        row |= {name: _joined(getattr(repetition.simulated, name)) for name in _SIMULATED}
        if repetition.simulated.causes is not None:
            row |= cause_columns(repetition.simulated.causes)
    return row


def cause_columns(causes: CauseShares) -> dict[str, Any]:
    """The columns that say why a lifter winks."""
    shares = causes.shares or {}
    return {
        "cause_thigh_inclination_deg": causes.thigh_inclination_deg,
        "cause_baseline_deg": causes.baseline_deg,
        **{f"cause_{group}_deg": causes.added_deg[group] for group in CAUSE_GROUPS},
        **{f"cause_{group}_share": shares.get(group) for group in CAUSE_GROUPS},
        "cause_uncertain": _joined(causes.uncertain),
    }


def repetition_of_row(row: Mapping[str, Any]) -> Repetition:
    """The repetition a row holds."""
    winks = tuple(
        Wink(definition=d, **{part: row[f"{d}_{part}"] for part in _WINK})
        for d in DEFINITIONS
        if row[f"{d}_onset_s"] is not None
    )
    assessed = row["onset_agreement"] is not None
    return Repetition(
        **{name: row[name] for name in _PLAIN},
        winks=winks,
        uncertainty=LabelUncertainty(**{name: row[name] for name in _UNCERTAINTY}) if assessed else None,
        simulated=_simulated(row),
    )


def _simulated(row: Mapping[str, Any]) -> SimulatedTruth | None:
    if row["limits_met"] is None:
        return None
    known = {name: _names(row[name]) if name in _NAMES else row[name] for name in _SIMULATED}
    return SimulatedTruth(**known, causes=_causes(row))


def _causes(row: Mapping[str, Any]) -> CauseShares | None:
    if row["cause_baseline_deg"] is None:
        return None
    return CauseShares(
        thigh_inclination_deg=row["cause_thigh_inclination_deg"],
        baseline_deg=row["cause_baseline_deg"],
        added_deg={group: row[f"cause_{group}_deg"] for group in CAUSE_GROUPS},
        uncertain=_names(row["cause_uncertain"]) or (),
    )


def _joined(value: Any) -> Any:
    return DIVIDER.join(value) if isinstance(value, tuple) else value


def _names(text: str | None) -> Any:
    return None if text is None else tuple(name for name in text.split(DIVIDER) if name)
