"""A trial in OpenSim's words: coordinates, moments of its joints, ground reaction under each foot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from sim.opensim.tree import BODIES, TO_OPENSIM, Joint, Tree, Turn, named
from wink.errors import DatasetError
from wink.mot import Columns
from wink.trial import SquatTrial

Array = NDArray[np.float64]

PELVIS_TURNS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
PELVIS_PLACES = ("pelvis_tx", "pelvis_ty", "pelvis_tz")
#: The whole back as one joint of three turns, as full-body models have it: for readers, not coordinates of our model.
BACK = ("lumbar_extension", "lumbar_bending", "lumbar_rotation")


def coordinates(trial: SquatTrial, tree: Tree) -> Columns:
    """Every coordinate of the model over time, degrees and metres, and the back as one joint besides."""
    turns = _turns_in_world(trial)
    columns: dict[str, Array] = {}
    pelvis = turns["pelvis"].as_euler("ZXY", degrees=True)
    columns |= dict(zip(PELVIS_TURNS, pelvis.T, strict=True))
    columns |= dict(zip(PELVIS_PLACES, (trial.segment("pelvis")[:, :3, 3] @ TO_OPENSIM.T).T, strict=True))
    for parent, child, found in _measured_joints(tree, turns):
        columns |= _angles(turns[parent].inv() * turns[child], found)
    back = (turns["pelvis"].inv() * turns["torso"]).as_euler("ZXY", degrees=True)
    columns |= dict(zip(BACK, back.T, strict=True))
    return Columns(tuple(columns), trial.time_s, np.column_stack(list(columns.values())), in_degrees=True)


def moments(trial: SquatTrial, tree: Tree) -> Columns:
    """What the simulator's muscles and tissue did at every joint [Nm], named as inverse dynamics names its results."""
    whole = trial.active_moment_nm + trial.passive_moment_nm
    turns = [turn for joint in tree.joints for turn in joint.turns]
    values = [turn.sign * whole[:, trial.moment_names.index(turn.ours)] for turn in turns]
    names = tuple(f"{turn.coordinate}_moment" for turn in turns)
    return Columns(names, trial.time_s, np.column_stack(values), in_degrees=False)


def ground_reaction(trial: SquatTrial) -> Columns:
    """Force [N], centre of pressure [m] and free moment [Nm] of a plate under each foot, right before left.

    Raises:
        DatasetError: the trial does not know the feet apart.
    """
    force, place, twist = trial.feet_reaction_n, trial.feet_pressure_m, trial.feet_twist_nm
    if force is None or place is None or twist is None:
        raise DatasetError(f"the trial of {trial.subject.subject_id} has no ground reaction of each foot")
    columns: dict[str, Array] = {}
    for foot, side in ((1, "r"), (0, "l")):
        under = np.column_stack([place[:, foot], np.zeros(len(place))])
        about = np.outer(twist[:, foot], [0.0, 0.0, 1.0])
        for name, vectors in (
            (f"force_{side}_v", force[:, foot]),
            (f"force_{side}_p", under),
            (f"moment_{side}_m", about),
        ):
            for axis, values in zip("xyz", (vectors @ TO_OPENSIM.T).T, strict=True):
                columns[f"ground_{name}{axis}"] = values
    return Columns(tuple(columns), trial.time_s, np.column_stack(list(columns.values())), in_degrees=False)


def _turns_in_world(trial: SquatTrial) -> dict[str, Rotation]:
    """Orientation (T,) of every body whose pose the trial has, in OpenSim's axes."""
    return {
        named(BODIES, name): Rotation.from_matrix(TO_OPENSIM @ trial.segment(name)[:, :3, :3] @ TO_OPENSIM.T)
        for name in trial.segment_names
    }


def _measured_joints(tree: Tree, turns: dict[str, Rotation]) -> list[tuple[str, str, tuple[Turn, ...]]]:
    """Parent, child and the turns between them, of bodies that have a pose: ankle and subtalar joint in one."""
    before: dict[str, Joint] = {}
    found = []
    for joint in tree.joints:
        parent, chain = joint.parent, joint.turns
        if parent in before:
            parent, chain = before[parent].parent, before[parent].turns + chain
        if joint.child in turns:
            found.append((parent, joint.child, chain))
        else:
            before[joint.child] = joint
    return found


def _angles(turned: Rotation, turns: tuple[Turn, ...]) -> dict[str, Array]:
    """Angles [deg] of turns about axes of the body, one after another."""
    largest = [int(np.argmax(np.abs(turn.axis))) for turn in turns]
    rest = [k for k in range(3) if k not in largest]
    order = "".join("XYZ"[k] for k in (*largest, *rest))
    angles = turned.as_euler(order, degrees=True)
    return {
        turn.coordinate: turn.axis[k] * angles[:, i] for i, (turn, k) in enumerate(zip(turns, largest, strict=True))
    }
