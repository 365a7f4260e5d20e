"""A small server that Label Studio asks for predictions and tells of answers: what detectors said, and truth to learn.

It listens on this machine only and answers nobody who does not know the secret. Detectors do not run here: predictions
come from the datasets' `detections.parquet`, read again whenever one of them has changed, so that what `wink benchmark`
finds while the server runs is shown the next time a clip is opened.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from annotate.address import LOOPBACK
from annotate.predictions import predictions_of
from wink.clip import Clip
from wink.dataset import Dataset
from wink.detection import Detection, read_detections
from wink.errors import ConfigError, ServerError, unknown_name

USER = "wink"
#: Bytes of the largest request taken: 1,000 tasks are about 1 MB.
_MOST_BYTES = 64_000_000
_ANSWERED = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_CREATED")


#: Between the detector and the state of its answers, in the names of the predictions we give.
_LIVE = ", live by wink serve: "


def is_live(model_version: str) -> bool:
    """Whether a prediction is one that `wink serve` gave."""
    return re.search(f"{re.escape(_LIVE)}[0-9a-f]{{6}}$", model_version) is not None


@dataclass
class LivePredictions:
    """What one detector says of clips, as new as its datasets' files."""

    datasets: Sequence[Dataset]
    detector: str | None = None  # None: the only one there is
    clips: dict[str, Clip] = field(init=False)  # by id
    _read: tuple[str, dict[str, list[Detection]]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.clips = {clip.clip_id: clip for dataset in self.datasets for clip in dataset.clips()}

    @property
    def model_version(self) -> str:
        """Name of the detector and of the state of its answers: another state is another version."""
        return f"{self.detector or 'no detector'}{_LIVE}{self._now()[0]}"

    def of_task(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Label Studio's predictions for a task; none where the detector has not looked at its clip yet."""
        clip = self.clips.get(str(data.get("clip_id")))
        found = [] if clip is None else self._now()[1].get(clip.clip_id, [])
        told = [] if clip is None else predictions_of(clip, found)
        return [{**prediction.row(), "model_version": self.model_version} for prediction in told]

    def choose(self) -> None:
        """Settle which detector is shown.

        Raises:
            ConfigError: the one asked for has looked at nothing, or there are several and none was asked for.
        """
        names = sorted({d.detector for dataset in self.datasets for d in read_detections(_file(dataset))})
        if self.detector is not None and names and self.detector not in names:
            raise ConfigError(unknown_name("detector that has looked at these clips", self.detector, names))
        if self.detector is None and len(names) > 1:
            raise ConfigError(f"several detectors have looked at these clips: {', '.join(names)}; say model=NAME")
        self.detector = self.detector or next(iter(names), None)
        self._read = None

    def _now(self) -> tuple[str, dict[str, list[Detection]]]:
        files = [_file(dataset) for dataset in self.datasets]
        stamps = [(str(f), f.stat().st_mtime_ns, f.stat().st_size) for f in files if f.exists()]
        state = hashlib.sha256(repr(stamps).encode()).hexdigest()[:6]
        if self._read is None or self._read[0] != state:
            by_clip: dict[str, list[Detection]] = {}
            for detection in (d for file in files for d in read_detections(file)):
                if detection.detector == self.detector:
                    by_clip.setdefault(detection.clip_id, []).append(detection)
            self._read = state, by_clip
        return self._read


def _file(dataset: Dataset) -> Path:
    return dataset.path / "detections.parquet"


@dataclass(frozen=True)
class Backend:
    """What the small server answers, by what it is asked."""

    secret: str
    live: LivePredictions
    answered: Callable[[int, int], None]  # told of every answer: project and task

    def knows(self, header: str) -> bool:
        """Whether a request shows the secret, as a webhook or as a model is asked."""
        basic = base64.b64encode(f"{USER}:{self.secret}".encode()).decode()
        return any(hmac.compare_digest(header, known) for known in (f"Bearer {self.secret}", f"Basic {basic}"))

    def answer(self, path: str, asked: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and content of the answer to a request."""
        match path.rstrip("/"):
            case "/health":
                return 200, {"status": "UP"}
            case "/setup" | "/validate":
                return 200, {"model_version": self.live.model_version}
            case "/predict":
                tasks = [task for task in asked.get("tasks") or [] if isinstance(task, Mapping)]
                return 200, {"results": [self.live.of_task(task.get("data") or {}) for task in tasks]}
            case "/webhook":
                self._heard(asked)
                return 200, {}
        return 404, {"error": f"nothing at {path}"}

    def _heard(self, told: Mapping[str, Any]) -> None:
        if told.get("action") not in _ANSWERED:
            return
        for annotation in told.get("annotations") or [told.get("annotation")]:
            if isinstance(annotation, Mapping) and isinstance(annotation.get("task"), int):
                self.answered(int(annotation.get("project") or told["project"]["id"]), int(annotation["task"]))


def listen(backend: Backend, port: int | None, first: int = 9090) -> ThreadingHTTPServer:
    """Listen on this machine; None takes the first free port.

    Raises:
        ServerError: the port is taken.
    """
    for candidate in range(first, 65536) if port is None else (port,):
        try:
            return ThreadingHTTPServer((LOOPBACK, candidate), partial(_Handler, backend))
        except OSError:
            continue
    raise ServerError(f"port {port} is taken by another program; choose another with port=, or port=null")


class _Handler(BaseHTTPRequestHandler):
    """One request; nothing is written to the terminal."""

    def __init__(self, backend: Backend, *arguments: Any) -> None:
        self._backend = backend  # the base class answers while it is made
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self._reply({})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MOST_BYTES:
            self._send(413, {"error": "too much"})
            return
        try:
            asked = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            self._send(400, {"error": "no JSON"})
            return
        self._reply(asked if isinstance(asked, dict) else {})

    def _reply(self, asked: Mapping[str, Any]) -> None:
        if not self._backend.knows(self.headers.get("Authorization") or ""):
            self._send(401, {"error": "the secret is missing"})
            return
        self._send(*self._backend.answer(self.path, asked))

    def _send(self, status: int, content: Mapping[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Say nothing of every request."""
