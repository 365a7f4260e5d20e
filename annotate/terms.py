"""What the importer is told of filmed squats, since the files do not say: who, how filmed, what was agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from wink.errors import ConfigError, unknown_name

SPLITS = ("train", "validation", "test")
VIEWS = ("side", "front", "rear", "oblique", "oblique_front", "oblique_rear", "unknown")
ANSWERS = ("yes", "no", "unknown")
SEXES = ("female", "male", "other", "unknown")
#: What the people filmed agreed to; the first word of a consent, before any colon.
CONSENTS = ("publication", "research", "none", "unknown")
#: As on the labelling page.
INJURIES = ("low_back", "hip", "knee", "ankle", "none_known", "unknown")


@dataclass(frozen=True)
class ClipTerms:
    """What is told of a film."""

    license: str = "unknown"  # who may use the clips, for what: CC0-1.0, CC-BY-4.0, "ours" …
    consent: str = "unknown"  # publication, research, none or unknown; words may follow a colon
    split: str | None = None  # None: test
    view: str = "unknown"
    subject_id: str | None = None  # None: each film shows a person of its own
    load_kg: float | None = None
    pain: str = "unknown"
    injury_history: str = "unknown"  # several with ; between them
    sex: str = "unknown"
    stature_m: float | None = None
    notes: str = ""

    def __post_init__(self) -> None:
        _one_of("split", self.split or "test", SPLITS)
        _one_of("view", self.view, VIEWS)
        _one_of("pain", self.pain, ANSWERS)
        _one_of("sex", self.sex, SEXES)
        _one_of("consent", self._consented_to, CONSENTS)
        for injury in self.injuries:
            _one_of("injury_history", injury, INJURIES)
        if not self.license.strip():
            raise ConfigError("license is empty; say what it is (CC0-1.0, CC-BY-4.0, ours …), or unknown")
        _within("load_kg", self.load_kg, 0, 500, " Are these pounds?")
        _within("stature_m", self.stature_m, 1.0, 2.3, " Is this in centimetres?")

    @classmethod
    def of_clip(cls, row: Mapping[str, Any], factors: Mapping[str, Any]) -> ClipTerms:
        """What a clip's row of `metadata.parquet` and its factors tell."""
        columns = {name: row[name] for name in ("license", "split", "view", "subject_id", "load_kg")}
        personal = {name: factors[name] for name in ("consent", "pain", "sex", "stature_m") if name in factors}
        injuries = ";".join(factors.get("injury_history", ())) or "unknown"
        return cls(**columns, **personal, injury_history=injuries)

    def over(self, before: ClipTerms) -> ClipTerms:
        """What was told before, and over it what is told now; unknown is nothing told."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        return replace(before, **told)

    @property
    def agreed(self) -> bool:
        """Whether the people have not refused."""
        return self._consented_to != "none"

    @property
    def _consented_to(self) -> str:
        return self.consent.partition(":")[0].strip()

    @property
    def injuries(self) -> tuple[str, ...]:
        """The injuries, one by one."""
        return tuple(part.strip() for part in str(self.injury_history).split(";"))

    @property
    def may_be_published(self) -> bool:
        """Whether the people agreed to publication and it is known who may use the clips."""
        return self._consented_to == "publication" and self.license != "unknown"

    @property
    def columns(self) -> dict[str, Any]:
        """What has a column of its own in `metadata.parquet`."""
        return {
            "subject_id": self.subject_id,
            "split": self.split or "test",
            "view": self.view,
            "load_kg": self.load_kg,
            "license": self.license,
        }

    def factors(self, faces: str) -> dict[str, Any]:
        """What goes among a clip's factors, its faces being `blurred` or `kept`."""
        return {
            "consent": self.consent,
            "may_be_published": self.may_be_published and faces == "blurred",
            "pain": self.pain,
            "injury_history": list(self.injuries),
            "sex": self.sex,
            "stature_m": self.stature_m,
        }


def _one_of(what: str, value: str, valid: tuple[str, ...]) -> None:
    if value not in valid:
        raise ConfigError(unknown_name(what, str(value), valid))


def _within(what: str, value: float | None, low: float, high: float, guess: str) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{what} is {value!r}; expected a number from {low:g} to {high:g}, or nothing")
    if not low <= value <= high:
        raise ConfigError(f"{what} is {value:g}; expected {low:g} to {high:g}.{guess if value > high else ''}")
