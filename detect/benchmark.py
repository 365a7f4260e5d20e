"""Run detectors on the videos of datasets, and score what they say against the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

from detect.annotator_rows import annotator_rows, with_references
from detect.asking import TIMEOUT_S, ask_detector
from detect.benchmarked import Benchmark, BenchmarkedDataset, KeptPoses, Role
from detect.detectors.detector import Detector, Observation
from detect.frame_truth import AngleError, FrameTruth, angle_errors, read_frame_truth
from detect.leaderboard import score_rows
from detect.plugins.outsider import Outsider, Question, admitted
from detect.plugins.plugins import AnyDetector
from detect.pose import PoseTrack
from detect.pose_cache import REMAKE, pose_files
from detect.probes.ceiling import NAME as CEILING
from detect.probes.ceiling import judge_true_tilt
from detect.probes.probing import ProbeScore, probed_repetitions, run_probes
from detect.reading import keep_readings, read_curves
from wink.clip import Clip
from wink.dataset import Dataset
from wink.detection import Detection, read_detections, write_detections
from wink.errors import ClipError, DetectorError
from wink.onset import DEFAULT_DEFINITION, Definition
from wink.progress import progress
from wink.tilt_reading import TiltReading

DETECTIONS_FILE = "detections.parquet"
TILT = "pelvic_tilt_deg"


def run_benchmark(
    datasets: Sequence[Dataset],
    detectors: Mapping[str, AnyDetector],
    cache: Path,
    definition: Definition = DEFAULT_DEFINITION,
    workers: int = 2,
    *,
    timeout_s: float = TIMEOUT_S,
    seed: int = 0,
    probes: bool = False,
) -> Benchmark:
    """Look at every clip, ask every detector, write `detections.parquet` beside each dataset, and score.

    The tilt that detectors read off the pictures is written beside it, for `wink push` to draw.

    What detectors that are not asked now said of these clips before stays in the file.

    Args:
        datasets: any mix; clips without labels get detections but no score.
        detectors: by name.
        cache: folder for the pose found in each video.
        definition: of the onset that is scored.
        workers: videos looked at at the same time.
        timeout_s: for a detector and a clip; then it has failed.
        seed: of the bootstrap.
        probes: whether leak probes and floors are run, and the rule on the true angles as a ceiling.

    Raises:
        ClipError: a video is missing, broken, or of another length than its dataset says.
        DatasetError: the detections of an earlier run cannot be read.
        DetectorError: the pose networks are missing (`wink fetch`), a detector failed on every clip, or a table has
            rows of clips that are in none of the datasets, or two for one repetition.
    """
    others = [_said_by_others(dataset, detectors) for dataset in datasets]
    parts = [_look(dataset, cache, workers) for dataset in datasets]
    outside = _ask_outsiders({n: d for n, d in detectors.items() if isinstance(d, Outsider)}, parts)
    inside = {n: d for n, d in detectors.items() if not isinstance(d, Outsider)}
    parts = [_ask(part, inside, outside, timeout_s, ceiling=probes) for part in parts]
    _refuse_failures(detectors, parts)
    for part, kept in zip(parts, others, strict=True):
        said = (d for d in part.detections if d.detector != CEILING)  # which is nobody's answer
        write_detections(part.dataset.path / DETECTIONS_FILE, (*kept, *said))
        keep_readings(part, detectors)
    parts = [with_references(part) for part in parts]
    roles = {name: _role(detector) for name, detector in detectors.items()}
    rows: list[dict[str, Any]] = []
    for part in parts:
        measured = [CEILING] if any(d.detector == CEILING for d in part.detections) else []
        scored = score_rows(part, [*detectors, *measured], definition=definition, seed=seed)
        rows += [{**row, "role": roles.get(row["detector"], "ceiling")} for row in scored]
        rows += annotator_rows(part, definition, seed)
    probed = {part.dataset.name: _probed(part, seed) for part in parts} if probes else {}
    return Benchmark(tuple(parts), tuple(detectors), tuple(rows), definition, roles, seed, probed)


def _probed(part: BenchmarkedDataset, seed: int) -> tuple[ProbeScore, ...]:
    """What each leak probe and floor makes of a dataset's simulated clips."""
    return run_probes(probed_repetitions(part.dataset, part.poses.__getitem__), seed=seed)


def _role(detector: AnyDetector) -> Role:
    """What a detector says it is there for."""
    role: Role = getattr(detector, "role", "detector")
    return role if role in get_args(Role) else "detector"


def _said_by_others(dataset: Dataset, detectors: Mapping[str, AnyDetector]) -> tuple[Detection, ...]:
    """What the file holds of the clips there are, from detectors that are not asked now."""
    clips = {clip.clip_id for clip in dataset.clips()}
    before = read_detections(dataset.path / DETECTIONS_FILE)
    return tuple(d for d in before if d.detector not in detectors and d.clip_id in clips)


def _refuse_failures(detectors: Mapping[str, AnyDetector], parts: Sequence[BenchmarkedDataset]) -> None:
    """A detector that fails everywhere is broken, not silent: say so, and leave all files as they are."""
    n_clips = sum(len(part.clips) for part in parts)
    for name in detectors:
        errors = [d.error for part in parts for d in part.detections if d.detector == name and d.error is not None]
        if n_clips and len(errors) == n_clips:
            rest = [other for other in detectors if other != name]
            way_out = f", or leave it out: 'detector=[{','.join(rest)}]'" if rest else ""
            raise DetectorError(f"{name} failed on every clip, nothing was written: {errors[0]}. Mend it{way_out}")


def _look(dataset: Dataset, cache: Path, workers: int) -> BenchmarkedDataset:
    """Find the pose in every clip, and read the true angles of its frames."""
    clips = dataset.clips()
    by_video = pose_files([clip.video for clip in clips], cache, workers)
    poses = KeptPoses({clip.clip_id: by_video[clip.video] for clip in clips})
    return BenchmarkedDataset(dataset, clips, poses)


def _ask_outsiders(outsiders: Mapping[str, Outsider], parts: Sequence[BenchmarkedDataset]) -> tuple[Detection, ...]:
    """Rows of detectors outside this program, each asked once for all datasets."""
    questions = [
        Question(clip.clip_id, clip.video, part.poses.files[clip.clip_id], clip.fps, clip.n_frames)
        for part in parts
        for clip in part.clips
    ]
    rows = [(name, outsider.answer(questions)) for name, outsider in outsiders.items()]
    return tuple(d for name, said in rows for d in admitted(name, said, questions))


def _ask(
    part: BenchmarkedDataset,
    detectors: Mapping[str, Detector],
    outside: Sequence[Detection],
    timeout_s: float,
    *,
    ceiling: bool,
) -> BenchmarkedDataset:
    """Ask every detector about every clip, one pose in memory at a time."""
    here = {clip.clip_id for clip in part.clips}
    detections = [d for d in outside if d.clip_id in here]
    pose_s: dict[str, float] = {}
    truth: dict[str, FrameTruth] = {}
    runtime_s = {(d.detector, d.clip_id): 0.0 for d in detections}
    for d in detections:
        runtime_s[d.detector, d.clip_id] += d.runtime_s
    errors: dict[str, list[AngleError]] = {}
    readings: list[TiltReading] = []
    for clip in progress(part.clips, f"detectors on {part.dataset.name}"):
        pose = part.poses[clip.clip_id]
        _check_length(clip, pose)
        pose_s[clip.clip_id] = pose.cpu_s
        known = read_frame_truth(part.dataset, clip)
        if known is not None:
            truth[clip.clip_id] = known
            if ceiling and TILT in known.angles:
                detections += _ceiling(clip, pose, known)
        for name, detector in detectors.items():
            said, runtime_s[name, clip.clip_id] = ask_detector(name, detector, clip, pose, timeout_s)
            detections += said
            read = read_curves(detector, clip, pose)
            if read is not None and read.pelvic_tilt_deg is not None:
                readings.append(TiltReading(name, clip.clip_id, read.pelvic_tilt_deg))
            if read is not None and known is not None:
                errors.setdefault(name, []).extend(angle_errors(clip.clip_id, known, read))
    return replace(
        part,
        detections=tuple(detections),
        pose_s=pose_s,
        runtime_s=runtime_s,
        truth=truth,
        angle_errors={name: tuple(some) for name, some in errors.items()},
        readings=tuple(readings),
    )


def _ceiling(clip: Clip, pose: PoseTrack, truth: FrameTruth) -> list[Detection]:
    """What the definition's own rule says of the true tilt."""
    findings = judge_true_tilt(Observation(clip.video, pose), truth.angles[TILT])
    return [Detection(CEILING, clip.clip_id, runtime_s=0.0, **asdict(finding)) for finding in findings]


def _check_length(clip: Clip, pose: PoseTrack) -> None:
    if pose.n_frames != clip.n_frames:
        raise ClipError(
            f"{clip.video} has {pose.n_frames} frames, its dataset says {clip.n_frames}: cut off, or exchanged; "
            f"put the right file in its place, or {REMAKE}"
        )
