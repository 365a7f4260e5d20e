"""How a check's figure is had from trials: of one, of one against another, or of the hip's geometry alone."""

from __future__ import annotations

from sim.validation.check import Measure
from sim.validation.measures import rotation_gained_by
from sim.validation.trials import MeasureOne


def of_trial(name: str, measure: MeasureOne) -> Measure:
    """A figure of one trial."""
    return lambda evidence: measure(evidence.trials[name])


def change(of: str, against: str, measure: MeasureOne) -> Measure:
    """A figure of one trial minus that of another."""
    return lambda evidence: measure(evidence.trials[of]) - measure(evidence.trials[against])


def ratio(of: str, against: str, measure: MeasureOne) -> Measure:
    """A figure of one trial as a share of that of another."""
    return lambda evidence: measure(evidence.trials[of]) / measure(evidence.trials[against])


def mean_of(names: tuple[str, ...], measure: MeasureOne) -> Measure:
    """A figure averaged over trials."""
    return lambda evidence: sum(measure(evidence.trials[name]) for name in names) / len(names)


def rotation_change(flexion_deg: float, abduction_deg: float = 0.0, from_flexion_deg: float = 90.0) -> Measure:
    """Internal rotation [deg] gained at the cone from one hip posture to another; see `rotation_gained_by`."""
    return lambda _: rotation_gained_by(flexion_deg, abduction_deg, from_flexion_deg)
