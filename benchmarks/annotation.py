"""How annotation holds up: thousands of clips, and clients and servers that are killed at any moment.

    benchmarks/annotation.py kills            30 random kills of client or server during pushes and pulls
    benchmarks/annotation.py scale            10,000 clips pushed, 100 new answers pulled among them, memory
    benchmarks/annotation.py kills --n 5      fewer
    benchmarks/annotation.py scale --n 1000

Needs a Label Studio environment (WINK_LABEL_STUDIO_ENV, or it is installed) and starts its own server in a folder of
its own (--folder keeps it; else it is removed). `kills` ends with an error if anything was lost, doubled or missing.
Seconds are of the wall clock: machines differ, and so does what else they do.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
from omegaconf import DictConfig, OmegaConf

from annotate.access import access_token, authorisation, client
from annotate.commands import annotate, pull, push
from annotate.folder import ServerFolder
from annotate.label_studio import choice, region
from annotate.project import find_project
from annotate.push import tasks_by_clip
from annotate.running import find_running, stop_server
from wink.annotation import read_annotations
from wink.dataset_writer import DatasetWriter, Shard
from wink.detection import Detection, write_detections

ROOT = Path(__file__).parents[1]
FPS, FRAMES, SIZE = 30.0, 12, (64, 48)
DETECTORS = ("one", "two")
CHUNK = 120  # clips of one push that is killed
ANSWERS = 40  # answers of one pull that is killed
NEW = 100  # answers pulled among many
VERBS: dict[str, Callable[[DictConfig], None]] = {"annotate": annotate, "push": push, "pull": pull}


@dataclass
class Lab:
    """A server of its own with datasets of tiny clips."""

    root: Path
    tally: Counter[str] = field(default_factory=Counter)

    @property
    def folder(self) -> ServerFolder:
        """Where the server is kept."""
        return ServerFolder(self.root / "server")

    def settings(self, verb: str, *names: str, **changes: object) -> DictConfig:
        """The settings of a verb, for this lab."""
        config = OmegaConf.load(ROOT / "configs" / f"{verb}.yaml")
        paths = {part: str(self.root / part) for part in ("datasets", "cache", "server")}
        environment = os.environ.get("WINK_LABEL_STUDIO_ENV")
        merged = OmegaConf.merge(
            config, {"paths": paths, "input": list(names), "environment": environment, "title": "bench"}, changes
        )
        assert isinstance(merged, DictConfig)
        return merged

    def run(self, verb: str, *names: str, **changes: object) -> int:
        """A verb in a process of its own; its number. It is quiet and may be killed."""
        child = os.fork()
        if child == 0:
            status = 1
            with suppress(BaseException), (self.root / "said.log").open("a") as said:
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
                try:
                    VERBS[verb](self.settings(verb, *names, **changes))
                    status = 0
                except Exception as error:
                    print(f"{type(error).__name__}: {error}", flush=True)
            os._exit(status)
        return child

    def finish(self, verb: str, *names: str, **changes: object) -> float:
        """Run a verb to its end; its peak memory [MB].

        Raises:
            RuntimeError: it failed.
        """
        _, status, usage = os.wait4(self.run(verb, *names, **changes), 0)
        if status:
            raise RuntimeError(f"{verb} {names} failed:\n{(self.root / 'said.log').read_text()[-2000:]}")
        return usage.ru_maxrss / 1024

    @contextmanager
    def studio(self) -> Iterator[Any]:
        """The server, signed in to."""
        running = find_running(self.folder)
        assert running is not None
        with client(running.url, access_token(self.folder, running.url)) as ls:
            yield ls


def make_dataset(path: Path, first: int, n: int) -> list[str]:
    """A dataset of `n` tiny clips and what two detectors say of them; the clips' ids."""
    writer = DatasetWriter(path, {"bench": path.name})
    video = path / "videos" / "one.mp4"
    _write_video(video)
    ids = [f"{first + k:012x}" for k in range(n)]
    known = {"fps": FPS, "n_frames": FRAMES, "width": SIZE[0], "height": SIZE[1], "n_repetitions": None}
    words = {"source": "real", "subject_id": "s", "split": "test", "view": "side", "license": "CC0-1.0"}
    plain = known | words | {"file_name": f"videos/{video.name}", "sha256": "-", "factors": "{}"}
    writer.add(Shard("0", [plain | {"clip_id": clip_id} for clip_id in ids], [], None))
    writer.finish("card")
    said = (Detection(d, clip_id, 0, 0.8, 0.1, 15.0, 0.3, 0.1) for clip_id in ids for d in DETECTORS)
    write_detections(path / "detections.parquet", tuple(said))
    return ids


def _write_video(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=int(FPS))
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for k in range(FRAMES):
            grey = np.full((SIZE[1], SIZE[0], 3), 20 * k, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        file.mux(stream.encode(None))


def kills(lab: Lab, n: int, seed: int) -> dict[str, Any]:
    """Kill client or server at random moments of pushes and pulls; count what was lost, doubled or missing."""
    rng = np.random.default_rng(seed)
    pushed, answered = make_dataset(lab.root / "datasets" / "first", 0, CHUNK), set[str]()
    began = time.monotonic()
    lab.finish("push", "first", project="review", serve=True)
    push_s = time.monotonic() - began
    lab.finish("annotate", "first", serve=True)
    pull_s = 3.0
    for trial in range(n):
        what, whom = rng.choice(("push", "pull")), rng.choice(("client", "server"))
        _serve(lab)
        if what == "push":
            name = f"chunk{trial}"
            pushed += make_dataset(lab.root / "datasets" / name, (trial + 1) * 100_000, CHUNK)
            again = {"verb": "push", "names": (name,), "project": "review"}
        else:
            answered |= _answer(lab, ANSWERS)
            again = {"verb": "pull", "names": ("first",)}
        took = _kill_one(lab, again, str(whom), float(rng.uniform(0.0, push_s if what == "push" else pull_s)))
        if what == "push":
            push_s = max(push_s, took)
        else:
            pull_s = max(pull_s, took)
        lab.tally[f"{what}, {whom} killed"] += 1
        print(f"{trial + 1}/{n}: {what}, {whom} killed", flush=True)
    _serve(lab)
    return {"kills": n, **lab.tally, **_missing(lab, pushed, answered)}


def _serve(lab: Lab) -> None:
    if find_running(lab.folder) is None:
        lab.finish("annotate", serve=True)


def _kill_one(lab: Lab, again: dict[str, Any], whom: str, after_s: float) -> float:
    """Begin a verb, kill somebody after a while, and run it again to its end; how long that took [s]."""
    verb, names = again["verb"], again["names"]
    changes = {key: value for key, value in again.items() if key not in ("verb", "names")}
    began = lab.run(verb, *names, **changes)
    time.sleep(after_s)
    running = find_running(lab.folder, patience_s=0.5)
    over = os.waitpid(began, os.WNOHANG) != (0, 0)
    lab.tally["of them before the work was done"] += not over
    if whom == "client" and not over:
        os.kill(began, signal.SIGKILL)
    elif whom == "server" and running is not None:
        os.kill(running.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(running.pid, 0)
    if not over:
        os.waitpid(began, 0)
    _serve(lab)
    start = time.monotonic()
    lab.finish(verb, *names, **changes)
    return time.monotonic() - start


def _answer(lab: Lab, n: int) -> set[str]:
    """Answers as annotators give them, spread over the clips; the lasting ids of all that are on the server."""
    with lab.studio() as ls:
        project = find_project(ls, "blind", "bench")
        assert project is not None
        tasks = [several[0].number for several in tasks_by_clip(ls, project).values()]
        for k in range(n):
            frame = k % FRAMES
            given = [region("wink_onset", (frame, frame)), choice("wink_grade", ["mild"])]
            given.append(choice("wink_depth", ["at_parallel"]))
            ls.annotations.create(id=tasks[k % len(tasks)], result=given, lead_time=5.0)
    return _answers_there(lab)


def _answers_there(lab: Lab) -> set[str]:
    """Lasting ids of all answers on the server, from a plain export."""
    import httpx

    running = find_running(lab.folder)
    assert running is not None
    headers = authorisation(running.url, access_token(lab.folder, running.url))
    with lab.studio() as ls:
        project = find_project(ls, "blind", "bench")
    url = f"{running.url}/api/projects/{project}/export?exportType=JSON"
    tasks = httpx.get(url, headers=headers, timeout=600).raise_for_status().json()
    return {a["unique_id"] for task in tasks for a in task["annotations"]}


def _missing(lab: Lab, pushed: Sequence[str], answered: set[str]) -> dict[str, int]:
    """What a look at everything finds wrong."""
    with lab.studio() as ls:
        review = find_project(ls, "review", "bench")
        assert review is not None
        there = tasks_by_clip(ls, review)
        said = Counter((int(p.task), str(p.model_version)) for p in ls.predictions.list(project=review))
    wanted = [(there[c][0].number, d) for c in pushed if c in there for d in DETECTORS]
    kept = Counter(a.annotation_id for a in read_annotations(lab.root / "datasets" / "first" / "annotations.parquet"))
    return {
        "clips": len(pushed),
        "clips lost": sum(c not in there for c in pushed),
        "clips twice": sum(len(several) > 1 for several in there.values()),
        "predictions": len(wanted),
        "predictions missing": sum(key not in said for key in wanted),
        "predictions twice": sum(n > 1 for n in said.values()),
        "answers": len(answered),
        "answers lost": len(answered - kept.keys()),
        "answers twice": sum(n > 1 for n in kept.values()),
    }


def scale(lab: Lab, n: int) -> dict[str, Any]:
    """Push many clips, answer some, pull: seconds and peak memory."""
    make_dataset(lab.root / "datasets" / "many", 0, n)
    lab.finish("annotate", serve=True)
    found: dict[str, Any] = {"clips": n}

    def timed(name: str, verb: str, *names: str, **changes: object) -> None:
        start = time.monotonic()
        memory = lab.finish(verb, *names, **changes)
        found[f"{name} [s]"] = round(time.monotonic() - start, 1)
        found[f"{name}, peak of the client [MB]"] = round(memory)
        print(f"{name}: {found[f'{name} [s]']} s", flush=True)

    timed("push", "push", "many")
    timed("push again", "push", "many")
    _answer(lab, 3 * NEW)
    timed(f"first pull of {3 * NEW}", "pull", "many")
    _answer(lab, NEW)
    timed(f"pull of {NEW} new", "pull", "many")
    timed("pull of nothing new", "pull", "many")
    kept = read_annotations(lab.root / "datasets" / "many" / "annotations.parquet")
    running = find_running(lab.folder)
    assert running is not None
    status = Path(f"/proc/{running.pid}/status").read_text()
    found["answers kept"] = len({a.annotation_id for a in kept})
    found["peak of the server [MB]"] = int(status.split("VmHWM:")[1].split()[0]) // 1024
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if something was lost, doubled or missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("kills", "scale"))
    parser.add_argument("--n", type=int, help="kills (30), or clips (10000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="kept afterwards; may hold a prepared server")
    given = parser.parse_args(arguments)
    root = given.folder or Path(tempfile.mkdtemp(prefix="wink-annotation-"))
    root.mkdir(parents=True, exist_ok=True)
    lab = Lab(root)
    try:
        with redirect_stdout(sys.stderr):
            found = kills(lab, given.n or 30, given.seed) if given.what == "kills" else scale(lab, given.n or 10_000)
    finally:
        stop_server(lab.folder)
        if given.folder is None:
            shutil.rmtree(root, ignore_errors=True)
    print(json.dumps(found, indent=1))
    wrong = [key for key, value in found.items() if value and key.endswith(("lost", "twice", "missing"))]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
