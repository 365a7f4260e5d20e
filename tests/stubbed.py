"""Shards whose trials are made up, not simulated: for tests of how work is done, kept and given up."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from kinematic_trial import kinematic_trial, subject

from sim import film, plan, shard
from sim.shard_job import ShardJob, ShardReport

#: A file named for a trial in this folder says what is to become of it.
FOLDER = "WINK_TEST_FATES"
#: In every process of a test alike: how many shards a small dataset has at most.
plan.MANY_SHARDS = int(os.environ.get("WINK_TEST_SHARDS", plan.MANY_SHARDS))


def stub_squat(setup, seed, *_):
    """A made-up squat of the setup's lifter, in no time; a file may say that it fails."""
    lifter = setup.lifter
    folder = os.environ.get(FOLDER)
    if folder:
        _meet_fate(Path(folder) / f"{seed}")
    return kinematic_trial(subject(lifter.sex, lifter.stature_m, lifter.mass_kg), seconds=0.5, wink_deg=seed % 20, n=31)


def _meet_fate(file):
    """Fail as the file says: `error 2` twice with an exception, `die 9` nine times by kill, `hang 9` for ever."""
    if not file.exists():
        return
    how, times = file.read_text().split()
    file.write_text(f"{how} {int(times) - 1}")
    if int(times) <= 0:
        return
    if how == "error":
        raise ValueError("as the test wanted")
    if how == "disk":
        raise OSError(28, "No space left on device")
    if how == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    while how == "hang":
        time.sleep(1)


def make_stub_shard(job: ShardJob) -> ShardReport:
    """As `make_shard`, with made-up trials."""
    film.simulate_squat = stub_squat
    return shard.make_shard(job)
