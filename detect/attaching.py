"""A filmed clip and a motion capture of the same movement: sync checked, then the truth written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from detect.pose_cache import find_poses
from detect.sync import MIN_AGREEMENT, agreement_at, find_sync
from wink.dataset import Dataset, find_dataset
from wink.errors import ClipError, ConfigError, DatasetError
from wink.files import file_sha256
from wink.marker_set import marker_set
from wink.measured_body import read_body
from wink.measured_truth import attach, in_clip_time
from wink.mocap import read_recording


def attach_recording(
    name: str, recording: Path, datasets: Path, cache: Path, offset_s: float | None, markers: str | None
) -> Iterator[str]:
    """Lay a clip beside a recording of markers and write the truth; say what was found.

    Args:
        name: dataset/clip_id.
        recording: markers (.trc, .c3d) of the same movement.
        datasets: folder of the datasets.
        cache: for the pose.
        offset_s: when in the recording the clip begins [s]; None = found.
        markers: name of the marker set; None = the one a file has.

    Raises:
        ClipError: the recording cannot be read, or does not show the movement of the clip.
        DatasetError: there is no such clip.
    """
    folder, _, clip_id = name.rpartition("/")
    if not folder:
        raise ConfigError(f"{name!r} names no clip; expected dataset/clip_id, for example real/1a2b3c4d5e6f")
    dataset = Dataset(find_dataset(folder, datasets))
    clip = dataset.clip(clip_id)
    names = marker_set(markers) if markers else None
    measured, body = read_recording(recording, names), read_body(recording, names)
    pose = find_poses([clip.video], cache, workers=1)[clip.video]
    if pose.n_frames != clip.n_frames:
        raise DatasetError(f"{clip.video} has {pose.n_frames} frames, its dataset says {clip.n_frames}")
    height = np.asarray(body.hips[:, :, 2].mean(axis=1))
    if offset_s is None:
        found = find_sync(pose, clip.fps, body.time_s, height)
        offset, agreement = found.offset_s, found.agreement
        yield str(found)
    else:
        offset, agreement = float(offset_s), agreement_at(pose, clip.fps, body.time_s, height, float(offset_s))
        yield f"at {offset:+.3f} s the hip heights agree with r = {agreement:.3f}"
        if agreement < MIN_AGREEMENT:
            raise ClipError(f"at offset_s={offset:g} film and recording do not show the same movement; leave it out")
    origin = {
        "source_file": recording.name,
        "source_sha256": file_sha256(recording),
        "measured_from": measured.source,
        "offset_s": offset,
        "agreement": round(agreement, 4),
    }
    begin = float(measured.trial.time_s[0])
    repetitions = attach(dataset, clip_id, in_clip_time(measured.trial, offset + begin), origin)
    for r in repetitions:
        yield (
            f"repetition {r.rep + 1}: bottom at {r.bottom_s:.2f} s, thigh {r.max_thigh_inclination_deg:.0f}°, "
            f"pelvic reversal {r.pelvic_reversal_deg:.1f}° ({r.severity})"
        )
    yield f"{len(repetitions)} repetitions of {clip_id} are known now"
