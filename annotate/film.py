"""A film on its way to becoming clips, and what is to be made of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from annotate.video import VideoFacts
from annotate.watching import Watched
from wink.errors import ConfigError, unknown_name

Faces = Literal["blurred", "kept"]


@dataclass(frozen=True)
class FilmSettings:
    """What is made of a film."""

    cut: bool = True  # one squat a clip; else the whole film is one clip
    margin_s: float = 0.75  # kept before and after a squat, where the next leaves room
    faces: Faces = "blurred"
    max_side: int = 1080  # longer side of a clip [px]; larger films are scaled down

    def __post_init__(self) -> None:
        if self.faces not in get_args(Faces):
            raise ConfigError(unknown_name("way with faces", str(self.faces), get_args(Faces)))
        if not 64 <= self.max_side <= 4096:
            raise ConfigError(f"max_side={self.max_side} is no picture size; expected 64 to 4096 pixels")
        if not 0 <= self.margin_s <= 10:
            raise ConfigError(f"margin_s={self.margin_s} is no margin; expected 0 to 10 s")

    @property
    def needs_people(self) -> bool:
        """Whether anybody has to be found in the film."""
        return self.cut or self.faces == "blurred"


@dataclass(frozen=True)
class Film:
    """One film on its way into the dataset."""

    file: Path
    film_id: str
    sha256: str
    facts: VideoFacts
    size: tuple[int, int]  # of its clips
    watched: Watched | None
