"""A film looked at for people: where their heads are, and which squats they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from annotate.cuts import FilmedSquat, Lifter, lifters, squats_of
from annotate.faces import head_boxes, low_back_and_hips, touched_share
from annotate.pictures import pictures
from annotate.video import VideoFacts
from wink.people import Array, PeopleFinder, Person, Picture, check_people

#: Pictures a second that are looked at, at least, where a film has so many: what lies between is bridged.
LOOKED_HZ = 24.0


@dataclass(frozen=True)
class Watched:
    """What was seen in a film."""

    boxes: list[Array]  # of heads, (n, 4) for each frame of the film
    lifters: list[Lifter]
    squats: list[FilmedSquat]
    n_people: int
    head_on_back_share: float  # share of pictures in which a head's box covers hips or low back


def watch(
    film: Path, facts: VideoFacts, size: tuple[int, int], finder: PeopleFinder, said: Callable[[float], None]
) -> Watched:
    """Find everybody in a film; `said` is told the share of it that is done.

    Raises:
        ClipError: the film cannot be decoded.
        DetectorError: the finder is missing what it needs, or breaks its contract.
    """
    n_frames = len(facts.times_s)
    rate = (n_frames - 1) / facts.times_s[-1]
    step = max(1, int(rate / LOOKED_HZ))
    looked = range(0, n_frames, step)

    def shown() -> Iterator[Picture]:
        for number, picture in pictures(film, facts, size, looked):
            yield picture
            said((number + 1) / n_frames)

    people: list[tuple[Person, ...]] = []
    for found in finder.follow(shown(), rate / step):
        check_people(found)
        people.append(found)
    boxes = head_boxes(people, looked, n_frames, rate / step)
    squatting = lifters(people, np.asarray(facts.times_s)[list(looked)]) if any(people) else []
    return Watched(
        boxes=boxes,
        lifters=squatting,
        squats=squats_of(squatting),
        n_people=len({person.number for found in people for person in found}),
        head_on_back_share=_covered_share(people, [boxes[k] for k in looked], {x.number for x in squatting[:1]}),
    )


def _covered_share(people: list[tuple[Person, ...]], boxes: list[Array], numbers: set[int]) -> float:
    none = np.empty((0, 2))
    spots = [next((low_back_and_hips(p) for p in found if p.number in numbers), none) for found in people]
    return touched_share(boxes, spots)
