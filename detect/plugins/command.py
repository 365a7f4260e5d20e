"""Another program as a detector: called once a clip, or once for all.

The program sees copies of the videos under names that say nothing, in a folder where nothing else is, and the poses
that were found in them. It answers on its standard output, in CSV or JSON lines, a row a repetition.
"""

from __future__ import annotations

import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from detect.detectors.detector import check_setting
from detect.plugins.outsider import Question, detection_of, failure, nothing_found
from detect.plugins.table_file import read_rows
from wink.detection import Detection
from wink.errors import ConfigError, DetectorError
from wink.progress import progress

PLACES = ("video", "pose", "fps")


@dataclass(frozen=True)
class Command:
    """A program called once a clip: `mydet {video}`; {pose} and {fps} may be asked for too."""

    command: str
    timeout_s: float = 120.0  # for one clip

    def __post_init__(self) -> None:
        """ConfigError where the program is not there or the command names no video."""
        check_setting("timeout_s", self.timeout_s, above=0)
        check_program(self.command)
        if "{video}" not in self.command:
            raise ConfigError(f"command {self.command!r} says nowhere {{video}}: where the file's name belongs")

    def answer(self, questions: Sequence[Question]) -> list[Detection]:
        """Call it for every clip; one that fails is a row with its reason."""
        with tempfile.TemporaryDirectory(prefix="clips-") as folder:
            shown = progress(questions, self.command.split()[0]) if len(questions) > 1 else questions
            return [row for question in shown for row in self._one(question, Path(folder))]

    def _one(self, question: Question, folder: Path) -> list[Detection]:
        video = anonymous_copy(question, folder, 0)
        places = {"video": str(video), "pose": str(question.pose), "fps": f"{question.fps:.6g}"}
        try:
            text, runtime_s = run_program(_filled(self.command, places), "", self.timeout_s)
            rows = [detection_of(row, question.clip_id, rep) for rep, row in enumerate(read_rows(text))]
        except DetectorError as error:
            return [failure("", question.clip_id, str(error))]
        finally:
            video.unlink()
        if not rows:
            return [nothing_found(question.clip_id, runtime_s)]
        return [replace(row, clip_id=question.clip_id, runtime_s=runtime_s / len(rows)) for row in rows]


@dataclass(frozen=True)
class BatchCommand:
    """A program called once: JSON lines of clip_id, video, pose, fps, n_frames come in, rows with clip_id go out."""

    command: str
    timeout_s: float = 120.0  # for each clip

    def __post_init__(self) -> None:
        """ConfigError where the program is not there."""
        check_setting("timeout_s", self.timeout_s, above=0)
        check_program(self.command)

    def answer(self, questions: Sequence[Question]) -> list[Detection]:
        """Call it; if it fails on the way, clips it has not answered are failures with its reason."""
        with tempfile.TemporaryDirectory(prefix="clips-") as folder:
            lines = [_line(question, anonymous_copy(question, Path(folder), k)) for k, question in enumerate(questions)]
            reason = None
            try:
                text, runtime_s = run_program(
                    shlex.split(self.command), "".join(lines), self.timeout_s * max(1, len(questions))
                )
            except ProgramError as error:
                text, runtime_s, reason = error.output, error.runtime_s, str(error)
        rows = [detection_of(row, "", 0) for row in read_rows(text)]
        answered = {row.clip_id for row in rows}
        silent = [question.clip_id for question in questions if question.clip_id not in answered]
        failures = [failure("", clip_id, reason) for clip_id in silent] if reason else []
        each_s = runtime_s / max(1, len(rows))
        return [replace(row, runtime_s=row.runtime_s or each_s) for row in rows] + failures


class ProgramError(DetectorError):
    """A program that failed, with what it had said until then."""

    def __init__(self, message: str, output: str, runtime_s: float) -> None:
        super().__init__(message)
        self.output, self.runtime_s = output, runtime_s


def check_program(command: str) -> None:
    """Check that a command's program is there.

    Raises:
        ConfigError: it is not, or the command cannot be read.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigError(f"command {command!r} cannot be read: {error}") from None
    if not words or shutil.which(words[0]) is None:
        raise ConfigError(f"command {command!r}: there is no program {words[0] if words else ''!r} on the path")


def run_program(words: Sequence[str], given: str, timeout_s: float) -> tuple[str, float]:
    """Run a program; return what it wrote and the CPU time it and its children took [s].

    Raises:
        ProgramError: it ended with another code than 0, or took too long (it is then ended with all it started).
    """
    before_s = _children_s()
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            output, errors = process.communicate(given, timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            raise ProgramError(f"timed out after {timeout_s:g} s", output, _children_s() - before_s) from None
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        said = (errors.strip().splitlines() or ["it said nothing"])[-1]
        raise ProgramError(f"ended with code {process.returncode}: {said}", output, _children_s() - before_s)
    return output, _children_s() - before_s


def anonymous_copy(question: Question, folder: Path, number: int) -> Path:
    """A copy of a video under a number."""
    return Path(shutil.copyfile(question.video, folder / f"clip_{number:05d}{question.video.suffix}"))


def _line(question: Question, video: Path) -> str:
    told = {"clip_id": question.clip_id, "video": str(video), "pose": str(question.pose)}
    return json.dumps({**told, "fps": question.fps, "n_frames": question.n_frames}) + "\n"


def _filled(command: str, places: dict[str, str]) -> list[str]:
    words = shlex.split(command)
    for place in PLACES:
        words = [word.replace("{" + place + "}", places[place]) for word in words]
    return words


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
