"""Shards: what fails is tried again and then given up with its reason, what is finished is kept, bytes are the same."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import stubbed
from planned import config_of
from stubbed import FOLDER, make_stub_shard

from sim.generate import dataset_spec, generate_dataset
from sim.plan import Plan
from sim.reproduce import reproduce_clip
from sim.shard_job import ShardJob
from wink.dataset import Dataset
from wink.dataset_writer import DatasetWriter
from wink.errors import DatasetError, SimulationError
from wink.files import file_sha256
from wink.store import Store

TINY = ("width=64", "height=64", "appearance=plain", "scene=plain", "quality=fast", "fps=6")


def tiny(tmp_path, **changes):
    return config_of(*TINY, paths={"datasets": str(tmp_path), "cache": str(tmp_path / "cache")}, **changes)


def job_of(config, folder, **changes):
    """The only shard of a dataset."""
    spec = dataset_spec(config)
    writer = DatasetWriter(folder, spec)
    return ShardJob(str(folder), str(folder), spec, writer.spec_hash, 0, "run", **changes)


@pytest.fixture
def shard_of_three(monkeypatch):
    """Small datasets have a trial a shard; here a shard has three."""
    monkeypatch.setattr("sim.plan.MANY_SHARDS", 1)


@pytest.fixture
def fates(tmp_path, monkeypatch):
    """Say what is to become of a trial of a configuration."""
    folder = tmp_path / "fates"
    folder.mkdir()
    monkeypatch.setenv(FOLDER, str(folder))

    def will(config, index, fate):
        (folder / str(Plan(dataset_spec(config)["settings"]).trial(index).seed)).write_text(fate)

    return will


def media(folder):
    files = [f for part in ("videos", "masks", "frames") for f in (folder / part).rglob("*") if f.is_file()]
    return {str(file.relative_to(folder)): file_sha256(file) for file in files}


def test_a_clip_that_fails_twice_is_made_the_third_time(tmp_path, shard_of_three, fates):
    config = tiny(tmp_path, n=3)
    fates(config, 1, "error 2")
    report = make_stub_shard(job_of(config, tmp_path / "d"))
    assert (report.trials, report.clips, report.quarantined) == (3, 3, [])
    make_stub_shard(job_of(config, tmp_path / "smooth"))
    assert media(tmp_path / "d") == media(tmp_path / "smooth")


def test_a_clip_that_fails_three_times_is_given_up_with_its_reason_and_made_when_asked_again(
    tmp_path, shard_of_three, fates
):
    config = tiny(tmp_path, n=3)
    fates(config, 1, "error 3")
    job = job_of(config, tmp_path / "d")
    report = make_stub_shard(job)
    (given_up,) = report.quarantined
    assert (given_up["trial_id"], given_up["reason"]) == ("lifter-1", "ValueError: as the test wanted")
    record = json.loads((tmp_path / "d/.shards/00000.json").read_text())
    assert [row["trial_id"] for row in record["metadata"]] == ["lifter-0", "lifter-2"]
    kept = {file: (tmp_path / "d" / file).stat().st_mtime_ns for file in media(tmp_path / "d") if "frames" not in file}
    assert make_stub_shard(job).clips == 3
    assert all((tmp_path / "d" / file).stat().st_mtime_ns == at for file, at in kept.items())
    make_stub_shard(job_of(config, tmp_path / "smooth"))
    assert media(tmp_path / "d") == media(tmp_path / "smooth")
    assert given_up["clip_id"] in {Path(name).stem for name in media(tmp_path / "d")}


def test_a_full_disk_stops_the_shard_and_what_was_finished_is_kept(tmp_path, shard_of_three, fates):
    config = tiny(tmp_path, n=3)
    fates(config, 2, "disk 1")
    job = job_of(config, tmp_path / "d")
    with pytest.raises(OSError, match="No space left"):
        make_stub_shard(job)
    assert not (tmp_path / "d/.shards/00000.json").exists()
    assert len(list((tmp_path / "d/.shards/00000.parts").glob("*.json"))) == 2
    (tmp_path / "d/videos/00000/.half.mp4.part").touch()
    made = {file: (tmp_path / "d" / file).stat().st_mtime_ns for file in media(tmp_path / "d") if "half" not in file}
    assert make_stub_shard(job).clips == 3
    assert all((tmp_path / "d" / file).stat().st_mtime_ns == at for file, at in made.items())
    assert not list((tmp_path / "d").rglob("*.part*"))


def test_a_finished_trial_whose_frames_were_kept_in_another_format_is_made_again(tmp_path, shard_of_three, fates):
    config = tiny(tmp_path, n=3)
    fates(config, 2, "disk 1")
    job = job_of(config, tmp_path / "d")
    with pytest.raises(OSError, match="No space left"):
        make_stub_shard(job)
    (tmp_path / "d/.shards/00000.parts/000000000.arrow").rename(tmp_path / "d/.shards/00000.parts/000000000.parquet")
    assert make_stub_shard(job).clips == 3
    make_stub_shard(job_of(config, tmp_path / "smooth"))
    assert media(tmp_path / "d") == media(tmp_path / "smooth")


def test_attempts_are_counted_only_within_a_run(tmp_path, shard_of_three):
    config = tiny(tmp_path, n=3)
    folder = tmp_path / "d"
    job = job_of(config, folder, suspect=True)
    for run, k in (("run", 0), ("run", 1), ("other", 0), ("other", 1)):
        Store(folder).write(f".shards/00000.{run}/{1 if run == 'run' else 2}-{k}", "")
    report = make_stub_shard(job)
    (given_up,) = report.quarantined
    assert given_up["trial_id"] == "lifter-1"
    assert "killed, crashed or ran out of memory, 3 times" in given_up["reason"]


def test_frames_of_a_shard_of_several_trials_are_found_by_clip(tmp_path, shard_of_three):
    config = tiny(tmp_path, n=3)
    make_stub_shard(job_of(config, tmp_path / "d"))
    writer = DatasetWriter(tmp_path / "d", dataset_spec(config))
    dataset = writer.finish("# d\n")
    for clip in dataset.clips():
        assert dataset.frames(clip.clip_id)["frame"].to_pylist() == list(range(clip.n_frames))
    assert pq.read_metadata(tmp_path / "d/frames/00000.parquet").num_rows == sum(c.n_frames for c in dataset.clips())


def test_one_clip_is_made_again_alone_with_the_same_bytes(tmp_path, shard_of_three, monkeypatch):
    config = tiny(tmp_path, n=3, name="d")
    make_stub_shard(job_of(config, tmp_path / "d"))
    monkeypatch.setattr("sim.film.simulate_squat", stubbed.stub_squat)
    for row in DatasetWriter(tmp_path / "d", dataset_spec(config)).finish("# d\n").metadata():
        again = reproduce_clip(row["clip_id"], config)
        assert again.same
        assert again.sha256 == row["sha256"] == file_sha256(again.video)
        assert "the same bytes" in str(again)
    with pytest.raises(DatasetError, match="no clip 'abc'"):
        reproduce_clip("abc", config)


@pytest.mark.slow
def test_a_clip_its_process_dies_of_is_quarantined_and_the_others_are_made(tmp_path, fates):
    config = tiny(tmp_path, n=4, workers=2, most_quarantined=0.5)
    fates(config, 1, "die 9")
    made = generate_dataset(config, tmp_path / "d", make_stub_shard)
    (given_up,) = made.quarantined
    assert given_up["trial_id"] == "lifter-1"
    assert "its process was killed" in given_up["reason"]
    assert made.clips == len(Dataset(tmp_path / "d").clips()) == 3
    again = generate_dataset(config, tmp_path / "d", make_stub_shard)
    assert again.quarantined == made.quarantined
    for file in (tmp_path / "fates").iterdir():
        file.unlink()
    assert generate_dataset({**config, "retry": True}, tmp_path / "d", make_stub_shard).clips == 4
    assert not list((tmp_path / "d/.shards").glob("00*.*.*"))


@pytest.mark.slow
def test_a_clip_that_never_ends_is_quarantined_with_where_it_was(tmp_path, fates):
    config = tiny(tmp_path, n=3, workers=1, timeout_s=15.0)
    fates(config, 1, "hang 9")
    with pytest.raises(SimulationError, match=r"(?s)1 of 3 trials.*lifter-1.*longer than 15 s, 3 times.*_meet_fate"):
        generate_dataset(config, tmp_path / "d", make_stub_shard)
    assert len(Dataset(tmp_path / "d").clips()) == 2


@pytest.mark.slow
def test_a_process_that_dies_once_costs_nothing(tmp_path, fates):
    config = tiny(tmp_path, n=4, workers=2)
    fates(config, 2, "die 1")
    made = generate_dataset(config, tmp_path / "d", make_stub_shard)
    assert (made.clips, made.quarantined) == (4, ())


SCRIPT = """
import json, sys
sys.path.insert(0, {tests!r})
from sim.generate import generate_dataset
from stubbed import make_stub_shard
if __name__ == "__main__":
    generate_dataset(json.loads({config!r}), {folder!r}, make_stub_shard)
"""


@pytest.mark.slow
def test_killed_twenty_times_at_random_it_is_the_same_dataset(tmp_path):
    """At most what was in work is lost, every half-made file goes, and the number of workers may change."""
    config = tiny(tmp_path, n=36, seed=3)
    folder = tmp_path / "killed"
    environment = {**os.environ, "WINK_TEST_SHARDS": "12"}  # of three trials each
    rng, kills, finished = random.Random(0), 0, 0
    while True:
        changed = {**config, "workers": rng.choice([1, 2])}
        script = tmp_path / "run.py"
        tests = str(Path(__file__).parent)
        script.write_text(SCRIPT.format(tests=tests, config=json.dumps(changed), folder=str(folder)))
        process = subprocess.Popen(
            [sys.executable, script],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=environment,
        )
        _wait_for_more(folder, finished, process)
        time.sleep(rng.uniform(0.0, 0.3))
        if process.poll() is not None:
            said = process.communicate()[1].decode()
            assert process.returncode == 0, said[-2000:]
            break
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        kills += 1
        now = _finished(folder)
        assert now >= finished, "what was finished was lost"
        finished = now
    assert kills >= 20
    smooth = {**config, "workers": 2}
    script.write_text(SCRIPT.format(tests=tests, config=json.dumps(smooth), folder=str(tmp_path / "smooth")))
    subprocess.run([sys.executable, script], check=True, capture_output=True, env=environment)
    assert media(folder) == media(tmp_path / "smooth")
    for name in ("metadata.parquet", "repetitions.parquet"):
        assert file_sha256(folder / name) == file_sha256(tmp_path / "smooth" / name)
    assert not [*folder.rglob("*.part"), *folder.rglob("*.tmp"), *folder.rglob("*.parts")]


def _finished(folder):
    """Trials that are whole: in closed shards, or in parts of open ones."""
    closed = sum(len(json.loads(f.read_text())["metadata"]) for f in folder.glob(".shards/*.json"))
    open_ = [
        f for f in folder.glob(".shards/*.parts/*.json") if not (folder / ".shards" / f"{f.parent.stem}.json").exists()
    ]
    return closed + len(open_)


def _wait_for_more(folder, before, process, limit_s=600.0):
    """Wait until the run has finished another trial, or is over; one that hangs is ended."""
    end = time.monotonic() + limit_s
    while process.poll() is None and _finished(folder) < before + 1:
        if time.monotonic() > end:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"nothing new in {limit_s:g} s")
        time.sleep(0.05)
