"""A detector of one's own, in every way there is: the documented example gives the same rows in all of them."""

import csv
import re
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from drawn import CLIPS, drawn_dataset

from detect.benchmark import run_benchmark
from detect.plugins.command import BatchCommand, Command
from detect.plugins.outsider import MISSING, Question, admitted, detection_of
from detect.plugins.plugins import build_plugins, name_of
from detect.plugins.table_file import TableFile
from wink.detection import Detection
from wink.errors import ConfigError, DetectorError

PAGE = Path(__file__).parents[1] / "docs/plugins.md"
BATCH = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from deep_thigh import DeepThigh, Observation, read_pose
for line in sys.stdin:
    told = json.loads(line)
    for finding in DeepThigh().detect(Observation(Path(told["video"]), read_pose(Path(told["pose"])))):
        print(json.dumps({"clip_id": told["clip_id"], **asdict(finding)}))
"""
SOME = {name: CLIPS[name] for name in ("a1", "a4")}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a dataset, its poses, and the example as a module, a package and programs."""
    folder = tmp_path_factory.mktemp("place")
    drawn_dataset(folder / "drawn", folder / "cache", SOME)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    assert len(example.splitlines()) <= 30
    (folder / "deep_thigh.py").write_text(example)
    (folder / "batch.py").write_text(BATCH)
    package = folder / "deep_thigh-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: deep-thigh\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[wink.detectors]\ndeep_thigh = deep_thigh:DeepThigh\n")
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    sys.modules.pop("deep_thigh", None)


def benchmark(place, **plugins):
    from wink.dataset import Dataset

    detectors = build_plugins(plugins, timeout_s=120)
    return run_benchmark([Dataset(place / "drawn")], detectors, place / "cache", workers=1)


def said(result, name):
    unmeasured = (replace(d, detector="", runtime_s=0.0) for d in result.parts[0].detections if d.detector == name)
    return sorted(unmeasured, key=lambda d: (d.clip_id, d.rep))


def test_every_way_gives_the_same_rows_and_scores(place, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", f"{place}:{':'.join(p for p in sys.path if p)}")
    table = tmp_path / "mine.csv"
    first = benchmark(place, klass={"_target_": "deep_thigh.DeepThigh"})
    rows = [asdict(d) for d in first.parts[0].detections]
    with table.open("w", newline="") as file:
        keep = ("clip_id", "rep", "score", "onset_s", "magnitude_deg", "bottom_s", "runtime_s", "error")
        writer = csv.DictWriter(file, keep, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    result = benchmark(
        place,
        klass={"_target_": "deep_thigh.DeepThigh"},
        package="deep_thigh",
        program=f"{sys.executable} {place / 'deep_thigh.py'} {{video}} {{pose}}",
        batch=f"{sys.executable} {place / 'batch.py'}",
        table=str(table),
    )
    assert len(said(result, "klass")) == 3
    timed = ("detector", "ms_per_frame", "detector_ms_per_frame")
    scores = [{k: v for k, v in row.items() if k not in timed} for row in result.rows]
    for name, score in zip(("package", "program", "batch", "table"), scores[1:], strict=True):
        assert said(result, name) == said(result, "klass"), name
        assert score == scores[0], name
    assert scores[0]["n_wink_called"] == 3
    assert all(row["detector_ms_per_frame"] > 0 for row in result.rows)


def question(clip_id="a1", folder=Path()):
    return Question(clip_id, folder / "v.mp4", folder / "p.npz", 30.0, 120)


def row(clip_id="a1", rep=0, **changes):
    return replace(Detection("", clip_id, rep, 0.0, None, None, None, 0.1), **changes)


def test_an_unknown_clip_and_a_doubled_repetition_end_the_benchmark():
    with pytest.raises(DetectorError, match="'b9' is no clip of these datasets"):
        admitted("mine", [row("b9")], [question()])
    with pytest.raises(DetectorError, match="clip a1, repetition 0 more than once"):
        admitted("mine", [row(), row()], [question()])


def test_what_is_missing_or_breaks_the_contract_is_silence_that_is_counted():
    rows = admitted("mine", [row("a1", bottom_s=2000.0, score=1.0)], [question("a1"), question("a2")])
    assert [(d.clip_id, d.score, d.onset_s) for d in rows] == [("a1", 0.0, None), ("a2", 0.0, None)]
    assert "milliseconds" in rows[0].error
    assert rows[1].error == MISSING
    assert rows[0].runtime_s == 0.1


def test_rows_out_of_order_are_put_in_order():
    rows = admitted("mine", [row(rep=1, bottom_s=3.0), row(rep=0, bottom_s=1.0)], [question()])
    assert [d.bottom_s for d in rows] == [1.0, 3.0]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"score": "0.5", "onset": "1.2"}, "onset_s"),
        ({"score": "high"}, "score is 'high'"),
        ({"onset_s": "1.0"}, "no score"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(cells, reason):
    with pytest.raises(DetectorError, match=reason):
        detection_of(cells, "a1", 0)


def program(folder, text):
    file = folder / "mydet.sh"
    file.write_text("#!/bin/sh\n" + text)
    file.chmod(0o755)
    (folder / "v.mp4").write_bytes(b"video")
    return str(file)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("echo hm >&2; exit 3", "ended with code 3: hm"),
        ("sleep 60", "timed out after 0.5 s"),
        ("echo what is this", "expected a heading"),
        ("echo '{\"score\": '", "line 1 is no JSON"),
    ],
)
def test_a_program_that_fails_is_a_row_with_its_reason(tmp_path, text, reason):
    command = Command(program(tmp_path, text) + " {video}", timeout_s=0.5)
    (failed,) = admitted("mine", command.answer([question(folder=tmp_path)]), [question()])
    assert reason in failed.error


def test_a_program_that_says_nothing_has_seen_nothing_and_sees_no_telling_name(tmp_path):
    quiet = Command(program(tmp_path, "exit 0") + " {video}")
    assert admitted("mine", quiet.answer([question(folder=tmp_path)]), [question()]) == []
    telling = Command(program(tmp_path, 'echo score,error; echo "0,$1 $(ls $(dirname $1) | wc -l)"') + " {video}")
    (found,) = telling.answer([question(folder=tmp_path)])
    assert re.fullmatch(r".*/clip_00000.mp4 1", found.error)
    assert "a1" not in found.error


def test_a_batch_that_dies_on_the_way_keeps_what_it_said(tmp_path):
    text = 'echo \'{"clip_id": "a1", "rep": 0, "score": 0.2}\'; exit 1'
    asked = [question("a1", tmp_path), question("a2", tmp_path)]
    rows = admitted("mine", BatchCommand(program(tmp_path, text)).answer(asked), asked)
    assert [(d.clip_id, d.error) for d in rows] == [("a1", None), ("a2", "ended with code 1: it said nothing")]


def test_a_table_names_its_mistakes(tmp_path):
    table = tmp_path / "mine.csv"
    for text, reason in (("clip_id,rep,score\na1,0,0.1,9\n", "line 2 has more cells"), ("score\n0.3\n", "no clip_id")):
        table.write_text(text)
        with pytest.raises(DetectorError, match=reason):
            TableFile(str(table)).answer([])


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("deep_thig", "no detector of the entry-point group wink.detectors"),
        ("nothere.csv", "there is no table"),
        ("no-such-program {video}", "no program 'no-such-program'"),
        ({"_target_": "pathlib.Path"}, "has no method detect"),
    ],
)
def test_what_is_no_detector_is_refused(what, reason):
    with pytest.raises(ConfigError, match=reason):
        build_plugins({"mine": what}, 1.0)


def test_plug_ins_without_a_name_get_one():
    names = [name_of(what) for what in ("deep_thigh", "out/mine.csv", "python my/det.py {video}", "mydet {video}")]
    assert names == ["deep_thigh", "mine", "det", "mydet"]
