"""The lifter's equations of motion, by Pinocchio, from the same tree as the engine's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from sim.engine import State
from sim.skeleton import JOINTS, LINKS, SIDES, Skeleton
from sim.urdf import urdf

Array = NDArray[np.float64]

_WORLD = pin.ReferenceFrame.LOCAL_WORLD_ALIGNED


@dataclass(frozen=True)
class FrameMotion:
    """Jacobian (6, V) of a link frame in world axes, its velocity, and its acceleration for zero V-acceleration."""

    jacobian: Array
    velocity: Array  # (6,) linear, angular
    drift: Array  # (6,)


class Dynamics:
    """Mass matrix, forces and Jacobians at one state; V = 6 base (pelvis axes) + joints in Pinocchio's order."""

    def __init__(self, skeleton: Skeleton) -> None:
        self.model = pin.buildModelFromXML(urdf(skeleton), pin.JointModelFreeFlyer())
        self.data = self.model.createData()
        joints = [self.model.joints[self.model.getJointId(name)] for name in JOINTS]
        self.columns = np.array([joint.idx_v for joint in joints])  # of JOINTS among the velocities
        self._angles = np.array([joint.idx_q for joint in joints])
        self._frames = {name: self.model.getFrameId(name) for name in LINKS}
        self._still = np.zeros(self.model.nv)
        self.q = pin.neutral(self.model)
        self.v = np.zeros(self.model.nv)

    @property
    def size(self) -> int:
        """Number of velocities V."""
        return int(self.model.nv)

    def configuration(self, state: State) -> tuple[Array, Array]:
        """A state as Pinocchio's configuration and velocity."""
        q, v = np.zeros(self.model.nq), np.zeros(self.model.nv)
        q[:7] = pin.SE3ToXYZQUAT(pin.SE3(state.rotation, state.position_m))  # pin.Quaternion(matrix) leaks 80 bytes
        q[self._angles] = state.angles_rad
        v[:3] = state.rotation.T @ state.velocity_m_s
        v[3:6] = state.rotation.T @ state.spin_rad_s
        v[self.columns] = state.rates_rad_s
        return q, v

    def update(self, state: State) -> None:
        """Compute everything at a state."""
        self.q, self.v = self.configuration(state)
        pin.computeAllTerms(self.model, self.data, self.q, self.v)
        pin.forwardKinematics(self.model, self.data, self.q, self.v, self._still)
        pin.updateFramePlacements(self.model, self.data)
        pin.centerOfMass(self.model, self.data, self.q, self.v, self._still)

    def place(self, state: State) -> None:
        """Compute only where the links are and how they move."""
        self.q, self.v = self.configuration(state)
        pin.forwardKinematics(self.model, self.data, self.q, self.v)
        pin.updateFramePlacements(self.model, self.data)

    def momentum_beyond(self, joint: str) -> Array:
        """Linear momentum (3,) [kg m/s] in the world of all that hangs on a joint, of the state last placed."""
        index = self.model.getJointId(joint)
        pin.centerOfMass(self.model, self.data, self.q, self.v, True)
        return np.asarray(self.data.mass[index] * self.data.oMi[index].rotation @ self.data.vcom[index])

    def mass_beyond_kg(self, joint: str) -> float:
        """Mass of all that hangs on a joint."""
        return sum(float(self.model.inertias[i].mass) for i in self.model.subtrees[self.model.getJointId(joint)])

    @property
    def mass_matrix(self) -> Array:
        """(V, V)."""
        return np.asarray(np.triu(self.data.M) + np.triu(self.data.M, 1).T)

    @property
    def bias(self) -> Array:
        """Gravity and velocity forces (V,)."""
        return np.asarray(self.data.nle)

    def centre_of_mass(self) -> FrameMotion:
        """Motion of the centre of mass, three rows."""
        return FrameMotion(self.data.Jcom, self.data.vcom[0], self.data.acom[0])

    @property
    def centre_m(self) -> Array:
        """Centre of mass (3,) in the world."""
        return np.asarray(self.data.com[0])

    def frame(self, link: str) -> FrameMotion:
        """Motion of a link's frame."""
        index = self._frames[link]
        jacobian = pin.getFrameJacobian(self.model, self.data, index, _WORLD)
        drift = pin.getFrameClassicalAcceleration(self.model, self.data, index, _WORLD)
        return FrameMotion(jacobian, jacobian @ self.v, np.concatenate([drift.linear, drift.angular]))

    def pose(self, link: str) -> Array:
        """Link to world (4, 4)."""
        return np.asarray(self.data.oMf[self._frames[link]].homogeneous)

    def rotation(self, link: str) -> Array:
        """Link to world (3, 3)."""
        return np.asarray(self.data.oMf[self._frames[link]].rotation)

    def feet(self) -> list[FrameMotion]:
        """Motion of the foot frames, left and right."""
        return [self.frame(f"foot_{side}") for side in SIDES]


def rotation_error(wanted: Array, now: Array) -> Array:
    """Rotation vector (3,) in the world that turns `now` into `wanted`."""
    return np.asarray(pin.log3(wanted @ now.T))
