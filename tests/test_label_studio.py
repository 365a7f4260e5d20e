"""Clips to tasks, results to annotations: frames from 1 on the page, from 0 elsewhere; nothing lost, faults named."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.label_studio import DEPTHS, WINK_GRADES, annotation_of, choice, region, task_of
from annotate.marks import LABELS, ONSET, TYPED
from annotate.page import HEADERS, Kind, instructions, is_earlier_page, labeling_config, place_pictures, same_page
from annotate.predictions import TRUTH, predictions_of, truth_of
from annotate.pull import annotations_of, merge, store
from wink.angles import relation_to_parallel
from wink.annotation import SCHEMA, Annotation, Grade, Reason, read_annotations
from wink.clip import Clip
from wink.dataset_writer import DatasetWriter, Shard
from wink.detection import Detection
from wink.errors import AnnotationError
from wink.onset import Repetition, Wink

FPS, N = 30.0, 100
DATA = {"video": "/x", "fps": FPS, "n_frames": N, "clip_id": "c0ffee"}
GOLDEN = Path(__file__).parent / "golden"
BEFORE = (GOLDEN / "labeling_config_before.xml").read_text()
PAGE = ElementTree.fromstring(labeling_config("blind"))


def clip(**changes):
    values = {"clip_id": "c0ffee", "video": Path("/secret/place.mp4"), "fps": FPS, "n_frames": N, "width": 64}
    values |= {"height": 48, "source": "synthetic", "subject_id": "Jane", "split": "test", "view": "side"}
    return Clip(**(values | {"repetitions": ()} | changes))


def raw(*results, **changes):
    return {
        "unique_id": "u1",
        "completed_by": 1,
        "updated_at": "t",
        "lead_time": 9.5,
        "result": list(results),
    } | changes


def mark(label, start, end):
    """A mark as the page makes it: frames from 1, both ends included."""
    value = {"ranges": [{"start": start, "end": end}], "timelinelabels": [label]}
    return {"id": "r", "from_name": "phase", "to_name": "video", "type": "timelinelabels", "value": value}


def read(*results, **changes):
    return annotation_of(DATA, raw(*results, **changes), {1: "ann@x"})


spans = st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).map(lambda pair: tuple(sorted(pair)))
frames = st.integers(0, N - 1)
depths = st.sampled_from([*DEPTHS[:3], "cannot_tell"])


@st.composite
def valid_annotations(draw):
    grade = draw(st.sampled_from(get_args(Grade)))
    begun = st.integers(1, N - 1)  # nothing is seen to begin on the first frame
    onset = draw(begun) if grade in WINK_GRADES else draw(st.none() if grade == "none" else st.none() | begun)
    marks = {
        label: draw(st.lists(spans, min_size=1, max_size=3)) for label in draw(st.sets(st.sampled_from(LABELS[1:])))
    }
    if onset is not None:
        marks[ONSET] = [(onset, onset)]
    return Annotation(
        clip_id="c0ffee",
        annotation_id="u1",
        annotator="ann@x",
        onset_frame=onset,
        onset_s=None if onset is None else onset / FPS,
        grade=grade,
        relation_to_parallel=draw(depths if grade in WINK_GRADES else st.none() | depths),
        spans=json.dumps(marks),
        pain=draw(st.none() | st.sampled_from(["yes", "no", "unknown"])),
        load_kg=draw(st.none() | st.floats(0, 500)),
        injury_history=tuple(draw(st.lists(st.sampled_from(["low_back", "hip", "knee"]), unique=True))),
        confidence=draw(st.none() | st.integers(1, 5)),
        note=draw(st.none() | st.text(min_size=1)),
        lead_time_s=9.5,
        updated_at="t",
        primed=False,
        problem=None,
        reasons=tuple(draw(st.lists(st.sampled_from(get_args(Reason)), unique=True))),
        created_at=draw(st.none() | st.just("2026-01-01")),
    )


def results_of(annotation):
    """What Label Studio would hold of an annotation; the inverse of `annotation_of` for valid ones."""
    spans = json.loads(annotation.spans)
    results = [region(label, span) for label, marks in spans.items() for span in marks]
    depth = "cannot_tell_depth" if annotation.relation_to_parallel == "cannot_tell" else annotation.relation_to_parallel
    for name, picked in (("wink_grade", annotation.grade), ("wink_depth", depth), ("pain", annotation.pain)):
        if picked is not None:
            results.append(choice(name, [picked]))
    if annotation.reasons:
        results.append(choice("wink_reason", annotation.reasons))
    if annotation.load_kg == 0:
        results.append(choice("load_none", ["no_load"]))
    if annotation.injury_history:
        results.append(choice("injury_history", annotation.injury_history))
    values = (
        ("load_kg", "number", annotation.load_kg),
        ("confidence", "rating", annotation.confidence),
        ("note", "text", [annotation.note] if annotation.note else None),
    )
    for name, key, value in values:
        if value is not None:
            kind = "textarea" if key == "text" else key
            results.append({"id": name, "from_name": name, "to_name": "video", "type": kind, "value": {key: value}})
    return results


@given(valid_annotations())
def test_a_valid_annotation_survives_the_way_there_and_back(annotation):
    sent = raw(*results_of(annotation), created_at=annotation.created_at)
    back = annotation_of(DATA, json.loads(json.dumps(sent)), {1: "ann@x"})
    assert json.loads(back.spans) == json.loads(annotation.spans)
    assert back == Annotation(**{**vars(annotation), "spans": back.spans})


def test_the_page_counts_from_one_and_files_from_zero():
    annotation = read(mark(ONSET, 33, 33), mark("wink", 33, 42), choice("wink_grade", ["mild"]))
    assert (annotation.onset_frame, annotation.onset_s) == (32, 32 / FPS)
    assert json.loads(annotation.spans)["wink"] == [[32, 41]]
    assert region(ONSET, (32, 32))["value"]["ranges"] == [{"start": 33, "end": 33}]


MILD = choice("wink_grade", ["mild"])
DEPTH = choice("wink_depth", ["at_parallel"])


@pytest.mark.parametrize(
    ("results", "problem"),
    [
        ([mark(ONSET, 5, 5), mark(ONSET, 9, 9), MILD], r"2 onsets \(5, 9\), expected one"),
        ([mark(ONSET, 5, 9), MILD], r"range 5\.\.9, expected one frame"),
        ([mark(ONSET, N + 1, N + 1), MILD], r"outside the clip \(1\.\.100\)"),
        ([mark(ONSET, 0, 0), MILD], "outside the clip"),
        ([mark("wink", 9, 5), mark(ONSET, 5, 5), MILD], r"wink ends \(5\) before it begins \(9\)"),
        ([mark(ONSET, 9, 5), MILD], r"wink onset ends \(5\) before it begins"),
        ([mark(ONSET, 1, 1), MILD, DEPTH], "onset is on the first frame"),
        ([mark(ONSET, 5, 5)], "no grade"),
        ([MILD], "graded mild but no onset"),
        ([mark(ONSET, 5, 5), choice("wink_grade", ["none"])], "graded none but an onset"),
        ([mark(ONSET, 5.5, 5.5), MILD], "not on whole frames"),
        ([mark(ONSET, "5", None), MILD], "not on whole frames"),
        ([mark("elbow", 5, 5), choice("wink_grade", ["none"])], "unknown label elbow"),
        ([mark(ONSET, 5, 5), choice("wink_grade", ["huge"])], "unknown grade huge"),
        ([mark(ONSET, 5, 5), MILD], "graded mild but not said whether the wink begins before"),
        ([choice("wink_grade", ["none"]), choice("wink_depth", ["deep"])], "unknown answer deep"),
        ([choice("wink_grade", ["cannot_tell"]), choice("wink_reason", ["fog"])], "unknown reason fog"),
    ],
)
def test_every_breach_of_the_rules_is_named_and_kept(results, problem):
    annotation = read(*results)
    assert annotation.problem is not None
    assert re.search(problem, annotation.problem)
    assert annotation.annotation_id == "u1"


@pytest.mark.parametrize("grade", get_args(Grade))
def test_only_a_wink_needs_an_onset(grade):
    needs = grade in WINK_GRADES
    assert (read(choice("wink_grade", [grade]), DEPTH).problem is not None) == needs
    assert read(mark(ONSET, 5, 5), choice("wink_grade", [grade]), DEPTH).problem is None or not needs


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["type", "value", "ranges", "start", "end", "timelinelabels", "from_name", "choices"]),
                x,
            )
        ),
    )
)
def test_nonsense_from_the_server_is_a_problem_not_a_crash(nonsense):
    result = {"type": "timelinelabels", "from_name": "phase", "value": nonsense}
    assert annotation_of(DATA, raw(result, {"from_name": "wink_grade", "value": nonsense})).problem


def test_a_skipped_clip_is_kept_as_skipped():
    assert read(was_cancelled=True).problem == "skipped by the annotator"


def test_a_mark_that_began_as_a_prediction_is_known():
    good = [mark(ONSET, 5, 5), MILD]
    assert not read(*good).primed
    assert read(*good, parent_prediction=3).primed
    assert read({**good[0], "origin": "prediction-changed"}, MILD).primed


@pytest.mark.parametrize(
    ("typed", "unloaded", "load_kg", "problem"),
    [
        (0, False, None, None),  # typed and emptied again
        (62.3, False, 62.3, None),
        (None, True, 0.0, None),
        (0, True, 0.0, None),
        (60, True, 60.0, "a load of 60 kg and no load"),
    ],
)
def test_an_emptied_load_is_not_known_and_no_load_is_said(typed, unloaded, load_kg, problem):
    number = {"id": "l", "from_name": "load_kg", "to_name": "video", "type": "number", "value": {"number": typed}}
    said = [*([number] if typed is not None else []), *([choice("load_none", ["no_load"])] if unloaded else [])]
    annotation = read(*said, choice("wink_grade", ["none"]))
    assert (annotation.load_kg, annotation.problem) == (load_kg, problem)


def test_annotators_are_told_apart_in_every_shape_the_server_has():
    assert read(completed_by={"id": 1}).annotator == read(completed_by=1).annotator == "ann@x"
    assert read(completed_by=7).annotator == "7"


def test_a_task_tells_nothing_but_the_picture():
    wink = Wink("pelvic_reversal_onset", 1.0, 80.0, 50.0, 90.0, 20.0, "before_parallel")
    winking = clip(repetitions=(Repetition(0, 0.0, 2.0, 3.0, 100.0, 20.0, 10.0, (wink,)),))
    real = clip(source="real", subject_id="Jim", view="front", repetitions=None)
    assert task_of(winking) == task_of(real) == task_of(clip())
    assert set(task_of(winking)) == {"data"}
    assert set(task_of(winking)["data"]) == {"video", "fps", "n_frames", "clip_id"}


def detection(**changes):
    values = {"detector": "rule", "clip_id": "c0ffee", "rep": 0, "score": 0.7, "onset_s": 1.0, "magnitude_deg": 15.0}
    return Detection(**(values | {"bottom_s": 1.5, "runtime_s": 0.1} | changes))


def answer(prediction, **changes):
    return annotation_of(DATA, raw(*prediction.results, **changes))


def test_a_detection_becomes_a_prediction_on_its_frame():
    (prediction,) = predictions_of(clip(), [detection(), detection(clip_id="other")])
    assert prediction.row() == {"model_version": "rule", "score": 0.7, "result": list(prediction.results)}
    annotation = answer(prediction)
    assert (annotation.onset_frame, annotation.grade) == (30, "mild")
    assert json.loads(annotation.spans)["bottom"] == [[45, 45]]


def test_a_detector_that_finds_no_wink_says_none_and_one_that_failed_says_nothing():
    (prediction,) = predictions_of(clip(), [detection(onset_s=None, magnitude_deg=None)])
    assert answer(prediction).grade == "none"
    assert predictions_of(clip(), [detection(error="no person")]) == []


def test_each_detector_and_each_repetition_counts():
    found = [detection(), detection(rep=1, onset_s=2.0, bottom_s=2.5, score=0.9), detection(detector="other")]
    both = predictions_of(clip(), found)
    assert [p.model for p in both] == ["other", "rule"]
    assert [p.score for p in both] == [0.7, 0.9]
    assert "2 onsets" in (answer(both[1]).problem or "")  # a review shows all repetitions; an annotator marks one


def test_an_onset_outside_the_clip_is_refused_before_pushing():
    with pytest.raises(AnnotationError, match="milliseconds"):
        predictions_of(clip(), [detection(onset_s=1000.0)])


def test_truth_is_shown_where_it_is_known():
    wink = Wink("pelvic_reversal_onset", 1.01, 80.0, 50.0, 90.0, 40.0, relation_to_parallel(80.0))
    shown = truth_of(clip(repetitions=(Repetition(0, 0.0, 2.0, 3.0, 100.0, 40.0, 10.0, (wink,)),)))
    assert shown is not None
    assert shown.model == TRUTH
    assert (answer(shown).onset_frame, answer(shown).grade) == (31, "marked")
    clean = truth_of(clip())
    assert clean is not None
    assert answer(clean).grade == "none"
    assert truth_of(clip(repetitions=None)) is None


def squat(bottom_s, onset_s):
    wink = Wink("pelvic_reversal_onset", onset_s, 80.0, 50.0, 90.0, 25.0, "before_parallel")
    return clip(repetitions=(Repetition(0, 0.0, bottom_s, bottom_s + 1, 100.0, 25.0, 10.0, (wink,)),))


def test_a_moment_that_no_frame_shows_is_left_out_and_named():
    cut = truth_of(squat(N / FPS, 1.0))
    assert cut is not None
    assert cut.left_out == ("bottom at 3.333 s (the last frame is at 3.300 s)",)
    assert (answer(cut).onset_frame, answer(cut).grade) == (30, "clear")
    rounded = truth_of(squat((N - 1 + 0.4) / FPS, 1.0))
    assert rounded is not None
    assert json.loads(answer(rounded).spans)["bottom"] == [[N - 1, N - 1]]
    assert not rounded.left_out
    (found,) = predictions_of(clip(), [detection(bottom_s=N / FPS)])
    assert len(found.left_out) == 1
    assert answer(found).onset_frame == 30


def stored(name):
    """What the page stores for every label or choice of a control."""
    control = PAGE.find(f".//*[@name='{name}']")
    assert control is not None
    return [child.get("alias") or child.get("value") for child in control]


def test_page_and_code_use_the_same_words():
    assert stored("phase") == list(LABELS)
    assert stored("wink_grade") == list(get_args(Grade))
    assert stored("wink_depth") == list(DEPTHS)
    assert stored("wink_reason") == list(get_args(Reason))
    numbers = [e.get("name") for e in PAGE.iter("Number")]
    assert [name for name in numbers if name != "load_kg"] == list(TYPED)


def test_every_control_has_a_hotkey_of_its_own():
    """A hotkey of a number adds one to it, and Label Studio gives one to who has none: theirs is on no keyboard."""
    controls = [e for e in PAGE.iter() if e.tag in ("Label", "Choice", "Rating", "Number")]
    keys = [str(e.get("hotkey")) for e in controls]
    assert "None" not in keys
    assert len(set(keys)) == len(keys)
    numbers = [str(e.get("hotkey")) for e in PAGE.iter("Number")]
    assert all(re.fullmatch(r"ctrl\+alt\+shift\+f1[3-9]", key) for key in numbers)
    assert sum('accesskey="k"' in str(e.get("value")) for e in PAGE.iter("Markdown")) == 1


def test_the_onset_is_defined_on_the_page_by_its_name_and_pictures(tmp_path):
    assert "pelvic_reversal_onset" in instructions()
    assert "hop size" in instructions()
    shown = re.findall(r'src="/data/local-files/\?d=media/clips/([^"]+)"', instructions("media/clips"))
    place_pictures(tmp_path)
    assert sorted(shown) == sorted(p.name for p in tmp_path.iterdir())
    assert len(shown) == 2
    assert all(p.read_bytes()[:2] == b"\xff\xd8" for p in tmp_path.iterdir())
    assert "\n" not in instructions()  # the page shows line ends


def test_the_page_of_the_version_before_is_gone_on_with_and_no_other():
    assert is_earlier_page(BEFORE)
    assert not is_earlier_page(BEFORE.replace("none", "nil"))
    assert not is_earlier_page(labeling_config("blind"))


def page_with_header_on_top(kind, form):
    """The page of a kind, as versions made it that had the header above the video."""
    page = ElementTree.fromstring(form.read_text())
    column = page.findall("View/View")[1]
    if kind == "review":
        column.set("style", str(column.get("style")).replace("flex:1;min-width:280px", "flex:2;min-width:420px"))
        column.insert(0, ElementTree.Element("Markdown", value="$curve"))
    header = HEADERS[kind].replace("a clip (arrow at the bottom left)", "one clip (the arrow at the top left)")
    page.insert(0, ElementTree.Element("Header", value=header, size="5"))
    if kind == "training":
        page.insert(1, ElementTree.Element("Header", value="$lesson", size="4"))
    return page


@pytest.mark.parametrize("kind", get_args(Kind))
def test_projects_begun_with_earlier_pages_go_on(kind):
    before_keys = page_with_header_on_top(kind, GOLDEN / "labeling_config_before_keys.xml")
    assert is_earlier_page(ElementTree.tostring(before_keys, encoding="unicode"))
    fixed_zoom = page_with_header_on_top(kind, GOLDEN / "labeling_config_before_fitting.xml")
    assert is_earlier_page(ElementTree.tostring(fixed_zoom, encoding="unicode"))
    column = next(view for view in fixed_zoom.iter("View") if view.find("Video") is not None)
    column.remove(next(style for style in column.findall("Style") if "zoom" in str(style.text)))
    assert is_earlier_page(ElementTree.tostring(fixed_zoom, encoding="unicode"))


def test_what_stands_above_the_form_leaves_the_video_its_place():
    for kind in get_args(Kind):
        page = ElementTree.fromstring(labeling_config(kind))
        assert [e.tag for e in page] == ["View"], "nothing above the two columns"
        video, form = page.findall("View/View")
        assert form[0].get("value") == HEADERS[kind]
        assert video.find("Header") is None


def test_annotations_of_the_version_before_are_read(tmp_path):
    now = Annotation(*[None] * 17)
    row = {name: getattr(now, name) for name in SCHEMA.names if name not in ("reasons", "created_at")}
    texts = ("clip_id", "annotation_id", "annotator", "spans", "updated_at")
    row |= dict.fromkeys(texts, "x") | {"primed": False, "injury_history": ["hip"]}
    schema = pa.schema([field for field in SCHEMA if field.name in row])
    pq.write_table(pa.Table.from_pylist([row], schema=schema), tmp_path / "annotations.parquet")
    (old,) = read_annotations(tmp_path / "annotations.parquet")
    assert (old.injury_history, old.reasons, old.created_at, old.made_at) == (("hip",), (), None, "x")


def test_only_a_review_has_the_curve_and_nothing_else_differs():
    blind, review = PAGE, ElementTree.fromstring(labeling_config("review"))
    assert [e for e in blind.iter() if e.get("value") == "$curve"] == []
    assert len([e for e in review.iter() if e.get("value") == "$curve"]) == 1

    def controls(page):
        kept = ("Video", "TimelineLabels", "Label", "Choices", "Choice", "Number", "Rating", "TextArea")
        return [e.attrib for e in page.iter() if e.tag in kept]

    assert controls(blind) == controls(review)


def test_pages_differ_by_more_than_white_space():
    page = labeling_config("blind")
    assert same_page(page, page.replace("\n", "\n  "))
    assert not same_page(page, page.replace("wink_grade", "grade"))
    assert not same_page(page, labeling_config("review"))


def dataset_of(path, *clip_ids):
    writer = DatasetWriter(path, {"ids": clip_ids})
    row = {"source": "real", "subject_id": "s", "split": "test", "view": "side", "fps": FPS, "n_frames": N, "width": 64}
    row |= {"height": 48, "license": "x", "sha256": "x", "factors": "{}", "file_name": "videos/x.mp4"}
    (path / "videos" / "x.mp4").touch()
    writer.add(Shard("0", [row | {"clip_id": c} for c in clip_ids], [], None))
    return writer.finish("card")


def task(clip_id, *annotations):
    return {"data": DATA | {"clip_id": clip_id}, "annotations": list(annotations)}


def test_annotations_go_home_and_none_is_lost(tmp_path):
    here, there = dataset_of(tmp_path / "here", "a", "b"), dataset_of(tmp_path / "there", "c")
    grade = choice("wink_grade", ["none"])
    first = annotations_of([task("a", raw(grade), raw(unique_id="u2")), task("c", raw(grade, unique_id="u3"))], {})
    counts, homeless = store(first, [here, there])
    assert counts == {here.path / "annotations.parquet": 2, there.path / "annotations.parquet": 1}
    assert not homeless
    later = annotations_of([task("a", raw(grade, updated_at="t2")), task("gone", raw(unique_id="u4"))], {})
    _, homeless = store(later, [here, there])
    assert [a.clip_id for a in homeless] == ["gone"]
    kept = read_annotations(here.path / "annotations.parquet")
    assert [(a.annotation_id, a.updated_at, a.problem) for a in kept] == [("u2", "t", "no grade"), ("u1", "t2", None)]


def test_annotations_go_to_every_dataset_that_has_the_clip(tmp_path):
    both = [dataset_of(tmp_path / name, "a") for name in ("one", "two")]
    counts, homeless = store(annotations_of([task("a", raw())], {}), both)
    assert list(counts.values()) == [1, 1]
    assert not homeless
    assert len({read_annotations(d.path / "annotations.parquet") for d in both}) == 1


def test_two_pulls_at_once_lose_nothing(tmp_path):
    dataset = dataset_of(tmp_path / "here", "a")
    pulled = [annotations_of([task("a", raw(unique_id=f"u{k}"))], {}) for k in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda annotations: store(annotations, [dataset]), pulled))
    assert len(read_annotations(dataset.path / "annotations.parquet")) == 40
    assert not list(dataset.path.glob("*.tmp")) + list(dataset.path.glob(".*.tmp"))


def test_merging_twice_changes_nothing():
    one, two = read(MILD), read(MILD, unique_id="u2")
    assert merge(merge([], [one, two]), [one, two]) == merge([], [two, one])


def test_tasks_of_others_are_passed_over():
    assert annotations_of([{"data": {"text": "hello"}, "annotations": [raw()]}], {}) == []
