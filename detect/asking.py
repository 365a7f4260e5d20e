"""Ask one detector about one clip: its answer, its cost, and what goes wrong inside it as a row that counts."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType

from detect.detectors.detector import Detector, Observation, check_findings
from detect.pose import PoseTrack
from wink.clip import Clip
from wink.detection import Detection

TIMEOUT_S = 120.0


def ask_detector(
    name: str, detector: Detector, clip: Clip, pose: PoseTrack, timeout_s: float = TIMEOUT_S
) -> tuple[tuple[Detection, ...], float]:
    """What a detector says of a clip, and the CPU time it took [s].

    Whatever goes wrong inside it, running out of time included, becomes one row with `error`.
    """
    started = time.process_time()
    try:
        with time_limit(timeout_s):
            findings = detector.detect(Observation(clip.video, pose))
        check_findings(findings, clip.duration_s)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        runtime_s = time.process_time() - started
        return (Detection(name, clip.clip_id, 0, 0.0, None, None, None, runtime_s, reason),), runtime_s
    runtime_s = time.process_time() - started
    share_s = runtime_s / max(1, len(findings))
    rows = tuple(Detection(name, clip.clip_id, runtime_s=share_s, **asdict(finding)) for finding in findings)
    return rows, runtime_s


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in what runs too long; in the main thread only, elsewhere nothing is limited."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"timed out after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
