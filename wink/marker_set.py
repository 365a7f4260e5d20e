"""Which marker sits where on the body: what a laboratory's marker names mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from wink.config import build, load_option
from wink.errors import ConfigError, MocapError
from wink.trc import Markers

Pair = list[str]
#: Of no use for the angles; for drawing the body.
_ARMS = ("shoulder", "wrist_left", "wrist_right")


@dataclass(frozen=True)
class MarkerSet:
    """The markers of one laboratory by what they mark; every pair is left, right."""

    name: str
    up: Literal["y", "z"]  # which axis of the file points up
    asis: Pair  # front of the iliac crests
    psis: Pair  # back of the iliac crests
    knee_outer: Pair  # lateral epicondyles
    ankle_outer: Pair  # lateral malleoli
    heel: Pair
    toe: Pair
    thorax_upper_back: Pair  # points whose mean is the upper back (C7)
    thorax_upper_front: Pair  # ... the top of the breastbone
    thorax_lower_back: Pair | None = None  # ... the middle of the back (T10); None: only the upper thorax is known
    thorax_lower_front: Pair | None = None  # ... the lower end of the breastbone
    shoulder: Pair | None = None  # over the shoulder joints; None: arms are not known
    wrist_left: Pair | None = None  # points whose mean is the left wrist
    wrist_right: Pair | None = None
    knee_width_m: float = 0.10  # between the epicondyles; an adult's, ours: measure it where you can
    ankle_width_m: float = 0.07  # between the malleoli
    marker_radius_m: float = 0.007

    def __post_init__(self) -> None:
        if self.up not in ("y", "z"):
            raise ConfigError(f"marker_set.up={self.up!r}: expected y or z, the axis of the file that points up")
        for pair in ("asis", "psis", "knee_outer", "ankle_outer", "heel", "toe"):
            if len(getattr(self, pair)) != 2:
                raise ConfigError(f"marker_set.{pair} names {len(getattr(self, pair))} markers; expected left, right")

    @property
    def needed(self) -> tuple[str, ...]:
        """Every marker that the angles are made from."""
        return self._names(lambda field: field not in _ARMS)

    @property
    def arms(self) -> tuple[str, ...]:
        """Markers of shoulders and wrists; empty where the set has not all of them."""
        if any(getattr(self, field) is None for field in _ARMS):
            return ()
        return self._names(lambda field: field in _ARMS)

    def _names(self, wanted: Callable[[str], bool]) -> tuple[str, ...]:
        pairs = (value for field, value in vars(self).items() if wanted(field) and isinstance(value, (list, tuple)))
        return tuple(dict.fromkeys(name for pair in pairs for name in pair))

    def missing_from(self, markers: Markers) -> tuple[str, ...]:
        """The markers needed that a recording does not have at all."""
        return tuple(name for name in self.needed if name not in markers.names)


def marker_set(name: str) -> MarkerSet:
    """The marker set of a name, configs/marker_set/<name>.yaml.

    Raises:
        ConfigError: there is no such marker set.
    """
    made = build(load_option("marker_set", name))
    assert isinstance(made, MarkerSet)
    return made


def marker_set_of(markers: Markers) -> MarkerSet:
    """The marker set whose markers a recording has.

    Raises:
        MocapError: it has the markers of none.
    """
    folder = files("configs") / "marker_set"
    names = sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))
    sets = [marker_set(name) for name in names]
    for known in sets:
        if not known.missing_from(markers):
            return known
    lacking = "; ".join(f"{known.name} lacks {', '.join(known.missing_from(markers)[:4])}" for known in sets)
    raise MocapError(f"the markers are those of no marker set: {lacking}. The file has {', '.join(markers.names)}")
