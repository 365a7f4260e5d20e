"""Clients and servers killed by SIGKILL amid pushes and pulls: nothing lost, nothing twice, nothing missing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_annotation_team import prepared_copy

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).parents[1] / "benchmarks" / "annotation.py"
#: Kills a client and a server in a push, and a client in a pull: as the random numbers fall.
KILLS, SEED = 4, 3


def test_nothing_is_lost_or_twice_whoever_is_killed(tmp_path):
    lab = prepared_copy(tmp_path)
    command = [sys.executable, str(SCRIPT), "kills", f"--n={KILLS}", f"--seed={SEED}", f"--folder={tmp_path}"]
    environment = os.environ | {"WINK_LABEL_STUDIO_ENV": lab.environment["WINK_LABEL_STUDIO_ENV"]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] == KILLS
    assert found["of them before the work was done"] >= 1  # else nothing was interrupted
    assert found["push, client killed"] >= 1
    assert found["clips"] >= 240
    assert found["predictions"] == 2 * found["clips"]
    wrong = {key: n for key, n in found.items() if key.endswith(("lost", "twice", "missing"))}
    assert len(wrong) == 6
    assert not any(wrong.values())
