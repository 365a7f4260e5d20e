"""Which clips go to whom, and in what order: pure."""

from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import pytest
from fake_studio import FakeStudio
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from annotate import commands
from annotate.answers import who_marked
from annotate.assignment import share_out
from annotate.people import email_of, name_of
from annotate.project import find_queues
from annotate.rounds import markers_of, round_of, say_who_settles, shared_out
from annotate.selection import check_golden, disputed, doubts, entropy_bits, most_doubtful, with_golden
from wink.annotation import Annotation, write_annotations
from wink.clip import Clip
from wink.detection import Detection
from wink.errors import ConfigError
from wink.onset import Repetition

PEOPLE = ("ann", "bob", "cy")


def clip(number, known=False):
    truth = (Repetition(0, 0.2, 1.5, 2.8, 100.0, 20.0, 10.0, ()),) if known else None
    return Clip(f"{number:012x}", Path("v.mp4"), 30.0, 90, 64, 48, "real", "s", "test", "side", truth)


def detection(detector, clip_id, score, onset_s=None, error=None):
    return Detection(detector, clip_id, 0, score, onset_s, None, None, 0.1, error)


def annotation(clip_id, annotator, grade, onset_s=None, **changes):
    plain = Annotation(
        clip_id,
        f"{annotator}-{clip_id}",
        annotator,
        None if onset_s is None else round(onset_s * 30),
        onset_s,
        grade,
        None,
        "{}",
        None,
        None,
        (),
        None,
        None,
        9.0,
        "2026-01-01T00:00:00Z",
        primed=False,
        problem=None,
    )
    return replace(plain, **changes)


@given(st.sets(st.integers(0, 10**6), max_size=60), st.integers(1, 3))
def test_every_clip_goes_to_so_many_and_loads_differ_by_one(numbers, each):
    clips = [f"{n:012x}" for n in numbers]
    given = share_out(clips, PEOPLE, each)
    assert Counter(c for several in given.values() for c in several) == dict.fromkeys(clips, each)
    loads = [len(several) for several in given.values()]
    assert max(loads) - min(loads) <= 1
    assert all(len(set(several)) == len(several) for several in given.values())
    assert share_out(reversed(clips), PEOPLE, each) == given


def test_every_two_people_share_clips():
    given = share_out([f"{n:012x}" for n in range(90)], PEOPLE, 2)
    assert all(len(set(given[a]) & set(given[b])) >= 20 for a, b in combinations(PEOPLE, 2))


def test_what_was_given_stays_and_new_clips_even_the_loads():
    first = [f"{n:012x}" for n in range(10)]
    given = share_out(first, PEOPLE[:2], 1)
    before = {person: set(clips) for person, clips in given.items()}
    more = share_out([*first, *(f"{n:012x}" for n in range(10, 24))], PEOPLE, 1, before)
    assert all(before[person] <= set(more[person]) for person in PEOPLE[:2])
    assert sorted(map(len, more.values())) == [8, 8, 8]


def test_a_disputed_clip_goes_to_somebody_who_has_not_marked_it():
    studio, clips = FakeStudio(), [clip(n) for n in range(6)]
    for who, mine in (("ann", clips[:4]), ("Bob", clips[:4])):
        number = studio.projects.create(title=f"winklab blind {who}").id
        studio.projects.import_tasks(id=number, request=[{"data": {"clip_id": c.clip_id}} for c in mine])
    marked = {c.clip_id: {email_of("ann"), email_of("bob")} for c in clips[:4]}
    marked[clips[3].clip_id].add(email_of("cy"))
    asked = round_of(settings(select="disputed", annotators=["ann", "bob", "cy"]))
    given = shared_out(studio, asked, "blind", "winklab", clips[:4], marked)
    assert {q.name: [c.clip_id for c in mine] for q, mine in given.items()} == {
        "winklab blind ann": [],
        "winklab blind Bob": [],
        "winklab blind cy": [c.clip_id for c in clips[:3]],
    }
    asked = round_of(settings(select="disputed", annotators=["ann", "bob", "cy", "dee"], overlap=2))
    given = shared_out(studio, asked, "blind", "winklab", clips[:4], marked)
    assert {q.of: len(mine) for q, mine in given.items()} == {"ann": 0, "Bob": 0, "cy": 3, "dee": 4}


def test_who_could_settle_a_dispute_is_said(tmp_path, capsys):
    made = [annotation(f"{n:012x}", who, "none") for n in range(2) for who in ("ann", "bob")]
    made.append(annotation(f"{0:012x}", "cy", "mild", 1.0))
    made.append(annotation(f"{1:012x}", "dee", "mild", 1.0, problem="2 onsets"))
    write_annotations(tmp_path / "annotations.parquet", tuple(made))
    marked = markers_of([SimpleNamespace(path=tmp_path)])
    assert marked == {f"{0:012x}": {"ann", "bob", "cy"}, f"{1:012x}": {"ann", "bob"}}
    say_who_settles(round_of(settings(select="disputed")), [clip(0), clip(1)], marked, {"ann", "bob", "lead"})
    said = capsys.readouterr().out
    assert "all of them were marked by ann, bob," in said
    assert "them again; lead can" in said
    with pytest.raises(ConfigError, match="the same people settle nothing"):
        say_who_settles(round_of(settings(select="disputed")), [clip(0), clip(1)], marked, {"ann", "bob"})
    named = round_of(settings(select="disputed", annotators=["cy"]))
    marked = {c: {email_of(w) for w in who} for c, who in marked.items()}
    say_who_settles(named, [clip(0), clip(1)], marked, set())
    assert f"1 clip is given to nobody, for all who are named have marked it: {0:012x}" in capsys.readouterr().out


@pytest.mark.parametrize(("people", "each", "said"), [(PEOPLE, 4, "than the 3 named"), (("a", "a"), 1, "twice")])
def test_impossible_shares_are_refused(people, each, said):
    with pytest.raises(ConfigError, match=said):
        share_out(["a"], people, each)


def test_clips_on_which_detectors_differ_or_waver_come_first():
    found = [
        *(detection(d, "agreed", 0.95, 1.0) for d in ("a", "b")),
        *(detection(d, "clean", 0.05) for d in ("a", "b")),
        detection("a", "differ", 0.95, 1.0),
        detection("b", "differ", 0.1),
        *(detection(d, "waver", 0.7, 1.0) for d in ("a", "b")),
        detection("a", "when", 0.95, 1.0),
        detection("b", "when", 0.95, 1.25),
        detection("a", "failed", 0.0, error="no person"),
    ]
    doubt = doubts(found)
    assert doubt["differ"] > doubt["waver"] > doubt["when"] > doubt["agreed"] == pytest.approx(doubt["clean"])
    assert doubt["failed"] == 1.0
    assert doubt["when"] - doubt["agreed"] == pytest.approx(0.5)
    assert most_doubtful(doubt, ["failed"], 2) == ["differ", "waver"]
    assert entropy_bits(0.0) == entropy_bits(1.0) == 0.0


def test_only_differences_that_count_are_disputes():
    both = ("ann", "bob")
    answers = [
        *(annotation("same", who, "clear", 1.0) for who in both),
        annotation("whether", "ann", "none"),
        annotation("whether", "bob", "mild", 1.0),
        annotation("when", "ann", "mild", 1.0),
        annotation("when", "bob", "marked", 1.2),
        annotation("size only", "ann", "mild", 1.0),
        annotation("size only", "bob", "marked", 1.05),
        annotation("unsure", "ann", "none"),
        annotation("unsure", "bob", "cannot_tell"),
        annotation("wrong", "ann", "none"),
        annotation("wrong", "bob", "mild", 1.0, problem="2 onsets"),
        annotation("primed", "ann", "none"),
        annotation("primed", "bob", "mild", 1.0, primed=True),
        annotation("herself", "ann", "none"),
        annotation("herself", "ann", "mild", 1.0, annotation_id="again"),
    ]
    assert disputed(answers) == ["when", "whether"]


def test_golden_clips_make_up_the_share_and_are_not_told_by_their_place():
    clips = [clip(n, known=n < 40) for n in range(100)]
    chosen = with_golden(clips, 0.2, 50)
    assert Counter(c.repetitions is not None for c in chosen) == {True: 10, False: 40}
    assert [c.clip_id for c in chosen] == sorted(c.clip_id for c in chosen)
    assert with_golden(list(reversed(clips)), 0.2, 50) == chosen
    assert Counter(c.repetitions is not None for c in with_golden(clips, 0.25, None)) == {True: 20, False: 60}


def test_golden_clips_are_not_asked_for_where_no_truth_is_known():
    unknown = [clip(n, known=False) for n in range(5)]
    with pytest.raises(ConfigError, match=r"none of these\s+is one"):
        check_golden(unknown, 0.2)
    check_golden(unknown, 0.0)
    assert len(with_golden(unknown, 0.2, 5)) == 5, "those that were golden may all have been told"
    assert with_golden([], 0.2, 5) == []


def test_golden_clips_are_not_asked_for_where_nothing_hides_them():
    known = [clip(n, known=True) for n in range(5)]
    with pytest.raises(ConfigError, match="golden=1"):
        check_golden(known, 0.2)
    check_golden([*known, clip(9)], 0.2)
    assert len(with_golden(known, 1.0, None)) == 5


def settings(**changes):
    root = Path(__file__).parents[1]
    return OmegaConf.merge(OmegaConf.load(root / "configs" / "push.yaml"), changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"select": "uncertian"}, "Did you mean 'uncertain'"),
        ({"n": 0}, "n=0 is no number of clips"),
        ({"golden": 20}, "is this a percentage"),
        ({"annotators": ["a b"]}, "no name for a log-in"),
        ({"annotators": ["a"], "overlap": 2}, "than the 1 named"),
        ({"overlap": 2}, r"annotators=\[ann,bob\] overlap=2"),
        ({"annotators": ["ann", "Ann"]}, "names somebody twice"),
        ({"annotators": ["ann", "ann@WinkLab.example"]}, "names somebody twice"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused(changes, said):
    with pytest.raises(ConfigError, match=said):
        round_of(settings(**changes))


def test_names_become_addresses():
    assert email_of("Ann") == "ann@winklab.example"
    assert email_of("Bob@Clinic.example") == "bob@clinic.example"
    assert (name_of("Ann@winklab.EXAMPLE"), name_of("Bob@clinic.example")) == ("ann", "bob@clinic.example")
    with pytest.raises(ConfigError):
        email_of("x@y")


def test_a_project_is_its_persons_however_the_name_is_written():
    studio = FakeStudio()
    for name in ("winklab blind Ann", "winklab blind old copy", "winklab blind disputed", "winklab blind"):
        studio.projects.create(title=name)
    people = {queue.name: queue.person for queue in find_queues(studio, "blind", "winklab").values()}
    assert people == {"winklab blind Ann": "ann"} | dict.fromkeys(
        ("winklab blind old copy", "winklab blind disputed", "winklab blind")
    )
    clips = [clip(n) for n in range(6)]
    asked = round_of(settings(annotators=["ANN", "bob"]))
    given = shared_out(studio, asked, "blind", "winklab", clips)
    assert {queue.name: len(mine) for queue, mine in given.items()} == {"winklab blind Ann": 3, "winklab blind bob": 3}


def test_nobody_gets_an_empty_project():
    studio = FakeStudio()
    asked = round_of(settings(annotators=["ann", "bob", "cy"]))
    given = shared_out(studio, asked, "blind", "winklab", [clip(0)])
    assert [len(mine) for mine in given.values()] == [1]
    studio.projects.create(title="winklab blind cy")  # whose project is there keeps it
    given = shared_out(studio, asked, "blind", "winklab", [])
    assert [queue.name for queue in given] == ["winklab blind cy"]


def where(capsys, studio, names=(), round_=None):
    commands._say_where_to_mark(SimpleNamespace(ls=studio, external=True), "winklab", names, round_)
    return capsys.readouterr().out.splitlines()


def test_only_projects_that_are_there_are_named(capsys):
    studio = FakeStudio()
    assert "nothing to mark yet" in where(capsys, studio)[0]
    for name in ("winklab blind disputed", "winklab blind ann"):
        studio.projects.create(title=name)
    assert where(capsys, studio, (), "disputed") == [
        "to mark, annotators: open the project 'winklab blind disputed', then *Label All Tasks*"
    ]
    anns, bobs = where(capsys, studio, ("Ann", "bob"))
    assert "'winklab blind ann'" in anns
    assert "bob: nothing yet" in bobs
    assert "annotators: nothing yet" in where(capsys, studio)[0]


@pytest.mark.parametrize("live", [True, False])
def test_who_learns_is_told_where_and_what_has_to_run(capsys, live):
    commands._say_how_to_learn("gym", live)
    said = capsys.readouterr().out
    assert "'gym training'" in said
    assert "`wink serve title=gym`" in said
    assert ("live=true" in said) is not live


def test_who_marked_is_known_however_the_address_is_written():
    clip_id = "00000000000a"
    by_lead = annotation(clip_id, "Lead@Clinic.example", "none")
    assert who_marked([by_lead]) == {clip_id: {"lead@clinic.example"}}
