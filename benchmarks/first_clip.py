"""How long it takes from `wink annotate` to a first clip that plays on the page: from nothing, and again later.

    PYTHONPATH=tests python benchmarks/first_clip.py FOLDER DATASET

Needs a Chromium on the path. FOLDER gets the environment, the database and the media. A new one gives both figures, one
that was used before the second alone. What package caches hold makes the first smaller. The browser does what a person
does: signs in, opens the project, *Label All Tasks*, reads the instructions away, plays. Seconds are of the wall clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from labelling_page import signed_in

from annotate.folder import LEAD, ServerFolder
from annotate.running import find_running


def main(folder: Path, dataset: Path) -> None:
    """Measure twice, or in a folder that was used once; the server is stopped between and after."""
    new = not (folder / "server").exists()
    os.environ |= {part: str(folder / name) for part, name in (("WINK_CACHE", "cache"), ("WINK_SERVER", "server"))}
    os.environ.pop("WINK_LABEL_STUDIO_ENV", None)
    for which in ("from nothing", "later") if new else ("later",):
        command_s, clip_s = measure(folder, dataset, which.replace(" ", "_"))
        print(f"{which}: {command_s:.0f} s until the command says where the page is, {clip_s:.0f} s until a clip plays")


def measure(folder: Path, dataset: Path, name: str) -> tuple[float, float]:
    """Seconds until `wink annotate` returns, and until the first clip plays in the browser; the server is stopped."""
    began = time.monotonic()
    subprocess.run(["wink", "annotate", str(dataset)], check=True)
    command_s = time.monotonic() - began
    server = ServerFolder(folder / "server")
    try:
        running = find_running(server)
        assert running is not None
        with signed_in(running.url, LEAD, server.password()) as page:
            page.begin_labelling()
            page.play()
            clip_s = time.monotonic() - began
            page.page.screenshot(path=str(folder / f"{name}.png"))
    finally:
        subprocess.run(["wink", "annotate", "stop=true"], check=True)
    return command_s, clip_s


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
