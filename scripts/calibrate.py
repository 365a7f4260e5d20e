"""Find the planner's weights anew: `python scripts/calibrate.py FOLDER` with UI-PRMD's squats s01, s03 and s10 in it.

Prints the weights to be written into `sim/posture_cost.py`, what is missed, and which lifters the people became.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hydra import compose, initialize_config_module

from sim.posture_cost import Weights
from sim.validate import base_parts
from sim.validation.calibration import calibrate, problem_from
from wink.config import plain


def main(folder: Path) -> None:
    """Search from the present weights."""
    with initialize_config_module("configs", version_base="1.3"):
        base = base_parts(plain(compose("validate")))
    found = calibrate(problem_from(base, folder, Weights()))
    for part in (found.weights, found.figures, found.misfit_deg, found.people):
        print(part)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
