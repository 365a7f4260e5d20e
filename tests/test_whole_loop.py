"""From nothing to scores with networks of one's own: simulate and film, train, benchmark, all through the verbs."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from detect.detectors.detector import Observation
from detect.detectors.silhouette_tcn import SilhouetteTcn
from detect.pose_cache import find_poses
from wink.dataset import Dataset
from wink.detection import read_detections

SUPPLE = "hip_flexion: mobile, hip_rotation: mobile, hip_bone: mobile, style: braced"
CASES = f"cases=[{{name: stiff, hip_flexion: {{flexion_deg: 72.0}}, depth: parallel}}, {{name: supple, {SUPPLE}}}]"
SMALL = ("width=240", "height=180", "fps=15", "quality=fast", "masks=false", "appearance=plain", "scene=plain")


def wink(tmp_path, *arguments):
    places = (f"paths.datasets={tmp_path}", f"paths.cache={tmp_path / 'cache'}")
    command = [sys.executable, "-m", "wink.cli", *arguments, *places]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed: the extra `train`")
def test_networks_are_trained_on_what_was_simulated_and_scored_on_what_they_never_saw(tmp_path):
    splits = "split={train: 0.5, validation: 0.25, test: 0.25}"
    wink(tmp_path, "generate", "name=loop", "seed=1", "n=3", "views=[side]", CASES, splits, "workers=2", *SMALL)
    dataset = Dataset(tmp_path / "loop")
    assert {clip.split for clip in dataset.clips()} == {"train", "validation", "test"}
    networks = tmp_path / "networks"
    wink(tmp_path, "train", "loop", "network=tiny", f"output={networks}", "workers=2")
    ours = (f"detector.silhouette_tcn.weights={networks}", "detector=[silhouette_tcn]")
    wink(tmp_path, "benchmark", "loop", *ours, f"output={tmp_path / 'out'}")
    rows = json.loads((tmp_path / "out/leaderboard.json").read_text())
    unseen = [row for row in rows if row["split"] == "test" and row["detector"] == "silhouette_tcn"]
    assert [row["n"] for row in unseen] == [sum(clip.split == "test" for clip in dataset.clips())]
    assert all(row["n_failed"] == 0 and np.isfinite(row["tilt_rmse_deg"]) for row in unseen)
    assert (tmp_path / "out/report.html").stat().st_size > 10_000
    _the_answers_are_those_networks(dataset, networks, tmp_path / "cache")


def _the_answers_are_those_networks(dataset, networks, cache):
    said = {d.clip_id: d.score for d in read_detections(dataset.path / "detections.parquet") if d.rep == 0}
    poses = find_poses([clip.video for clip in dataset.clips()], cache, 1)
    for weights, same in ((str(networks), True), (None, False)):
        detector = SilhouetteTcn(weights, max_turned_deg=70.0, min_visibility=0.3)
        scores = {
            clip.clip_id: found[0].score
            for clip in dataset.clips()
            if (found := detector.detect(Observation(Path(clip.video), poses[clip.video])))
        }
        assert (scores == pytest.approx({c: s for c, s in said.items() if c in scores})) is same
