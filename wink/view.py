"""The verb that shows a clip."""

from __future__ import annotations

from pathlib import Path

import av
import pyarrow.compute as pc
from omegaconf import DictConfig

from wink.config import build
from wink.dataset import Dataset, find_dataset
from wink.errors import ClipError, ConfigError, DatasetError, unknown_name
from wink.viewers.shown import Shown, shown_clip
from wink.viewers.viewer import Viewer


def view(cfg: DictConfig) -> None:
    """Write what shows each clip named."""
    if not cfg.input:
        raise ConfigError("say which clip: `wink view demo` or `wink view demo/CLIP` or `wink view squat.mp4`")
    if cfg.output and len(cfg.input) > 1:
        raise ConfigError(
            f"output is one file and {len(cfg.input)} clips are named; leave it out, or view them one by one"
        )
    viewer: Viewer = build(cfg.viewer)
    for name in cfg.input:
        shown = find_shown(str(name), Path(cfg.paths.datasets))
        file = Path(cfg.output) if cfg.output else Path(cfg.paths.exports) / f"{shown.video.stem}{viewer.suffix}"
        print(f"{shown.title}: {viewer.write(shown, file)}")


def find_shown(name: str, datasets: Path) -> Shown:
    """What a name stands for: a video, dataset/clip, a dataset, or a clip's id.

    Raises:
        DatasetError: there is no such dataset or clip.
        ClipError: the video cannot be read.
    """
    path = Path(name)
    if path.is_file():
        return _video(path)
    dataset, _, clip_id = name.rpartition("/")
    if dataset and not path.is_dir():
        return _clip(Dataset(find_dataset(dataset, datasets)), clip_id)
    if path.is_dir() or (datasets / name).is_dir():
        found = Dataset(find_dataset(name, datasets))
        return _clip(found, most_winking(found))
    return _clip_anywhere(name, datasets)


def most_winking(dataset: Dataset) -> str:
    """The clip whose pelvis turns back most, seen from the side where there is such a view; else the first.

    Raises:
        DatasetError: there are no clips.
    """
    table = dataset.index
    if not table.num_rows:
        raise DatasetError(f"{dataset.name} holds no clips")
    side = table.filter(pc.equal(table["view"], "side"))
    ranked = (side if side.num_rows else table).sort_by([("max_pelvic_reversal_deg", "descending")])
    return str(ranked["clip_id"][0].as_py())


def _clip(dataset: Dataset, clip_id: str) -> Shown:
    clip = dataset.clip(clip_id)
    if not clip.video.is_file():
        raise DatasetError(f"the video of {clip_id} is gone: {clip.video}")
    return shown_clip(dataset, clip)


def _clip_anywhere(clip_id: str, datasets: Path) -> Shown:
    """A clip by its id alone, in whichever dataset it is."""
    folders = sorted(file.parent for file in datasets.glob("*/metadata.parquet"))
    for dataset in map(Dataset, folders):
        if clip_id in dataset.index["clip_id"].to_pylist():
            return _clip(dataset, clip_id)
    names = [folder.name for folder in folders]
    if not names:
        raise DatasetError(f"{clip_id!r} is no video, and there are no datasets in {datasets}")
    raise DatasetError(
        f"{unknown_name(f'dataset in {datasets}', clip_id, names)} No clip has that id, no file that name."
    )


def _video(path: Path) -> Shown:
    """A video file: as the clip it is, if it is one of a dataset, else by itself."""
    folder = path.resolve().parents[2] if len(path.resolve().parents) > 2 else path.parent
    if (folder / "dataset.json").exists():
        dataset = Dataset(folder)
        if path.stem in dataset.index["clip_id"].to_pylist():
            return _clip(dataset, path.stem)
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            fps = float(stream.average_rate or 0)
            frames = stream.frames or sum(1 for _ in container.decode(stream))
            size = stream.width, stream.height
    except (OSError, av.FFmpegError, IndexError) as error:
        raise ClipError(f"{path} cannot be read as a video: {error}") from error
    if fps <= 0 or not frames:
        raise ClipError(f"{path} does not say how many frames a second it has; bring it in with `wink import`")
    facts = {"video": f"{size[0]} x {size[1]}, {fps:g} frames a second, {frames} frames", "truth": "unknown"}
    return Shown(path.name, path, fps, frames, *size, facts)
