"""How strong the muscles are, and how that changes with angle and speed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from sim.anderson import COEFFICIENTS, GROUP_AGES_YEARS, Action
from sim.checks import require_between
from sim.kinematics import GRAVITY_M_S2
from sim.lifter import Lifter
from sim.skeleton import JOINTS, LEG
from wink.errors import LifterError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Strength:
    """Multipliers of the mean untrained adult's strength (Anderson 2007; lifters have 1.3 to 2), and how fast it tires.

    Raises:
        LifterError: a multiplier no lifter has.
    """

    overall: float = 1.3
    quadriceps: float = 1.0
    hip_extensors: float = 1.0
    hip_flexors: float = 1.0
    erectors: float = 1.0
    calves: float = 1.0
    fatigue: float = 1.0  # times the published rate of tiring; 0 never tires

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            least = 0.0 if name == "fatigue" else 0.1
            require_between(
                LifterError, f"strength {name}", value, (least, 5.0), "times the mean", mistaken={100.0: "percent"}
            )


@dataclass(frozen=True)
class Muscle:
    """One direction of one joint: its curve against angle, or a constant share where no curve is published."""

    action: Action | None
    share: float = 0.0  # of body weight times stature, where there is no action
    group: str | None = None  # the multiplier of Strength
    floor: float = 0.25  # of the maximum, from where the measured cosine would fall lower


#: (positive, negative) direction of each joint. Shares without a curve are ours (confidence C); the trunk's from
#: 200-250 Nm of extension (memory of the literature). Floors, ours: the cosine reaches 0 inside a squat's range (the
#: knee's at 136 deg), where muscle does not; hip flexors alone really end there.
MUSCLES: Mapping[str, tuple[Muscle, Muscle]] = {
    "hip_flexion": (Muscle("hip_flexion", 0, "hip_flexors", 0.03), Muscle("hip_extension", 0, "hip_extensors")),
    "hip_abduction": (Muscle(None, 0.085), Muscle(None, 0.085)),
    "hip_rotation": (Muscle(None, 0.035), Muscle(None, 0.040)),
    "knee_flexion": (Muscle("knee_flexion"), Muscle("knee_extension", 0, "quadriceps")),
    "tibial_rotation": (Muscle(None, 0.020), Muscle(None, 0.020)),
    "ankle_dorsiflexion": (Muscle("dorsiflexion"), Muscle("plantarflexion", 0, "calves")),
    "subtalar_inversion": (Muscle(None, 0.025), Muscle(None, 0.025)),
    "lumbar_flexion": (Muscle(None, 0.12), Muscle(None, 0.20, "erectors")),
    "lumbar_lateral": (Muscle(None, 0.09), Muscle(None, 0.09)),
    "lumbar_axial": (Muscle(None, 0.06), Muscle(None, 0.06)),
    "shoulder_flexion": (Muscle(None, 0.05), Muscle(None, 0.05)),
}
N_VALUES = 8 * len(MUSCLES)
#: Half width of the rounded corner between cosine and floor, of the maximum; ours, for solvers' sake.
CORNER = 0.03


def kind_of(joint: str) -> str:
    """The key of MUSCLES for a joint of the tree: its name without side or level."""
    return next(kind for kind in MUSCLES if joint.startswith(kind))


def coefficients(action: Action, lifter: Lifter) -> Array:
    """C1 to C6 (6,) at the lifter's age, linear between the groups measured."""
    table = np.array(COEFFICIENTS[action, lifter.sex])
    return np.array([np.interp(lifter.age_years, GROUP_AGES_YEARS, column) for column in table.T])


def strength_values(strength: Strength, lifter: Lifter, legs: float = 1.0) -> Array:
    """Maximum [Nm], width, peak [rad] and floor of both directions of every kind of joint, in one vector.

    `legs` scales those of the legs: a mirrored intent reckons with the weaker one.
    """
    scale = lifter.mass_kg * GRAVITY_M_S2 * lifter.stature_m * strength.overall
    weaker = 1.0 if lifter.sex == "male" else 0.78  # of the shares without a curve; ours
    numbers: list[float] = []
    for kind, pair in MUSCLES.items():
        for muscle in pair:
            own = scale * (getattr(strength, muscle.group) if muscle.group else 1.0) * (legs if kind in LEG else 1.0)
            if muscle.action is None:
                numbers += [own * muscle.share * weaker, 0.0, 0.0, 0.0]
            else:
                c1, c2, c3 = coefficients(muscle.action, lifter)[:3]
                numbers += [own * c1, c2, c3, muscle.floor]
    return np.array(numbers)


def weakened(values: Array, left: Array) -> Array:
    """Strength values of muscles of which a share (J, 2) is left, in the joints' order: of each kind the least."""
    kinds = list(MUSCLES)
    shares = np.ones((len(kinds), 2))
    for joint, share in zip(JOINTS, left, strict=True):
        row = kinds.index(kind_of(joint))
        shares[row] = np.minimum(shares[row], share)
    weaker = values.copy()
    weaker[::4] *= shares.ravel()  # the maximum comes first of four
    return weaker


def isometric(joint: str, angle: ca.SX, values: ca.SX) -> tuple[ca.SX, ca.SX]:
    """Greatest torque [Nm] a joint's muscles can hold in its positive and negative direction (Anderson 2007, eq. 1).

    The published cosine itself; only where it falls below the floor does the floor take over, round a small corner.
    """
    first = 8 * list(MUSCLES).index(kind_of(joint))
    capacity = []
    for start in (first, first + 4):
        most, width, peak, floor = (values[start + i] for i in range(4))
        cosine = ca.cos(ca.fmin(ca.fmax(width * (angle - peak), -3.0), 3.0))
        capacity.append(most * (cosine + floor + ca.sqrt((cosine - floor) ** 2 + CORNER**2)) / 2)
    return capacity[0], capacity[1]


def speed_factor(shortening_rad_s: Array, c4: Array, c5: Array) -> Array:
    """Share of isometric strength at a shortening speed [rad/s], lengthening negative; no muscle pulls backward.

    Shortening after Anderson (2007), of whose velocities C4 leaves 75 % and C5 50 %. Lengthening rises to 1.3 of
    isometric, half of the way at 1 rad/s: ours, since theirs falls below
    isometric there for a third of the groups, knee extensors and calves among them.
    """
    speed = np.abs(shortening_rad_s)
    shorten = (2 * c4 * c5 + speed * (c5 - 3 * c4)) / (2 * c4 * c5 + speed * (2 * c5 - 4 * c4))
    lengthen = 1 + 0.3 * speed / (speed + 1.0)
    return np.asarray(np.clip(np.where(shortening_rad_s > 0, shorten, lengthen), 0.0, 1.3))
