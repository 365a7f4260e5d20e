"""The demonstration's own part: which clips it takes, how it calls the verbs, what it says at the end."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_dataset import metadata_row, put_video, shard

from wink import demo
from wink.dataset_writer import DatasetWriter, Shard
from wink.errors import ClipError, WinkError


def test_given_clips_win_over_the_folder(tmp_path):
    (tmp_path / "folder").mkdir()
    for name in ("folder/a.mp4", "b.mov"):
        (tmp_path / name).touch()
    assert demo.real_clips([str(tmp_path / "b.mov")], tmp_path / "folder") == [tmp_path / "b.mov"]


def test_a_clip_that_is_not_there_is_noticed_before_any_work(tmp_path):
    with pytest.raises(ClipError, match=r"no b\.mov"):
        demo.real_clips(["b.mov"], tmp_path)


def test_without_clips_the_folder_is_taken(tmp_path):
    assert demo.real_clips([], tmp_path) == [tmp_path]


def test_without_a_folder_there_are_none(tmp_path):
    assert demo.real_clips([], tmp_path / "nowhere") == []


def test_a_failing_step_stops_the_demonstration_and_is_named(capfd):
    with pytest.raises(WinkError, match="step 3, `wink generate`, failed as said above"):
        demo.step(3, "fail", "generate", "sed=1")
    out, err = capfd.readouterr()
    assert "== 3/5  fail:  wink generate sed=1" in out
    assert "Did you mean 'seed'" in err


def test_a_preparation_that_fails_says_what_the_log_says(tmp_path):
    log = tmp_path / "log"
    log.write_text("no space left")
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(2)"])
    with pytest.raises(WinkError, match="no space left"):
        demo.Preparation(process, log).wait()


def test_the_table_counts_winks_and_says_what_is_unknown(tmp_path):
    writer = DatasetWriter(tmp_path / "demo", {})
    writer.add(shard("00000", "aaa"))
    put_video(writer.path, "aaa")
    known = writer.finish("")
    writer = DatasetWriter(tmp_path / "real", {})
    writer.add(Shard("r", [metadata_row("rrr", n_repetitions=None, source="real")], [], None))
    put_video(writer.path, "rrr")
    unknown = writer.finish("")
    first, second = demo.made([known, unknown]).splitlines()[1:]
    assert first.split()[1:] == ["1", "120", "4", "1", "1"]
    assert second.split()[-1] == "unknown"
    assert "pull demo real" in demo.what_next([known, unknown], serving=False)


def test_a_verb_ends_with_the_demonstration_however_that_went(tmp_path):
    """Killed without a chance to say so, the demonstration takes the running verb and its workers with it."""
    script = "import os, sys; from wink import demo; os.environ['WINK_ENDS_WITH'] = str(os.getpid()); "
    script += "demo._run([*demo._wink(), 'generate', 'name=x', 'n=9'])"
    environment = {**os.environ, "WINK_DATASETS": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.DEVNULL)
    assert happens((tmp_path / "x/dataset.json").exists)
    (verb,) = children_of(parent.pid)
    parent.kill()
    parent.wait()
    assert happens(lambda: not Path(f"/proc/{verb}").exists())


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def happens(event, limit_s=30.0):
    """Whether something becomes true in time."""
    end = time.monotonic() + limit_s
    while not event() and time.monotonic() < end:
        time.sleep(0.1)
    return event()
