"""The files of one trial, written side by side in a folder."""

from __future__ import annotations

from pathlib import Path

from sim.opensim.markers import markers_of, trajectories
from sim.opensim.model import osim
from sim.opensim.motion import coordinates, ground_reaction, moments
from sim.opensim.tools import external_loads, inverse_dynamics
from sim.opensim.tree import tree_of
from sim.skeleton import Skeleton
from wink.marker_set import marker_set
from wink.mot import write_mot
from wink.trc import write_trc
from wink.trial import SquatTrial


def write_files(trial: SquatTrial, skeleton: Skeleton, folder: Path, name: str) -> list[Path]:
    """Write a simulated trial and its lifter for OpenSim.

    Args:
        trial: the squat.
        skeleton: the lifter it was simulated with, load included.
        folder: where; it is there.
        name: what the files are called.

    Returns:
        Model, coordinates, markers, ground reaction, its external loads, the simulator's own joint moments, and the
        set-up of inverse dynamics.

    Raises:
        DatasetError: the trial does not know what the files need.
    """
    tree, markers = tree_of(skeleton), markers_of(skeleton, marker_set("opencap"))
    ends = ("", ".osim"), ("", ".mot"), ("", ".trc"), ("_grf", ".mot")
    model, motion, points, forces = (folder / f"{name}{what}{suffix}" for what, suffix in ends)
    own, loads, tool = (folder / f"{name}_{what}" for what in ("moments.sto", "external_loads.xml", "id.xml"))
    write_mot(forces, ground_reaction(trial))
    write_mot(motion, coordinates(trial, tree))
    write_mot(own, moments(trial, tree))
    write_trc(points, trajectories(trial, markers))
    model.write_text(osim(name, tree, markers))
    loads.write_text(external_loads(forces.name))
    tool.write_text(inverse_dynamics(name, (float(trial.time_s[0]), float(trial.time_s[-1]))))
    return [model, motion, points, forces, loads, own, tool]
