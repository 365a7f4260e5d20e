"""`wink live`: nothing of the future is used, nothing lags behind, nothing leaves this machine."""

import time
import urllib.error
import urllib.request

import numpy as np
import pytest
from drawn import FPS, thigh_curve, tilt_curve, write_video

from detect.causal_contour import CausalContour, CausalRules, Glimpse
from detect.live import Measured, watch_live, words
from detect.live_body import LowPass
from detect.live_page import LivePage
from detect.live_source import Latest, Shot, file_shots
from wink.errors import ClipError


def watched(reversal_deg, *, off_side_deg=10.0, n_reps=1, share=0.5, flicker_deg=0.0):
    """What is said, picture by picture, of drawn squats whose contour turns by a share of the pelvis."""
    time_s = np.arange(int(4 * FPS * n_reps)) / FPS
    thigh = thigh_curve(time_s, n_reps)
    edge = share * tilt_curve(thigh, reversal_deg) + flicker_deg * (np.arange(len(time_s)) % 2)
    judge = CausalContour()
    pictures = zip(time_s.tolist(), thigh.tolist(), edge.tolist(), strict=True)
    return [judge.glimpsed(t, Glimpse(a, e, off_side_deg)) for t, a, e in pictures]


def events(said):
    return [(now.rep, now.call) for now in said if now.event]


def test_a_wink_is_called_on_the_way_down_and_late_by_less_than_half_a_second():
    said = watched(35.0)
    called = next(now for now in said if now.event)
    assert called.call == "wink"
    assert called.time_s < 2.1  # the bottom is at 2 s
    assert called.onset_s <= called.time_s
    assert called.time_s - called.onset_s == pytest.approx(CausalRules().held_s, abs=2 / FPS)
    assert "WINK, pelvis turns back since 1." in words(called)


def test_a_clean_repetition_is_no_wink_once_its_bottom_is_past():
    said = watched(0.0)
    assert events(said) == [(1, "no_wink")]
    called = next(now for now in said if now.event)
    assert 2.0 < called.time_s < 3.0


def test_every_repetition_is_told_once():
    assert events(watched(35.0, n_reps=3)) == [(1, "wink"), (2, "wink"), (3, "wink")]


def test_a_front_view_and_a_flickering_edge_cannot_be_told():
    assert [call for _, call in events(watched(35.0, off_side_deg=85.0))] == ["cannot_tell"]
    assert [call for _, call in events(watched(35.0, flicker_deg=60.0))] == ["cannot_tell"]


def test_what_comes_later_changes_nothing_that_was_said():
    assert watched(35.0, n_reps=2)[:60] == watched(35.0)[:60]


def test_nobody_is_said_and_no_event():
    judge = CausalContour()
    now = judge.step(0.0, None)
    assert (now.phase, now.event) == ("nobody", False)
    assert words(now) == "nobody in the picture"


def test_a_low_pass_takes_pictures_when_they_come():
    fine, coarse = LowPass(0.1), LowPass(0.1)
    for k in range(1, 101):
        fine.step(k * 0.01, 1.0 if k > 1 else 0.0)
    for k in range(1, 21):
        coarse.step(k * 0.05, 1.0 if k > 1 else 0.0)
    assert fine.step(1.01, 1.0) == pytest.approx(coarse.step(1.01, 1.0), abs=1e-3)
    assert LowPass(0.1).step(0.0, 5.0) == 5.0
    assert np.isfinite(fine.step(2.0, float("nan")))


def test_whoever_is_late_gets_the_newest_picture():
    def shots():
        for k in range(20):
            time.sleep(0.01)
            yield Shot(k, time.monotonic(), 0.01 * k, np.zeros((2, 2, 3), np.uint8))

    seen = []
    with Latest(shots()) as newest:
        for shot in newest:
            seen.append(shot.number)
            time.sleep(0.05)
    assert seen == sorted(set(seen))
    assert len(seen) < 15
    assert seen[-1] == 19


def test_a_source_that_breaks_is_said():
    def shots():
        yield Shot(0, time.monotonic(), 0.0, np.zeros((2, 2, 3), np.uint8))
        raise ClipError("camera 0 gives no picture any more")

    with Latest(shots()) as newest, pytest.raises(ClipError, match="no picture any more"):
        list(newest)


def test_a_file_is_shown_at_its_own_pace(tmp_path):
    write_video(tmp_path / "a.mp4", 10, fps=20)
    began = time.monotonic()
    times = [shot.time_s for shot in file_shots(tmp_path / "a.mp4")]
    assert time.monotonic() - began >= 0.44
    assert times == pytest.approx(np.arange(10) / 20)


def test_the_page_shows_pictures_to_this_machine_alone():
    with LivePage() as page:
        assert page.address.startswith("http://127.0.0.1:")
        page.show(np.zeros((8, 8, 3), np.uint8), "rep 1: no wink")
        assert b"rep 1: no wink" in urllib.request.urlopen(page.address + "now", timeout=5).read()
        with urllib.request.urlopen(page.address + "stream", timeout=5) as stream:
            assert b"image/jpeg" in stream.read(60)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(urllib.request.Request(page.address, headers={"Host": "evil.example"}), timeout=5)


def test_rate_and_delay_are_measured():
    class Nobody:
        def step(self, _):
            time.sleep(0.01)

    shots = [Shot(k, time.monotonic(), k / 30, np.zeros((4, 4, 3), np.uint8)) for k in range(0, 10, 2)]
    measured = watch_live(shots, Nobody(), CausalContour(), said=lambda _: None)
    assert measured.numbers == [0, 2, 4, 6, 8]
    assert min(measured.delays_s) >= 0.01
    assert "5 of 9 pictures looked at" in str(measured)
    assert str(Measured()) == "no picture came"
