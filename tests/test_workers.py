"""Worker processes: results and failures come back with their jobs, and nobody outlives the parent."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from picturing import faults_of_pictures

from sim.workers import local_cluster, run_in_processes

SCRIPT = """
import sys, time
sys.path.insert(0, {tests!r})
from sim.workers import run_in_processes
from sleeping import sleep_and_tell
if __name__ == "__main__":
    list(run_in_processes(sleep_and_tell, [{folder!r}] * 2, 2))
"""


def test_results_and_failures_come_back_with_their_jobs():
    results = dict(run_in_processes(int, ["1", "two", "3"], 2))
    assert results["1"] == 1
    assert results["3"] == 3
    assert isinstance(results["two"], ValueError)


def test_no_jobs_is_no_work():
    assert list(run_in_processes(int, [], 2)) == []


def test_a_worker_keeps_the_memory_of_one_picture_for_the_next():
    """Dask's own setting has it given back each time: 512 faults a picture, an eighth of the work of filming."""
    ((_, faults),) = run_in_processes(faults_of_pictures, [100], 1)
    assert isinstance(faults, int)
    assert faults < 1000


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_their_parent(tmp_path, how):
    tests = os.path.dirname(__file__)  # noqa: PTH120
    (tmp_path / "run.py").write_text(SCRIPT.format(tests=tests, folder=str(tmp_path)))
    parent = subprocess.Popen([sys.executable, tmp_path / "run.py"], stderr=subprocess.DEVNULL)
    pids = _wait_for(lambda: [int(f.stem) for f in tmp_path.glob("*.pid")], count=2)
    parent.send_signal(how)
    parent.wait(10)
    assert sorted(_wait_for(lambda: [pid for pid in pids if not _alive(pid)], count=2)) == sorted(pids)


def _wait_for(look, count, limit_s=20.0):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if len(look()) >= count:
            return look()
        time.sleep(0.1)
    raise AssertionError(f"saw {look()}, wanted {count}")


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_nothing_listens_beyond_this_machine():
    with local_cluster(1) as client:
        listening = {c.laddr.ip for c in psutil.Process().net_connections("tcp") if c.status == psutil.CONN_LISTEN}
        assert client.scheduler_info()["address"].startswith("tcp://127.0.0.1:")
    assert listening
    assert listening <= {"127.0.0.1", "::1"}
