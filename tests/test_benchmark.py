"""The benchmark, from videos to scores and a page, on a drawn dataset whose truth is known."""

import json
import re
from dataclasses import replace

import pytest
from drawn import CLIPS, drawn_dataset
from hydra import compose, initialize_config_module
from omegaconf import OmegaConf

from detect import commands
from detect.asking import ask_detector
from detect.benchmark import run_benchmark
from detect.detectors.detector import Finding
from detect.leaderboard import score_rows
from detect.probes.probing import ProbeScore
from detect.report import write_report
from detect.scorecard import scorecards, surfaces
from wink.dataset_writer import DatasetWriter
from wink.detection import SCHEMA, Detection, read_detections, write_detections
from wink.errors import ClipError, ConfigError, DatasetError, DetectorError
from wink.onset import DEFINITIONS


class Silent:
    """Sees every repetition at its true bottom and never calls a wink."""

    def detect(self, observation):
        return tuple(Finding(k, 2.0 + 4 * k, 0.0, None) for k in range(round(observation.duration_s / 4)))


class Perfect:
    """Knows the truth, as no detector may."""

    def __init__(self, dataset):
        self.truth = {clip.video: clip.repetitions for clip in dataset.clips()}

    def detect(self, observation):
        winks = [(r, r.wink()) for r in self.truth[observation.video] or ()]
        return tuple(
            Finding(
                r.rep, r.bottom_s, r.pelvic_reversal_deg / 90, (w and r.pelvic_reversal_deg >= 10 and w.onset_s) or None
            )
            for r, w in winks
        )


class Crashing:
    """Has no idea, and an answer only for the clips it is told to spare."""

    def __init__(self, spare=()):
        self.spare = spare

    def detect(self, observation):
        if observation.video.stem in self.spare:
            return (Finding(0, 2.0, 0.0, None),)
        raise ValueError("no idea")


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory, cache):
    return drawn_dataset(tmp_path_factory.mktemp("datasets") / "drawn", cache, CLIPS)


@pytest.fixture(scope="module")
def real(tmp_path_factory, cache):
    clips = {"b1": {"reversal_deg": 20.0, "labelled": False}}
    return drawn_dataset(tmp_path_factory.mktemp("datasets") / "real", cache, clips)


def test_the_perfect_detector_scores_one_and_the_silent_one_is_right_about_clean_clips(dataset, cache):
    result = run_benchmark([dataset], {"perfect": Perfect(dataset), "silent": Silent()}, cache, workers=1)
    perfect, silent = result.rows
    assert (perfect["n_clean"], perfect["n_ambiguous"], perfect["n_wink"], perfect["n"]) == (1, 1, 3, 4)
    for key in ("presence_f1", "presence_auroc", "ap_33ms", "ap_100ms", "event_f1_100ms"):
        assert perfect[key] == pytest.approx(1.0), key
    assert perfect["onset_mae_ms"] == pytest.approx(0.0)
    assert perfect["false_alarms_per_100"] == 0.0
    assert (silent["n_clean_silent"], silent["presence_f1"], silent["onset_missed"]) == (1, 0.0, 3)


def test_detections_are_kept_beside_the_dataset(dataset, cache):
    run_benchmark([dataset], {"silent": Silent()}, cache, workers=1)
    detections = [d for d in read_detections(dataset.path / "detections.parquet") if d.detector == "silent"]
    assert [(d.clip_id, d.rep) for d in detections] == [("a1", 0), ("a2", 0), ("a3", 0), ("a4", 0), ("a4", 1)]
    assert set(vars(detections[0])) == set(SCHEMA.names)


def test_a_crash_is_a_row_that_counts_as_silence_and_the_rest_goes_on(dataset, cache):
    result = run_benchmark([dataset], {"crashing": Crashing(["a2"]), "silent": Silent()}, cache, workers=1)
    crashed, silent = result.rows
    assert crashed["n_failed"] == 3
    assert silent["n_failed"] == 0
    assert {k: crashed[k] for k in ("presence_f1", "onset_missed", "n_clean_silent")} == {
        k: silent[k] for k in ("presence_f1", "onset_missed", "n_clean_silent")
    }
    errors = [d.error for d in result.parts[0].detections if d.detector == "crashing"]
    assert [e for e in errors if e] == ["ValueError: no idea"] * 3


def test_a_detector_that_fails_everywhere_is_refused_and_no_file_is_touched(dataset, cache):
    run_benchmark([dataset], {"silent": Silent()}, cache, workers=1)
    file = dataset.path / "detections.parquet"
    before = file.read_bytes()
    with pytest.raises(DetectorError, match=r"crashing failed on every clip.*no idea.*'detector=\[silent\]'"):
        run_benchmark([dataset], {"crashing": Crashing(), "silent": Silent()}, cache, workers=1)
    assert file.read_bytes() == before


def test_detectors_that_do_not_run_now_keep_their_rows(dataset, cache):
    file = dataset.path / "detections.parquet"
    run_benchmark([dataset], {"silent": Silent(), "perfect": Perfect(dataset)}, cache, workers=1)
    gone = Detection("perfect", "ffff", 0, 0.0, None, None, None, 0.0)  # of a clip that is no more
    write_detections(file, (*read_detections(file), gone))
    (row,) = run_benchmark([dataset], {"silent": Silent()}, cache, workers=1).rows
    kept = read_detections(file)
    assert row["detector"] == "silent"
    assert [d.detector for d in kept].count("silent") == 5
    assert [d.clip_id for d in kept if d.detector == "perfect"] == ["a1", "a2", "a3", "a4", "a4"]


def test_detections_of_another_make_are_named_before_work(dataset, cache):
    file = dataset.path / "detections.parquet"
    file.write_text("not a table")
    with pytest.raises(DatasetError, match=r"detections\.parquet cannot be read"):
        run_benchmark([dataset], {"silent": Silent()}, cache, workers=1)
    file.unlink()


def test_a_video_that_is_shorter_than_its_dataset_says_is_named(tmp_path, cache):
    cut = drawn_dataset(tmp_path / "cut", cache, {"c1": {"reversal_deg": 20.0, "n_frames": 130}})
    with pytest.raises(ClipError, match=r"c1\.mp4 has 120 frames, its dataset says 130"):
        run_benchmark([cut], {"silent": Silent()}, cache, workers=1)


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        (Finding(0, 2.0, float("nan"), None), "expected 0"),
        (Finding(0, 2.0, 30.0, None), "magnitude in degrees"),
        (Finding(0, 2000.0, 1.0, None), "milliseconds"),
        (Finding(0, 2.0, 1.0, 60.0), "frame numbers"),
        (Finding(1, 2.0, 1.0, None), "count 0, 1, 2"),
        (Finding(0, 2.0, 1.0, 1.5, onset_low_s=1.6, onset_high_s=1.7), "outside its own interval 1.6 to 1.7"),
        (Finding(0, 2.0, 1.0, None, onset_low_s=1.4, onset_high_s=1.7), "an interval has a value"),
        (Finding(0, 2.0, 1.0, 1.5, 9.0, magnitude_low_deg=8.0), "an interval has a value, a low and a high end"),
        (Finding(0, 2.0, 1.0, 1.5, relation_to_parallel="below"), "no relation to parallel; the choices are after_"),
        (Finding(0, 2.0, 1.0, 1.5, cannot_tell="seen from the front"), "put it in likely_onset_s"),
        (Finding(0, 2.0, 1.0, None, cannot_tell=" "), "cannot tell without a reason"),
        (Finding(0, 2.0, 1.0, 1.5, stop_at_thigh_deg=float("nan")), "say None where it is unknown"),
    ],
)
def test_an_answer_that_breaks_the_contract_is_a_failure_with_its_reason(dataset, finding, reason):
    class Broken:
        def detect(self, _observation):
            return (finding,)

    clip = dataset.clips()[0]
    pose = type("Pose", (), {"fps": 30.0, "n_frames": 120})()
    (row,), _ = ask_detector("broken", Broken(), clip, pose)
    assert reason in row.error
    assert (row.score, row.onset_s) == (0.0, None)


def test_unknown_labels_are_listed_and_never_counted_as_clean(real, cache):
    (row,) = run_benchmark([real], {"silent": Silent()}, cache, workers=1).rows
    assert (row["n"], row["n_unlabelled"], row["n_clean"], row["source"]) == (1, 1, 0, "real")
    assert [row[k] for k in ("presence_f1", "presence_auroc", "ap_100ms", "false_alarms_per_100")] == [None] * 4


def test_a_fall_is_listed_and_not_scored_and_not_called_real(tmp_path, cache):
    """Its truth is unknown though it is simulated; its twin, who stood, is shown and scored."""
    clips = {
        "d1": {"reversal_deg": 20.0, "labelled": False, "source": "synthetic", "outcome": "fell"},
        "d2": {"reversal_deg": 0.0, "counterfactual_of": "trial-d1"},
    }
    fallen = drawn_dataset(tmp_path / "fallen", cache, clips)
    result = run_benchmark([fallen], {"silent": Silent()}, cache, workers=1)
    (row,) = result.rows
    assert (row["n"], row["n_unlabelled"], row["n_clean"], row["n_wink"], row["source"]) == (2, 1, 1, 0, "synthetic")
    page = write_report(tmp_path / "report.html", result, scorecards(result), surfaces(result), {}).read_text()
    assert "fallen/d1, trial-d1, side view, fell: nothing called" in page
    assert "No real clips in these datasets" in page
    assert "limit lifted" in page


def test_what_few_clips_cannot_tell_is_said_in_words(tmp_path, cache):
    few = drawn_dataset(tmp_path / "few", cache, {"aa1": {"reversal_deg": 20.0}, "aa2": {"reversal_deg": 0.0}})
    result = run_benchmark([few], {"silent": Silent()}, cache, workers=1)
    probe = ProbeScore("background", "leak", 42, 1.0, float("nan"), None, False)
    result = replace(result, probes={"few": (probe,)})
    page = write_report(tmp_path / "report.html", result, scorecards(result), surfaces(result), {}).read_text()
    probes = page.partition('<h2 id="leaks">')[2].partition('<h2 id="curves">')[0]
    assert "Too few clips to tell: at equal depths 2 of 42 repetitions are left" in probes
    assert not [word for word in (">nan<", "1.00", "background</td>") if word in probes]
    scores = page.partition('<h2 id="scores">')[2].partition('<h2 id="read">')[0]
    assert "Left out, for the clips are too few or nobody says it: " in scores
    assert "size MAE [°]" in scores.partition("Left out, ")[2]
    assert "size MAE" not in scores.partition("Left out, ")[0]


def test_views_of_a_trial_count_each_and_are_one_row(tmp_path, cache):
    clips = {f"e{k}": {"reversal_deg": 20.0, "view": view, "trial_id": "t"} for k, view in enumerate(("side", "rear"))}
    seen = drawn_dataset(tmp_path / "seen", cache, clips)
    rows = run_benchmark([seen], {"silent": Silent(), "perfect": Perfect(seen)}, cache, workers=1).rows
    assert [(r["detector"], r["n_wink"]) for r in rows] == [("silent", 2), ("perfect", 2)]


def test_splits_and_sources_are_never_pooled(tmp_path, cache):
    clips = {
        "f1": {"reversal_deg": 20.0},
        "f2": {"reversal_deg": 20.0, "split": "held_out"},
        "f3": {"reversal_deg": 0.0, "source": "real"},
        "f4": {"reversal_deg": 20.0, "source": "real_motion", "labelled": True},
    }
    mixed = drawn_dataset(tmp_path / "mixed", cache, clips)
    result = run_benchmark([mixed], {"silent": Silent()}, cache, workers=1)
    assert [(r["split"], r["source"], r["n"], r["truth"]) for r in result.rows] == [
        ("test", "synthetic", 1, "simulated"),
        ("held_out", "synthetic", 1, "simulated"),
        ("test", "real", 1, "measured"),
        ("test", "real_motion", 1, "measured"),
    ]
    page = write_report(tmp_path / "report.html", result, scorecards(result), surfaces(result), {}).read_text()
    of_motion = page.partition('<h2 id="motion">')[2].partition('<h2 id="real">')[0]
    assert of_motion.count("<h3>mixed, test: 1 winks, 0 clean") == 1


def test_a_detection_outside_every_repetition_costs_precision(dataset, cache):
    result = run_benchmark([dataset], {"perfect": Perfect(dataset)}, cache, workers=1)
    part = result.parts[0]
    ghost = part.detections[0].__class__("perfect", "a2", 1, 99.0, 3.9, None, 3.95, 0.0)
    haunted = replace(part, detections=(*part.detections, ghost))
    (row,) = score_rows(haunted, ["perfect"])
    assert row["n_called_outside"] == 1
    assert row["ap_100ms"] == pytest.approx((1 / 2 + 2 / 3 + 3 / 4) / 3)
    assert row["presence_f1"] == pytest.approx(2 * 3 / (3 + 4))
    assert row["false_alarms_per_100"] == 100.0


def configured(*overrides):
    with initialize_config_module("configs", version_base="1.3"):
        return compose("benchmark", list(overrides))


def test_the_verb_writes_leaderboard_and_a_page_that_needs_nothing_else(dataset, real, cache, tmp_path, capsys):
    two = "detector=[hip_angle_change,low_back_contour]"
    cfg = configured(f"paths.cache={cache}", f"output={tmp_path / 'out'}", "workers=1", two)
    cfg.input = [str(dataset.path), str(real.path)]
    commands.benchmark(cfg)
    rows = json.loads((tmp_path / "out" / "leaderboard.json").read_text())
    assert {(r["detector"], r["source"]) for r in rows if r["role"] == "detector"} == {
        (d, s) for d in ("hip_angle_change", "low_back_contour") for s in ("synthetic", "real")
    }
    ceiling = next(r for r in rows if r["role"] == "ceiling" and r["source"] == "synthetic")
    assert ceiling["ap_100ms"] == pytest.approx(1.0)
    assert "ceiling_true_tilt" not in {d.detector for d in read_detections(dataset.path / "detections.parquet")}
    assert str(tmp_path) not in (tmp_path / "out" / "benchmark.yaml").read_text()
    assert not (tmp_path / "out" / "config.yaml").exists()  # by default it goes into a dataset, which has its own
    behind = json.loads((tmp_path / "out" / "details.json").read_text())
    assert {card["detector"] for card in behind["scorecards"]} == {"hip_angle_change", "low_back_contour"}
    assert [row["definition"] for row in behind["scorecards"][0]["definitions"]] == list(DEFINITIONS)
    page = (tmp_path / "out" / "report.html").read_text()
    loads = re.findall(r"""(?:src|href|action|data)\s*=\s*["']?([^"'\s>]+)|url\(([^)]*)\)|(@import)""", page)
    # Inside the drawings, only references to their own parts.
    assert all(target.startswith(("data:", "#")) for found in loads for target in found if target)
    assert page.count("<svg") >= 4
    assert "stiff ankles" in page
    assert "No diagnosis" in page
    assert "low_back_contour" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"definition": "tuck"}, "tuck_start"),
        ({"input": []}, "wink benchmark demo"),
        ({"definition": 3}, "tuck_start"),
        ({"workers": 0}, "at least 1"),
        ({"workers": "abc"}, "at least 1"),
        ({"workers": 1.5}, "whole number"),
    ],
)
def test_bad_settings_are_refused_before_work(tmp_path, changes, reason):
    cfg = OmegaConf.merge(configured(f"paths.datasets={tmp_path}"), {"input": ["demo"], **changes})
    with pytest.raises(ConfigError, match=reason):
        commands.benchmark(cfg)


@pytest.mark.parametrize("key", ["output", "paths.cache"])
def test_a_folder_that_cannot_be_is_refused_before_work(dataset, tmp_path, key):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "x", "/proc/x"):
        cfg = configured(f"paths.cache={tmp_path / 'cache'}", f"{key}={place}")
        cfg.input = [str(dataset.path)]
        with pytest.raises(ConfigError, match=f"{key} {place} is no folder to write in"):
            commands.benchmark(cfg)
    assert not (tmp_path / "cache" / "pose").exists()


def test_a_dataset_that_is_unfinished_is_refused(tmp_path):
    DatasetWriter(tmp_path / "half", {})
    cfg = configured(f"paths.datasets={tmp_path}", "input=[half]")
    with pytest.raises(DatasetError, match="half is unfinished"):
        commands.benchmark(cfg)


def test_a_dataset_that_is_not_there_is_named(dataset):
    cfg = configured(f"paths.datasets={dataset.path.parent}", "input=[draw]")
    with pytest.raises(DatasetError, match="drawn"):
        commands.benchmark(cfg)
