"""One shard: a range of trials made one after the other, each kept as soon as it is whole, then closed together."""

from __future__ import annotations

import errno
import json
from functools import lru_cache

from sim.film import TrialClips, make_clips
from sim.plan import Plan
from sim.shard_job import ATTEMPTS, ShardJob, ShardReport
from sim.workbench import Workbench
from sim.workers import tell_progress

#: Troubles of the disk are nothing to do with the clip: they stop the run.
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)


def make_shard(job: ShardJob) -> ShardReport:
    """Make what is missing of a shard and close it; what an earlier process finished of it is kept."""
    plan = _plan(json.dumps(job.spec["settings"]))
    bench = Workbench(job, plan)
    seconds: dict[str, float] = {}
    for index in plan.shard(job.number):
        if not bench.has(index):
            made = _attempt(job, plan, bench, index)
            for stage, spent in made.seconds.items():
                seconds[stage] = seconds.get(stage, 0.0) + spent
        tell_progress(1)
    return bench.close(seconds)


@lru_cache(maxsize=1)
def _plan(settings: str) -> Plan:
    return Plan(json.loads(settings))


def _attempt(job: ShardJob, plan: Plan, bench: Workbench, index: int) -> TrialClips:
    """Make the clips of one trial, or quarantine them after the last attempt."""
    trial = plan.trial(index)
    place = bench.place(trial)
    reason = ""
    if job.suspect and bench.deaths(index) >= ATTEMPTS - 1:  # the death that made it suspect was not noted
        return bench.quarantine(trial, bench.cause_of_death(index))
    if job.suspect:
        bench.note_attempt(index)
    for _ in range(ATTEMPTS):
        try:
            with bench.limited(index):
                made = make_clips(job.spec["settings"], plan.splits, place)
        except Exception as error:
            if _is_disk_trouble(error):
                raise
            reason = f"{type(error).__name__}: {error}"
            continue
        bench.keep(index, made)
        return made
    return bench.quarantine(trial, reason)


def _is_disk_trouble(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in _DISK:
            return True
        error = error.__cause__ or error.__context__
    return False
