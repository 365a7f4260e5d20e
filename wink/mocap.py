"""Real people from motion capture: a recording becomes a trial like a simulated one, as far as it was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wink import marker_posture, opensim_posture
from wink.c3d import read_c3d
from wink.errors import MocapError, unknown_name
from wink.marker_posture import Gaps
from wink.marker_set import MarkerSet, marker_set_of
from wink.mot import read_mot
from wink.onset import OnsetRules, Repetition, find_repetitions
from wink.posture import Posture, trial_of
from wink.trc import Markers, read_trc
from wink.trial import SquatTrial, Subject

#: Files of markers, by how their name ends, and what reads them.
MARKER_FILES: dict[str, Callable[[Path], Markers]] = {".trc": read_trc, ".c3d": read_c3d}
#: Files of OpenSim's joint coordinates.
COORDINATE_FILES = (".mot", ".sto")
SUFFIXES = (*MARKER_FILES, *COORDINATE_FILES)
#: A repetition begins this far above quiet standing at least: a wide stance stands with inclined thighs [deg]; ours.
ABOVE_STANDING_DEG = 10.0
NAN = float("nan")


@dataclass(frozen=True)
class Recording:
    """A recording as a trial, with what was done to get there."""

    trial: SquatTrial
    source: str  # markers of which set, or joint coordinates
    standing_tilt_deg: float  # slope of the pelvis' markers in quiet standing; add it to get the slope in the room
    gaps: Gaps | None  # None: a table of coordinates has none

    def repetitions(self) -> tuple[Repetition, ...]:
        """The repetitions with their winks, by the same rules as everywhere; see `rules_for` for wide stances."""
        return find_repetitions(self.trial, rules_for(self.trial))


def read_recording(path: Path, marker_set: MarkerSet | None = None, subject: Subject | None = None) -> Recording:
    """Read a motion capture file: markers (.trc, .c3d) or OpenSim coordinates (.mot, .sto).

    Args:
        path: the file.
        marker_set: what the markers' names mean; None = the known set whose markers the file has.
        subject: who squats; None = nothing is known of the person.

    Raises:
        MocapError: the file breaks its format, or lacks markers or coordinates that are needed.
    """
    suffix = path.suffix.lower()
    who = subject or unknown_subject(path.stem)
    if suffix in COORDINATE_FILES:
        posture = opensim_posture.posture_of(read_mot(path))
        return _recording(posture, who, "OpenSim coordinates", None)
    if suffix not in MARKER_FILES:
        raise MocapError(f"{path.name}: " + unknown_name("kind of motion capture file", suffix, SUFFIXES))
    markers = MARKER_FILES[suffix](path)
    names = marker_set or marker_set_of(markers)
    whole, gaps = marker_posture.without_gaps(markers, names.needed)
    posture = marker_posture.posture_of(marker_posture.smoothed(whole), names)
    return _recording(posture, who, f"markers ({names.name})", gaps)


def read_trial(path: Path, marker_set: MarkerSet | None = None, subject: Subject | None = None) -> SquatTrial:
    """The trial of a motion capture file; see `read_recording`.

    Raises:
        MocapError: the file breaks its format, or lacks markers or coordinates that are needed.
    """
    return read_recording(path, marker_set, subject).trial


def unknown_subject(subject_id: str) -> Subject:
    """A person of whom nothing is known but a name."""
    return Subject(subject_id, "unknown", NAN, NAN, {})


def rules_for(trial: SquatTrial) -> OnsetRules:
    """The rules of `wink.onset`; in a wide stance a repetition begins above the thighs' own standing inclination."""
    usual = OnsetRules()
    above = float(trial.thigh_deg.min()) + ABOVE_STANDING_DEG
    return OnsetRules(repetition_thigh_deg=max(usual.repetition_thigh_deg, above))


def _recording(posture: Posture, subject: Subject, source: str, gaps: Gaps | None) -> Recording:
    return Recording(trial_of(posture, subject), source, posture.standing_tilt_deg, gaps)
