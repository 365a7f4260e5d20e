"""`wink detect`: verdicts in words of movement, reasons where the picture does not tell, files that are whole."""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from drawn import FPS, drawn_pose, thigh_curve, tilt_curve, write_video
from test_detectors import detector

from detect.blazepose import INDEX
from detect.detecting import DATA, OVERLAY, PAGE, TABLE, Skipped, Told, detect_all, gather_table, videos_of
from detect.detectors.detector import Finding
from detect.judgeable import why_not_the_view
from detect.lettering import width_px, write
from detect.low_back import low_back_edge
from detect.overlay import Overlay, banner
from detect.pose_cache import save_pose
from detect.verdict import NO_DIAGNOSIS, Verdict, depth_to_stop_at
from detect.video import frame_times
from detect.watching import watch
from wink import cli
from wink.errors import ClipError
from wink.files import file_sha256

REAL = Path(__file__).parents[1] / "../shared/real/clips"


def filmed(folder, reversal_deg=20.0, name="squat", n_reps=1, cache=None, fps=30, **changes):
    """A small video, and the pose of a drawn lifter kept for it."""
    time_s = np.arange(int(4 * FPS * n_reps)) / FPS
    thigh = thigh_curve(time_s, n_reps)
    pose = replace(drawn_pose(thigh, tilt_curve(thigh, reversal_deg)), **changes)
    video = folder / f"{name}.mp4"
    write_video(video, len(time_s), shade=len(name), fps=fps)
    save_pose((cache or folder / "cache") / "pose" / f"{file_sha256(video)}.npz", pose)
    return video, pose


def seen(folder, reversal_deg=20.0, **changes):
    return watch(*filmed(folder, reversal_deg, **changes), "low_back_contour", detector("low_back_contour"))


def run(videos, folder, overwrite=False):
    return list(
        detect_all(
            videos, "low_back_contour", detector("low_back_contour"), folder / "out", folder / "cache", overwrite
        )
    )


def test_a_wink_is_told_with_time_depth_and_size(tmp_path):
    (verdict,) = seen(tmp_path, 20.0).verdicts
    assert verdict.call == "wink"
    assert verdict.bottom_s == pytest.approx(2.0, abs=0.05)
    assert verdict.magnitude_deg > 10
    assert verdict.stop_at_thigh_deg == pytest.approx(verdict.thigh_at_onset_deg)
    assert verdict.thigh_at_onset_deg == pytest.approx(80, abs=8)  # the drawn pelvis falls back from 75 on
    assert str(verdict).startswith("the pelvis begins to turn back at 1.")


def test_a_clean_repetition_is_no_wink_and_no_cannot_tell(tmp_path):
    watched = seen(tmp_path, 0.0)
    assert [v.call for v in watched.verdicts] == ["no_wink"]
    assert "No wink was called down to a thigh inclination of about 105°" in depth_to_stop_at(watched.verdicts)


def test_a_front_view_cannot_be_told(tmp_path):
    _, pose = filmed(tmp_path)
    world = pose.world_m.copy()
    for joint in ("hip", "shoulder"):  # the line through both hips lies across the picture
        world[:, INDEX[f"left_{joint}"]] = [0.3, 0, 0.01]
        world[:, INDEX[f"right_{joint}"]] = [-0.3, 0, -0.01]
    watched = seen(tmp_path, world_m=world)
    assert why_not_the_view(watched.body) is not None
    assert watched.verdicts[0].call == "cannot_tell"
    assert "view" in watched.verdicts[0].reason
    assert watched.verdicts[0].onset_s is None
    assert "no depth to stop at" in depth_to_stop_at(watched.verdicts)


def test_a_person_lost_on_the_way_down_cannot_be_told(tmp_path):
    presence = np.ones(int(4 * FPS))
    presence[40:50] = 0.1
    (verdict,) = seen(tmp_path, presence=presence).verdicts
    assert verdict.call == "cannot_tell"
    assert "lost" in verdict.reason


def test_an_edge_that_flickers_cannot_be_told(tmp_path):
    _, pose = filmed(tmp_path)
    silhouette = pose.silhouette.copy()
    silhouette[30:60:2, 20:70, 10:70] = 255  # a plate that the network takes for the lifter, every other frame
    watched = seen(tmp_path, silhouette=silhouette)
    assert watched.edge.flicker_deg[30:60].max() > 10 > np.median(low_back_edge(pose, watched.body).flicker_deg)
    assert "edge" in watched.verdicts[0].reason


def test_too_few_frames_cannot_be_told(tmp_path):
    thigh = thigh_curve(np.arange(20) / 5.0)
    few = replace(drawn_pose(thigh, tilt_curve(thigh, 20.0), fps=5.0))
    video = tmp_path / "few.mp4"
    write_video(video, 20, fps=5)
    (verdict,) = watch(video, few, "low_back_contour", detector("low_back_contour")).verdicts
    assert "too few frames" in verdict.reason


def test_nobody_is_a_remark_and_no_repetition(tmp_path):
    watched = seen(tmp_path, presence=np.zeros(int(4 * FPS)), leg_length_px=np.nan)
    assert watched.verdicts == ()
    assert "nobody was found in 100 %" in watched.remarks[0]


def test_times_are_those_of_the_videos_own_clock(tmp_path):
    """The pose thinks 30 frames a second, the file shows 60: everything happens at half the time."""
    video, pose = filmed(tmp_path, fps=60)
    assert frame_times(video)[:3] == pytest.approx([0, 1 / 60, 2 / 60])
    watched = watch(video, pose, "low_back_contour", detector("low_back_contour"))
    assert watched.fps == pytest.approx(60)
    assert watched.verdicts[0].bottom_s == pytest.approx(1.0, abs=0.03)
    assert watched.verdicts[0].onset_s < 1.0


def test_a_detectors_own_reason_and_interval_are_kept(tmp_path):
    class Said:
        def __init__(self, **changes):
            self.finding = replace(Finding(0, 2.0, 0.8, 1.6, 15.0, 1.5, 1.7, 12.0, 18.0), **changes)

        def detect(self, _):
            return (self.finding,)

    video, pose = filmed(tmp_path)
    (verdict,) = watch(video, pose, "said", Said(stop_at_thigh_deg=61.0)).verdicts
    assert (verdict.onset_low_s, verdict.onset_high_s) == pytest.approx((1.5, 1.7), abs=1e-6)
    assert verdict.stop_at_thigh_deg == 61.0
    assert "15° (12 to 18°)" in str(verdict)
    none = {"onset_s": None, "onset_low_s": None, "onset_high_s": None, "cannot_tell": "too dark"}
    (verdict,) = watch(video, pose, "said", Said(**none)).verdicts
    assert (verdict.call, verdict.reason, verdict.magnitude_deg) == ("cannot_tell", "too dark", None)


def test_words_are_of_movement_and_never_a_diagnosis():
    wink = Verdict(0, 0.0, 2.0, 3.0, 100.0, "wink", None, 0.9, onset_s=1.5, magnitude_deg=12.0)
    told = " ".join((str(wink), wink.headline, depth_to_stop_at((wink,)))).lower()
    assert not any(word in told for word in ("injur", "danger", "bad", "safe", "wrong", "fault", "risk"))
    assert "nothing of pain, injury or health" in NO_DIAGNOSIS


def test_the_depth_to_stop_at_is_where_it_began_and_says_how_early_it_may_have():
    winks = tuple(
        Verdict(k, 0.0, 2.0, 3.0, 105.0, "wink", None, 0.9, onset_s=1.5, thigh_at_onset_deg=at, stop_at_thigh_deg=low)
        for k, (at, low) in enumerate([(79.0, 70.0), (73.0, 48.0), (80.0, 77.0)])
    )
    told = depth_to_stop_at(winks)
    assert "before the thighs have come down to about 73°" in told
    assert "3 of 3 repetitions judged; they went down to 105°" in told
    assert "as early as 48°" in told
    assert "as early" not in depth_to_stop_at((replace(winks[2], stop_at_thigh_deg=80.0),))
    unknown = replace(winks[0], thigh_at_onset_deg=None, stop_at_thigh_deg=None)
    assert "1 of 1 repetitions judged" in depth_to_stop_at((unknown,))


def test_the_banner_says_nothing_before_it_is_known():
    wink = Verdict(0, 1.0, 2.0, 3.0, 100.0, "wink", None, 0.9, onset_s=1.5)
    texts = [banner((wink,), now, ())[0][0] for now in (0.5, 1.2, 1.6, 5.0)]
    assert texts == ["1 repetition in this video", "Rep 1 of 1: going down", *["Rep 1 of 1: WINK, depth not known"] * 2]


def test_an_overlay_has_even_sides_and_shows_the_skeleton(tmp_path):
    watched = seen(tmp_path)
    overlay = Overlay(watched, 641, 481)
    assert all(side % 2 == 0 for side in overlay.size)
    drawn = overlay.draw(np.full((481, 641, 3), 96, np.uint8), 60)
    assert drawn.shape[:2] == overlay.size[::-1]
    hip = (watched.pose.points_px[60, INDEX["left_hip"]] * overlay.layout.scale).astype(int)
    assert (drawn[hip[1], hip[0]].astype(int) != 96).any()


def test_letters_are_cut_off_at_the_edge():
    image = np.zeros((20, 30, 3), np.uint8)
    assert write(image, "90° wide", 5, 10, 12, (255, 255, 255)) == 5 + width_px("90° wide", 12)
    assert image.max() > 200


def test_every_video_gets_its_files_and_one_table_holds_all(tmp_path):
    videos = [filmed(tmp_path, 20.0, "a")[0], filmed(tmp_path, 0.0, "bb", n_reps=2)[0]]
    results = run(videos, tmp_path)
    assert [type(r) for r in results] == [Told, Told]
    for result in results:
        assert {p.name for p in result.folder.iterdir()} == {DATA, TABLE, OVERLAY, PAGE}
    with av.open(str(results[0].folder / OVERLAY)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, sum(1 for _ in container.decode(stream))) == ("h264", 120)
    rows = list(csv.DictReader(gather_table(tmp_path / "out").read_text().splitlines()))
    assert [(row["video"], row["call"]) for row in rows] == [
        ("a.mp4", "wink"),
        ("bb.mp4", "no_wink"),
        ("bb.mp4", "no_wink"),
    ]
    assert [row["repetition"] for row in rows] == ["1", "1", "2"]  # as the page counts
    data = json.loads((results[0].folder / DATA).read_text())
    assert len(data["time_s"]) == data["n_frames"] == len(data["curves"]["thigh_inclination_deg"])
    page = (results[0].folder / PAGE).read_text()
    assert "@@" not in page
    assert 'src="http' not in page


def test_nothing_is_overwritten_unless_asked_and_names_do_not_collide(tmp_path):
    video = filmed(tmp_path, 20.0, "a")[0]
    run([video], tmp_path)
    note = tmp_path / "out/a/note.txt"
    note.write_text("mine")
    (again,) = run([video], tmp_path)
    assert isinstance(again, Skipped)
    assert again.there
    assert note.exists()
    (tmp_path / "other").mkdir()
    namesake = filmed(tmp_path / "other", 0.0, "a", n_reps=2, cache=tmp_path / "cache")[0]
    (other,) = run([namesake], tmp_path)
    assert other.folder.name.startswith("a-")
    (replaced,) = run([video], tmp_path, overwrite=True)
    assert isinstance(replaced, Told)
    assert not note.exists()


def test_what_cannot_be_read_does_not_stop_the_rest(tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    good = filmed(tmp_path)[0]
    first, second = run([broken, good], tmp_path)
    assert isinstance(first, Skipped)
    assert "cannot be read" in first.reason
    assert isinstance(second, Told)
    assert not (tmp_path / "out/broken").exists()


def test_inputs_are_files_and_folders(tmp_path):
    filmed(tmp_path)
    assert videos_of([tmp_path, tmp_path / "squat.mp4"]) == (tmp_path / "squat.mp4",)
    with pytest.raises(ClipError, match="there is no file"):
        videos_of([tmp_path / "none.mp4"])
    with pytest.raises(ClipError, match="holds no video"):
        videos_of([tmp_path / "cache"])
    with pytest.raises(ClipError, match="no video was named"):
        videos_of([])


def test_a_run_that_leaves_all_alone_says_that_nothing_is_new(tmp_path, capsys):
    video = str(filmed(tmp_path)[0])
    asked = [video, f"output={tmp_path / 'out'}", f"paths.cache={tmp_path / 'cache'}", "detector=low_back_contour"]
    cli.run("detect", asked)
    assert f"wrote {tmp_path / 'out' / TABLE}" in capsys.readouterr().out
    cli.run("detect", asked)
    said = capsys.readouterr().out
    assert "wrote" not in said
    assert "nothing new" in said


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="no real clips here")
def test_real_clips_from_the_side_are_told_and_others_are_not(tmp_path):
    wink = Path(sys.executable).with_name("wink")
    command = [wink, "detect", REAL, f"output={tmp_path / 'out'}", f"paths.cache={tmp_path / 'cache'}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "out" / TABLE).read_text().splitlines()))
    calls = {video: {row["call"] for row in rows if row["video"] == video} for video in {r["video"] for r in rows}}
    assert calls["front_view.mp4"] == calls["oblique_dark_heavy_rep.mp4"] == {"cannot_tell"}
    assert "cannot_tell" not in calls["side_two_squats.mp4"]
