"""Every error a user can meet.

WinkError
├── ConfigError      a setting that does not exist, or a value outside what is possible
├── LifterError      a lifter that cannot exist (stature in centimetres, negative limits)
├── SimulationError  the physics produced something that is not a number
├── DatasetError     a dataset folder that is missing, half-written, or of another configuration
├── ClipError        a video that cannot be read, is empty, or has no constant frame rate
│   └── MocapError   a motion capture file that breaks its format, or lacks markers that are needed
├── RenderError      no OpenGL to draw with
├── ServerError      Label Studio did not start, stopped, or its port is taken
├── AnnotationError  what came back from the annotators breaks the rules of marking
└── DetectorError    a detector that breaks its contract, or weights that are missing
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class WinkError(Exception):
    """Base of every error that is the user's to mend; the command line prints it without a traceback."""


class ConfigError(WinkError):
    """A setting that does not exist, or a value outside what is possible."""


class LifterError(ConfigError):
    """A lifter that cannot exist."""


class SimulationError(WinkError):
    """The physics produced something that is not a number."""


class DatasetError(WinkError):
    """A dataset folder that is missing, half-written, or made from another configuration."""


class ClipError(WinkError):
    """A video that cannot be read, is empty, or has no constant frame rate."""


class MocapError(ClipError):
    """A motion capture file that breaks its format, or lacks markers that are needed."""


class RenderError(WinkError):
    """Nothing to draw with."""


class ServerError(WinkError):
    """The annotation server did not start, stopped, or its port is taken."""


class AnnotationError(WinkError):
    """An annotation that breaks the rules of marking."""


class DetectorError(WinkError):
    """A detector that breaks its contract."""


def unknown_name(kind: str, name: str, valid: Iterable[str]) -> str:
    """Say that `name` is no such `kind`, list the valid ones, and guess what was meant."""
    names = sorted(valid)
    close = get_close_matches(name, names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"{name!r} is no {kind}; the choices are {', '.join(names)}.{hint}"
