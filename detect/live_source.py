"""Pictures as they are taken: from a camera, or from a file at its own pace. Whoever is late gets the newest."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from detect.video import Image, frame_times, read_format, read_frames
from wink.errors import ClipError


@dataclass(frozen=True)
class Shot:
    """One picture and when it was taken, by the clock of `time.monotonic`."""

    number: int  # counted from 0, those passed over included
    taken_s: float
    time_s: float  # since the first
    image: Image


class Latest:
    """The newest picture of a source that a thread of its own reads; older ones are dropped."""

    def __init__(self, shots: Iterator[Shot]) -> None:
        self._shots = shots
        self._ready = threading.Condition()
        self._newest: Shot | None = None
        self._over = False
        self._error: ClipError | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Latest:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._thread.join(timeout=2.0)

    def __iter__(self) -> Iterator[Shot]:
        """Every time the newest picture, once; until the source is over."""
        while True:
            with self._ready:
                self._ready.wait_for(lambda: self._newest is not None or self._over)
                shot, self._newest = self._newest, None
            if shot is None:
                if self._error is not None:
                    raise self._error
                return
            yield shot

    def _read(self) -> None:
        try:
            for shot in self._shots:
                with self._ready:
                    self._newest = shot
                    self._ready.notify()
                if self._over:
                    return
        except ClipError as error:
            self._error = error
        finally:
            with self._ready:
                self._over = True
                self._ready.notify()


def file_shots(video: Path) -> Iterator[Shot]:
    """The pictures of a file at the pace they were filmed, passing over those whose time is gone.

    Raises:
        ClipError: the file cannot be read.
    """
    fps, times = read_format(video).fps, frame_times(video)
    began = time.monotonic()
    for number, image in enumerate(read_frames(video)):
        due = float(times[number]) if number < len(times) else number / fps
        wait = began + due - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        yield Shot(number, began + due, due, image)


def camera_shots(index: int) -> Iterator[Shot]:
    """The pictures of a camera of this machine.

    Raises:
        ClipError: there is no such camera, or it stops.
    """
    camera = cv2.VideoCapture(index)
    try:
        if not camera.isOpened():
            raise ClipError(f"there is no camera {index}; 0 is the first, or name a video file")
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        began, number = time.monotonic(), 0
        while True:
            good, picture = camera.read()
            if not good:
                raise ClipError(f"camera {index} gives no picture any more")
            taken = time.monotonic()
            yield Shot(number, taken, taken - began, np.ascontiguousarray(picture[:, :, ::-1]))
            number += 1
    finally:
        camera.release()
