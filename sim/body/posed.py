"""A trial acted out by the mesh: every frame's vertices, joints and landmarks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.body.arms import Carry, arm_transforms
from sim.body.figure import Figure, NormalOperator, dress, normal_operator
from sim.body.landmarks import keypoints
from sim.body.outfit import Outfit
from sim.body.rig import SIDES, Rig, build_rig
from sim.body.rotations import turned_upright
from wink.trial import SquatTrial

Array = NDArray[np.float32]

#: Share of the thorax's lean that the head keeps: lifters look ahead and a little down; ours.
HEAD_LEAN = 0.15


@dataclass(frozen=True)
class PosedBody:
    """The mesh at one moment, in the world."""

    vertices: Array  # (V, 3)
    normals: Array  # (V, 3)
    keypoints: NDArray[np.float64]  # (K, 3) in the order of KEYPOINTS


class Performer:
    """One subject in one outfit, ready to be posed at any sample of a trial."""

    def __init__(self, trial: SquatTrial, outfit: Outfit) -> None:
        """Dress the subject of a trial and fit the rig to its segments."""
        self.trial = trial
        self.figure: Figure = dress(trial.subject, outfit, closed_hands=trial.bar_kind != "none")
        self.rig: Rig = build_rig(self.figure.joints, trial, _sole_height(self.figure))
        self._normals: NormalOperator = normal_operator(self.figure.triangles, len(self.figure.rest))

    def pose(self, sample: int) -> PosedBody:
        """The mesh at one sample of the trial."""
        transforms = bone_transforms(self.rig, self.trial, sample)
        vertices = skinned(self.figure, transforms)
        if self.figure.hem is not None:
            self.figure.hem.evened(vertices, transforms["pelvis"])
        if self.figure.hang is not None:
            pelvis = self.trial.segment("pelvis")[sample, :3, :3]
            hip, lumbar = self.trial.hip_deg[sample, :, 0].mean(), self.trial.lumbar_flexion_deg[sample]
            self.figure.hang.moved(vertices, pelvis, float(hip), float(lumbar))
        normals = self._normals.normals(vertices)
        for layer in self.figure.unders:
            layer.kept(vertices, normals)
        return PosedBody(vertices, normals, keypoints(self.figure, self.rig, transforms, vertices))

    def poses(self) -> Iterator[PosedBody]:
        """The mesh at every sample."""
        for sample in range(len(self.trial.time_s)):
            yield self.pose(sample)


def bone_transforms(rig: Rig, trial: SquatTrial, sample: int) -> dict[str, NDArray[np.float64]]:
    """The map (3, 4) of every bone at one sample."""
    pose = dict(zip(trial.segment_names, trial.segment_poses[sample], strict=True))
    turn = {name: p[:3, :3] for name, p in pose.items()}
    trunk_and_legs = [n for n in pose if not n.startswith("upper_arm")]
    made = {name: rig.bones[name].placed(turn[name], pose[name][:3, 3]) for name in trunk_and_legs}
    made["neck"], made["head"] = _neck_and_head(rig, turn["thorax"], made["thorax"])
    bar = None if trial.bar_position_m is None else trial.bar_position_m[sample]
    carry = Carry(trial.bar_kind, bar, turn["thorax"], trial.subject.stature_m)
    for side in SIDES:
        made[f"clavicle_{side}"] = made["thorax"]
        shoulder = rig.carried(made["thorax"], f"upper_arm_{side}")
        made |= arm_transforms(rig, side, shoulder, turn[f"upper_arm_{side}"], carry)
    return made


def _neck_and_head(
    rig: Rig, thorax: NDArray[np.float64], placed: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    neck = rig.bones["neck"].placed(turned_upright(thorax, 0.55), rig.carried(placed, "neck"))
    head = rig.bones["head"].placed(turned_upright(thorax, HEAD_LEAN), rig.carried(neck, "head"))
    return neck, head


def skinned(figure: Figure, transforms: dict[str, NDArray[np.float64]]) -> Array:
    """Linear blend skinning: every vertex moved by the mean of its bones' maps."""
    maps = np.array([transforms[name].ravel() for name in figure.bone_names], dtype=np.float32)
    blended = (figure.weights @ maps).reshape(-1, 3, 4)
    moved = np.einsum("vij,vj->vi", blended[:, :, :3], figure.rest) + blended[:, :, 3]
    return np.ascontiguousarray(moved, dtype=np.float32)


def _sole_height(figure: Figure) -> float:
    """Height of the ankle over the sole of the shoe, at rest [m]."""
    lowest = figure.rest[figure.vertices_of("sole_left"), 2].min()
    return float(figure.joints["foot_left"][2] - lowest)
