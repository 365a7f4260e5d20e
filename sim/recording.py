"""Truth: what the simulated body did, read from it sample by sample, never from the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.dynamics import Dynamics
from sim.engine import GroundReaction, State
from sim.kinematics import GRAVITY_M_S2
from sim.setup import SquatSetup
from sim.skeleton import JOINTS, LUMBAR_FLEXION, SIDES, Skeleton
from sim.tissue import KINDS, LIMIT_NAMES, Tissue
from wink.posture import obliquity_deg, rotation_deg, tilt_deg
from wink.spine import DISCS, Disc, DiscLoad, disc_load
from wink.trial import SEGMENTS, Outcome, SquatTrial, Subject

Array = NDArray[np.float64]

#: Torque [Nm] from which each limit counts as engaged.
NOTICEABLE_NM = np.array([kind.noticeable_nm for kind in KINDS])


@dataclass(frozen=True)
class Sample:
    """One moment of the body."""

    time_s: float
    state: State
    active_nm: Array
    passive_nm: Array
    ground: GroundReaction


class Recording:
    """Collects samples and turns them into a trial."""

    def __init__(self, setup: SquatSetup, skeleton: Skeleton, tissue: Tissue) -> None:
        self._setup, self._skeleton, self._tissue = setup, skeleton, tissue
        self._dynamics = Dynamics(skeleton)
        self._samples: list[Sample] = []
        self._poses: list[Array] = []
        self._engaged: list[NDArray[np.bool_]] = []
        self._momentum: list[Array] = []

    def add(self, sample: Sample) -> None:
        """Keep one moment."""
        self._dynamics.place(sample.state)
        self._samples.append(sample)
        self._poses.append(np.stack([self._dynamics.pose(name) for name in SEGMENTS]))
        carried = np.abs(self._tissue.by_limit(sample.state.angles_rad)).max(axis=0)
        self._engaged.append(carried > NOTICEABLE_NM)
        self._momentum.append(np.stack([self._dynamics.momentum_beyond(disc.joint) for disc in DISCS]))

    def trial(self, outcome: Outcome) -> SquatTrial:
        """Everything kept, as a trial."""
        poses, barbell = np.stack(self._poses), self._setup.barbell
        times = np.array([s.time_s for s in self._samples])
        lumbar, angles = self._angles(times)
        return SquatTrial(
            subject=self._subject(),
            time_s=times,
            lumbar_flexion_deg=lumbar,
            **angles,
            **_in_the_world(poses),
            bar_position_m=None if barbell.kind == "none" else self._bar(poses),
            **self._forces(),
            moment_names=JOINTS,
            limit_names=LIMIT_NAMES,
            limit_engaged=np.stack(self._engaged),
            segment_names=SEGMENTS,
            segment_poses=poses,
            bar_kind=barbell.kind,
            load_kg=barbell.load_kg,
            outcome=outcome,
            **self._discs(times, poses, lumbar / self._setup.lumbar.values()[0]),
        )

    def _angles(self, times: Array) -> tuple[Array, dict[str, Array]]:
        """Lumbar flexion (T,) from quiet standing [deg], and the angles of hips, knees and ankles [deg]."""
        angles = np.degrees(np.stack([s.state.angles_rad for s in self._samples]))
        column = {name: angles[:, i] for i, name in enumerate(JOINTS)}
        lumbar = np.sum([column[name] for name in LUMBAR_FLEXION], axis=0)
        quiet = times <= self._setup.tempo.quiet_s / 2
        return lumbar - lumbar[quiet].mean(), {
            "hip_deg": np.stack([_hip(column, side) for side in SIDES], axis=1),
            "knee_flexion_deg": np.stack([column[f"knee_flexion_{side}"] for side in SIDES], axis=1),
            "ankle_dorsiflexion_deg": np.stack([column[f"ankle_dorsiflexion_{side}"] for side in SIDES], axis=1),
        }

    def _forces(self) -> dict[str, Array]:
        """Moments of the joints, and what the floor does."""
        ground = [s.ground for s in self._samples]
        return {
            "ground_reaction_n": np.stack([g.force_n for g in ground]),
            "centre_of_pressure_m": np.stack([g.centre_m for g in ground]),
            "feet_reaction_n": np.stack([g.feet_n for g in ground]),
            "feet_pressure_m": np.stack([g.feet_centre_m for g in ground]),
            "feet_twist_nm": np.stack([g.feet_twist_nm for g in ground]),
            "active_moment_nm": np.stack([s.active_nm for s in self._samples]),
            "passive_moment_nm": np.stack([s.passive_nm for s in self._samples]),
        }

    def _discs(self, times: Array, poses: Array, flexed: Array) -> dict[str, Array]:
        """Loads of the low back, a column a disc."""
        loads = [self._disc(i, disc, times, poses, flexed) for i, disc in enumerate(DISCS)]
        return {
            "disc_extension_moment_nm": np.stack([load.extension_moment_nm for load in loads], axis=1),
            "disc_compression_n": np.stack([load.compression_n for load in loads], axis=1),
            "disc_anterior_shear_n": np.stack([load.anterior_shear_n for load in loads], axis=1),
        }

    def _disc(self, number: int, disc: Disc, times: Array, poses: Array, flexed: Array) -> DiscLoad:
        """Load of one disc over time: what is above it is carried and moved by what is below."""
        momentum = np.stack([row[number] for row in self._momentum])
        weight = np.array([0.0, 0.0, self._dynamics.mass_beyond_kg(disc.joint) * GRAVITY_M_S2])
        pitch = [tilt_deg(poses[:, SEGMENTS.index(name), :3, :3]) for name in (disc.below, disc.above)]
        row = JOINTS.index(disc.joint)
        return disc_load(
            disc,
            pitch_rad=np.radians(np.mean(pitch, axis=0)),
            carried_n=np.gradient(momentum, times, axis=0) + weight,
            muscle_nm=-np.array([s.active_nm[row] for s in self._samples]),
            tissue_nm=-np.array([s.passive_nm[row] for s in self._samples]),
            flexed=flexed,
        )

    def _subject(self) -> Subject:
        lifter = self._setup.lifter
        lengths = {k: float(v) for k, v in self._skeleton.body.length_m.items() if k != "head"}
        return Subject(lifter.name, lifter.sex, lifter.stature_m, lifter.mass_kg, lengths)

    def _bar(self, poses: Array) -> Array:
        thorax = poses[:, SEGMENTS.index("thorax")]
        return np.asarray(thorax[:, :3, :3] @ self._skeleton.bar_m + thorax[:, :3, 3])


def _in_the_world(poses: Array) -> dict[str, Array]:
    """Angles of segments in the world [deg], from poses (T, S, 4, 4)."""
    rotation = poses[:, :, :3, :3]
    return {
        "pelvic_tilt_deg": tilt_deg(rotation[:, 0]),
        "pelvic_obliquity_deg": obliquity_deg(rotation[:, 0]),
        "pelvic_rotation_deg": rotation_deg(rotation[:, 0]),
        "trunk_lean_deg": tilt_deg(rotation[:, SEGMENTS.index("thorax")]),
        "shank_lean_deg": _both(poses, "shank", _shank_lean),
        "thigh_inclination_deg": _both(poses, "thigh", _thigh_inclination),
    }


def _both(poses: Array, segment: str, measure: Callable[[Array], Array]) -> Array:
    return np.stack([measure(poses[:, SEGMENTS.index(f"{segment}_{side}")]) for side in SIDES], axis=1)


def _thigh_inclination(pose: Array) -> Array:
    """0 hanging, 90 with the hip joint centre level with the knee."""
    return np.asarray(np.degrees(np.arccos(np.clip(pose[:, 2, 2], -1.0, 1.0))))


def _shank_lean(pose: Array) -> Array:
    """From vertical, + knee ahead of the ankle."""
    return np.asarray(np.degrees(np.arctan2(pose[:, 0, 2], pose[:, 2, 2])))


def _hip(column: dict[str, Array], side: str) -> Array:
    return np.stack([column[f"hip_{axis}_{side}"] for axis in ("flexion", "abduction", "rotation")], axis=1)
