"""The whole path in one command: the demonstration calls the other verbs in order."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from wink.dataset import Dataset
from wink.errors import ClipError, WinkError


def demo(cfg: DictConfig) -> None:
    """Simulate, film, import, benchmark and annotate; then say what was made and what to try next."""
    started = time.monotonic()
    names = [cfg.name]
    clips = real_clips(list(cfg.input), Path(cfg.real_clips))
    os.environ["WINK_ENDS_WITH"] = str(os.getpid())
    os.environ.update(WINK_DATASETS=cfg.paths.datasets, WINK_CACHE=cfg.paths.cache, WINK_SERVER=cfg.paths.server)
    print("Label Studio is made ready in the background (the first time about 870 MB and two minutes)")
    with preparing_server(Path(cfg.paths.cache)) as prepared:
        step(
            1,
            "simulate and film six lifters and their twins",
            "generate",
            f"experiment={cfg.recipe}",
            f"name={cfg.name}",
        )
        if clips:
            try:
                step(2, "bring in real clips", "import", *map(str, clips), f"name={cfg.real_name}")
            except WinkError:
                print("none of them could be read; the demonstration goes on without", flush=True)
        else:
            print('\n== 2/5  no new real clips; add some with  make demo CLIPS="a.mp4 b.mov"', flush=True)
        if (Path(cfg.paths.datasets) / cfg.real_name / "metadata.parquet").exists():
            names.append(cfg.real_name)
        step(3, "benchmark detectors, from the videos", "benchmark", *names)
        prepared.wait()
    step(4, "put the clips before annotators", "annotate", *names, "review=true", f"serve={str(cfg.serve).lower()}")
    print(f"\n== 5/5  what was made, in {(time.monotonic() - started) / 60:.1f} min")
    datasets = [Dataset(Path(cfg.paths.datasets) / name) for name in names]
    print(made(datasets))
    print(what_next(datasets, serving=bool(cfg.serve)))


def real_clips(given: Sequence[str], folder: Path) -> list[Path]:
    """The real clips to bring in: those given, else a folder of them, if it exists.

    Raises:
        ClipError: a clip that was given is not there.
    """
    missing = [name for name in given if not Path(name).exists()]
    if missing:
        raise ClipError(f"there is no {', no '.join(missing)}; a name with spaces goes to `wink demo` in quotes")
    if given:
        return [Path(name) for name in given]
    return [folder] if folder.is_dir() else []


def step(number: int, title: str, verb: str, *arguments: str) -> None:
    """Run one verb as a process of its own, its output passed through.

    Raises:
        WinkError: the verb failed; it has said why.
    """
    print(f"\n== {number}/5  {title}:  wink {verb} {' '.join(arguments)}", flush=True)
    code = _run([*_wink(), verb, *arguments])
    if code == 130:
        raise KeyboardInterrupt
    if code:
        raise WinkError(f"step {number}, `wink {verb}`, failed as said above; mend it and run the same command again")


def _run(command: list[str]) -> int:
    """Run a command to its end; a Ctrl-C reaches it too, and it gets the time to stop in its own way."""
    process = subprocess.Popen(command)
    try:
        return process.wait()
    except KeyboardInterrupt as stop:
        if stop.args:  # a Ctrl-C has reached the process too; a signal that was for us alone has not
            process.terminate()
        process.wait()
        raise


@dataclass(frozen=True)
class Preparation:
    """The annotation server being made ready in the background, and what it says."""

    process: subprocess.Popen[bytes]
    log: Path

    def wait(self) -> None:
        """Wait until the server is ready.

        Raises:
            WinkError: it could not be made ready.
        """
        if self.process.poll() is None:
            print("\nwaiting for the annotation server's first migrations", flush=True)
        if self.process.wait():
            said = self.log.read_text().strip()[-2000:]
            raise WinkError(f"the annotation server could not be made ready:\n{said}")


@contextmanager
def preparing_server(cache: Path) -> Iterator[Preparation]:
    """Make the annotation server ready in the background: its first migrations take about two minutes."""
    cache.mkdir(parents=True, exist_ok=True)
    log = cache / "prepare-server.log"
    with log.open("wb") as out:
        process = subprocess.Popen([*_wink(), "annotate", "prepare=true"], stdout=out, stderr=subprocess.STDOUT)
    try:
        yield Preparation(process, log)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def made(datasets: Sequence[Dataset]) -> str:
    """Return a table of what each dataset holds."""
    lines = [f"{'dataset':<24} {'clips':>5} {'frames':>7} {'seconds':>8} {'repetitions':>12} {'onsets':>6}"]
    for dataset in datasets:
        clips = dataset.clips()
        known = [r for clip in clips for r in clip.repetitions or ()]
        labelled = any(clip.repetitions is not None for clip in clips)
        lines.append(
            f"{dataset.path!s:<24} {len(clips):>5} {sum(c.n_frames for c in clips):>7}"
            f" {sum(c.duration_s for c in clips):>8.0f}"
            + (
                f" {len(known):>12} {sum(r.wink() is not None for r in known):>6}"
                if labelled
                else f" {'unknown':>12} {'':>6}"
            )
        )
    return "\n".join(lines)


def what_next(datasets: Sequence[Dataset], serving: bool) -> str:
    """Return the commands to try next."""
    first = datasets[0]
    names = " ".join(dataset.name for dataset in datasets)
    wink = "wink" if shutil.which("wink") else os.path.relpath(_wink()[1])
    lines = [
        f"report         {first.path / 'report.html'}   (open it in a browser)",
        f"contact sheet  {first.path / 'contact_sheet.jpg'}",
        "",
        "next:",
        f"  {wink} annotate {names} serve=true"
        + ("      (running now)" if serving else "      mark winks in the browser"),
        f"  {wink} pull {names}   read back what was marked",
        f"  {wink} view {first.name}   a page: video, body in 3-D and curves, frame by frame",
        f"  {wink} info {names}   what is in them",
        f"  {wink} generate -m ankle_dorsiflexion=typical,stiff   two datasets, one setting apart",
        f"  {wink} VERB --help",
    ]
    return "\n".join(lines)


def _wink() -> list[str]:
    return [sys.executable, str(Path(sys.executable).with_name("wink"))]
