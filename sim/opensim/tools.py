"""What OpenSim's inverse dynamics is told: which forces act on which foot, and where everything lies."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from sim.opensim.model import VERSION


def external_loads(forces_file: str) -> str:
    """The ground reaction of a table `motion.ground_reaction`, each foot's on its own foot."""
    document = ET.Element("OpenSimDocument", Version=VERSION)
    loads = ET.SubElement(document, "ExternalLoads", name="externalloads")
    forces = ET.SubElement(loads, "objects")
    for side in "rl":
        force = ET.SubElement(forces, "ExternalForce", name=f"foot_{side}")
        told = {
            "applied_to_body": f"calcn_{side}",
            "force_expressed_in_body": "ground",
            "point_expressed_in_body": "ground",
            "force_identifier": f"ground_force_{side}_v",
            "point_identifier": f"ground_force_{side}_p",
            "torque_identifier": f"ground_moment_{side}_m",
        }
        for key, value in told.items():
            ET.SubElement(force, key).text = value
    ET.SubElement(loads, "datafile").text = forces_file
    return _text(document)


def inverse_dynamics(name: str, times_s: tuple[float, float]) -> str:
    """The set-up of OpenSim's inverse dynamics on the files of one trial; nothing is filtered."""
    document = ET.Element("OpenSimDocument", Version=VERSION)
    tool = ET.SubElement(document, "InverseDynamicsTool", name=name)
    told = {
        "results_directory": ".",
        "model_file": f"{name}.osim",
        "time_range": f"{times_s[0]:.9g} {times_s[1]:.9g}",
        "forces_to_exclude": "Muscles",
        "external_loads_file": f"{name}_external_loads.xml",
        "coordinates_file": f"{name}.mot",
        "lowpass_cutoff_frequency_for_coordinates": "-1",
        "output_gen_force_file": f"{name}_inverse_dynamics.sto",
    }
    for key, value in told.items():
        ET.SubElement(tool, key).text = value
    return _text(document)


def _text(document: ET.Element) -> str:
    ET.indent(document, " ")
    return '<?xml version="1.0" encoding="UTF-8" ?>\n' + ET.tostring(document, encoding="unicode") + "\n"
