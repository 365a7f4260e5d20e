"""Lifters drawn as people are: sizes, ranges, strengths and habits that go together, never one by one at random."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from sim.barbell import Barbell, BarKind
from sim.checks import require_between
from sim.depth import Depth
from sim.draw import alike, held, near, scatter
from sim.lifter import Sex
from sim.limits.ankle_dorsiflexion import AnkleDorsiflexion
from sim.limits.hip_flexion import HipFlexion
from sim.limits.hip_impingement import HipImpingement
from sim.person import (
    SUPPLE_CORRELATION,
    draw_asymmetry,
    draw_bones,
    draw_hip,
    draw_lifter,
    draw_other_ranges,
    draw_strength,
    reach_of_lunge,
)
from sim.setup import GROUPS, SquatSetup
from sim.shoe import Shoe
from sim.stance import Stance
from sim.style import Style
from sim.tempo import Tempo
from wink.errors import ConfigError

#: How people carry a bar, and which share of them; ours.
BAR_SHARES: tuple[tuple[BarKind, float], ...] = (("high", 0.6), ("low", 0.25), ("front", 0.15))
#: Log SD of the style's dislikes about typical; mean and SD of the lumbar range people bend to. Ours, confidence C.
HABIT_SD = {"bracing": 0.4, "hip_comfort": 0.3, "cue": 0.4}
TOLERANCE = (0.62, 0.08)
#: Depth of a squat against reach of hip and ankle. They explain 0.44 of the variance of the deepest squat in men and
#: 0.32 in women (Kim 2015), a correlation of 0.62; the depth people stop at by habit varies besides with habit: ours.
DEPTH_CORRELATION = 0.4
LIFTING_SHOE = Shoe(heel_m=0.030, ball_m=0.011)


@dataclass(frozen=True)
class Population:
    """Shares and ranges that people are drawn from; what is not named here is drawn as in adults at large.

    Habits (stance, toe-out, style, tempo, depth) are ours, confidence C.

    Raises:
        ConfigError: a share or range that cannot be.
    """

    women: float = 0.5  # share
    age_years: float = 30.0
    age_sd_years: float = 9.0
    trained: float = 0.5  # share who lift: 1.6 times the strength of those who do not, and a spine held harder
    impinging: float = 0.06  # share whose hips impinge
    asymmetry: float = 1.0  # differences of left and right, times those of healthy people
    loaded: float = 0.0  # share who carry a bar
    lightest_percent: float = 40.0  # of the one-repetition maximum
    heaviest_percent: float = 85.0
    lifting_shoes: float = 0.0  # share
    repetitions: int = 1
    depth_deg: float = 92.0  # thigh inclination people squat to
    depth_sd_deg: float = 14.0
    self_chosen: bool = False  # as deep as the style tolerates instead

    def __post_init__(self) -> None:
        for name in ("women", "trained", "impinging", "loaded", "lifting_shoes"):
            value = getattr(self, name)
            require_between(ConfigError, f"population {name}", value, (0.0, 1.0), "as a share", mistaken=_PERCENT)
        require_between(ConfigError, "population age_years", self.age_years, (18.0, 80.0), "years")
        require_between(ConfigError, "population age_sd_years", self.age_sd_years, (0.0, 30.0), "years")
        require_between(ConfigError, "population asymmetry", self.asymmetry, (0.0, 4.0), "times the ordinary")
        require_between(ConfigError, "heaviest_percent", self.heaviest_percent, (1.0, 100.0), "percent")
        require_between(ConfigError, "lightest_percent", self.lightest_percent, (1.0, self.heaviest_percent), "percent")
        Depth(self.depth_deg)
        Tempo(1.3, 0.1, 1.1, repetitions=self.repetitions)

    def sample(self, rng: np.random.Generator, name: str) -> dict[str, dict[str, Any]]:
        """Draw one person; the parts of a squat as plain configuration, for `sim.setup.setup_from`."""
        return parts_of(self.draw(rng, name))

    def draw(self, rng: np.random.Generator, name: str, sex: Sex | None = None) -> SquatSetup:
        """Draw one person; `sex` None draws that too."""
        women = rng.random() < self.women
        chosen: Sex = sex or ("female" if women else "male")
        trained = bool(rng.random() < self.trained)
        impinges = bool(rng.random() < self.impinging)
        lifter = draw_lifter(rng, name, chosen, self.age_years, self.age_sd_years)
        hip = draw_hip(rng, chosen, impinges)
        lunge, hamstrings, spine = draw_other_ranges(rng, lifter, hip.suppleness)
        return SquatSetup(
            lifter=lifter,
            hip_rotation=HipImpingement(hip.rotation_deg),
            hip_flexion=HipFlexion(hip.flexion_deg),
            hip_bone=draw_bones(rng, chosen, hip),
            ankle_dorsiflexion=AnkleDorsiflexion(lunge),
            hamstrings=hamstrings,
            lumbar=spine,
            asymmetry=draw_asymmetry(rng, self.asymmetry),
            strength=draw_strength(rng, trained),
            stance=Stance(near(rng, 1.1, 0.2, 0.7, 1.6), near(rng, 18.0, 8.0, 0.0, 40.0)),
            shoe=LIFTING_SHOE if rng.random() < self.lifting_shoes else Shoe(),
            tempo=Tempo(scatter(rng, 1.3, 0.15), 0.1, scatter(rng, 1.1, 0.15), self.repetitions),
            style=_style(rng, trained),
            depth=Depth(self._depth_deg(rng, hip.reach(chosen), reach_of_lunge(lunge)), self.self_chosen),
            barbell=self._barbell(rng),
        )

    def _depth_deg(self, rng: np.random.Generator, hip: float, ankle: float) -> float:
        """Depth goes with how far hip and ankle reach, both in SDs from the mean."""
        supple = (hip + ankle) / np.sqrt(2 + 2 * SUPPLE_CORRELATION)
        return held(alike(rng, supple, DEPTH_CORRELATION), self.depth_deg, self.depth_sd_deg, 60.0, 115.0)

    def _barbell(self, rng: np.random.Generator) -> Barbell:
        loaded, which, percent = rng.random(), rng.random(), rng.random()
        if loaded >= self.loaded:
            return Barbell("none")
        shares = np.cumsum([share for _, share in BAR_SHARES])
        kind = BAR_SHARES[int(np.searchsorted(shares, which))][0]
        share = self.lightest_percent + percent * (self.heaviest_percent - self.lightest_percent)
        return Barbell(kind, percent_of_maximum=float(share))


_PERCENT = {100.0: "percent"}


def sample_lifter(rng: np.random.Generator, name: str, sex: Sex | None = None) -> SquatSetup:
    """Draw one adult who squats without a load to the depth they choose.

    Args:
        rng: where every draw comes from.
        name: what the person is called.
        sex: None draws it.
    """
    return Population().draw(rng, name, sex)


def parts_of(setup: SquatSetup) -> dict[str, dict[str, Any]]:
    """The groups of a setup as plain configuration: each a `_target_` and its settings."""
    parts: dict[str, dict[str, Any]] = {}
    for group in GROUPS:
        part = getattr(setup, group)
        settings = {field.name: getattr(part, field.name) for field in fields(part)}
        parts[group] = {"_target_": f"{type(part).__module__}.{type(part).__qualname__}", **settings}
    return parts


def _style(rng: np.random.Generator, trained: bool) -> Style:
    return Style(
        bracing=scatter(rng, 1.2 if trained else 0.85, HABIT_SD["bracing"]),
        hip_comfort=scatter(rng, 1.0, HABIT_SD["hip_comfort"]),
        cue=scatter(rng, 1.0, HABIT_SD["cue"]),
        reserve=near(rng, 0.75, 0.06, 0.6, 0.9),
        tolerance=near(rng, *TOLERANCE, 0.45, 0.80),
    )
