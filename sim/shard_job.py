"""What a worker is asked to make, and what it says became of it, in plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: A clip that fails is tried so many times in all, then quarantined.
ATTEMPTS = 3


@dataclass(frozen=True)
class ShardJob:
    """All a worker needs to know to make one shard, in plain data."""

    place: str  # folder or URL of the dataset
    scratch: str  # where files are made: the dataset's folder if that is local
    spec: Mapping[str, Any]
    spec_hash: str
    number: int
    run: str  # which run asks: attempts of another do not count
    timeout_s: float | None = None  # of one trial; None = in no hurry
    suspect: bool = False  # a process died of this shard: note every attempt before it is made

    @property
    def name(self) -> str:
        """Name of the shard."""
        return f"{self.number:05d}"


@dataclass(frozen=True)
class ShardReport:
    """What became of a shard."""

    name: str
    trials: int
    clips: int
    quarantined: Sequence[Mapping[str, Any]] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)  # CPU time by stage, of the trials made now
