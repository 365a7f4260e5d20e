"""MuJoCo behind the engine interface: the only file that imports it. A second opinion on PyBullet (`engine=mujoco`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine import GroundReaction, State, ground_reaction
from sim.mjcf import mjcf
from sim.skeleton import JOINTS, SIDES, Skeleton
from wink.errors import ConfigError

try:
    import mujoco
except ImportError:
    raise ConfigError("engine=mujoco needs the package mujoco: `pip install 'winklab[mujoco]'`") from None

Array = NDArray[np.float64]

BASE = 6  # velocities of the floating base, which come first


class MuJoCo:
    """One model and its state; the same commands give the same states in every process."""

    def __init__(self, skeleton: Skeleton, step_s: float) -> None:
        mujoco.set_mju_user_warning(_unheard)  # it would write a log file into the working directory
        self._model = mujoco.MjModel.from_xml_string(mjcf(skeleton, step_s))
        self._data = mujoco.MjData(self._model)
        joints = [self._model.joint(name) for name in JOINTS]
        self._angles = np.array([joint.qposadr[0] for joint in joints])
        self._rates = np.array([joint.dofadr[0] for joint in joints])
        self._floor = self._model.geom("floor").id
        self._foot_of = {self._model.body(f"foot_{side}").id: i for i, side in enumerate(SIDES)}

    def set(self, state: State) -> None:
        """Put the body into a state."""
        data = self._data
        mujoco.mj_resetData(self._model, data)
        data.qpos[:3] = state.position_m
        mujoco.mju_mat2Quat(data.qpos[3:7], np.ascontiguousarray(state.rotation).ravel())
        data.qpos[self._angles] = state.angles_rad
        data.qvel[:3] = state.velocity_m_s
        data.qvel[3:6] = state.rotation.T @ state.spin_rad_s
        data.qvel[self._rates] = state.rates_rad_s

    def get(self) -> State:
        """The state now."""
        data, turn = self._data, np.zeros(9)
        mujoco.mju_quat2Mat(turn, data.qpos[3:7])
        rotation = turn.reshape(3, 3)
        return State(
            data.qpos[:3].copy(),
            rotation,
            data.qvel[:3].copy(),
            rotation @ data.qvel[3:6],
            data.qpos[self._angles],
            data.qvel[self._rates],
        )

    def torque(self, torque_nm: Array) -> None:
        """Joint torques (J,) for the next step; they last one step only."""
        self._data.qfrc_applied[self._rates] = torque_nm

    def step(self) -> None:
        """Go on by one time step."""
        mujoco.mj_step(self._model, self._data)
        self._data.qfrc_applied[:] = 0.0

    def ground_reaction(self) -> GroundReaction:
        """Contact with the floor in the last step."""
        feet: list[int] = []
        places: list[Array] = []
        pushes: list[Array] = []
        local = np.zeros(6)
        for i, contact in enumerate(self._data.contact):
            mujoco.mj_contactForce(self._model, self._data, i, local)
            sign = 1.0 if contact.geom[0] == self._floor else -1.0  # the force is on the second of the two
            pushes.append(sign * (contact.frame.reshape(3, 3).T @ local[:3]))
            places.append(contact.pos.copy())
            foot = contact.geom[1] if sign > 0 else contact.geom[0]
            feet.append(self._foot_of[int(self._model.geom_bodyid[foot])])
        return ground_reaction(feet, places, pushes)

    def close(self) -> None:
        """Nothing to free: the model goes with this object."""


def _unheard(message: str) -> None:
    """A state that is no number is found, and told, where every engine's is."""
