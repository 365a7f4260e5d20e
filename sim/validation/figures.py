"""What each check measures, out of the simulated trials and the sampled people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.validation.check import Evidence, Measure
from sim.validation.measures import at_thigh, reaches, rotation_gained_by, total_moment
from sim.validation.people import Person, explained
from wink.trial import SquatTrial

STIFF, SUPPLE = (f"man, {deg} deg of dorsiflexion, half body weight" for deg in (15, 35))

MeasureOne = Callable[[SquatTrial], float]


def lean_at_parallel(trial: SquatTrial) -> float:
    """Trunk lean [deg] as the thigh passes parallel."""
    return at_thigh(trial, trial.trunk_lean_deg, 90.0)


def knee_at_parallel(trial: SquatTrial) -> float:
    """Knee flexion [deg] as the thigh passes parallel."""
    return at_thigh(trial, trial.knee_flexion_deg.mean(axis=1), 90.0)


def ankle_at_parallel(trial: SquatTrial) -> float:
    """Dorsiflexion [deg] as the thigh passes parallel."""
    return at_thigh(trial, trial.ankle_dorsiflexion_deg.mean(axis=1), 90.0)


def hip_moment(trial: SquatTrial) -> float:
    """Both hips' extension moment at parallel [Nm]."""
    return total_moment(trial, "hip_flexion", 90.0)


def knee_moment(trial: SquatTrial) -> float:
    """Both knees' extension moment at parallel [Nm]."""
    return total_moment(trial, "knee_flexion", 90.0)


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


def lean_per_twenty(evidence: Evidence) -> float:
    """The statics' band is for ankles that ARE at 35 and 15 deg; lifters stop short of, or push past, their end."""
    stiff, supple = evidence.trials[STIFF], evidence.trials[SUPPLE]
    return (
        20.0
        * (lean_at_parallel(stiff) - lean_at_parallel(supple))
        / (ankle_at_parallel(supple) - ankle_at_parallel(stiff))
    )


def arms_decide(evidence: Evidence) -> float:
    """1 if stiff ankles stop a lifter with hanging arms above parallel and let one with arms forward through."""
    down = evidence.trials["man, 15 deg of dorsiflexion, arms down"]
    forward = evidence.trials["man, 20 deg of dorsiflexion, arms forward"]
    return float(not reaches(down, 90.0) and reaches(forward, 90.0))


def least_step(measure: MeasureOne, sign: float) -> Measure:
    """The smaller of the two changes of a wedge's two steps, + in the expected direction."""

    def least(evidence: Evidence) -> float:
        found = [measure(evidence.trials[name]) for name in ("man", "man, 25 mm wedge", "man, 50 mm wedge")]
        return min(sign * (found[1] - found[0]), sign * (found[2] - found[1]))

    return least


def lunge_explains(evidence: Evidence) -> float:
    """r2 of dorsiflexion with lean at parallel."""
    return explained(evidence.people, lambda p: (p.lunge_deg,), "lean_at_parallel_deg")


def thighs_explain_less(evidence: Evidence) -> float:
    """That r2 minus the r2 of thigh to trunk length."""
    thighs = explained(evidence.people, lambda p: (p.femur_to_trunk,), "lean_at_parallel_deg")
    return lunge_explains(evidence) - thighs


def bones_explain(evidence: Evidence) -> float:
    """R2 of bone with reversal at parallel, men."""
    men = [p for p in evidence.people if p.sex == "male"]
    return explained(men, lambda p: p.bones_deg, "reversal_at_parallel_deg")


def of_people(measure: Callable[[Sequence[Person]], float]) -> Measure:
    """A figure of the sampled people."""
    return lambda evidence: measure(evidence.people)
