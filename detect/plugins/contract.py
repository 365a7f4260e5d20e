"""The contract of a detector as a list of checks, each passed or failed with a reason: `wink check-detector`."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from detect.asking import ask_detector
from detect.detectors.detector import AngleReader, Observation
from detect.frame_truth import ANGLES
from detect.plugins.bait import CLIP_ID, LIE_DEG, LIE_ONSET_S, bait, state_of, watched
from detect.plugins.mannequin import FPS, SQUAT_S, nobody, squatting, write_figure
from detect.plugins.outsider import MISSING, NO_REPETITION, Outsider, Question, admitted
from detect.plugins.plugins import AnyDetector
from detect.pose import PoseTrack
from detect.pose_cache import save_pose
from wink.clip import Clip
from wink.detection import Detection
from wink.words import several

LONG_S = 60.0


@dataclass(frozen=True)
class Check:
    """One point of the contract."""

    name: str
    passed: bool
    words: str  # what was seen


@dataclass(frozen=True)
class Scene:
    """A video with its pose."""

    video: Path
    pose_file: Path
    pose: PoseTrack


class Subject:
    """The detector under test, asked in whatever way it is to be asked."""

    def __init__(self, detector: AnyDetector, timeout_s: float) -> None:
        self.detector, self.timeout_s = detector, timeout_s

    def ask(self, scene: Scene, clip_id: str = "clip") -> tuple[Detection, ...]:
        """Its rows for one scene, without what they cost."""
        n = scene.pose.n_frames
        if isinstance(self.detector, Outsider):
            question = Question(clip_id, scene.video, scene.pose_file, FPS, n)
            rows = tuple(admitted("it", self.detector.answer([question]), [question]))
        else:
            clip = Clip(clip_id, scene.video, FPS, n, 240, 180, "real", "", "", "", None)
            rows, _ = ask_detector("it", self.detector, clip, scene.pose, self.timeout_s)
        return tuple(replace(row, clip_id="", runtime_s=0.0) for row in rows)


def check_detector(detector: AnyDetector, folder: Path, timeout_s: float = 120.0) -> Iterator[Check]:
    """Check a detector point by point, on a drawn figure; a point that fails does not end the list.

    Args:
        detector: any but a table of predictions.
        folder: an empty one to work in.
        timeout_s: for one clip.
    """
    subject = Subject(detector, timeout_s)
    figure = _scene(folder, "figure", squatting(round(SQUAT_S * FPS)))
    twice = _scene(folder, "twice", squatting(round(2 * SQUAT_S * FPS)))
    first = subject.ask(figure)
    yield _survives("answers for a squat, within its contract", first)
    yield _survives("answers for two squats, in order", subject.ask(twice))
    yield Check("same clip, same answer", *_same(first, subject.ask(figure)))
    yield from _difficult(subject, folder)
    yield Check("same answer after other clips", *_same(first, subject.ask(figure)))
    yield from _honest(subject, folder, figure, first)
    if not isinstance(detector, Outsider):
        yield _leaves_pose_alone(subject, figure)
    if isinstance(detector, AngleReader):
        yield _reads_angles(detector, figure)
    started = time.perf_counter()
    subject.ask(figure)
    each_ms = 1e3 * (time.perf_counter() - started) / figure.pose.n_frames
    yield Check("answers in time", each_ms * figure.pose.n_frames < 1e3 * timeout_s, f"{each_ms:.2f} ms a frame")


def _scene(folder: Path, name: str, pose: PoseTrack, background: int = 200) -> Scene:
    file = folder / f"{name}.npz"
    save_pose(file, pose)
    return Scene(write_figure(folder / f"{name}.mp4", pose, background), file, pose)


def _difficult(subject: Subject, folder: Path) -> Iterator[Check]:
    """Clips that break detectors."""
    n = round(SQUAT_S * FPS)
    half_lost = squatting(n)
    presence, points = half_lost.presence.copy(), half_lost.points_px.copy()
    presence[: n // 3], points[: n // 3] = 0.0, np.nan
    scenes: dict[str, Callable[[], Scene]] = {
        "a black video": lambda: _scene(folder, "black", nobody(n), 0),
        "a video without a person": lambda: _scene(folder, "empty", nobody(n)),
        "a clip of one frame": lambda: _scene(folder, "one", squatting(1)),
        "a person who appears late": lambda: _scene(
            folder, "late", replace(half_lost, presence=presence, points_px=points)
        ),
        f"a clip of {LONG_S:g} s": lambda: _scene(folder, "long", squatting(round(LONG_S * FPS))),
    }
    for words, made in scenes.items():
        scene = made()
        yield _survives(f"survives {words}", subject.ask(scene), has_person=scene.pose.seen.sum() > FPS)


def _honest(subject: Subject, folder: Path, figure: Scene, first: tuple[Detection, ...]) -> Iterator[Check]:
    """It sees the video, not names or the truth beside it, and writes nothing there."""
    other = folder / "elsewhere"
    other.mkdir()
    renamed = replace(figure, video=Path(shutil.copyfile(figure.video, other / "marked_wink_at_77.mp4")))
    yield Check("does not read names", *_same(first, subject.ask(renamed, "another-name")))
    dataset = bait(folder / "dataset", figure.video)
    before = state_of(dataset.path)
    inside = replace(figure, video=dataset.clip(CLIP_ID).video)
    with watched(dataset.path) as opened:
        said = subject.ask(inside, CLIP_ID)
    looked = sorted({name for name in opened if not name.endswith(".mp4")})
    same, words = _same(first, said)
    if _believes(said):
        same, words = False, f"it repeats what a false truth beside the video says: {LIE_ONSET_S} s, {LIE_DEG} deg"
    yield Check("does not read the truth", same and not looked, f"it opens {', '.join(looked)}" if looked else words)
    changed = sorted(set(state_of(dataset.path).items()) ^ set(before.items()))
    yield Check(
        "does not write to the dataset",
        not changed,
        f"it changed {', '.join(dict.fromkeys(name for name, _ in changed))}" if changed else "nothing changed",
    )


def _believes(rows: tuple[Detection, ...]) -> bool:
    return any(row.onset_s == LIE_ONSET_S or row.magnitude_deg == LIE_DEG for row in rows)


def _leaves_pose_alone(subject: Subject, figure: Scene) -> Check:
    before = {name: np.copy(value) for name, value in vars(figure.pose).items()}
    subject.ask(figure)
    changed = [n for n, v in vars(figure.pose).items() if not np.array_equal(v, before[n], equal_nan=v is not None)]
    return Check(
        "leaves the pose as it was", not changed, f"it changed {', '.join(changed)}" if changed else "unchanged"
    )


def _reads_angles(detector: AngleReader, figure: Scene) -> Check:
    name = "reads angles of every frame"
    try:
        read = detector.read_angles(Observation(figure.video, figure.pose))
    except Exception as error:
        return Check(name, False, f"{type(error).__name__}: {error}")
    shapes = {angle: np.shape(getattr(read, angle)) for angle in ANGLES if getattr(read, angle) is not None}
    wrong = {angle: shape for angle, shape in shapes.items() if shape != (figure.pose.n_frames,)}
    return Check(name, not wrong, f"wrong shapes {wrong}" if wrong else ", ".join(shapes) or "it reads none")


def _survives(name: str, rows: tuple[Detection, ...], has_person: bool = True) -> Check:
    failed = next((row.error for row in rows if row.error is not None), None)
    if failed == MISSING and not has_person:
        return Check(name, True, f"no row, counted as missing: a row with rep {NO_REPETITION} says that there is none")
    if failed is not None:
        return Check(name, False, failed)
    calls = sum(row.onset_s is not None for row in rows)
    return Check(name, True, f"{several(len(rows), 'repetition')}, {calls} called")


def _same(first: tuple[Detection, ...], second: tuple[Detection, ...]) -> tuple[bool, str]:
    """Whether two answers are one, and where they differ."""
    if len(first) != len(second):
        return False, f"{len(first)} repetitions, then {len(second)}"
    for a, b in zip(first, second, strict=True):
        for name, value in asdict(a).items():
            if not _equal(value, getattr(b, name)):
                return False, f"repetition {a.rep}: {name} is {value}, then {getattr(b, name)}"
    return True, "the same"


def _equal(a: Any, b: Any) -> bool:
    return bool(a == b or (isinstance(a, float) and isinstance(b, float) and np.isnan(a) and np.isnan(b)))
