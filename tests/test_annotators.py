"""People scored by the scorer of the detectors: against the truth, or against each other where nobody knows it."""

import pytest
from drawn import drawn_dataset, drawn_pose, thigh_curve, tilt_curve
from test_benchmark import Perfect, Silent

from detect.annotators import TOGETHER, UNDECIDED_DEG, Verdict, agreed, as_detections, referenced, usable, verdict
from detect.benchmark import run_benchmark
from wink.annotation import Annotation, write_annotations
from wink.clip import Clip
from wink.consensus import Consensus, write_consensus
from wink.dataset import Dataset


def annotation(clip_id, annotator, grade, onset_s=None, **changes):
    fields = dict.fromkeys(
        ("onset_frame", "relation_to_parallel", "pain", "load_kg", "confidence", "note", "lead_time_s", "problem")
    )
    fields |= {"annotation_id": f"{clip_id}-{annotator}", "spans": "{}", "injury_history": (), "primed": False}
    fields |= {"updated_at": "2026-01-01", "grade": grade, "onset_s": onset_s, **changes}
    return Annotation(clip_id=clip_id, annotator=annotator, **fields)


def clip(repetitions=None, source="real"):
    return Clip("c1", "c1.mp4", 30.0, 240, 64, 48, source, "s", "test", "side", repetitions)


def pose(n_reps=2):
    import numpy as np

    thigh = thigh_curve(np.arange(120 * n_reps) / 30, n_reps)
    return drawn_pose(thigh, tilt_curve(thigh, 20.0))


def test_the_majority_decides_and_the_undecided_are_ambiguous():
    none, mild, clear = (
        annotation("c", name, name, 1.0 if name != "none" else None) for name in ("none", "mild", "clear")
    )
    assert verdict([none, none, mild]).size_deg == 0.0
    assert verdict([none, clear]).size_deg == UNDECIDED_DEG
    assert verdict([mild, clear, clear]).onset_s == 1.0
    assert verdict([annotation("c", "x", "cannot_tell")]) is None


def test_the_report_says_whose_answers_do_not_count_and_why():
    from annotate.agreement import _left_out
    from annotate.notes import SKIPPED

    given = [
        annotation("a", "d<b>", "mild", 1.0, problem="two onsets"),
        annotation("b", "d<b>", "mild", 1.0, problem=SKIPPED),
    ]
    assert _left_out(given, []) == {"invalid by d<b>": 1, "put off by d<b>": 1}


def test_broken_primed_and_older_annotations_are_left_out():
    kept = annotation("c", "a", "mild", 1.0, updated_at="2026-02-02")
    others = [
        annotation("c", "a", "none"),
        annotation("c", "b", "mild", 1.0, primed=True),
        annotation("c", "d", "mild", 1.0, problem="two onsets"),
    ]
    assert usable([kept, *others]) == {"c": [kept]}


def test_a_real_clip_takes_repetitions_from_the_pose_and_the_wink_from_people():
    marked = referenced(clip(), pose(), [annotation("c1", "a", "clear", 5.5), annotation("c1", "b", "marked", 5.7)])
    assert [len(r.winks) for r in marked.repetitions] == [0, 1]
    assert marked.repetitions[1].wink().onset_s == pytest.approx(5.6)
    assert marked.repetitions[1].pelvic_reversal_deg == pytest.approx((27 + 40) / 2)
    first = referenced(clip(), pose(), [annotation("c1", "a", "clear", 1.5)])
    assert len(first.repetitions) == 1  # people mark the first wink only: of the second squat nobody spoke
    silent = referenced(clip(), pose(), [annotation("c1", "a", "none")])
    assert [r.pelvic_reversal_deg for r in silent.repetitions] == [0.0, 0.0]
    unsure = clip()
    assert referenced(unsure, pose(), [annotation("c1", "a", "cannot_tell")]) is unsure


def consensus(probability, grade="clear", onset_s=1.5, width_s=0.2, n_annotators=3, clip_id="c1"):
    low, high = (None, None) if onset_s is None else (onset_s - width_s / 2, onset_s + width_s / 2)
    return Consensus(clip_id, n_annotators, grade, probability, onset_s, None, low, high, None, False, None)


def test_a_consensus_stands_in_for_the_truth_as_far_as_it_is_sure():
    assert agreed(consensus(0.95)) == Verdict(27.0, 0.95, 1.5)
    assert agreed(consensus(0.5)) == Verdict(UNDECIDED_DEG, 0.5, None)
    assert agreed(consensus(0.1, "none", None)) == Verdict(0.0, 0.1, None)
    assert agreed(consensus(0.95, width_s=0.6)).onset_s is None
    assert agreed(consensus(None, "cannot_tell", None)) is None
    three = [annotation("c1", name, "clear", 1.0) for name in "abc"]
    assert referenced(clip(), pose(), three, consensus(0.95)).repetitions[0].wink().onset_s == 1.5


def test_an_annotator_who_cannot_tell_makes_no_call():
    known = referenced(clip(), pose(), [annotation("c1", "a", "clear", 1.5)])
    (said,) = as_detections("b", known, [annotation("c1", "b", "cannot_tell")])
    assert (said.onset_s, said.score) == (None, 0.0)
    assert said.cannot_tell


@pytest.fixture(scope="module")
def annotated(tmp_path_factory):
    """Two labelled clips, and three real ones without labels, marked by three people."""
    folder = tmp_path_factory.mktemp("annotated")
    clips = {"a1": {"reversal_deg": 20.0}, "a2": {"reversal_deg": 0.0}}
    clips |= {f"b{k}": {"reversal_deg": 20.0 * (k != 2), "labelled": False} for k in (1, 2, 3)}
    writer = drawn_dataset(folder / "mixed", folder / "cache", clips)
    onset_s = Dataset(writer.path).clip("a1").repetitions[0].wink().onset_s
    marks = []
    for name, late_s in (("ann@x", 0.0), ("bob@x", 0.05), ("cyd@x", 0.20)):
        for clip_id in ("a1", "b1", "b3"):
            marks.append(annotation(clip_id, name, "clear", onset_s + late_s))
        marks += [annotation(clip_id, name, "none") for clip_id in ("a2", "b2")]
    write_annotations(writer.path / "annotations.parquet", tuple(marks))
    return folder, onset_s


def test_annotators_stand_beside_detectors_and_real_clips_apart(annotated):
    folder, _ = annotated
    dataset = Dataset(folder / "mixed")
    result = run_benchmark([dataset], {"silent": Silent(), "perfect": Perfect(dataset)}, folder / "cache", workers=1)
    rows = {(row["detector"], row["source"]): row for row in result.rows}
    assert rows["annotator 1", "synthetic"]["onset_mae_ms"] == pytest.approx(0.0, abs=1e-6)
    assert rows["annotator 3", "synthetic"]["onset_bias_ms"] == pytest.approx(200.0)
    assert rows[TOGETHER, "synthetic"]["onset_bias_ms"] == pytest.approx(50.0)
    # Real: against the median of the other two.
    assert rows["annotator 1", "real"]["onset_bias_ms"] == pytest.approx(-125.0)
    assert rows["annotator 3", "real"]["onset_bias_ms"] == pytest.approx(175.0)
    assert (TOGETHER, "real") not in rows
    real = rows["silent", "real"]
    assert (real["truth"], real["n_wink"], real["n_clean"], real["presence_f1"]) == ("annotations", 2, 1, 0.0)
    assert rows["silent", "synthetic"]["truth"] == "simulated"
    assert "ann@x" not in str(result.rows)
    assert {row["role"] for row in result.rows} == {"detector", "annotator"}


def test_detectors_are_scored_against_the_consensus_unless_it_is_older_than_an_answer(annotated, tmp_path):
    folder, onset_s = annotated
    writer = drawn_dataset(tmp_path / "agreed", folder / "cache", {"b1": {"reversal_deg": 20.0, "labelled": False}})
    marks = tuple(annotation("b1", name, "clear", onset_s) for name in ("ann@x", "bob@x"))
    write_annotations(writer.path / "annotations.parquet", marks)
    for n_annotators, winks in ((2, 0), (1, 1)):
        none = consensus(0.05, "none", None, n_annotators=n_annotators, clip_id="b1")
        write_consensus(writer.path / "consensus.parquet", (none,))
        rows = run_benchmark([Dataset(writer.path)], {"silent": Silent()}, folder / "cache", workers=1).rows
        (silent,) = (row for row in rows if row["detector"] == "silent")
        assert (silent["n_wink"], silent["n_clean"]) == (winks, 1 - winks)


def test_an_annotator_alone_on_real_clips_has_nobody_to_be_scored_against(annotated, tmp_path):
    folder, onset_s = annotated
    writer = drawn_dataset(tmp_path / "alone", folder / "cache", {"b1": {"reversal_deg": 20.0, "labelled": False}})
    write_annotations(writer.path / "annotations.parquet", (annotation("b1", "ann@x", "clear", onset_s),))
    rows = run_benchmark([Dataset(writer.path)], {"silent": Silent()}, folder / "cache", workers=1).rows
    assert [(row["detector"], row["n_wink"]) for row in rows] == [("silent", 1)]
