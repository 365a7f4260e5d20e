"""How fast `wink live` looks, and how good and how late its calls are: every clip of a dataset, picture by picture.

    python benchmarks/live.py DATASET                  # a name below datasets/, or a folder; prints a table
    python benchmarks/live.py DATASET --clips 20 --detector low_back_contour --json

Speed: one clip brought to 1280x720, decoded, followed, judged and drawn as a page shows it; CPU time a picture by stage
and pictures a second on the wall clock; above 1 times real time at 30 a second nothing is dropped. Calls: every picture
of each clip, none dropped, against the truth; clean below 5 degrees of reversal, a wink from 10 degrees on.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detect.causal import LiveDetector, Now
from detect.live import drawn
from detect.metrics import truth_class
from detect.pose import Tracker
from detect.video import read_frames
from sim.video import VideoWriter
from wink.clip import Clip
from wink.config import build, load_option
from wink.dataset import Dataset, find_dataset

WIDTH, HEIGHT, FPS = 1280, 720, 30.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dataset", help="with known repetitions")
    parser.add_argument("--clips", type=int, default=20, help="how many of its clips are watched")
    parser.add_argument("--held", type=float, default=0.1, help="a wink is called once seen for so long [s]")
    parser.add_argument("--detector", default="silhouette_tcn_causal")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    dataset = Dataset(find_dataset(arguments.dataset, Path("datasets")))
    clips = [clip for clip in dataset.clips() if clip.repetitions][: arguments.clips]
    detector = build(load_option("detector", arguments.detector))
    if not isinstance(detector, LiveDetector):
        parser.error(f"{arguments.detector} needs the whole film")
    found = speed(detector, clips[0]) | calls(detector, clips, arguments.held)
    if arguments.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:36} {'-' if value is None else format(value, '.2f')}")


def speed(detector: LiveDetector, clip: Clip) -> dict[str, float]:
    """CPU milliseconds a picture by stage, at 720p, and how many times faster than real time."""
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder, "a.mp4")
        with VideoWriter(film, FPS, WIDTH, HEIGHT) as video:
            for image in read_frames(clip.video):
                video.add(_filling(image))
        tracker, judge = Tracker(), detector.live(0.1)
        judge.step(-1.0, tracker.step(np.zeros((HEIGHT, WIDTH, 3), np.uint8)))  # what is loaded once is loaded
        spent: dict[str, float] = defaultdict(float)
        began, frames, n = time.perf_counter(), read_frames(film), 0
        while (image := _timed(spent, "decode", lambda: next(frames, None))) is not None:
            body = _timed(spent, "pose", partial(tracker.step, image))
            now = _timed(spent, "judge", partial(judge.step, n / FPS, body))
            _timed(spent, "draw", partial(_page_picture, image, body, now))
            n += 1
        wall_s = time.perf_counter() - began
    stages = {f"{name}_cpu_ms": 1e3 * value / n for name, value in spent.items()}
    total_ms = sum(stages.values())
    return stages | {
        "cpu_ms_per_picture": total_ms,
        "pictures_per_cpu_second": 1e3 / total_ms,
        "times_real_time_by_cpu": 1e3 / total_ms / FPS,
        "pictures_per_wall_second": n / wall_s,
        "times_real_time_by_wall": n / wall_s / FPS,
    }


def _timed(spent: dict[str, float], stage: str, work: Callable[[], Any]) -> Any:
    """What the work gives; its CPU seconds are added to those of its stage."""
    before = time.process_time()
    done = work()
    spent[stage] += time.process_time() - before
    return done


def _page_picture(image: Any, body: Any, now: Now) -> None:
    cv2.imencode(".jpg", drawn(image, body, now))


def _filling(image: Any) -> Any:
    """A picture brought to 720 lines, in the middle of a wide one."""
    scale = HEIGHT / image.shape[0]
    inner = cv2.resize(image, None, fx=scale, fy=scale)[:, :WIDTH]
    whole = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    left = (WIDTH - inner.shape[1]) // 2
    whole[:, left : left + inner.shape[1]] = inner[:HEIGHT]
    return whole


def calls(detector: LiveDetector, clips: list[Clip], held_s: float) -> dict[str, float | None]:
    """What is called of winks and of clean repetitions, and how long after the pelvis began to turn back."""
    called: dict[str, list[bool]] = {"wink": [], "clean": []}
    late, off, unsure = list[float](), list[float](), 0
    for clip in clips:
        events = list(_events(detector, clip, held_s))
        for repetition in clip.repetitions or ():
            kind = str(truth_class(np.array(repetition.pelvic_reversal_deg)))
            said = [now for now in events if repetition.start_s <= now.time_s <= repetition.end_s]
            unsure += any(now.call == "cannot_tell" for now in said)
            wink = next((now for now in said if now.call == "wink"), None)
            if kind in called:
                called[kind].append(wink is not None)
            true = repetition.wink()
            if kind == "wink" and wink is not None and wink.onset_s is not None and true is not None:
                late.append(wink.time_s - true.onset_s)
                off.append(wink.onset_s - true.onset_s)
    return {
        "clips": len(clips),
        "winks": len(called["wink"]),
        "winks_called_share": _mean(called["wink"]),
        "clean": len(called["clean"]),
        "clean_called_share": _mean(called["clean"]),
        "cannot_tell": unsure,
        "called_after_onset_median_ms": 1e3 * float(np.median(late)) if late else None,
        "called_after_onset_95_percent_ms": 1e3 * float(np.percentile(late, 95)) if late else None,
        "onset_mae_ms": 1e3 * float(np.mean(np.abs(off))) if off else None,
    }


def _events(detector: LiveDetector, clip: Clip, held_s: float) -> Iterator[Now]:
    tracker, judge = Tracker(), detector.live(held_s)
    for k, image in enumerate(read_frames(clip.video)):
        now = judge.step(k / clip.fps, tracker.step(image))
        if now.event:
            yield now


def _mean(values: list[bool]) -> float | None:
    return float(np.mean(values)) if values else None


if __name__ == "__main__":
    main()
