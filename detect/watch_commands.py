"""The verbs that look at people: `wink detect`, `wink live`, `wink attach`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from omegaconf import DictConfig

from detect.places import writable_folder
from wink.config import build
from wink.errors import ClipError, ConfigError

if TYPE_CHECKING:
    from detect.causal import LiveJudge
    from detect.detectors.detector import Detector


def detect(cfg: DictConfig) -> None:
    """Look at videos and write what was found in each."""
    from detect.detecting import TABLE, Told, detect_all, gather_table, videos_of

    videos = videos_of(Path(str(name)) for name in ([cfg.input] if isinstance(cfg.input, str) else cfg.input))
    name, detector = the_one_detector(cfg)
    output = writable_folder("output", Path(cfg.output) if cfg.output else Path(cfg.paths.exports) / "detect")
    cache = writable_folder("paths.cache", Path(cfg.paths.cache))
    failed = done = 0
    for number, result in enumerate(detect_all(videos, name, detector, output, cache, bool(cfg.overwrite)), start=1):
        print(f"[{number}/{len(videos)}] {result.video.name}")
        if isinstance(result, Told):
            done += 1
            lines = (*result.lines, f"look at {result.folder / 'page.html'}")
            print("\n".join(f"  {line}" for line in lines), flush=True)
        else:
            failed += not result.there
            print(f"  {'left alone' if result.there else 'NOT READ'}: {result.reason}", flush=True)
    print(
        f"wrote {gather_table(output)}"
        if done or not (output / TABLE).exists()
        else f"nothing new; {output / TABLE} is as it was"
    )
    if failed == len(videos):
        raise ClipError(f"none of the {failed} videos could be read" if failed > 1 else "the video could not be read")


def the_one_detector(cfg: DictConfig) -> tuple[str, Detector]:
    """The detector chosen and its name, where only one can be.

    Raises:
        ConfigError: none is chosen, or several, or its settings are wrong.
    """
    chosen = dict(cfg.get("detector") or {})
    if len(chosen) != 1:
        raise ConfigError(f"one detector looks at a video, {len(chosen)} are chosen; say detector=low_back_contour")
    ((name, part),) = chosen.items()
    try:
        detector: Detector = build(part)
    except ConfigError as error:
        raise ConfigError(f"detector {name}: {error}") from None
    return str(name), detector


def attach(cfg: DictConfig) -> None:
    """Give a filmed clip the truth of a recording of the same movement."""
    from detect.attaching import attach_recording

    if len(cfg.input) != 2:
        raise ConfigError("name a clip and a recording: `wink attach real/1a2b3c4d5e6f squat.trc`")
    cache = writable_folder("paths.cache", Path(cfg.paths.cache))
    clip, recording = (str(each) for each in cfg.input)
    for line in attach_recording(clip, Path(recording), Path(cfg.paths.datasets), cache, cfg.offset_s, cfg.markers):
        print(line)


def _live_judge(cfg: DictConfig) -> LiveJudge:
    """What judges live pictures.

    Raises:
        ConfigError: the detector needs the whole film, or its settings are wrong.
    """
    from detect.causal import LiveDetector
    from detect.detectors.detector import check_setting

    check_setting("held_s", cfg.held_s, low=0, high=2)
    name, detector = the_one_detector(cfg)
    if not isinstance(detector, LiveDetector):
        raise ConfigError(f"{name} needs the whole film; live are detector=silhouette_tcn_causal and low_back_contour")
    return detector.live(float(cfg.held_s))


def live(cfg: DictConfig) -> None:
    """Watch a camera or a file in real time."""
    from detect.live import watch_live
    from detect.live_page import LivePage
    from detect.live_source import Latest, camera_shots, file_shots
    from detect.pose import Tracker

    inputs = [cfg.input] if isinstance(cfg.input, str | int) else list(cfg.input)
    if len(inputs) != 1:
        raise ConfigError("name one camera or video: `wink live 0`, `wink live squat.mp4`")
    name = str(inputs[0])
    tracker, judge = Tracker(), _live_judge(cfg)
    if not name.isdigit() and not Path(name).is_file():
        raise ClipError(f"there is no file {name}, and a camera is a number: 0 is the first")
    try:
        page = LivePage(int(cfg.port)) if cfg.page else None
    except OSError as error:
        raise ConfigError(f"port={cfg.port} cannot be used ({error.strerror}); 0 takes any that is free") from None
    if page is not None:
        print(f"look at {page.address} (this machine only); Ctrl-C ends it", flush=True)
    shots = camera_shots(int(name)) if name.isdigit() else file_shots(Path(name))
    with Latest(shots) as newest:
        measured = watch_live(newest, tracker, judge, page, lambda line: print(line, flush=True))
    print(measured)
