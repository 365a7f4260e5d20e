"""The networks picture by picture: the same as over the whole clip, and nothing of the future."""

import cv2
import numpy as np
import pytest
from drawn import FPS, LEG_PX, drawn_pose, thigh_curve, tilt_curve

from detect.blazepose import INDEX, Body
from detect.causal import LiveDetector
from detect.causal_network import CausalNetwork
from detect.detectors.detector import Observation
from detect.detectors.silhouette_tcn import SilhouetteTcn
from detect.detectors.silhouette_tcn_causal import SilhouetteTcnCausal
from detect.live_sight import LiveEye
from detect.network_stream import NetworkStream, reach_of
from detect.pose import SILHOUETTE_LEG_LENGTHS
from detect.roi import Roi
from detect.sight import RATE_HZ, see
from detect.trained import SHIPPED, load_networks

CAUSAL = SilhouetteTcnCausal(weights=None, max_turned_deg=70.0, min_visibility=0.3)


def squats(reversal_deg, n_reps=1):
    time_s = np.arange(int(4 * FPS * n_reps)) / FPS
    thigh = thigh_curve(time_s, n_reps)
    return drawn_pose(thigh, tilt_curve(thigh, reversal_deg))


def bodies(pose):
    """What the landmark network would have seen for each frame of a pose track."""
    for k in range(pose.n_frames):
        hips = pose.points_px[k, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=0)
        window = Roi(hips, SILHOUETTE_LEG_LENGTHS * LEG_PX, 0.0)
        grey = np.pad(pose.grey[k], 16, mode="edge")
        mask, grey = (cv2.resize(p, (256, 256), interpolation=cv2.INTER_LINEAR) for p in (pose.silhouette[k], grey))
        yield Body(
            1.0, pose.points_px[k], pose.world_m[k], pose.visibility[k], mask, grey, window.to_image(256), window
        )


def judged(pose, held_s=0.1):
    judge = CAUSAL.live(held_s)
    return [judge.step(k / FPS, body) for k, body in enumerate(bodies(pose))]


def features(n, seed=0):
    width = load_networks(SHIPPED).over_time["causal"].get_inputs()[0].shape[1]
    return (20 * np.random.default_rng(seed).standard_normal((n, width))).astype(np.float32)


def test_the_stream_says_what_the_network_says_of_the_whole_clip():
    networks, rows = load_networks(SHIPPED), features(200)
    stream = NetworkStream(networks)
    said = [stream.follow(k / RATE_HZ, row) for k, row in enumerate(rows)]
    (whole,) = networks.over_time["causal"].run(None, {"features": rows.T[None, :, None]})
    assert np.concatenate([t for t, _ in said]) == pytest.approx(np.arange(200) / RATE_HZ)
    assert np.concatenate([out for _, out in said]) == pytest.approx(whole[0, :, 0].T, abs=1e-3)


def test_it_looks_back_no_farther_than_the_network_reaches():
    networks, rows = load_networks(SHIPPED), features(300)
    reach = reach_of(networks.over_time["causal"], rows.shape[1])
    stream = NetworkStream(networks)
    for k, row in enumerate(rows):
        stream.follow(k / RATE_HZ, row)
    assert len(stream._features) == reach < 300

    def last(changed):
        moved = rows.copy()
        moved[changed] += 20.0
        return networks.over_time["causal"].run(None, {"features": moved.T[None, :, None]})[0][0, :, 0, -1]

    assert (last(299 - reach) == last(slice(0, 0))).all()
    assert (last(300 - reach) != last(slice(0, 0))).any()


def test_pictures_at_other_rates_become_samples_at_one():
    stream = NetworkStream(load_networks(SHIPPED))
    slow = [stream.follow(k / 12, row)[0] for k, row in enumerate(features(25))]
    assert np.concatenate(slow) == pytest.approx(np.arange(61) / RATE_HZ)
    fast = NetworkStream(load_networks(SHIPPED))
    assert sum(len(fast.follow(k / 60, row)[0]) for k, row in enumerate(features(121))) == 61


def test_someone_who_comes_back_after_long_is_begun_with_anew():
    stream = NetworkStream(load_networks(SHIPPED))
    stream.follow(0.0, features(1)[0])
    times, out = stream.follow(60.0, features(1)[0])
    assert (times.tolist(), len(out)) == ([60.0], 1)


def test_live_pictures_and_curves_are_those_of_the_clip():
    """But for the smoothing, which cannot look ahead, and for the clip's own median view."""
    pose = squats(20.0)
    eye, whole = LiveEye(), see(pose)
    seen = [eye.see(k / FPS, body) for k, body in enumerate(bodies(pose))]
    curves = np.stack([one.curves for one in seen])
    assert np.abs(curves - whole.curves)[10:].max() < 0.35
    assert np.abs(curves - whole.curves)[10:].mean() < 0.05
    shown = np.stack([one.pictures[0] for one in seen])[10:]
    assert np.abs(shown.astype(int) - whole.pictures[10:, 0]).mean() < 4.0  # of 255


def test_live_calls_are_those_of_the_clip():
    """Where the networks are sure of either; near a half a moment's smoothing decides."""
    sure = 0
    for reversal_deg in (-20.0, 0.0, 40.0):
        pose = squats(reversal_deg, n_reps=2)
        findings = CAUSAL.detect(Observation(None, pose))
        events = [now for now in judged(pose) if now.event]
        assert [now.rep for now in events] == [1, 2]
        for now, finding in zip(events, findings, strict=True):
            if abs(finding.score - 0.5) > 0.05:
                assert (now.call == "wink") == (finding.score > 0.5)
                sure += 1
    assert sure >= 4


def test_what_comes_later_changes_nothing_that_was_said():
    assert judged(squats(35.0, n_reps=2))[:70] == judged(squats(35.0))[:70]


def test_a_front_view_hidden_joints_and_a_lost_lifter_are_not_judged():
    networks = load_networks(SHIPPED)

    def called(**limits):
        how = {"held_s": 0.1, "max_turned_deg": 70.0, "min_visibility": 0.3} | limits
        judge = CausalNetwork(networks, **how)
        said = [judge.step(k / FPS, body) for k, body in enumerate(bodies(squats(35.0)))]
        return [(now.call, now.reason) for now in said if now.event]

    assert called(max_turned_deg=-1.0) == [("cannot_tell", "view too far off the side (looks like 0°)")]
    assert called(min_visibility=1.5) == [("cannot_tell", "hip or shoulder are hidden")]


def test_a_picture_or_two_without_the_person_do_not_end_a_repetition():
    judge, said = CAUSAL.live(0.1), []
    for k, body in enumerate(bodies(squats(35.0))):
        there = 45 <= k < 48
        said.append(judge.step(k / FPS, None if there else body))
    assert {now.rep for now in said} == {0, 1}
    long = CAUSAL.live(0.1)
    for k, body in enumerate(bodies(squats(35.0))):
        now = long.step(k / FPS, body if k < 40 else None)
    assert now.phase == "nobody"


def test_only_detectors_that_need_no_future_are_live():
    assert isinstance(CAUSAL, LiveDetector)
    assert not isinstance(SilhouetteTcn(weights=None, max_turned_deg=70.0, min_visibility=0.3), LiveDetector)
