"""Looking at a clip: what a page holds, and that picture, body and numbers are of the same frame."""

import importlib.util
import json
from importlib.resources import files

import numpy as np
import pytest
from small_dataset import FPS, N_FRAMES, NAMES, frame_table, repetitions_of, write_small_dataset
from videos import write_numbered

from wink.annotation import Annotation, write_annotations
from wink.compose import run_composed
from wink.config import build, load_option, options_of
from wink.dataset import Dataset
from wink.detection import Detection, write_detections
from wink.errors import ClipError, ConfigError, DatasetError
from wink.view import find_shown, most_winking, view
from wink.viewers.body import limbs
from wink.viewers.page import Page, data_of
from wink.viewers.recording import Recording
from wink.viewers.shown import shown_clip


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    dataset = write_small_dataset(tmp_path_factory.mktemp("datasets") / "small")
    marks = {"spans": "{}", "pain": None, "load_kg": None, "injury_history": (), "confidence": 4, "note": None}
    mark = Annotation(
        clip_id="dddddddddddd", annotation_id="1", annotator="anna", onset_frame=12, onset_s=1.2, grade="mild",
        relation_to_parallel=None, lead_time_s=9.0, updated_at="", primed=False, problem=None, **marks,
    )  # fmt: skip
    write_annotations(dataset.path / "annotations.parquet", (mark,))
    write_detections(dataset.path / "detections.parquet", (Detection("contour", "dddddddddddd", 0, 0.9, 1.5, 8, 2, 1),))
    return Dataset(dataset.path)


def page_of(shown, tmp_path, embed=True):
    Page(embed=embed).write(shown, tmp_path / "clip.html")
    return (tmp_path / "clip.html").read_text()


@pytest.mark.parametrize("name", options_of("viewer"))
def test_every_viewer_writes_a_file_or_names_what_it_needs(name, small, tmp_path):
    viewer = build(load_option("viewer", name))
    file = tmp_path / f"clip{viewer.suffix}"
    try:
        said = viewer.write(shown_clip(small, small.clip("aaaaaaaaaaaa")), file)
    except ConfigError as error:
        if "pip install" not in str(error):
            raise
        pytest.skip(str(error))
    assert str(file) in said
    assert [f.name for f in tmp_path.iterdir()] == [file.name]


def test_a_page_holds_the_truth_of_every_frame(small, tmp_path):
    told = data_of(page_of(shown_clip(small, small.clip("aaaaaaaaaaaa")), tmp_path))
    assert (told["frames"], told["fps"]) == (N_FRAMES, FPS)
    np.testing.assert_allclose(
        told["curves"]["pelvic tilt"], frame_table("a")["pelvic_tilt_deg"].to_numpy(), atol=0.006
    )
    assert len(told["points"]) == N_FRAMES
    assert len(told["points"][0]) == 3 * len(NAMES)
    (r,) = repetitions_of("winks")
    frames = {event["label"].split(" (")[0]: event["frame"] for event in told["events"]}
    assert frames["pelvis turns back"] == int(np.ceil(r.wink().onset_s * FPS))
    assert frames["bottom"] == int(np.ceil(r.bottom_s * FPS - 1e-6))
    assert told["spans"][0]["label"] == "repetition 1"
    assert told["facts"]["outcome"] == "completed"


def test_a_real_clip_shows_what_people_and_detectors_said(small, tmp_path):
    told = data_of(page_of(shown_clip(small, small.clip("dddddddddddd")), tmp_path))
    assert told["points"] is None
    assert told["curves"] == {}
    assert told["facts"]["truth"] == "unknown"
    assert [(e["frame"], e["source"]) for e in told["events"]] == [(12, "annotator"), (15, "detector")]


def test_a_page_loads_nothing_from_elsewhere(small, tmp_path):
    template = (files("wink.viewers") / "page.html").read_text()
    assert "http" not in template
    page = page_of(shown_clip(small, small.clip("aaaaaaaaaaaa")), tmp_path)
    assert page.count("src=") == 1
    assert 'src="data:video/mp4;base64,' in page
    assert 'src="../' in page_of(shown_clip(small, small.clip("aaaaaaaaaaaa")), tmp_path, embed=False)


def test_words_of_annotators_cannot_break_the_page(small, tmp_path):
    from dataclasses import replace

    shown = replace(shown_clip(small, small.clip("dddddddddddd")), title="<b>", facts={"note": "</script><script>x"})
    page = page_of(shown, tmp_path)
    assert data_of(page)["facts"] == {"note": "</script><script>x"}
    assert "<title>&lt;b&gt;" in page


def test_only_pages_of_its_own_are_written_over(small, tmp_path):
    shown = shown_clip(small, small.clip("aaaaaaaaaaaa"))
    page_of(shown, tmp_path)
    page_of(shown, tmp_path)
    (tmp_path / "clip.html").write_text("my own page")
    with pytest.raises(ConfigError, match="no page of `wink view`"):
        page_of(shown, tmp_path)


def test_clips_are_found_by_whatever_name(small, tmp_path):
    datasets, clip = small.path.parent, small.clip("bbbbbbbbbbbb")
    names = ("small/bbbbbbbbbbbb", f"{small.path}/bbbbbbbbbbbb", "bbbbbbbbbbbb", str(clip.video))
    assert {find_shown(name, datasets).title for name in names} == {"small / bbbbbbbbbbbb"}
    assert find_shown("small", datasets).title == f"small / {most_winking(small)}" == "small / aaaaaaaaaaaa"
    alone = write_numbered(tmp_path / "squat.mp4", np.arange(12) / 30, size=(320, 240))
    shown = find_shown(str(alone), datasets)
    assert (shown.n_frames, round(shown.fps), shown.width) == (12, 30, 320)


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("smal", DatasetError, "Did you mean 'small'.*No clip has that id"),
        ("small/bbbbbbbbbbbc", DatasetError, "Did you mean 'bbbbbbbbbbbb'"),
        ("nowhere/bbbbbbbbbbbb", DatasetError, "'nowhere' is no dataset"),
    ],
)
def test_what_is_not_there_is_answered_with_the_nearest(name, error, said, small):
    with pytest.raises(error, match=said):
        find_shown(name, small.path.parent)


def test_what_is_no_video_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(ClipError, match="cannot be read as a video"):
        find_shown(str(tmp_path / "notes.txt"), tmp_path)


def test_the_verb_writes_below_exports(small, tmp_path, capsys):
    run_composed("view", view, ["small", f"paths.datasets={small.path.parent}", f"paths.exports={tmp_path}"])
    assert (tmp_path / "aaaaaaaaaaaa.html").is_file()
    assert "open it in a browser" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="output is one file"):
        run_composed("view", view, ["small", "small", "output=x.html", f"paths.datasets={small.path.parent}"])
    with pytest.raises(ConfigError, match="say which clip"):
        run_composed("view", view, [])


def test_limbs_join_what_is_there():
    names = ("hip_left", "knee_left", "ankle_left")
    assert limbs(names) == [(0, 1, "left"), (1, 2, "left")]
    assert limbs(()) == []


def test_without_rerun_the_extra_is_named(small, tmp_path):
    if importlib.util.find_spec("rerun") is not None:
        pytest.skip("rerun-sdk is installed")
    with pytest.raises(ConfigError, match=r"winklab\[rerun\]"):
        Recording().write(shown_clip(small, small.clip("aaaaaaaaaaaa")), tmp_path / "clip.rrd")


@pytest.fixture
def browser_page(small, tmp_path):
    """The page of a clip whose pictures carry their number, in a browser, opened from disk."""
    from labelling_page import FLAGS, find_browser
    from playwright.sync_api import sync_playwright

    if find_browser() is None:
        pytest.skip("there is no Chromium")
    page_of(shown_clip(small, small.clip("aaaaaaaaaaaa")), tmp_path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((tmp_path / "clip.html").as_uri())
        page.wait_for_function("document.getElementById('video').readyState >= 2")
        yield page
        assert errors == []
        browser.close()


def assert_all_agree_on(page, frame):
    """Wait for a frame; the picture, the counter, the slider, the numbers must all be of it."""
    from labelling_page import READ_NUMBER

    page.wait_for_function(f"document.body.dataset.frame === '{frame}' && !document.getElementById('video').seeking")
    assert page.evaluate(READ_NUMBER) == frame
    assert page.text_content("#where") == f"frame {frame} of {N_FRAMES - 1} · {frame / FPS:.3f} s"
    assert page.input_value("#slider") == str(frame)
    tilt = frame_table("a")["pelvic_tilt_deg"][frame].as_py()
    shown = [
        float(text.rstrip("°")) for text in page.eval_on_selector_all("#now b", "all => all.map(b => b.textContent)")
    ]
    assert shown[0] == pytest.approx(tilt, abs=0.06)


@pytest.mark.slow
def test_picture_body_and_numbers_are_of_the_same_frame(browser_page):
    page = browser_page
    for frame in (0, 1, 17, 39, 5, 38):
        page.evaluate(f"seek({frame})")
        assert_all_agree_on(page, frame)
    page.keyboard.press("ArrowRight")
    assert_all_agree_on(page, 39)
    page.keyboard.press("ArrowRight")
    assert_all_agree_on(page, 39)
    for _ in range(5):  # faster than the video seeks
        page.keyboard.press("ArrowLeft")
    assert_all_agree_on(page, 34)
    page.keyboard.press("Home")
    assert_all_agree_on(page, 0)
    bottom = page.locator("#events button", has_text="bottom")
    bottom.click()
    assert_all_agree_on(page, int(bottom.text_content().split(": ")[-1]))
    box = page.locator("#curves").bounding_box()
    x = box["x"] + page.evaluate("across(23)")
    page.mouse.click(x, box["y"] + 80)
    assert_all_agree_on(page, 23)
    page.keyboard.press(" ")
    page.wait_for_function("shown > 28")
    page.keyboard.press(" ")
    page.wait_for_timeout(300)
    assert_all_agree_on(page, json.loads(page.evaluate("String(shown)")))


@pytest.mark.slow
def test_the_body_drawn_is_that_of_the_frame(browser_page):
    page = browser_page
    page.evaluate("yaw = 0; pitch = 0; seek(30)")
    assert_all_agree_on(page, 30)
    drawn = page.evaluate("""() => {
        const row = data.points[shown], at = projector(1000, 1000);
        const [a, b] = [at(row[0], row[1], row[2]), at(row[3], row[4], row[5])];
        return [b[0] - a[0], b[1] - a[1]];
    }""")
    points = np.reshape(page.evaluate("data.points[30]"), (-1, 3))
    assert drawn[0] * (points[1, 0] - points[0, 0]) > 0, "forward is to the right"
    assert drawn[1] * (points[1, 2] - points[0, 2]) < 0, "up is up"
