"""The real page in a real browser: clicked marks at every frame rate, and a clip marked without a mouse."""

import json

import pytest
from labelling_page import find_browser, signed_in
from numbered_clips import RATES, count_exact, frames_to_mark, mark_all, numbered_dataset
from test_annotating import Lab

from annotate.folder import LEAD
from wink.annotation import read_annotations

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:The `.*` method is deprecated:DeprecationWarning"),  # the SDK's own
    pytest.mark.skipif(find_browser() is None, reason="no chromium, chromium-browser or google-chrome on the path"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A server with two numbered clips of every frame rate."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    numbered_dataset(lab.root / "datasets" / "numbered", 2)
    lab.wink("annotate", "numbered")
    yield lab
    lab.wink("annotate", "stop=true")


def test_marks_come_back_on_their_frame_at_every_rate(lab):
    clips = lab.dataset("numbered").clips()[::2]
    wanted = frames_to_mark(clips)
    with lab.signed_in() as ls, signed_in(lab.url, LEAD, lab.folder.password()) as page:
        strange = mark_all(page, lab.project(ls, "blind"), lab.tasks("blind"), clips, wanted)
    assert strange == []
    lab.wink("pull", "numbered")
    assert count_exact(lab.dataset("numbered"), wanted) == 5 * len(RATES)


def test_a_clip_is_marked_without_a_mouse(lab):
    clip = lab.dataset("numbered").clips()[1]
    task = lab.tasks("blind")[clip.clip_id][0].number
    with lab.signed_in() as ls, signed_in(lab.url, LEAD, lab.folder.password()) as page:
        page.open(lab.project(ls, "blind"), task, clip.n_frames)
        for _ in range(9):
            page.page.keyboard.press("Alt+ArrowRight")
            page.page.wait_for_timeout(200)
        onset = page.frame_counted()
        assert page.number_shown() == onset - 1
        assert page.enlargement() == pytest.approx(1.3, rel=0.01)
        page.access("k")
        page.press(["Tab", *str(onset), "Tab", *str(onset + 5)])
        page.access("k")
        page.press("37")
        page.submit("Control+Enter")
    lab.wink("pull", "numbered")
    annotations = read_annotations(lab.dataset("numbered").path / "annotations.parquet")
    (annotation,) = (a for a in annotations if a.clip_id == clip.clip_id)
    assert annotation.problem is None
    assert json.loads(annotation.spans) == {"wink_onset": [[onset - 1] * 2], "wink": [[onset - 1, onset + 4]]}
    assert (annotation.grade, annotation.relation_to_parallel) == ("clear", "at_parallel")


@pytest.mark.parametrize("size", [(1600, 1000), (1366, 768)])
def test_every_control_can_be_reached(lab, size):
    """The wheel moves picture and timeline there, so nothing of the left column may lie under the bar with Submit."""
    with signed_in(lab.url, LEAD, lab.folder.password(), size) as page:
        page.begin_labelling()
        page.page.get_by_text("clear[3]").click()  # a wink asks for more
        bar = page.page.query_selector(".lsf-bottombar").bounding_box()["y"]
        for selector in (".lsf-label", ".typed input"):
            boxes = [control.bounding_box() for control in page.page.query_selector_all(selector)]
            assert len(boxes) >= 5
            assert max(box["y"] + box["height"] for box in boxes) < bar
        if size[1] < 900:
            assert page.wheel_over(".typed") > 50
        assert len(page.controls()) > 35
        assert page.out_of_reach() == []
