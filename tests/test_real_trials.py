"""Motion capture becomes measured trials in a dataset, beside clips, by the same verb."""

import csv
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from marked_body import marked, squat_angles
from omegaconf import OmegaConf
from videos import write_numbered

from annotate.commands import import_clips
from annotate.importing import import_all
from annotate.real_clips import Refused
from annotate.real_trials import import_trials, recording_files, trials_in
from annotate.terms import ClipTerms
from wink.compose import run_composed
from wink.dataset import Dataset
from wink.errors import ClipError, ConfigError, DatasetError
from wink.mocap import read_trial
from wink.trc import write_trc
from wink.trial_table import read_facts, trial_table

TERMS = ClipTerms(license="CC0-1.0", consent="research", subject_id="anna")


@pytest.fixture
def squat(tmp_path):
    write_trc(tmp_path / "squat.trc", marked(squat_angles()))
    return tmp_path / "squat.trc"


def imported(file, dataset):
    (result,) = import_trials([file], dataset, TERMS, None)
    return result


def test_a_recording_becomes_a_table_of_angles(squat, tmp_path):
    result = imported(squat, tmp_path / "lab")
    table = pq.read_table(tmp_path / f"lab/trials/{result.trial_id}.parquet").to_pydict()
    trial = read_trial(squat)
    np.testing.assert_array_equal(table["time_s"], trial.time_s)
    np.testing.assert_array_equal(table["pelvic_tilt_deg"], trial.pelvic_tilt_deg)
    np.testing.assert_array_equal(table["thigh_inclination_right_deg"], trial.thigh_inclination_deg[:, 1])
    np.testing.assert_array_equal(table["hip_abduction_left_deg"], trial.hip_deg[:, 0, 1])
    assert table["hip_internal_rotation_left_deg"][0] is None  # a straight knee tells nothing of it


def test_the_table_knows_where_it_came_from(squat, tmp_path):
    result = imported(squat, tmp_path / "lab")
    facts = read_facts(tmp_path / f"lab/trials/{result.trial_id}.parquet")
    assert facts["source_file"] == "squat.trc"
    assert facts["subject_id"] == "anna"
    assert facts["license"] == "CC0-1.0"
    assert facts["measured_from"] == "markers (plug_in_gait)"
    assert facts["gaps"] == "no gaps"


def test_what_is_told_anew_of_a_recording_stands_over_what_was_told_before(squat, tmp_path):
    first = imported(squat, tmp_path / "lab")
    list(import_trials([squat], tmp_path / "lab", ClipTerms(license="ours"), None))
    facts = read_facts(tmp_path / f"lab/trials/{first.trial_id}.parquet")
    assert (facts["license"], facts["consent"], facts["subject_id"]) == ("ours", "research", "anna")


def test_a_recording_goes_when_consent_is_withdrawn(squat, tmp_path):
    imported(squat, tmp_path / "lab")
    (gone,) = import_trials([squat], tmp_path / "lab", ClipTerms(consent="none"), None)
    assert isinstance(gone, Refused)
    assert "did not agree" in gone.reason
    assert not list((tmp_path / "lab/trials").iterdir())


def test_another_parquet_file_is_no_trial(tmp_path):
    pq.write_table(trial_table(squat_trial(tmp_path), {}).replace_schema_metadata({}), tmp_path / "a.parquet")
    with pytest.raises(DatasetError, match="no table of a trial"):
        read_facts(tmp_path / "a.parquet")


def squat_trial(folder):
    write_trc(folder / "other.trc", marked(squat_angles()))
    return read_trial(folder / "other.trc")


def test_every_repetition_is_a_row_and_is_said(squat, tmp_path):
    result = imported(squat, tmp_path / "lab")
    (row,) = csv.DictReader((tmp_path / f"lab/trials/{result.trial_id}.csv").read_text().splitlines())
    assert row["trial_id"] == result.trial_id
    assert float(row["pelvic_reversal_deg"]) == result.repetitions[0].pelvic_reversal_deg
    assert row["pelvic_reversal_onset_relation_to_parallel"] == "before_parallel"
    assert not [name for name in row if name.endswith("_frame")]
    assert "repetition 0: bottom at 3.0" in str(result)
    assert "(mild)" in str(result)


def test_a_still_person_has_no_repetition_and_that_is_said(tmp_path):
    write_trc(tmp_path / "still.trc", marked(squat_angles(wink_deg=0.0, depth_deg=30.0)))
    assert "no repetition" in str(imported(tmp_path / "still.trc", tmp_path / "lab"))


def test_what_cannot_be_read_is_refused_by_name(tmp_path):
    (tmp_path / "broken.trc").write_text("nothing")
    result = imported(tmp_path / "broken.trc", tmp_path / "lab")
    assert isinstance(result, Refused)
    assert result.reason.startswith("broken.trc")
    assert isinstance(imported(tmp_path / "gone.mot", tmp_path / "lab"), Refused)


def test_files_are_told_apart_by_how_they_end(squat, tmp_path):
    (tmp_path / "b.mp4").touch()
    (tmp_path / "only").mkdir()
    (tmp_path / "only/c.MOT").touch()
    recordings, rest = recording_files([tmp_path, squat, tmp_path / "only", tmp_path / "x.avi"])
    assert recordings == (squat, tmp_path / "only/c.MOT")
    assert rest == (tmp_path, tmp_path / "x.avi")


def run_import(*arguments):
    run_composed("import", import_clips, [str(a) for a in arguments])


def test_the_verb_takes_recordings_and_videos_together(squat, tmp_path, capsys):
    video = write_numbered(tmp_path / "a.mp4", [k / 30 for k in range(10)])
    run_import(squat, video, f"paths.datasets={tmp_path}", "name=lab", "cut=false", "faces=kept")
    said = capsys.readouterr().out
    assert "squat.trc: trial " in said
    assert "1 clips, 1 new, 1 measured trials, 0 files without a clip" in said
    assert len(Dataset(tmp_path / "lab").clips()) == 1
    assert trials_in(tmp_path / "lab") == 1


def test_a_dataset_of_recordings_alone_can_be_opened_and_added_to(squat, tmp_path, capsys):
    for _ in range(2):
        run_import(squat, f"paths.datasets={tmp_path}", "name=lab", "markers=plug_in_gait")
    assert Dataset(tmp_path / "lab").clips() == ()
    assert trials_in(tmp_path / "lab") == 1


def test_a_wrong_marker_set_is_refused_before_anything_is_written(squat, tmp_path):
    with pytest.raises(ConfigError, match="'plugin_gait' is no option of marker_set.*Did you mean 'plug_in_gait'"):
        run_import(squat, f"paths.datasets={tmp_path}", "name=lab", "markers=plugin_gait")
    assert not (tmp_path / "lab").exists()


def test_markers_of_another_set_are_refused(squat, tmp_path):
    with pytest.raises(ClipError, match=r"squat\.trc: .*is no marker of this file"):
        run_import(squat, f"paths.datasets={tmp_path}", "name=lab", "markers=opencap")


def test_a_recording_that_is_gone_is_withdrawn_by_its_name(squat, tmp_path, capsys):
    folders = {"datasets": str(tmp_path / "datasets"), "cache": str(tmp_path / "cache")}
    settings = OmegaConf.load(Path(__file__).parents[1] / "configs" / "import.yaml")
    settings = OmegaConf.merge(settings, {"paths": folders})
    import_all(OmegaConf.merge(settings, {"input": [str(squat)]}))
    dataset = tmp_path / "datasets" / "real"
    assert trials_in(dataset) == 1
    squat.unlink()
    import_all(OmegaConf.merge(settings, {"withdraw": [squat.name]}))
    assert "removed (consent none)" in capsys.readouterr().out
    assert not list((dataset / "trials").iterdir())
    with pytest.raises(ConfigError, match="is no film"):
        import_all(OmegaConf.merge(settings, {"withdraw": [squat.name]}))
