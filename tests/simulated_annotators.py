"""Annotators whose bias, spread, slips and smallest wink are known, and golden clips for them to mark."""

import json
from dataclasses import dataclass

import numpy as np

from wink.angles import relation_to_parallel
from wink.annotation import Annotation
from wink.clip import frame_at, time_of
from wink.dataset_writer import DatasetWriter, Shard
from wink.onset import Repetition, Wink
from wink.repetition_table import repetition_rows

N_FRAMES = 120
VIEWS, TOPS = ("side", "oblique_front", "oblique_rear"), ("tshirt", "hoodie", "crop")


@dataclass(frozen=True)
class Person:
    """Marks `bias` frames late, give or take `spread`; slips anywhere with chance `gross`; sees by a logistic curve."""

    name: str
    bias: float = 0.0
    spread: float = 2.0
    gross: float = 0.0
    threshold_deg: float = 12.0
    width_deg: float = 1.5
    guess: float = 0.0
    lapse: float = 0.0
    drift_per_clip: float = 0.0  # frames

    def mark(self, clip, rng, order=0):
        """An annotation of a clip, as a pull would bring it."""
        repetition = clip.repetitions[0]
        size = repetition.pelvic_reversal_deg
        chance = 1 / (1 + np.exp(-(size - self.threshold_deg) / self.width_deg))
        seen = rng.random() < self.guess + (1 - self.guess - self.lapse) * chance
        frame = None
        if seen:
            wink = repetition.wink()
            true = frame_at(wink.onset_s, clip.fps) if wink else 40
            frame = true + self.bias + self.drift_per_clip * order + self.spread * rng.standard_normal()
            if rng.random() < self.gross:
                frame = rng.uniform(0, clip.n_frames)
            frame = int(np.clip(round(frame), 0, clip.n_frames - 1))
        return annotation(clip, self.name, frame, order)


def annotation(clip, annotator, frame, order=0, **changes):
    """A valid annotation with an onset on a frame, or of no wink."""
    size = max(r.pelvic_reversal_deg for r in clip.repetitions) if clip.repetitions else 20.0
    grade = "none" if frame is None else "mild" if size < 20 else "clear" if size < 34 else "marked"
    values = {
        "clip_id": clip.clip_id,
        "annotation_id": f"{annotator}-{clip.clip_id}-{order}",
        "annotator": annotator,
        "onset_frame": frame,
        "onset_s": None if frame is None else time_of(frame, clip.fps),
        "grade": grade,
        "relation_to_parallel": None if frame is None else "before_parallel",
        "spans": json.dumps({} if frame is None else {"wink_onset": [[frame, frame]]}),
        "lead_time_s": 20.0,
        "updated_at": f"2026-01-01T{order:06d}",
        "primed": False,
        "injury_history": (),
    }
    empty = dict.fromkeys(("pain", "load_kg", "confidence", "note", "problem"))
    return Annotation(**(values | empty | changes))


def golden_dataset(path, sizes_deg, fps=30.0, seed=0):
    """Simulated clips with winks of given sizes (under 5 degrees: none; None: unknown), as `wink generate` has them."""
    rng = np.random.default_rng(seed)
    writer = DatasetWriter(path, {"golden": len(sizes_deg)})
    rows, truth = [], []
    for i, size in enumerate(sizes_deg):
        clip_id = f"{i:012x}"
        thigh = float(rng.uniform(60, 100))
        wink = Wink(
            "pelvic_reversal_onset", float(rng.uniform(0.9, 1.6)), thigh, 50.0, 90.0, size, relation_to_parallel(thigh)
        )
        winks = (wink,) if (size or 0) >= 5 else ()
        if size is not None:
            truth += repetition_rows(clip_id, [Repetition(0, 0.3, 2.0, 3.6, 110.0, size, size / 2, winks)], fps)
        row = {
            "clip_id": clip_id,
            "file_name": "videos/x.mp4",
            "sha256": "-",
            "source": "synthetic",
            "subject_id": f"s{i}",
        }
        row |= {"split": "test", "view": VIEWS[i % 3], "license": "CC0-1.0", "fps": fps, "n_frames": N_FRAMES}
        row |= {
            "width": 64,
            "height": 48,
            "n_repetitions": None if size is None else 1,
            "max_pelvic_reversal_deg": size,
        }
        rows.append(row | {"factors": json.dumps({"appearance": {"top": TOPS[i % 3]}})})
    (path / "videos").mkdir(exist_ok=True)
    (path / "videos/x.mp4").touch()
    writer.add(Shard("0", rows, truth, None))
    return writer.finish("card")
