"""The benchmark of the simulator runs and tells what it promises; it gates nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "simulation.py"


@pytest.mark.slow
def test_the_quick_benchmark_tells_its_figures():
    said = subprocess.run([sys.executable, SCRIPT, "--quick", "--json"], capture_output=True, text=True, check=True)
    found = json.loads(said.stdout)
    assert found["lifters"] >= 5
    assert 0.01 < found["cpu_s_per_simulated_s"] < 100
    assert found["cpu_s_per_simulated_s"] > found["planning_cpu_s_per_trial"] * found["lifters"] / found["simulated_s"]
    assert found["cpu_s_per_simulated_s"] > found["bullet_servo_cpu_s_per_simulated_s"] > 0
    if "not installed" not in found["mujoco"]:
        assert found["ratio_to_mujoco_bare"] > 1
        assert found["ratio_to_mujoco_whole"] > 0
