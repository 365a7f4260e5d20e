"""Run by tests in a process of its own (OpenSim and CasADi bring rival libraries): what OpenSim makes of our files."""

import json
import sys

import opensim


def main(folder, name, states):
    """Load the model, find its markers at some coordinates, and run inverse dynamics on states and on the files."""
    opensim.Logger.setLevelString("error")
    model = opensim.Model(f"{folder}/{name}.osim")
    state = model.initSystem()
    order = velocity_order(model, state)
    found = {"mass": model.getTotalMass(state), "markers": [], "forces": []}
    for given in states:
        pose(model, state, given["values"], given["speeds"])
        found["markers"].append(markers(model, state))
        found["forces"].append(forces(model, state, given["accelerations"], order))
    found["tool"] = opensim.InverseDynamicsTool(f"{folder}/{name}_id.xml").run()
    print("FOUND", json.dumps(found))


def pose(model, state, values, speeds):
    for coordinate in model.getCoordinateSet():
        coordinate.setValue(state, values[coordinate.getName()], False)
        coordinate.setSpeedValue(state, speeds[coordinate.getName()])
    model.realizeVelocity(state)


def markers(model, state):
    places = {}
    for marker in model.getMarkerSet():
        place = marker.getLocationInGround(state)
        places[marker.getName()] = [place[i] for i in range(3)]
    return places


def forces(model, state, accelerations, order):
    udot = opensim.Vector(len(order), 0.0)
    for name, i in order.items():
        udot[i] = accelerations[name]
    needed = opensim.InverseDynamicsSolver(model).solve(state, udot)
    return {name: needed[i] for name, i in order.items()}


def velocity_order(model, state):
    """Which of the model's velocities each coordinate is: OpenSim's list of names is not readable from Python."""
    order = {}
    for coordinate in model.getCoordinateSet():
        state.updU().setTo(0.0)
        coordinate.setSpeedValue(state, 1.0)
        velocities = state.getU()
        order[coordinate.getName()] = next(i for i in range(velocities.size()) if velocities[i] != 0)
    return order


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.load(sys.stdin))
