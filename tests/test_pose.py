"""The pose network on pictures, and what is kept of it."""

import re
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from drawn import FPS, drawn_pose, thigh_curve, tilt_curve, write_pictures, write_video

from detect.blazepose import INDEX, LANDMARKS, Body
from detect.features import find_squats, measure_body
from detect.networks import OpenCvNetwork
from detect.pose import MIN_PRESENCE, SILHOUETTE_PX, Tracker, track_pose
from detect.pose_cache import VERSION, find_poses, load_pose, save_pose
from detect.roi import Roi
from detect.video import read_format, read_frames, read_some_frames
from detect.weights import POSE_LANDMARK, are_in_place, weights_path
from wink.errors import ClipError, DetectorError

CLIPS = Path(__file__).parents[1] / "../shared/real/clips"
SIDE = CLIPS / "side_two_squats.mp4"
needs_networks = pytest.mark.skipif(not are_in_place(), reason="the pose networks are not there: wink fetch")
needs_clips = pytest.mark.skipif(not SIDE.exists(), reason="the real clips of ../shared are not there")
TIME_S = np.arange(60) / FPS
GREY_CROP = np.full((256, 256, 3), 0.5, np.float32)
POSE = drawn_pose(thigh_curve(TIME_S), tilt_curve(thigh_curve(TIME_S), 0.0))


@pytest.fixture(scope="module")
def grey(tmp_path_factory):
    path = tmp_path_factory.mktemp("grey") / "grey.mp4"
    write_video(path, 6)
    return path


def test_there_are_33_landmarks_in_blazepose_order():
    assert len(LANDMARKS) == 33
    assert [INDEX[n] for n in ("nose", "left_shoulder", "right_hip", "right_foot_index")] == [0, 11, 24, 32]


def test_a_square_maps_its_corners_and_its_turn():
    roi = Roi.from_points(np.array([100.0, 50.0]), np.array([100.0, 10.0]))  # standing upright
    assert (roi.side_px, roi.angle_rad) == (pytest.approx(100.0), pytest.approx(0.0))
    centre, corner = (roi.to_image(256) @ [x, y, 1] for x, y in ((128, 128), (0, 0)))
    assert centre == pytest.approx([100, 50])
    assert corner == pytest.approx([50, 0])
    lying = Roi.from_points(np.array([100.0, 50.0]), np.array([140.0, 50.0]))  # head to the right
    assert lying.to_image(256) @ [128, 0, 1] == pytest.approx([150, 50])


def test_frames_are_counted_and_picked(grey):
    assert read_format(grey).fps == 30
    frames = list(read_frames(grey))
    assert len(frames) == 6
    assert frames[0].shape == (48, 64, 3)
    some = read_some_frames(grey, (4, 2, 99))
    assert sorted(some) == [2, 4]
    assert np.array_equal(some[4], frames[4])


def test_a_phone_video_is_turned_upright(tmp_path):
    """A bright upper half, stored lying with a note to turn it."""
    path = tmp_path / "turned.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        picture = np.zeros((48, 64, 3), np.uint8)
        picture[:, :32] = 255
        for _ in range(2):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    frame = next(read_frames(path))
    assert frame[:, :30].mean() > 240
    from detect.video import _upright

    assert _upright(picture, -90)[:30].mean() > 240  # clockwise: the left side comes up
    assert _upright(picture, 90)[-30:].mean() > 240
    assert _upright(picture, 0) is picture


@pytest.mark.parametrize("content", [b"", b"no video at all" * 100])
def test_what_is_no_video_is_refused_by_name(tmp_path, content):
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    with pytest.raises(ClipError, match=re.escape(str(path))):
        next(read_frames(path))
    with pytest.raises(ClipError, match=re.escape(str(path))):
        read_format(path)


def test_a_missing_video_is_named_with_what_to_do_before_any_work(tmp_path, grey):
    with pytest.raises(ClipError, match=r"gone\.mp4 cannot be read: No such file.*put the video back.*wink import"):
        find_poses([grey, tmp_path / "gone.mp4"], tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@needs_networks
def test_a_broken_video_is_named_with_what_to_do(tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"no video at all" * 100)
    with pytest.raises(ClipError, match=r"broken\.mp4 cannot be read as a video.*put a whole file in its place"):
        find_poses([tmp_path / "broken.mp4"], tmp_path / "cache")


def test_a_pose_that_was_kept_comes_back(tmp_path):
    save_pose(tmp_path / "p.npz", POSE)
    back = load_pose(tmp_path / "p.npz")
    assert back.points_px == pytest.approx(POSE.points_px, abs=1e-3)
    assert np.array_equal(back.silhouette, POSE.silhouette)
    assert (back.fps, back.leg_length_px, back.cpu_s) == (POSE.fps, POSE.leg_length_px, POSE.cpu_s)
    assert [p.name for p in tmp_path.iterdir()] == ["p.npz"]


def test_half_a_file_and_an_older_version_are_made_anew(tmp_path):
    save_pose(tmp_path / "p.npz", POSE)
    whole = (tmp_path / "p.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(whole[: len(whole) // 2])
    np.savez(tmp_path / "old.npz", version=VERSION - 1)
    assert [load_pose(tmp_path / name) for name in ("half.npz", "old.npz", "none.npz")] == [None] * 3


def test_missing_networks_are_named_before_work(tmp_path, grey, monkeypatch):
    monkeypatch.setenv("WINK_WEIGHTS", str(tmp_path))
    with pytest.raises(DetectorError, match="wink fetch"):
        find_poses([grey], tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


class Scripted:
    """Networks that say what they are told, to see how the tracker reacts."""

    def __init__(self, presences, finds=True):
        self.presences, self.finds, self.looked_for = iter(presences), finds, 0

    def find_all(self, _image):
        self.looked_for += 1
        return (Roi(np.zeros(2), 50.0, 0.0),) if self.finds else ()

    def read(self, _image, roi):
        crop = np.zeros((256, 256), np.uint8)
        points, world = np.zeros((33, 2)), np.zeros((33, 3))
        return Body(next(self.presences), points, world, np.ones(33), crop, crop, np.eye(2, 3), roi)


def tracker(script):
    made = Tracker.__new__(Tracker)
    made._finder = made._landmarks = script
    made._roi = made._last_good = None
    return made


def test_a_person_is_looked_for_once_and_then_followed():
    script = Scripted([0.9, 0.9, 0.9])
    follow = tracker(script)
    assert [follow.step(None).presence for _ in range(3)] == [0.9] * 3
    assert script.looked_for == 1


def test_a_lost_person_is_looked_for_again_and_the_better_look_is_kept():
    script = Scripted([0.9, 0.2, 0.8, 0.9])
    follow = tracker(script)
    assert [follow.step(None).presence for _ in range(3)] == [0.9, 0.8, 0.9]
    assert script.looked_for == 2


def test_nobody_yet_is_none_and_a_late_start_is_caught():
    script = Scripted([0.9], finds=False)
    follow = tracker(script)
    assert follow.step(None) is None
    script.finds = True
    assert follow.step(None).presence == 0.9


def test_a_lost_person_is_waited_for_where_it_was():
    script = Scripted([0.9, 0.1, 0.1, 0.9])
    follow = tracker(script)
    follow.step(None)
    script.finds = False
    assert [follow.step(None).presence for _ in range(3)] == [0.1, 0.1, 0.9]


@needs_networks
def test_an_empty_room_has_nobody_in_it(grey):
    pose = track_pose(grey)
    assert pose.n_frames == 6
    assert not pose.seen.any()
    assert not pose.silhouette.any()
    assert measure_body(pose) is None


@needs_networks
@needs_clips
def test_a_real_lifter_stands_with_the_head_up_and_the_feet_down():
    follow = Tracker()
    bodies = [follow.step(image) for image in islice(read_frames(SIDE), 4)]
    assert min(b.presence for b in bodies) > MIN_PRESENCE
    nose, hip, ankle = (bodies[-1].points_px[INDEX[n], 1] for n in ("nose", "right_hip", "right_ankle"))
    assert nose < hip < ankle
    world = bodies[-1].world_m
    assert 0.6 < world[INDEX["right_ankle"], 1] - world[INDEX["right_hip"], 1] < 1.1  # a leg, in metres


@needs_networks
@needs_clips
def test_without_litert_opencv_sees_the_same(monkeypatch):
    image = next(read_frames(SIDE))
    with_litert = Tracker().step(image)
    monkeypatch.setattr("detect.networks.litert_is_there", lambda: False)
    monkeypatch.setattr("detect.person_search.litert_is_there", lambda: False)
    follow = Tracker()
    body = [follow.step(image) for _ in range(2)][-1]
    assert body.presence > MIN_PRESENCE
    size = np.ptp(with_litert.points_px[:, 1])
    assert np.median(np.abs(body.points_px - with_litert.points_px)) < 0.02 * size
    assert OpenCvNetwork(weights_path(POSE_LANDMARK)).run(GREY_CROP)["Identity_2"].shape == (1, 256, 256, 1)


@pytest.mark.slow
@needs_networks
@needs_clips
def test_two_real_squats_are_found_in_two_processes_and_kept(tmp_path):
    poses = find_poses([SIDE, CLIPS / "front_view.mp4"], tmp_path, workers=2)
    pose = poses[SIDE]
    assert pose.seen.mean() > 0.95
    assert pose.silhouette.shape == (pose.n_frames, SILHOUETTE_PX, SILHOUETTE_PX)
    body = measure_body(pose)
    assert body.off_side_deg < 30
    assert len(find_squats(body)) == 2
    assert measure_body(poses[CLIPS / "front_view.mp4"]).off_side_deg > 50
    again = find_poses([SIDE], tmp_path)[SIDE]
    assert np.array_equal(again.points_px, pose.points_px)


@pytest.mark.slow
@needs_networks
@needs_clips
def test_of_two_people_the_one_who_squats_is_followed(tmp_path):
    """A still picture of the lifter beside a darkened video of the same: the surer one stands still."""
    frames = [cv2.resize(image, None, fx=0.5, fy=0.5) for image in islice(read_frames(SIDE), 250, 400, 2)]
    still = frames[0]
    pictures = [np.hstack([still, frame // 10 * 6]) for frame in frames]
    assert Tracker().find_all(pictures[0])[0].centre[0] < still.shape[1]
    write_pictures(tmp_path / "two.mp4", pictures, fps=15)
    pose = track_pose(tmp_path / "two.mp4")
    hips = pose.points_px[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1)
    assert np.median(hips[:, 0]) > still.shape[1]
    assert np.ptp(hips[pose.seen, 1]) > 0.2 * pose.leg_length_px
