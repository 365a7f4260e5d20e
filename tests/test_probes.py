"""Probes: what says nothing stays near chance, what was planted is found, and the ceiling is given the truth."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from drawn import FPS, drawn_pose, thigh_curve, tilt_curve

from detect.detectors.detector import Observation, check_findings
from detect.probes.ceiling import judge_true_tilt
from detect.probes.probing import ProbedRepetition, run_probes
from detect.probes.sights import PROBES, Probe, Shown, flat
from wink.errors import DetectorError


def repetitions(n=160, leak=False, seed=0):
    """Clean ones and winks of 40 lifters; shirts are drawn at random, or, leaking, by class; winks lie deeper."""
    rng = np.random.default_rng(seed)
    made = []
    for k in range(n):
        wink = bool(rng.random() < 0.5)
        depth = float(rng.normal(95 if wink else 88, 6))
        shirt = ("tight" if wink else "loose") if leak and rng.random() < 0.9 else str(rng.choice(["tight", "loose"]))
        clip = SimpleNamespace(subject_id=f"lifter-{k // 4}", duration_s=4.0, n_frames=120)
        shown = Shown(clip, {"appearance": {"top": shirt, "_target_": "x", "list": [1]}, "depth": depth}, None, None)
        made.append(ProbedRepetition(shown, 15.0 if wink else 2.0, depth))
    return made


LOOKS = {"appearance": PROBES["appearance"], "depth": Probe("floor", lambda shown: {"thigh": shown.factors["depth"]})}


def test_what_says_nothing_is_no_leak_and_depth_is_taken_out_by_matching():
    shirt, depth = run_probes(repetitions(), LOOKS)
    assert shirt.auroc_depth_matched < 0.6
    assert not shirt.leaks
    assert depth.auroc > 0.65
    assert depth.auroc_depth_matched < depth.auroc - 0.05
    assert (depth.kind, depth.leaks) == ("floor", False)


def test_a_planted_leak_is_found():
    shirt, _ = run_probes(repetitions(leak=True), LOOKS)
    assert shirt.leaks
    assert shirt.auroc_depth_matched > 0.8
    low, high = shirt.interval_depth_matched
    assert low < shirt.auroc_depth_matched < high


def test_without_both_classes_or_with_few_lifters_there_is_no_score():
    assert run_probes([r for r in repetitions() if r.magnitude_deg > 10], LOOKS) == ()
    assert run_probes(repetitions(n=12), LOOKS) == ()
    assert run_probes([], LOOKS) == ()


def test_settings_become_one_level_of_facts():
    assert flat({"a": {"b": 1, "_target_": "x"}, "c": "word", "d": [1]}) == {".a.b": 1, ".c": "word"}


def test_build_is_sizes_and_not_the_name_of_the_case():
    lifter = {"_target_": "x", "name": "stiff", "sex": "male", "stature_m": 1.8}
    facts = PROBES["body_shape"].look(Shown(None, {"lifter": lifter}, None, None))
    assert facts == {".sex": "male", ".stature_m": 1.8}


def test_every_probe_looks_at_a_real_repetition(tmp_path):
    video = tmp_path / "clip.mp4"
    video.write_bytes(b"0" * 1000)
    clip = SimpleNamespace(
        video=video, n_frames=120, duration_s=4.0, fps=30.0, width=64, height=48, view="side", subject_id="a"
    )
    thigh = thigh_curve(np.arange(120) / FPS)
    from detect.features import find_squats, measure_body

    body = measure_body(drawn_pose(thigh, tilt_curve(thigh, 10.0)))
    shown = Shown(clip, {}, body, find_squats(body)[0])
    assert PROBES["file_size"].look(shown)["bytes"] == 1000
    assert PROBES["depth"].look(shown)["thigh"] == pytest.approx(105, abs=5)
    assert len(PROBES["noisy_keypoints"].look(shown)) == 30
    assert all(isinstance(probe.look(shown), dict) for probe in PROBES.values())
    assert PROBES["depth"].look(replace(shown, body=None, squat=None)) == {}


def test_the_ceiling_is_right_within_a_frame():
    thigh = thigh_curve(np.arange(120) / FPS)
    tilt = tilt_curve(thigh, 20.0)
    (finding,) = judge_true_tilt(Observation(Path("c.mp4"), drawn_pose(thigh, tilt)), tilt)
    check_findings((finding,), 4.0)
    assert finding.magnitude_deg == pytest.approx(20.0, abs=1.5)
    descent = tilt[: 60 + 1]
    onset = (np.flatnonzero(descent.max() - descent < 5)[-1] + 1) / FPS
    assert finding.onset_s == pytest.approx(onset, abs=1.5 / FPS)
    (clean,) = judge_true_tilt(Observation(Path("c.mp4"), drawn_pose(thigh, tilt)), tilt_curve(thigh, 0.0))
    assert clean.onset_s is None


def test_the_ceiling_refuses_the_truth_of_another_video():
    thigh = thigh_curve(np.arange(120) / FPS)
    with pytest.raises(DetectorError, match="60 frames of true tilt for 120"):
        judge_true_tilt(Observation(Path("c.mp4"), drawn_pose(thigh, thigh)), thigh[:60])
