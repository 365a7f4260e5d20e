"""PyBullet behind the engine interface: the only file that imports it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.engine import FLOOR_FRICTION, GroundReaction, State, ground_reaction
from sim.kinematics import GRAVITY_M_S2
from sim.skeleton import HINGES, JOINTS, Skeleton
from sim.urdf import urdf
from wink.terminal import native_output_silenced

with native_output_silenced():  # it prints when it was built
    import pybullet as pb

Array = NDArray[np.float64]


class Bullet:
    """One fresh PyBullet client: no state outlives it, so that a trial is the same in every process."""

    def __init__(self, skeleton: Skeleton, step_s: float, floor: bool = True) -> None:
        self._client = pb.connect(pb.DIRECT)
        self._own: dict[str, int] = {"physicsClientId": self._client}
        self._inertial = skeleton.links[0].centre_m  # PyBullet speaks of the base's inertial frame
        self._floor = self._make_world(step_s) if floor else None
        self._body = self._load(skeleton)
        self._indices = self._index_joints()
        ends = [i for i, hinge in enumerate(HINGES) if hinge.child.startswith("foot_")]
        self._feet = [self._indices[i] for i in ends]  # a link has the number of the joint before it; left, right
        self._free_of_hidden_forces()

    def _make_world(self, step_s: float) -> int:
        pb.setGravity(0, 0, -GRAVITY_M_S2, **self._own)
        pb.setPhysicsEngineParameter(
            fixedTimeStep=step_s,
            numSolverIterations=50,
            numSubSteps=1,
            deterministicOverlappingPairs=1,
            contactERP=0.2,
            erp=0.2,
            enableConeFriction=1,
            solverResidualThreshold=0,
            **self._own,
        )
        box = pb.createCollisionShape(pb.GEOM_BOX, halfExtents=[3, 3, 0.5], **self._own)
        floor = int(pb.createMultiBody(0, box, basePosition=[0, 0, -0.5], **self._own))
        pb.changeDynamics(floor, -1, lateralFriction=1.0, **self._own)
        return floor

    def _load(self, skeleton: Skeleton) -> int:
        flags = pb.URDF_USE_INERTIA_FROM_FILE | pb.URDF_MAINTAIN_LINK_ORDER
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "lifter.urdf"
            path.write_text(urdf(skeleton))
            return int(pb.loadURDF(str(path), flags=flags, **self._own))

    def _index_joints(self) -> list[int]:
        count = pb.getNumJoints(self._body, **self._own)
        names = {pb.getJointInfo(self._body, i, **self._own)[1].decode(): i for i in range(count)}
        return [names[name] for name in JOINTS]

    def _free_of_hidden_forces(self) -> None:
        """Switch off what PyBullet adds on its own: velocity motors, damping, sleep."""
        zeros = [0.0] * len(self._indices)
        pb.setJointMotorControlArray(self._body, self._indices, pb.VELOCITY_CONTROL, forces=zeros, **self._own)
        plain = {"linearDamping": 0, "angularDamping": 0, "restitution": 0, "spinningFriction": 0, "rollingFriction": 0}
        for link in (-1, *self._indices):
            pb.changeDynamics(self._body, link, lateralFriction=FLOOR_FRICTION, **plain, **self._own)
            if link >= 0:
                pb.changeDynamics(self._body, link, jointDamping=0, maxJointVelocity=1e4, **self._own)
        awake = pb.ACTIVATION_STATE_DISABLE_SLEEPING
        pb.changeDynamics(self._body, -1, activationState=awake, **self._own)

    def set(self, state: State) -> None:
        """Put the body into a state."""
        reach = state.rotation @ self._inertial
        velocity = state.velocity_m_s + np.cross(state.spin_rad_s, reach)
        pb.resetBasePositionAndOrientation(
            self._body, (state.position_m + reach).tolist(), _quaternion(state.rotation), **self._own
        )
        pb.resetBaseVelocity(self._body, velocity.tolist(), state.spin_rad_s.tolist(), **self._own)
        for index, angle, rate in zip(self._indices, state.angles_rad, state.rates_rad_s, strict=True):
            pb.resetJointState(self._body, index, float(angle), float(rate), **self._own)

    def get(self) -> State:
        """The state now."""
        place, turn = pb.getBasePositionAndOrientation(self._body, **self._own)
        velocity, spin = (np.array(v) for v in pb.getBaseVelocity(self._body, **self._own))
        rotation = np.array(pb.getMatrixFromQuaternion(turn)).reshape(3, 3)
        reach = rotation @ self._inertial
        joints = pb.getJointStates(self._body, self._indices, **self._own)
        angles, rates = np.array([(j[0], j[1]) for j in joints]).T
        return State(np.array(place) - reach, rotation, velocity - np.cross(spin, reach), spin, angles, rates)

    def torque(self, torque_nm: Array) -> None:
        """Joint torques (J,) for the next step; they last one step only."""
        pb.setJointMotorControlArray(
            self._body, self._indices, pb.TORQUE_CONTROL, forces=torque_nm.tolist(), **self._own
        )

    def step(self) -> None:
        """Go on by one time step."""
        pb.stepSimulation(**self._own)

    def ground_reaction(self) -> GroundReaction:
        """Contact with the floor in the last step."""
        feet: list[int] = []
        places: list[Array] = []
        pushes: list[Array] = []
        for contact in pb.getContactPoints(self._body, self._floor, **self._own):
            normal, aside, ahead = (np.array(contact[i]) for i in (7, 11, 13))
            feet.append(self._feet.index(contact[3]))
            places.append(np.array(contact[6]))
            pushes.append(contact[9] * normal + contact[10] * aside + contact[12] * ahead)
        return ground_reaction(feet, places, pushes)

    def close(self) -> None:
        """Free the client."""
        pb.disconnect(**self._own)


def _quaternion(rotation: Array) -> list[float]:
    """Unit quaternion x, y, z, w of a rotation matrix that turns by less than half a turn."""
    w = np.sqrt(max(1e-12, 1.0 + np.trace(rotation))) / 2
    axis = np.array([rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]])
    return [*(axis / (4 * w)).tolist(), float(w)]
