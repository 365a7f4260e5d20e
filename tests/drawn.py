"""A lifter drawn from known curves: pose tracks, silhouettes, a little video and a dataset, without any network."""

import json

import av
import cv2
import numpy as np
import pyarrow as pa
from curves import squat_curve, trial_from_curves

from detect.blazepose import INDEX
from detect.pose import SILHOUETTE_PX, PoseTrack
from detect.pose_cache import save_pose
from wink.dataset_writer import DatasetWriter, Shard
from wink.files import file_sha256
from wink.onset import find_repetitions
from wink.repetition_table import repetition_rows

FPS = 30.0
LEG_PX = 200.0
THIGH, SHANK, TRUNK = 0.5, 0.5, 0.6
#: Outline of the pelvis, x forward and y up from the hip [leg lengths]: buttock, sacrum, and round the front.
PELVIS = np.array([[-0.10, -0.16], [-0.20, -0.06], [-0.18, 0.06], [-0.12, 0.24], [0.10, 0.24], [0.12, 0], [0, -0.14]])


def thigh_curve(time_s, n_reps=1):
    """Squats of 4 s each to 105 degrees."""
    return np.max([squat_curve(time_s - 4.0 * k, 105.0) for k in range(n_reps)], axis=0)


def tilt_curve(thigh_deg, reversal_deg):
    """Tilt goes forward with the trunk, and falls back by `reversal_deg` over the last 30 degrees of thigh."""
    return 0.35 * thigh_deg - (reversal_deg + 0.35 * 30) * np.clip((thigh_deg - 75) / 30, 0, 1)


def drawn_pose(thigh_deg, tilt_deg, facing=1, *, fps=FPS, jitter_px=0.0, seed=0):
    """The pose track of a lifter seen from the side, with the silhouette its pelvis makes."""
    n = len(thigh_deg)
    lean_deg = 5 + 0.35 * thigh_deg
    joints = joints_px(thigh_deg, lean_deg, facing)
    joints = {k: v + np.random.default_rng(seed).normal(0, jitter_px, v.shape) for k, v in joints.items()}
    points = np.zeros((n, 33, 2))
    world = np.zeros((n, 33, 3))
    for side, away in (("left", -facing), ("right", facing)):
        for name, path in joints.items():
            points[:, INDEX[f"{side}_{name}"]] = path
            world[:, INDEX[f"{side}_{name}"], 2] = -0.15 * away
    silhouettes = [draw_silhouette(t, p, le, facing) for t, p, le in zip(thigh_deg, tilt_deg, lean_deg, strict=True)]
    return PoseTrack(
        fps=fps,
        presence=np.ones(n),
        points_px=points,
        world_m=world,
        visibility=np.ones((n, 33)),
        leg_length_px=LEG_PX,
        silhouette=np.stack(silhouettes),
        grey=np.stack(silhouettes)[:, 16:-16, 16:-16] // 2 + 60,
        cpu_s=0.02 * n,
    )


def joints_px(thigh_deg, lean_deg, facing):
    """Paths (T, 2) of the joints in a picture of 640 x 480."""
    shank = np.radians(0.3 * thigh_deg)
    thigh, lean = np.radians(thigh_deg), np.radians(lean_deg)
    ankle = np.tile([320.0, 440.0], (len(thigh_deg), 1))
    knee = ankle + SHANK * LEG_PX * np.c_[facing * np.sin(shank), -np.cos(shank)]
    hip = knee + THIGH * LEG_PX * np.c_[-facing * np.sin(thigh), -np.cos(thigh)]
    shoulder = hip + TRUNK * LEG_PX * np.c_[facing * np.sin(lean), -np.cos(lean)]
    toe = ankle + np.array([facing * 40.0, 5.0])
    return {"ankle": ankle, "knee": knee, "hip": hip, "shoulder": shoulder, "heel": ankle, "foot_index": toe}


def draw_silhouette(thigh_deg, tilt_deg, lean_deg, facing):
    """Pelvis, trunk and thigh about the hip, 80 pixels a leg length."""
    scale, fine = SILHOUETTE_PX / 1.6, 4
    picture = np.zeros((fine * SILHOUETTE_PX,) * 2, np.uint8)

    def turned(points, turn_deg):  # forward about the hip
        cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
        return np.c_[points[:, 0] * cos + points[:, 1] * sin, -points[:, 0] * sin + points[:, 1] * cos]

    pelvis = turned(PELVIS, tilt_deg)
    trunk = np.r_[pelvis[3:6], turned(np.array([[0.10, 0.65], [-0.14, 0.65]]), lean_deg)]
    thigh = turned(np.array([[-0.08, 0], [-0.06, -THIGH], [0.06, -THIGH], [0.08, 0]]), -thigh_deg)
    for outline in (pelvis, trunk, thigh):
        corners = SILHOUETTE_PX / 2 + 0.5 + scale * outline * [facing, -1]  # the hips on the middle of a pixel
        cv2.fillPoly(picture, [(fine * corners).round().astype(np.int32)], 255)
    return cv2.resize(picture, (SILHOUETTE_PX,) * 2, interpolation=cv2.INTER_AREA)


def write_video(path, n_frames, shade=0, fps=30):
    """A small video of grey frames, each a little different."""
    write_pictures(path, [np.full((48, 64, 3), (shade + k) % 256, np.uint8) for k in range(n_frames)], fps)


def write_pictures(path, pictures, fps=30):
    """A video of pictures (height, width, 3); odd edges are cut off, which the codec does not take."""
    height, width = (n // 2 * 2 for n in pictures[0].shape[:2])
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for picture in pictures:
            even = np.ascontiguousarray(picture[:height, :width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
        container.mux(stream.encode())


def drawn_clip(name, folder, cache, reversal_deg, *, n_reps=1, labelled=True, **metadata):
    """Video, cached pose, and the shard of one clip."""
    time_s = np.arange(int(4 * FPS * n_reps)) / FPS
    thigh = thigh_curve(time_s, n_reps)
    tilt = tilt_curve(thigh, reversal_deg)
    video = folder / "videos" / name / f"{name}.mp4"
    video.parent.mkdir()
    write_video(video, len(time_s), shade=int(name, 16) % 97)
    save_pose(cache / "pose" / f"{file_sha256(video)}.npz", drawn_pose(thigh, tilt))
    repetitions = find_repetitions(trial_from_curves(time_s, thigh, tilt))
    row = {
        "file_name": f"videos/{name}/{name}.mp4",
        "clip_id": name,
        "source": "synthetic" if labelled else "real",
        "subject_id": f"subject-{name}",
        "split": "test",
        "view": "side",
        "fps": FPS,
        "n_frames": len(time_s),
        "width": 64,
        "height": 48,
        "trial_id": f"trial-{name}",
        "n_repetitions": len(repetitions) if labelled else None,
        "license": "CC0-1.0",
        "sha256": file_sha256(video),
        "factors": json.dumps({"case": "stiff ankles"}),
    }
    frames = {"clip_id": [name] * len(time_s), "frame": range(len(time_s)), "time_s": time_s}
    lean = 5 + 0.35 * thigh
    angles = {"pelvic_tilt_deg": tilt, "lumbar_flexion_deg": lean - tilt, "trunk_lean_deg": lean}
    table = pa.table({**frames, **angles, "thigh_inclination_deg": thigh}) if labelled else None
    rows = repetition_rows(name, repetitions, FPS) if labelled else []
    return Shard(name, [{**row, **metadata}], rows, table)


def drawn_dataset(folder, cache, clips):
    """A dataset of drawn clips: {clip_id: keywords of `drawn_clip`}."""
    writer = DatasetWriter(folder, {"drawn": sorted(clips)})
    for name, keywords in clips.items():
        writer.add(drawn_clip(name, folder, cache, **keywords))
    return writer.finish("# drawn\n")


#: A winking lifter with twin, a clean one, an ambiguous one, and two squats in one clip.
CLIPS = {
    "a1": {"reversal_deg": 20.0},
    "a2": {"reversal_deg": 0.0, "counterfactual_of": "trial-a1"},
    "a3": {"reversal_deg": 7.0},
    "a4": {"reversal_deg": 16.0, "n_reps": 2},
}
