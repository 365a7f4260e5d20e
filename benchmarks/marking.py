"""Place 200 marks through the labelling page on numbered frames at 24, 25, 29.97, 30 and 60 frames/s; count the exact.

    PYTHONPATH=tests python benchmarks/marking.py FOLDER [clips of each rate] [seconds]

Needs a Chromium on the path. FOLDER gets a server of its own, which is stopped at the end. No clip is begun after
`seconds`; the same command again goes on with the clips that are left.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

from labelling_page import signed_in
from numbered_clips import count_exact, frames_to_mark, mark_all, numbered_dataset

from annotate.access import access_token, client
from annotate.folder import LEAD, ServerFolder
from annotate.project import find_project
from annotate.push import tasks_by_clip
from annotate.running import find_running
from wink.dataset import Dataset


def main(folder: Path, copies: int, limit_s: float) -> None:
    """Mark, pull, count, and say it; clips that were marked before are not marked again."""
    os.environ |= {"WINK_SERVER": str(folder / "server"), "WINK_DATASETS": str(folder / "datasets")}
    path = folder / "datasets" / "numbered"
    dataset = Dataset(path) if path.exists() else numbered_dataset(path, copies)
    server = ServerFolder(folder / "server")
    ran = find_running(server) is not None
    subprocess.run(["wink", "annotate", "numbered"], check=True)
    wanted = frames_to_mark(dataset.clips())
    began = time.monotonic()
    try:
        strange = mark(server, dataset, wanted, limit_s)
        subprocess.run(["wink", "pull", "numbered"], check=True)
    finally:
        if not ran:
            subprocess.run(["wink", "annotate", "stop=true"], check=True)
    marks = sum(len(frames) for frames in wanted.values())
    exact, took = count_exact(dataset, wanted), time.monotonic() - began
    print(f"{exact} of {marks} marks exact; {len(strange)} shown strangely; {took:.0f} s")
    for one in strange:
        print(one)


def mark(
    server: ServerFolder, dataset: Dataset, wanted: dict[str, dict[str, int]], limit_s: float
) -> list[tuple[object, ...]]:
    """Mark the clips that nobody has marked yet through the page; what it showed strangely."""
    running = find_running(server)
    assert running is not None
    with client(running.url, access_token(server, running.url)) as ls:
        project = find_project(ls, "blind", "winklab")
        assert project is not None
        tasks = tasks_by_clip(ls, project)
        left = [c for c in dataset.clips() if not ls.tasks.get(id=str(tasks[c.clip_id][0].number)).annotations]
        left.sort(key=lambda clip: clip.clip_id[1:])  # every rate in turn
    print(f"{len(left)} clips to mark", flush=True)
    strange, stop = [], time.monotonic() + limit_s
    with signed_in(running.url, LEAD, server.password()) as page:
        for clip in left:
            if time.monotonic() > stop:
                break
            strange += mark_all(page, project, tasks, [clip], wanted)
            print(f"clip {clip.clip_id} ({clip.fps:.2f} frames/s) marked", flush=True)
    return strange


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    given = [float(word) for word in sys.argv[2:]]
    main(Path(sys.argv[1]), int(given[0]) if given else 8, given[1] if len(given) > 1 else 1e9)
