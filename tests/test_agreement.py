"""Annotators with known habits: what is measured of them is what they are, negatives first."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf
from simulated_annotators import Person, annotation, golden_dataset

from annotate.agreement import agreement, measure, summary
from annotate.agreement_report import write_report
from annotate.answers import Answer, answers_of, asked_repetition, counted
from annotate.consensus import Judge, consensus_of, onset_interval, wink_probability
from annotate.disputes import DisputeRules
from annotate.folder import ServerFolder
from annotate.golden import choose_golden, golden_key
from annotate.precision import Share, drift_ms_per_100, precision_of
from annotate.psychometric import fit_psychometric
from annotate.raters import agreement_of
from annotate.rounds import Round, choose
from annotate.selection import disputed
from wink.annotation import read_annotations, write_annotations
from wink.clip import frame_at
from wink.config import build
from wink.consensus import read_consensus
from wink.dataset import Dataset
from wink.errors import AnnotationError, ConfigError

SIZES = [0.5, 2.0, 4.0, 7.0, 12.0, 16.0, 22.0, 30.0, 40.0]


@pytest.fixture(scope="module")
def golden(tmp_path_factory):
    return golden_dataset(tmp_path_factory.mktemp("golden") / "golden", SIZES * 20)


@cache
def clips_of(path):
    return Dataset(path).clips()


def marked_by(dataset, people, seed=0):
    rng = np.random.default_rng(seed)
    return [p.mark(clip, rng, i) for i, clip in enumerate(clips_of(dataset.path)) for p in people]


def measured(dataset, *people, seed=0):
    write_annotations(dataset.path / "annotations.parquet", tuple(marked_by(dataset, people, seed)))
    findings, by_dataset = measure([dataset])
    return findings, by_dataset[dataset.path]


def test_who_rightly_sees_nothing_is_right(tmp_path):
    clean = golden_dataset(tmp_path / "clean", [0.0, 1.0, 3.0, 4.5])
    findings, consensus = measured(clean, Person("calm", threshold_deg=50))
    p = findings.precision["calm"]
    assert (p.false_alarms.count, p.false_alarms.total, p.missed.total) == (0, 4, 0)
    assert p.missed.interval is None
    assert (p.frames.n, p.frames.bias, p.drift_ms_per_100) == (0, None, None)
    assert findings.psychometric["calm"] is None
    assert [row.grade for row in consensus] == ["none"] * 4
    assert all(row.onset_s is None and not row.disputed and row.wink_probability < 0.5 for row in consensus)


def test_who_cries_wolf_is_told_and_loses_weight(golden):
    findings, _ = measured(golden, Person("wolf", threshold_deg=-50))
    p = findings.precision["wolf"]
    assert (p.false_alarms.count, p.missed.count) == (60, 0)
    clip = clips_of(golden.path)[0]
    wolf, calm = Judge(0, 0.1, 0.05, 0.99, 0.98), Judge(0, 0.1, 0.05, 0.9, 0.05)
    said = [annotation(clip, "wolf", 40), annotation(clip, "calm", None)]
    assert wink_probability(said, {"wolf": wolf, "calm": calm}) < 0.15


@pytest.mark.parametrize("n_marks", [1, 2])
def test_too_few_marks_say_so_and_nothing_more(tmp_path, n_marks):
    dataset = golden_dataset(tmp_path / "few", [25.0] * n_marks)
    findings, _ = measured(dataset, Person("ann", 2.0))
    (said, *_) = summary(findings)
    clips = "1 clip of" if n_marks == 1 else "2 clips of"
    assert f"ann: {clips} known truth, too few marks to tell" in said
    page = write_report(tmp_path / "agreement.html", findings).read_text()
    assert "too few marks to tell bias or spread" in page
    assert not [word for word in ("inf to", "nan", "1 clips", "On average") if word in page]


def test_nothing_to_measure_is_said(tmp_path):
    dataset = golden_dataset(tmp_path / "none", [20.0])
    with pytest.raises(AnnotationError, match="nobody has annotated none"):
        measure([dataset])
    clip = dataset.clips()[0]
    said = (annotation(clip, "a", 40, problem="no grade"), annotation(clip, "b", 40, primed=True))
    write_annotations(dataset.path / "annotations.parquet", said)
    with pytest.raises(AnnotationError, match="none of the 2.*1 break the rules, 1 not blind"):
        measure([dataset])


def test_of_several_annotations_the_last_valid_blind_one_counts(golden):
    clip = clips_of(golden.path)[5]
    first, last = annotation(clip, "a", 40, 1), annotation(clip, "a", 50, 2)
    primed, broken = annotation(clip, "a", 60, 3, primed=True), annotation(clip, "a", 70, 4, problem="2 onsets")
    assert counted([broken, last, primed, first]) == [last]


def test_a_mark_on_the_true_frame_has_no_error_at_any_rate(tmp_path):
    for fps in (24.0, 30000 / 1001, 60.0):
        dataset = golden_dataset(tmp_path / f"{fps:.0f}", [20.0] * 5, fps)
        marks = [
            annotation(c, "a", frame_at(c.repetitions[0].wink().onset_s, fps), i) for i, c in enumerate(dataset.clips())
        ]
        assert [a.error_frames for a in answers_of(dataset, marks)] == pytest.approx([0.0] * 5, abs=1e-9)
        late = [replace(m, onset_frame=m.onset_frame + 3) for m in marks]
        assert [a.error_s * fps for a in answers_of(dataset, late)] == pytest.approx([3.0] * 5)


def test_of_several_squats_the_marked_one_is_meant(golden):
    clip = clips_of(golden.path)[5]
    first = clip.repetitions[0]
    calm = replace(first, winks=(), pelvic_reversal_deg=1.0)
    later = replace(first, rep=1, start_s=4.0, bottom_s=5.0, end_s=7.0)
    both = replace(clip, repetitions=(calm, later))
    assert asked_repetition(both, 4.8) == later
    assert asked_repetition(both, 1.0) == calm
    assert asked_repetition(both, None) == later


def answers(person, n, seed):
    """Answers to golden clips that all wink plainly."""
    rng = np.random.default_rng(seed)
    errors = person.bias + person.spread * rng.standard_normal(n) + person.drift_per_clip * np.arange(n)
    errors = np.where(rng.random(n) < person.gross, rng.uniform(-40, 60, n), errors)
    return [
        Answer(f"{i}", "a", f"{i:05d}", "side", "tshirt", 30.0, 25.0, True, e / 30, e) for i, e in enumerate(errors)
    ]


@pytest.mark.parametrize("person", [Person("a", 3.0, 2.5), Person("b", -4.0, 1.0, gross=0.05), Person("c", 0.0, 5.0)])
def test_bias_and_spread_are_found_within_their_intervals(person):
    """95 % intervals hold the true value in 34 or more of 40: chance of fewer, were they right, is 1 in 170."""
    found = [precision_of("a", answers(person, 60, seed)).frames for seed in range(40)]
    assert sum(f.bias.low <= person.bias <= f.bias.high for f in found) >= 34
    assert sum(f.spread.low <= person.spread <= f.spread.high for f in found) >= 34
    assert np.mean([f.bias.value for f in found]) == pytest.approx(person.bias, abs=0.25)
    gross = sum(f.n_gross for f in found) / (40 * 60)
    assert gross == pytest.approx(person.gross, abs=0.02)


def test_drift_is_found_and_none_is_made_up():
    steady = [drift_ms_per_100(np.array([a.error_s for a in answers(Person("a"), 60, s)])) for s in range(40)]
    assert sum(d.low <= 0 <= d.high for d in steady) >= 34
    moving = Person("a", spread=1.5, drift_per_clip=0.1)  # 10 frames = 333 ms over a hundred
    found = drift_ms_per_100(np.array([a.error_s for a in answers(moving, 80, 1)]))
    assert found.low <= 333 <= found.high
    assert found.low > 150


@pytest.mark.parametrize(("threshold", "guess", "lapse"), [(12.0, 0.0, 0.0), (20.0, 0.1, 0.1)])
def test_the_smallest_wink_seen_is_found_within_its_interval(threshold, guess, lapse):
    inside = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        sizes = rng.uniform(0, 40, 100)
        chance = guess + (1 - guess - lapse) / (1 + np.exp(-(sizes - threshold) / 2.0))
        fitted = fit_psychometric(sizes, rng.random(100) < chance)
        inside += fitted.threshold_deg.low <= threshold <= fitted.threshold_deg.high
        assert fitted.threshold_deg.value == pytest.approx(threshold, abs=5)
    assert inside >= 8


def test_clips_that_cannot_tell_a_threshold_do_not():
    assert fit_psychometric(np.array([1.0, 20.0]), np.array([True, True])) is None
    assert fit_psychometric(np.array([]), np.array([], bool)) is None
    assert fit_psychometric(np.array([10.0, 30.0]), np.array([True, False])) is None


def test_shares_have_intervals_that_do_not_vanish():
    assert Share(0, 0).interval is None
    nothing = Share(0, 10).interval
    assert nothing.value == 0.0
    assert nothing.high == pytest.approx(0.278, abs=0.001)  # Wilson 1927


def test_agreement_of_two_is_what_their_spreads_make_it(golden):
    people = (Person("a", 2.0, 1.5), Person("b", -1.0, 2.0))
    findings, _ = measured(golden, *people)
    (pair,) = findings.agreement.pairs
    mean, low, high = pair.limits_s
    assert mean == pytest.approx(-3.0 / 30, abs=0.02)
    assert (high - low) / 2 == pytest.approx(1.96 * np.hypot(1.5, 2.0) / 30, rel=0.15)
    assert pair.difference_frames == pytest.approx(pair.difference_s * 30)
    assert 0.8 < findings.agreement.alpha_grade.value <= 1
    assert (
        findings.agreement.alpha_grade.low
        <= findings.agreement.alpha_grade.value
        <= findings.agreement.alpha_grade.high
    )


def test_those_who_say_the_same_agree_wholly_and_those_who_guess_not_at_all(golden):
    rng = np.random.default_rng(0)
    clips = clips_of(golden.path)
    rates = {c.clip_id: c.fps for c in clips}
    grades = [str(g) for g in rng.choice(["none", "mild", "clear", "marked"], len(clips))]
    said = [annotation(c, p, None, grade=g) for c, g in zip(clips, grades, strict=True) for p in "ab"]
    same = agreement_of(said, rates)
    assert same.alpha_grade.value == same.pairs[0].kappa == pytest.approx(1.0)
    shuffled = [replace(a, grade=str(rng.choice(["none", "mild", "clear", "marked"]))) for a in said]
    chance = agreement_of(shuffled, rates)
    assert abs(chance.alpha_grade.value) < 0.2
    assert abs(chance.pairs[0].kappa) < 0.2
    assert agreement_of([a for a in said if a.annotator == "a"], rates).pairs == ()


def test_an_onset_interval_holds_the_truth_as_often_as_it_says(golden):
    clip = clips_of(golden.path)[5]
    rng = np.random.default_rng(0)
    judges = [Judge(0.1, 0.05, 0.01, 0.9, 0.1), Judge(-0.05, 0.1, 0.1, 0.9, 0.1), Judge(0.0, 0.07, 0.02, 0.9, 0.1)]
    inside, robust, plain = 0, [], []
    for _ in range(150):
        truth = rng.uniform(1.0, 2.0)
        marks = np.array([truth + j.bias_s + j.spread_s * rng.standard_normal() for j in judges])
        marks = np.where(rng.random(3) < [j.gross for j in judges], rng.uniform(0, 4, 3), marks)
        low, middle, high = onset_interval(marks, judges, clip)
        inside += low <= truth <= high
        robust.append(middle - truth)
        plain.append(marks.mean() - truth)
    assert 126 <= inside <= 146  # 90 % of 150 and three standard deviations
    assert np.std(robust) < 0.6 * np.std(plain)
    assert abs(np.mean(robust)) < 0.02


def test_two_that_agree_outvote_a_third_and_settle_it_and_two_alone_who_do_not_are_disputed(golden):
    clip = clips_of(golden.path)[5]
    judges = dict.fromkeys("abc", Judge(0.0, 0.05, 0.05, 0.9, 0.1))
    three = [annotation(clip, p, f) for p, f in zip("abc", (40, 41, 80), strict=True)]
    row = consensus_of(clip, three, judges)
    assert row.onset_frame in (40, 41)
    assert row.onset_high_s - row.onset_low_s < 0.3
    assert not row.disputed
    two = consensus_of(clip, three[1:], judges)
    assert two.disputed
    assert "onsets 1.30 s apart" in two.dispute
    assert two.onset_high_s - two.onset_low_s > 1
    agreed = consensus_of(clip, three[:2], judges)
    assert not agreed.disputed
    assert agreed.n_annotators == 2


@pytest.mark.parametrize(
    ("grades", "why", "grade"),
    [
        (("cannot_tell", "cannot_tell"), "nobody can tell", None),
        (("none", "clear"), "wink or none", "clear"),
        (("mild", "marked"), "graded from mild to marked", "mild"),
        (("mild", "clear"), None, "mild"),
        (("none", "none"), None, "none"),
        (("none", "cannot_tell"), None, "none"),
    ],
)
def test_disputes_are_named(golden, grades, why, grade):
    clip = clips_of(golden.path)[5]
    judges = dict.fromkeys("ab", Judge(0.0, 0.05, 0.05, 0.9, 0.05))
    winks = ("mild", "clear", "marked")
    said = [annotation(clip, p, 40 if g in winks else None, grade=g) for p, g in zip("ab", grades, strict=True)]
    row = consensus_of(clip, said, judges, DisputeRules())
    assert row.dispute == why
    assert row.disputed == (why is not None)
    assert row.grade == grade
    assert (row.wink_probability is None) == (grade is None)


@pytest.mark.parametrize(
    ("said", "settled"),
    [
        ([None, None, 40], True),
        ([None, 40, 41], True),
        ([None, None, 40, 41], False),
        ([None, 40, 41, 42], True),
        ([40, 60, 80], False),
        ([40, 43, 46, 80], True),
        ([40, 45, 52, 58], False),  # two and two
    ],
)
def test_a_clear_majority_settles_a_dispute(golden, said, settled):
    clip = clips_of(golden.path)[5]
    people = "abcdef"[: len(said)]
    judges = dict.fromkeys(people, Judge(0.0, 0.05, 0.05, 0.9, 0.1))
    answers = [annotation(clip, p, f, grade="none" if f is None else "mild") for p, f in zip(people, said, strict=True)]
    row = consensus_of(clip, answers, judges)
    assert row.disputed is not settled
    assert (row.dispute is None) is settled
    assert disputed(answers) == ([] if settled and said != [40, 43, 46, 80] else [clip.clip_id])


def test_two_of_three_are_the_two_thirds_that_the_settings_write_as_a_decimal(golden):
    """0.6666667 is a little more than two thirds."""
    clip = clips_of(golden.path)[5]
    judges = dict.fromkeys("abc", Judge(0.0, 0.05, 0.05, 0.9, 0.1))
    answers = [annotation(clip, p, f) for p, f in zip("abc", (None, None, 40), strict=True)]
    rules = build(OmegaConf.load(Path(__file__).parents[1] / "configs" / "agreement.yaml").disputes)
    assert rules.majority != 2 / 3
    assert not consensus_of(clip, answers, judges, rules).disputed


def test_a_majority_that_golden_clips_belie_settles_nothing(golden):
    clip = clips_of(golden.path)[5]
    wolf, sharp = Judge(0.0, 0.1, 0.05, 0.9, 0.85), Judge(0.0, 0.05, 0.01, 0.98, 0.02)
    answers = [annotation(clip, p, f) for p, f in zip("abc", (40, 41, None), strict=True)]
    row = consensus_of(clip, answers, {"a": wolf, "b": wolf, "c": sharp})
    assert row.grade == "none"
    assert row.dispute.startswith("wink or none")


@pytest.mark.parametrize(
    ("grades", "why", "grade"),
    [
        ("--0", "2 of 3 cannot tell", "none"),  # one vote settles nothing
        ("--1", "2 of 3 cannot tell", "mild"),
        ("--00", None, "none"),  # no more cannot tell than can
        ("---0", None, None),  # so many cannot tell that it is settled: nobody can
        ("---01", "3 of 5 cannot tell; wink or none", "mild"),
        ("---00", "3 of 5 cannot tell", "none"),
        ("---000", None, "none"),
        ("-001", None, "none"),  # two thirds of those who can tell
        ("-01", "wink or none", "mild"),
        ("----1", None, None),
        ("----01", None, None),
    ],
)
def test_those_who_cannot_tell_settle_nothing_for_one_side_and_are_not_outvoted_by_fewer(golden, grades, why, grade):
    clip = clips_of(golden.path)[5]
    names = {"-": "cannot_tell", "0": "none", "1": "mild"}
    judges = dict.fromkeys("abcdef", Judge(0.0, 0.05, 0.05, 0.9, 0.1))
    answers = [
        annotation(clip, who, 40 if g == "1" else None, grade=names[g])
        for who, g in zip("abcdef", grades, strict=False)
    ]
    row = consensus_of(clip, answers, judges)
    assert (row.dispute, row.grade) == (why, grade)
    assert (row.wink_probability is None) == (row.grade is None)
    assert row.onset_s is None or row.grade == "mild"
    assert disputed(answers) == ([clip.clip_id] if why else [])


def test_that_nobody_can_tell_is_settled_by_three(golden):
    clip = clips_of(golden.path)[5]
    judges = dict.fromkeys("abc", Judge(0.0, 0.05, 0.05, 0.9, 0.1))
    blurred = [annotation(clip, p, None, grade="cannot_tell") for p in "abc"]
    assert consensus_of(clip, blurred[:2], judges).dispute == "nobody can tell"
    assert not consensus_of(clip, blurred, judges).disputed


def test_rules_that_settle_nothing_or_everything_are_refused():
    with pytest.raises(ConfigError, match="is no majority"):
        DisputeRules(majority=0.5)
    with pytest.raises(ConfigError, match="takes three"):
        DisputeRules(settled_by=2)


def test_an_onset_lies_within_its_clip(golden):
    clip = clips_of(golden.path)[5]
    late = Judge(0.2, 0.1, 0.05, 0.9, 0.1)
    low, middle, high = onset_interval(np.array([0.1, 0.0]), [late, late], clip)
    assert 0 <= low <= middle <= high < 0.3
    early = replace(late, bias_s=-0.1)
    low, middle, high = onset_interval(np.array([clip.duration_s]), [early], clip)
    assert 0 <= low <= clip.duration_s - 0.4 <= middle <= high < clip.duration_s


def test_consensus_takes_the_bias_away(golden):
    late = Person("late", bias=6.0, spread=1.0, threshold_deg=8.0)
    _, rows = measured(golden, late)
    errors = []
    for row in rows:
        wink = golden.clip(row.clip_id).repetitions[0].wink()
        if row.onset_s is not None and wink is not None:
            errors.append(row.onset_frame - frame_at(wink.onset_s, 30.0))
    assert len(errors) > 60
    assert abs(np.mean(errors)) < 0.4


def test_golden_clips_are_the_same_for_a_key_and_others_for_another(golden, tmp_path):
    clips = clips_of(golden.path)
    chosen = choose_golden(clips, b"one", 30)
    assert choose_golden(reversed(clips), b"one", 30) == chosen
    assert choose_golden(clips, b"one", 12) == chosen[:12]
    assert {c.clip_id for c in choose_golden(clips, b"two", 30)} != {c.clip_id for c in chosen}
    sizes = [c.repetitions[0].pelvic_reversal_deg for c in chosen]
    assert sum(size < 5 for size in sizes) == 10
    assert {size for size in sizes if size >= 5} == {size for size in SIZES if size >= 5}
    assert len({c.view for c in chosen}) == 3
    assert len(choose_golden(clips, b"one", 10**6)) == len(clips)


def test_only_single_squats_of_known_truth_are_golden(golden):
    clip = clips_of(golden.path)[5]
    unknown = replace(clip, clip_id="u", repetitions=None)
    several = replace(clip, clip_id="s", repetitions=clip.repetitions * 2)
    assert choose_golden([unknown, several], b"key", 5) == []


def test_the_key_of_the_choices_is_kept_and_only_its_owner_reads_it(tmp_path):
    folder = ServerFolder(tmp_path)
    assert golden_key(folder) == golden_key(folder)
    assert golden_key(folder) != golden_key(ServerFolder(tmp_path.parent))
    assert (tmp_path / "golden.key").stat().st_mode & 0o077 == 0


def test_the_verb_writes_a_report_that_stands_alone(golden, tmp_path, capsys):
    people = (Person("ann@x.example", 2.0), Person("bob@x.example", -1.0, gross=0.1))
    write_annotations(golden.path / "annotations.parquet", tuple(marked_by(golden, people)))
    disputes = {"_target_": "annotate.disputes.DisputeRules", "apart_s": 0.2, "grades_apart": 2}
    paths = {"datasets": str(golden.path.parent)}
    agreement(OmegaConf.create({"input": ["golden"], "output": str(tmp_path), "disputes": disputes, "paths": paths}))
    rows = read_consensus(golden.path / "consensus.parquet")
    assert len(rows) == len(clips_of(golden.path))
    html = (tmp_path / "agreement.html").read_text()
    assert "ann@x.example" in html
    assert html.count("<svg") == 7
    assert not [word for word in ("src=", 'href="http', "@import", "$lead") if word in html]
    said = capsys.readouterr().out
    assert f"{sum(r.disputed for r in rows)} disputed" in said
    assert len(read_annotations(golden.path / "annotations.parquet")) == 2 * len(rows)
    again = choose(Round(select="disputed"), [golden], clips_of(golden.path))
    assert [c.clip_id for c in again] == sorted(r.clip_id for r in rows if r.disputed)
