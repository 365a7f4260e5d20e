"""A dataset as the simulator writes it, made without simulating: numbered pictures, known points, boxes and masks."""

import numpy as np
import pyarrow as pa
from curves import squat_curve, trial_from_curves
from videos import write_numbered

from wink.dataset_writer import DatasetWriter, Shard, worst_reversal_deg
from wink.files import file_sha256
from wink.onset import find_repetitions
from wink.repetition_table import repetition_rows

FPS, N_FRAMES, WIDTH, HEIGHT = 10.0, 40, 160, 120
COCO = "nose eye_left eye_right ear_left ear_right shoulder_left shoulder_right elbow_left elbow_right wrist_left "
COCO += "wrist_right hip_left hip_right knee_left knee_right ankle_left ankle_right"
NAMES = (*COCO.split(), "joint_l5s1", "sacrum", "psis_left")
CLASSES = ("background", "skin", "top", "bottom", "shoes", "hair", "bar", "plates")

#: name, split, view, what is known of it
CLIPS = (
    ("aaaaaaaaaaaa", "train", "side", "winks"),
    ("bbbbbbbbbbbb", "validation", "side", "clean"),
    ("cccccccccccc", "test", "oblique_rear", "fell"),
    ("dddddddddddd", "test", "unknown", "real"),
)


def repetitions_of(kind):
    if kind in ("fell", "real"):
        return ()
    time_s = np.arange(0, N_FRAMES / FPS, 0.01)
    thigh = squat_curve(time_s)
    return find_repetitions(
        trial_from_curves(time_s, thigh, -0.3 * (kind == "winks") * np.clip(thigh - 60, 0, None), 0.4 * thigh)
    )


def points_at(frame):
    """Where every keypoint is in a frame: (K, 2) [px]; the last one is hidden, the one before outside."""
    points = np.stack([20.0 + np.arange(len(NAMES)) * 5 + frame / 2, 30.0 + np.arange(len(NAMES)) * 3], axis=1)
    points[-2] = (-10.0, 20.0)
    return points


def labels_at(frame):
    """The mask of a frame: a person of 40 x 60 pixels that moves right, its lower half in trousers, and a bar."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[30:60, 20 + frame : 60 + frame] = CLASSES.index("top")
    labels[60:90, 20 + frame : 60 + frame] = CLASSES.index("bottom")
    labels[25:28, 10:150] = CLASSES.index("bar")
    return labels


def frame_table(clip_id):
    frames = range(N_FRAMES)
    time_s = np.arange(N_FRAMES) / FPS
    shown = np.arange(len(NAMES)) < len(NAMES) - 2
    angles = ("pelvic_tilt_deg", "lumbar_flexion_deg", "trunk_lean_deg", "thigh_inclination_deg", "hip_flexion_deg")
    return pa.table(
        {
            "clip_id": [clip_id] * N_FRAMES,
            "frame": pa.array(frames, pa.int64()),
            "time_s": time_s,
            "rep": pa.array([0] * N_FRAMES, pa.int64()),
            **{name: squat_curve(time_s) * (i + 1) / 5 for i, name in enumerate(angles)},
            "keypoints_2d": [points_at(k).astype(np.float32).ravel() for k in frames],
            "keypoints_3d": [np.c_[points_at(k), points_at(k)[:, :1]].astype(np.float32).ravel() / 100 for k in frames],
            "visible": [shown for _ in frames],
            "box": [np.array([20 + k, 30, 60 + k, 90], np.float32) for k in frames],
        }
    )


def row_of(folder, name, split, view, kind):
    simulated = kind != "real"
    repetitions = repetitions_of(kind)
    return {
        "file_name": f"videos/{name[0] * 3}/{name}.mp4",
        "clip_id": name,
        "source": "synthetic" if simulated else "real",
        "subject_id": f"subject_{name[0]}",
        "split": split,
        "view": view,
        "fps": FPS,
        "n_frames": N_FRAMES,
        "width": WIDTH,
        "height": HEIGHT,
        "trial_id": f"trial_{name[0]}" if simulated else None,
        "counterfactual_of": "trial_x" if name[0] == "c" else None,
        "outcome": {"real": None, "fell": "fell"}.get(kind, "completed"),
        "n_repetitions": len(repetitions) if kind in ("winks", "clean") else None,
        "max_pelvic_reversal_deg": worst_reversal_deg(repetitions),
        "load_kg": 20.0 if simulated else None,
        "mask_file": f"masks/{name[0] * 3}/{name}.npz" if simulated else None,
        "license": "CC0-1.0",
        "sha256": file_sha256(folder / f"videos/{name[0] * 3}/{name}.mp4"),
        "factors": '{"case": "typical_man"}' if simulated else "{}",
    }


def write_small_dataset(folder, clips=CLIPS, card="# small\n"):
    """Write the dataset: two known clips, one whose set fell, one real."""
    simulated = {"settings": {"keypoints": list(NAMES), "mask_classes": list(CLASSES), "views": ["side"]}}
    spec = simulated if any(kind != "real" for *_, kind in clips) else {"source": "real"}
    writer = DatasetWriter(folder, spec)
    for name, split, view, kind in clips:
        shard = name[0] * 3
        for part in ("videos", "masks"):
            (folder / part / shard).mkdir(parents=True, exist_ok=True)
        video = write_numbered(folder / f"videos/{shard}/{name}.mp4", np.arange(N_FRAMES) / FPS, size=(WIDTH, HEIGHT))
        with video.open("ab") as file:  # an atom that says nothing: no two videos are the same
            file.write(b"\0\0\0\x14free" + name.encode())
        if kind != "real":
            labels = np.stack([labels_at(k) for k in range(N_FRAMES)])
            np.savez_compressed(folder / f"masks/{shard}/{name}.npz", labels=labels)
        rows = repetition_rows(name, repetitions_of(kind), FPS)
        frames = None if kind == "real" else frame_table(name)
        writer.add(Shard(shard, [row_of(folder, name, split, view, kind)], rows, frames))
    return writer.finish(card)
