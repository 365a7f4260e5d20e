"""Squats as OpenSim files: read back by our own readers, and by OpenSim, whose inverse dynamics find our moments."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pinocchio as pin
import pyarrow as pa
import pytest
from hydra import compose, initialize_config_module
from small_dataset import CLIPS, write_small_dataset
from squats import setup_of, trial_of
from test_skeleton import some_state

from sim.dynamics import Dynamics
from sim.generate import generate_dataset
from sim.opensim.files import write_files
from sim.opensim.format import OpenSim, refuse_another
from sim.opensim.motion import coordinates, ground_reaction
from sim.opensim.tree import TO_OPENSIM, tree_of
from sim.skeleton import JOINTS, build_skeleton
from wink.config import plain
from wink.dataset import Dataset
from wink.errors import DatasetError
from wink.mocap import read_recording
from wink.mot import read_mot, write_mot
from wink.trc import read_trc

WOMAN = (("lifter", "typical_woman"), ("barbell", "high_bar_20"), ("stance", "wide"))


@pytest.fixture(scope="module", params=[(), WOMAN], ids=["man", "woman"])
def squat(request, tmp_path_factory):
    """Folder, name, trial and skeleton."""
    setup, trial = setup_of(**dict(request.param)), trial_of(request.param)
    skeleton, folder = build_skeleton(setup.lifter, setup.barbell), tmp_path_factory.mktemp("opensim")
    write_files(trial, skeleton, folder, "squat")
    return folder, trial, skeleton


def relative(values, still):
    return values - np.median(values[still], axis=0)


def test_coordinates_read_back_are_the_squat(squat):
    folder, trial, _ = squat
    read = read_recording(folder / "squat.mot").trial
    still = trial.thigh_deg <= trial.thigh_deg.min() + 2.0
    assert read.time_s == pytest.approx(trial.time_s)
    assert read.pelvic_tilt_deg == pytest.approx(relative(trial.pelvic_tilt_deg, still), abs=1e-3)
    assert read.thigh_inclination_deg == pytest.approx(trial.thigh_inclination_deg, abs=1e-3)
    assert read.trunk_lean_deg == pytest.approx(trial.trunk_lean_deg, abs=1e-3)
    assert read.ankle_dorsiflexion_deg == pytest.approx(trial.ankle_dorsiflexion_deg, abs=1e-3)
    assert relative(read.lumbar_flexion_deg, still) == pytest.approx(
        relative(trial.lumbar_flexion_deg, still), abs=0.05
    )
    assert read.knee_flexion_deg == pytest.approx(trial.knee_flexion_deg, abs=1.0)  # the angle in space, turns aside


def test_markers_read_back_are_the_squat(squat):
    folder, trial, _ = squat
    recording = read_recording(folder / "squat.trc")
    assert recording.source == "markers (opencap)"
    read, still = recording.trial, trial.thigh_deg <= trial.thigh_deg.min() + 2.0
    # Of the reader's own making: its 6 Hz low-pass, and knees sought beside the pelvis' axis.
    assert read.pelvic_tilt_deg == pytest.approx(relative(trial.pelvic_tilt_deg, still), abs=0.1)
    assert read.trunk_lean_deg == pytest.approx(relative(trial.trunk_lean_deg, still), abs=0.1)
    assert read.thigh_inclination_deg == pytest.approx(trial.thigh_inclination_deg, abs=5.0)


def test_both_knee_markers_and_the_hips_give_the_thighs(squat):
    folder, trial, _ = squat
    markers = read_trc(folder / "squat.trc")
    for side, (large, small) in enumerate((("L", "L"), ("R", "r"))):
        knee = (markers.of(f"{small}_knee") + markers.of(f"{small}_mknee")) / 2
        thigh = markers.of(f"{large}_HJC") - knee
        inclination = np.degrees(np.arccos(thigh[:, 1] / np.linalg.norm(thigh, axis=1)))
        assert inclination == pytest.approx(trial.thigh_inclination_deg[:, side], abs=0.01)


def test_tilt_has_opensims_sign(squat):
    _, trial, skeleton = squat
    columns = coordinates(trial, tree_of(skeleton))
    assert columns.angle_deg("pelvis_tilt") == pytest.approx(
        -trial.pelvic_tilt_deg, abs=1e-3
    )  # but for the order of turns
    bottom = int(np.argmax(trial.thigh_deg))
    assert columns.angle_deg("hip_adduction_r")[bottom] < -5.0  # the thighs are apart
    assert columns.angle_deg("lumbar_extension")[bottom] < 0  # and the back is bent


def test_ground_reaction_is_that_of_each_foot(squat):
    folder, trial, _ = squat
    read = read_mot(folder / "squat_grf.mot")
    column = dict(zip(read.names, read.values.T, strict=True))
    assert column["ground_force_r_vy"] + column["ground_force_l_vy"] == pytest.approx(
        trial.ground_reaction_n[:, 2], rel=1e-6
    )
    assert column["ground_force_r_pz"].min() > 0.05  # the right foot is to the right
    assert column["ground_force_l_pz"].max() < -0.05


def test_a_trial_without_each_foots_force_is_refused(squat):
    _, trial, _ = squat
    with pytest.raises(Exception, match="no ground reaction of each foot"):
        ground_reaction(replace(trial, feet_reaction_n=None))


def test_the_model_has_the_lifters_mass_and_names_every_coordinate(squat):
    folder, _, skeleton = squat
    document = ET.parse(folder / "squat.osim")
    assert sum(float(e.text) for e in document.iter("mass")) == pytest.approx(skeleton.total_mass_kg)
    named = [e.get("name") for e in document.iter("Coordinate")]
    assert len(named) == len(set(named)) == 6 + len(JOINTS)
    assert set(named) <= set(read_mot(folder / "squat.mot").names)


def test_a_table_written_is_the_table_read(tmp_path, squat):
    folder, _, _ = squat
    first = read_mot(folder / "squat.mot")
    write_mot(tmp_path / "again.mot", first)
    again = read_mot(tmp_path / "again.mot")
    assert again.names == first.names
    assert again.in_degrees
    assert np.array_equal(again.values, first.values)


def state_for_opensim(skeleton, rng):
    """A body in the air with its pelvis level and still: coordinates, and the forces Pinocchio finds."""
    n, tree = len(JOINTS), tree_of(skeleton)
    state = replace(some_state(rng), rotation=np.eye(3), velocity_m_s=np.zeros(3), spin_rad_s=np.zeros(3))
    acceleration, pull = 3 * rng.standard_normal(n), rng.standard_normal(3)
    dynamics = Dynamics(skeleton)
    q, v = dynamics.configuration(state)
    a = np.zeros(dynamics.size)
    a[:3], a[dynamics.columns] = pull, acceleration
    force = pin.rnea(dynamics.model, dynamics.data, q, v, a)
    ours = dict(
        zip(
            JOINTS,
            zip(state.angles_rad, state.rates_rad_s, acceleration, force[dynamics.columns], strict=True),
            strict=True,
        )
    )
    turns = [turn for joint in tree.joints for turn in joint.turns]
    still = dict.fromkeys(("pelvis_tilt", "pelvis_list", "pelvis_rotation"), 0.0)
    places = ("pelvis_tx", "pelvis_ty", "pelvis_tz")
    columns = [{**still, **{t.coordinate: t.sign * float(ours[t.ours][k]) for t in turns}} for k in range(4)]
    for table, vector in zip(columns, (state.position_m, np.zeros(3), pull, force[:3]), strict=True):
        table |= dict(zip(places, map(float, TO_OPENSIM @ vector), strict=True))
    return dict(zip(("values", "speeds", "accelerations", "forces"), columns, strict=True))


def read_by_opensim(folder, states):
    script = Path(__file__).with_name("opensim_reader.py")
    given = json.dumps(states)
    said = subprocess.run(
        [sys.executable, script, folder, "squat"], input=given, capture_output=True, text=True, cwd=folder, check=False
    )
    assert said.returncode == 0, said.stderr[-2000:]
    return json.loads(said.stdout.split("FOUND", 1)[1])


@pytest.mark.skipif(find_spec("opensim") is None, reason="needs the package opensim")
def test_opensim_finds_our_markers_forces_and_moments(squat):
    folder, _, skeleton = squat
    motion = read_mot(folder / "squat.mot")
    row = dict(zip(motion.names, motion.values[len(motion.values) // 2], strict=True))
    values = {n: float(v if n.startswith("pelvis_t") and n[-1] in "xyz" else np.radians(v)) for n, v in row.items()}
    bottom = {"values": values, "speeds": dict.fromkeys(values, 0.0), "accelerations": dict.fromkeys(values, 0.0)}
    states = [state_for_opensim(skeleton, np.random.default_rng(seed)) for seed in range(3)]
    found = read_by_opensim(folder, [bottom, *states])

    assert found["mass"] == pytest.approx(skeleton.total_mass_kg)
    markers = read_trc(folder / "squat.trc")
    for name, place in found["markers"][0].items():
        assert place == pytest.approx(markers.of(name)[len(motion.values) // 2], abs=2e-6), name
    for state, forces in zip(states, found["forces"][1:], strict=True):
        for name, force in state["forces"].items():
            if name not in ("pelvis_tilt", "pelvis_list", "pelvis_rotation"):
                assert forces[name] == pytest.approx(force, abs=0.05), name

    assert found["tool"]
    own, theirs = read_mot(folder / "squat_moments.sto"), read_mot(folder / "squat_inverse_dynamics.sto")
    inner, most = slice(5, -5), np.abs(own.values).max()  # splines end loosely
    for i, name in enumerate(own.names):
        difference = theirs.values[:, theirs.names.index(name)] - own.values[:, i]
        assert np.abs(difference[inner]).max() < 0.01 * most, name
        assert np.sqrt(np.mean(difference[inner] ** 2)) < 0.002 * most, name
    for axis in "xyz":  # nothing is left for a hand of God
        assert np.abs(theirs.values[inner, theirs.names.index(f"pelvis_t{axis}_force")]).max() < 3.0


class Told:
    """A dataset that says of one clip what its pelvis did."""

    name, spec = "told", {"program": "winklab 9"}

    def __init__(self, trial, wrong_deg=0.0):
        sampled = trial.sampled_at(np.arange(0, trial.time_s[-1], 1 / 30))
        tilt = sampled.pelvic_tilt_deg + wrong_deg
        self.table = pa.table({"time_s": sampled.time_s, "pelvic_tilt_deg": tilt})

    def frames(self, _):
        return self.table


def test_a_trial_that_comes_out_differently_is_refused():
    trial = trial_of()
    refuse_another(Told(trial), trial, "a-0", "clip")
    with pytest.raises(DatasetError, match="a-0 of told comes out differently now: .* 0.5 deg.*winklab 9"):
        refuse_another(Told(trial, 0.5), trial, "a-0", "clip")


def test_a_dataset_without_simulated_trials_is_refused(tmp_path):
    real = write_small_dataset(tmp_path / "real", [clip for clip in CLIPS if clip[3] == "real"])
    with pytest.raises(DatasetError, match="holds no simulated trials"):
        OpenSim().write(real, tmp_path)


@pytest.mark.slow
def test_every_trial_of_a_generated_dataset_is_written(tmp_path):
    small = ["width=160", "height=120", "views=[side]", "fps=10", "masks=false", "barbell=high_bar_20"]
    with initialize_config_module("configs", version_base="1.3"):
        config = plain(compose("generate", [*small, "n=2", "workers=1", f"paths.cache={tmp_path}"]))
    dataset = Dataset(Path(generate_dataset(config, tmp_path / "made").place))
    names = sorted({row["trial_id"] for row in dataset.metadata()})
    models = OpenSim().write(dataset, tmp_path)
    assert sorted(file.stem for file in models) == names
    assert len(names) == 2
    only = tmp_path / "only"
    only.mkdir()
    assert [file.stem for file in OpenSim([names[1]]).write(dataset, only)] == [names[1]]
    with pytest.raises(DatasetError, match="no trial of made"):
        OpenSim(["nobody"]).write(dataset, only)
