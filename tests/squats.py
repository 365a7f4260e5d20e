"""Setups and trials of squats for tests: built from the configuration groups, as a user's are."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from omegaconf import OmegaConf

from sim.setup import SquatSetup, setup_from
from sim.squat import simulate_squat
from wink.trial import SquatTrial

CONFIGS = Path(__file__).parents[1] / "configs"

DEFAULTS = {
    "lifter": "typical_man",
    "hip_rotation": "typical",
    "hip_flexion": "typical",
    "hip_bone": "typical",
    "ankle_dorsiflexion": "typical",
    "hamstrings": "typical",
    "lumbar": "typical",
    "asymmetry": "symmetric",
    "strength": "typical",
    "stance": "shoulder_width",
    "shoe": "barefoot",
    "barbell": "none",
    "tempo": "steady",
    "style": "typical",
    "depth": "below_parallel",
}


def setup_of(**options: str) -> SquatSetup:
    """The setup of some group options, the others typical."""
    chosen = {**DEFAULTS, **options}
    return setup_from({group: OmegaConf.load(CONFIGS / group / f"{name}.yaml") for group, name in chosen.items()})


@lru_cache(maxsize=16)  # a few MB; the whole suite asks for about as many
def trial_of(options: tuple[tuple[str, str], ...] = (), seed: int = 0) -> SquatTrial:
    """A simulated trial, kept for the next test that asks."""
    return simulate_squat(setup_of(**dict(options)), seed)
