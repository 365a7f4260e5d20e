"""A measured person's movement on the body that is drawn: bones of one length, angles as measured."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_module
from marked_body import SHANK_M, THIGH_M, marked, squat_angles

from sim import generate
from sim.real_motion.fit import fitted, share_of
from sim.real_motion.render import SOURCE, recordings_of, render_trials, spec_of
from sim.reproduce import reproduce_clip
from wink.config import plain
from wink.dataset_writer import DatasetWriter
from wink.errors import ClipError, ConfigError, DatasetError, MocapError
from wink.measured_body import read_body
from wink.mocap import read_recording
from wink.posture import tilt_deg
from wink.trc import write_trc

REAL = Path(__file__).parents[1] / "../shared/real/mocap"


def recorded(folder, name="anna_rep1.trc", change=None, **where):
    markers = marked(squat_angles(), **where)
    write_trc(folder / name, change(markers) if change else markers)
    return folder / name


def put_on_our_body(path):
    return fitted(read_recording(path).trial, read_body(path), "female")


def settings(**changes):
    with initialize_config_module("configs", version_base="1.3"):
        return {**plain(compose("render")), **changes}


def length(trial, upper, lower):
    return np.linalg.norm(trial.segment(lower)[:, :3, 3] - trial.segment(upper)[:, :3, 3], axis=1)


def test_our_joints_lie_on_a_body_whose_bones_do_not_change(tmp_path):
    done = put_on_our_body(recorded(tmp_path))
    assert max(done.off_m["hips"], done.off_m["ankles"]) < 0.001
    assert done.off_m["knees"] < 0.01  # drawn knees are never quite straight
    assert done.trial.subject.segment_lengths_m["thigh"] == pytest.approx(THIGH_M, abs=0.003)
    assert done.trial.subject.segment_lengths_m["shank"] == pytest.approx(SHANK_M, abs=0.003)
    for side in ("left", "right"):
        assert np.ptp(length(done.trial, f"thigh_{side}", f"shank_{side}")) < 1e-9
        assert np.ptp(length(done.trial, f"shank_{side}", f"foot_{side}")) < 1e-3


@pytest.mark.parametrize("where", [{}, {"heading_deg": 130.0}])
def test_the_drawn_pelvis_and_thighs_turn_as_measured(tmp_path, where):
    trial = put_on_our_body(recorded(tmp_path, **where)).trial
    assert tilt_deg(trial.segment("pelvis")[:, :3, :3]) == pytest.approx(trial.pelvic_tilt_deg, abs=1e-6)
    thighs = [trial.segment(f"thigh_{side}")[:, 2, 2] for side in ("left", "right")]
    drawn = np.degrees(np.arccos(np.clip(np.stack(thighs, axis=1), -1, 1))).mean(axis=1)
    assert np.abs(drawn - trial.thigh_deg).max() < 2.7  # standing: drawn knees are never quite straight
    deep = trial.thigh_deg > 20
    assert np.abs(drawn - trial.thigh_deg)[deep].max() < 0.3
    lean = tilt_deg(trial.segment("thorax")[:, :3, :3])
    assert lean == pytest.approx(trial.trunk_lean_deg, abs=0.5)


def test_every_segment_is_a_rotation_and_hangs_together(tmp_path):
    trial = put_on_our_body(recorded(tmp_path)).trial
    turns = trial.segment_poses[:, :, :3, :3]
    assert np.einsum("tsji,tsjk->tsik", turns, turns) == pytest.approx(np.tile(np.eye(3), (*turns.shape[:2], 1, 1)))
    assert np.linalg.det(turns) == pytest.approx(1.0)
    lumbar = trial.subject.segment_lengths_m["lumbar"]
    assert length(trial, "lumbar_lower", "lumbar_upper") == pytest.approx(0.4 * lumbar)
    assert length(trial, "lumbar_upper", "thorax") == pytest.approx(0.6 * lumbar)


def test_skin_that_slides_moves_no_foot_and_stretches_no_bone(tmp_path):
    def slid(markers):
        positions = markers.positions_m.copy()
        knee = markers.names.index("LKNE")
        positions[:, knee, 2] += 0.03 * np.sin(np.linspace(0, np.pi, len(positions)))
        return replace(markers, positions_m=positions)

    path = recorded(tmp_path, change=slid)
    done, body = put_on_our_body(path), read_body(path)
    assert done.off_m["ankles"] < 1e-9
    assert np.ptp(length(done.trial, "thigh_left", "shank_left")) < 1e-9
    assert 0.002 < done.off_m["knees"] < 0.03
    assert np.ptp(np.linalg.norm(body.knees - body.hips, axis=-1)[:, 0]) > 0.01  # as measured


def test_half_a_turn_twice_is_the_whole(tmp_path):
    trial = put_on_our_body(recorded(tmp_path)).trial
    turns = trial.segment("thorax")[:, :3, :3]
    half = share_of(turns, 0.5)
    assert half @ half == pytest.approx(turns, abs=1e-9)


def test_joint_angles_alone_are_no_body(tmp_path):
    (tmp_path / "a.mot").write_text("")
    with pytest.raises(MocapError, match="a body needs markers"):
        read_body(tmp_path / "a.mot")


def test_what_cannot_be_meant_is_refused_before_work(tmp_path):
    with pytest.raises(ConfigError, match="people.anna: .*is no sex"):
        spec_of(settings(people={"anna": {"sex": "f"}}))
    with pytest.raises(ConfigError, match="is no option of camera"):
        spec_of(settings(views=["from_above"]))
    with pytest.raises(ClipError, match="holds no recording of markers"):
        recordings_of([tmp_path])


def test_the_simulators_datasets_do_not_change_with_this(tmp_path):
    folder = Path(generate.__file__).parent
    assert generate._only_manages(folder / "real_motion" / "fit.py", folder)
    assert not generate._only_manages(folder / "film.py", folder)


def test_a_broken_recording_does_not_stop_the_rest_and_makes_no_clip(tmp_path):
    (tmp_path / "broken.trc").write_text("no markers")
    config = settings(workers=1)
    writer = DatasetWriter(tmp_path / "out", spec_of(config))
    (refused,) = render_trials([tmp_path / "broken.trc"], config, writer)
    assert "broken.trc" in refused.reason
    assert not writer.finished_shards()


@pytest.mark.slow
def test_a_measured_squat_becomes_clips_with_the_measured_truth(tmp_path):
    path = recorded(tmp_path)
    small = {"fps": 10, "width": 160, "height": 120, "views": ["side", "oblique_front"], "workers": 1}
    config = settings(**small, quality={**settings()["quality"], "samples": 1, "renderer": "auto"})
    writer = DatasetWriter(tmp_path / "out", spec_of(config))
    (made,) = render_trials([path], config, writer)
    assert (made.trial_id, made.clips) == ("anna_rep1", 2)
    (again,) = render_trials([path], config, writer)
    assert again.clips == 0
    dataset = writer.finish("# card\n")
    measured = read_recording(path)
    for clip in dataset.clips():
        assert (clip.source, clip.subject_id) == (SOURCE, "anna")
        assert [r.pelvic_reversal_deg for r in clip.repetitions] == [
            r.pelvic_reversal_deg for r in measured.repetitions()
        ]
        frames = dataset.frames(clip.clip_id)
        tilt = np.interp(frames["time_s"].to_numpy(), measured.trial.time_s, measured.trial.pelvic_tilt_deg)
        assert frames["pelvic_tilt_deg"].to_numpy() == pytest.approx(tilt, abs=1e-6)
    with pytest.raises(DatasetError, match="no clip"):
        reproduce_clip(dataset.clips()[0].clip_id, {"paths": {"datasets": str(tmp_path)}, "name": "out"})


@pytest.mark.skipif(not REAL.is_dir(), reason="no recordings of real people here")
def test_real_people_are_followed_within_centimetres():
    path = REAL / "ui_prmd_squat/s03_correct_rep02.trc"
    done = put_on_our_body(path)
    assert done.off_m["ankles"] < 1e-9
    assert max(done.off_m["hips"], done.off_m["knees"]) < 0.04
    bottom = int(np.argmax(done.trial.thigh_deg))
    thighs = np.stack([done.trial.segment(f"thigh_{s}")[bottom, 2, 2] for s in ("left", "right")])
    assert np.degrees(np.arccos(thighs)).mean() == pytest.approx(done.trial.thigh_deg[bottom], abs=2.0)
