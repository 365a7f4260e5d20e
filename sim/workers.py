"""Worker processes, by Dask: as many as there are cores, on this machine or wherever a scheduler has some.

They end with their parent, leave Ctrl-C to it, and talk to nobody but it (127.0.0.1).
"""

from __future__ import annotations

import logging
import os
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from wink.errors import ConfigError

Job = TypeVar("Job")
Result = TypeVar("Result")

#: One core a process: the libraries' own threads would only fight over it.
SINGLE_THREADED = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LP_NUM_THREADS": "0",
    "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",  # said of every pool that a Ctrl-C ends
}
#: A worker keeps the memory of a picture for the next. Dask has it given back to the system above 64 KiB, and every
#: picture then asks for it anew, page by page: 20,000 faults a second, an eighth of the work. glibc's own mmap limit
#: is the highest it takes. One arena, for a worker works in one thread, and only the main one grows without a bound.
_KEEPING_MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": str(128 * 2**20),
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_ARENA_MAX": "1",
}
_DASK = {
    "distributed.nanny.pre-spawn-environ": SINGLE_THREADED | _KEEPING_MEMORY,
    "distributed.scheduler.allowed-failures": 0,  # what a process died of is for us to judge
    "distributed.admin.low-level-log-length": 100,  # or the scheduler keeps the story of every task
    "distributed.comm.timeouts.connect": "60s",  # a loaded machine starts processes slowly
    "distributed.worker.profile.enabled": False,
    # Looking at the clock 50 times and at the machine twice a second took a twentieth of two cores from two workers:
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "1h",
    "distributed.admin.system-monitor.interval": "2s",
    "distributed.logging": {"distributed": "critical"},
}
#: Topic of the events that workers send as they get on.
PROGRESS = "wink-progress"


class WorkerDiedError(Exception):
    """The process that did a job died of it, or beside it: killed, crashed, or out of memory."""


def run_in_processes(
    work: Callable[[Job], Result], jobs: Iterable[Job], workers: int
) -> Iterator[tuple[Job, Result | Exception]]:
    """Do jobs in parallel, yielding each with its result, or the exception it raised, as it finishes."""
    with local_cluster(workers) as client:
        yield from run_jobs(client, work, jobs)


def run_jobs(
    client: Any,
    work: Callable[[Job], Result],
    jobs: Iterable[Job],
    again: Callable[[Job, Exception], Job | None] | None = None,
) -> Iterator[tuple[Job, Result | Exception]]:
    """Do jobs on the workers of a client, yielding each with its result or exception as it finishes.

    A few more jobs than workers are in flight, and a result is let go once yielded: memory does not grow.

    Args:
        client: of a cluster.
        work: what to do, importable by the workers.
        jobs: what to do it with; asked for one by one.
        again: what to do instead of giving up a job that failed; where it returns None, the job is given up.
    """
    from distributed import wait

    waiting, returned = iter(jobs), deque[Job]()
    flying: dict[Any, Job] = {}
    while True:
        room = _room(client) - len(flying)
        for job in _next_jobs(returned, waiting, room):
            flying[client.submit(work, job, pure=False)] = job
        if not flying:
            return
        with client.as_current():
            done = wait(list(flying), return_when="FIRST_COMPLETED").done
        for future in done:
            job, outcome = flying.pop(future), _outcome(future)
            future.release()
            other = again(job, outcome) if again and isinstance(outcome, Exception) else None
            if other is not None:
                returned.append(other)
            else:
                yield job, outcome


def _next_jobs(returned: deque[Job], waiting: Iterator[Job], most: int) -> Iterator[Job]:
    for _ in range(most):
        if returned:
            yield returned.popleft()
            continue
        try:
            yield next(waiting)
        except StopIteration:
            return


def _room(client: Any) -> int:
    """How many jobs may be in flight: one each, and one more to begin with at once."""
    return 2 * max(1, len(client.nthreads()))


def _outcome(future: Any) -> Any:
    """The result of a job, or the exception it ended with."""
    from distributed import KilledWorker

    if future.status == "cancelled":
        return WorkerDiedError("the job was cancelled")
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, KilledWorker):
        return WorkerDiedError(str(error))
    if not isinstance(error, Exception):
        raise error
    return error


@contextmanager
def local_cluster(workers: int, live_page: bool = False) -> Iterator[Any]:
    """Worker processes of this machine, for as long as inside; the client to give them work.

    They listen on 127.0.0.1 alone.
    """
    os.environ.update(SINGLE_THREADED, DASK_LOGGING__DISTRIBUTED="critical")
    import dask
    from distributed import Client, LocalCluster

    with dask.config.set(_DASK), tempfile.TemporaryDirectory(prefix="wink-", ignore_cleanup_errors=True) as folder:
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # also without a page: None would listen on every interface, port 8787
            scheduler_kwargs={"dashboard": live_page},
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        )
        try:
            with Client(cluster, set_as_default=False) as client:
                client.register_plugin(_ignoring_interrupts())
                yield client
        except BaseException:
            _kill_workers(cluster)
            raise
        finally:
            cluster.close(timeout=10)


@contextmanager
def scheduler_at(address: str) -> Iterator[Any]:
    """The client of a scheduler that runs already.

    Raises:
        ConfigError: nobody answers there.
    """
    import dask
    from distributed import Client

    with dask.config.set({**_DASK, "distributed.comm.timeouts.connect": "10s"}):
        try:
            client = Client(address, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"cluster.address={address}: no Dask scheduler answers there ({error}); start one with `dask scheduler`"
            ) from None
        with client:
            yield client


def live_page_of(client: Any) -> str:
    """Address of Dask's live page."""
    return str(client.dashboard_link)


def tell_progress(trials: int) -> None:
    """From within a job: so many more trials are done."""
    from distributed import get_worker

    try:
        worker = get_worker()
    except ValueError:  # not in a worker: nobody to tell
        return
    worker.log_event(PROGRESS, trials)


def _ignoring_interrupts() -> Any:
    from distributed import WorkerPlugin

    class IgnoreInterrupts(WorkerPlugin):  # type: ignore[misc]
        """A Ctrl-C reaches every process of a terminal: the parent deals with it."""

        name = "ignore-interrupts"

        def setup(self, worker: Any) -> None:  # noqa: ARG002
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    return IgnoreInterrupts()


def _kill_workers(cluster: Any) -> None:
    """End the processes at once: nobody waits for what they are doing."""
    for nanny in list(cluster.workers.values()):
        process = getattr(getattr(nanny, "process", None), "process", None)
        if process is not None and process.pid:
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
