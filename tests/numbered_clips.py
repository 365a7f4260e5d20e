"""A dataset of clips whose frames carry their own number, at the rates cameras have; marks on them, and their check."""

import json
import random
from fractions import Fraction

from videos import write_numbered

from wink.annotation import read_annotations
from wink.dataset_writer import DatasetWriter, Shard

RATES = {"24": Fraction(24), "25": Fraction(25), "29.97": Fraction(30000, 1001), "30": Fraction(30), "60": Fraction(60)}
#: Label and hotkey of every kind of mark, the onset first.
KEYS = {"wink_onset": "q", "wink": "w", "parallel": "e", "unsure_span": "r", "bottom": "t"}


def numbered_dataset(path, copies, seconds=3.2):
    """A few clips of every rate, ids opaque; returns the dataset."""
    writer = DatasetWriter(path, {"numbered": copies})
    rows = []
    for i, rate in enumerate(RATES.values()):
        n_frames = int(seconds * rate)
        video = write_numbered(path / "videos" / f"{i}.mp4", [float(k / rate) for k in range(n_frames)], rate=rate)
        for k in range(copies):
            row = {
                "clip_id": f"{i:x}{k:03x}00000000",
                "file_name": f"videos/{video.name}",
                "sha256": "-",
                "factors": "{}",
            }
            row |= {"source": "real", "subject_id": "s", "split": "test", "view": "side", "license": "CC0-1.0"}
            rows.append(row | {"fps": float(rate), "n_frames": n_frames, "width": 320, "height": 240})
    writer.add(Shard("0", rows, [], None))
    return writer.finish("card")


def frames_to_mark(clips, seed=0):
    """A random frame (from 0, never the first) of each clip for every kind of mark, by clip and label."""
    rng = random.Random(seed)
    return {c.clip_id: dict(zip(KEYS, rng.sample(range(1, c.n_frames), len(KEYS)), strict=True)) for c in clips}


def mark_all(page, project, tasks, clips, wanted):
    """Mark the wanted frames of each clip, look at the picture under each mark, and submit.

    Returns:
        The marks whose picture or counter was another frame's.
    """
    strange = []
    for clip in clips:
        page.open(project, tasks[clip.clip_id][0].number, clip.n_frames)
        for label, frame in wanted[clip.clip_id].items():
            page.mark(KEYS[label], frame + 1)
            if (page.frame_counted(), page.number_shown()) != (frame + 1, frame):
                strange.append((clip.clip_id, clip.fps, label, frame, page.frame_counted(), page.number_shown()))
            page.deselect()
        page.press("36")
        page.submit()
    return strange


def count_exact(dataset, wanted):
    """How many of the wanted marks came back on their frame."""
    exact = 0
    for annotation in read_annotations(dataset.path / "annotations.parquet"):
        spans = json.loads(annotation.spans)
        frames = wanted.get(annotation.clip_id, {})
        exact += sum(spans.get(label) == [[frame, frame]] for label, frame in frames.items())
        if frames and annotation.onset_s is not None:
            clip = dataset.clip(annotation.clip_id)
            assert annotation.onset_frame == frames["wink_onset"] == round(annotation.onset_s * clip.fps)
    return exact
