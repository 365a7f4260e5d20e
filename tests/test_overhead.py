"""The benchmark of what clips cost besides being made runs and tells what it promises; it gates nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "overhead.py"


@pytest.mark.slow
def test_the_quick_benchmark_tells_its_figures():
    said = subprocess.run([sys.executable, SCRIPT, "--quick", "--json"], capture_output=True, text=True, check=True)
    found = json.loads(said.stdout)
    assert found["clips"] >= 64
    assert 0.1 < found["least_cpu_ms"] <= found["cpu_ms_per_clip"] <= found["most_cpu_ms"]
    assert 0 < found["ratio_to_making"] < 0.1
