"""What is done with answers once they are pulled: remembered, judged, sent back."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from fake_studio import FakeStudio
from test_rounds import annotation

from annotate import headway as headway_of
from annotate import sending_back
from annotate.folder import ServerFolder
from annotate.headway import headway
from annotate.label_studio import choice
from annotate.lock import is_held
from annotate.mirror import read_mirror
from annotate.notes import NOTE, SKIPPED, note_of, reason_noted
from annotate.pull import _earlier, annotations_of
from annotate.pulling import _keeping_reason
from annotate.sending_back import standing
from annotate.stepping import RUN, without_hops
from wink.errors import ServerError


@pytest.fixture
def folder(tmp_path):
    folder = ServerFolder(tmp_path)
    folder.make()
    return folder


def stamped(number, frame, annotator="ann", **changes):
    when = f"2026-01-01T00:00:{number:02d}Z"
    return annotation(f"c{number}", annotator, "mild", frame / 30, onset_frame=frame, updated_at=when, **changes)


def test_what_was_pulled_is_remembered_and_says_itself_how_new_it_is(folder):
    mirror = read_mirror(folder, "own", 1)
    assert mirror.newest is None
    one, two = stamped(1, 10), stamped(2, 11)
    mirror.with_changes([two]).with_changes([one])
    known = read_mirror(folder, "own", 1)
    assert known.annotations == (one, two)
    assert known.newest == two.updated_at
    assert read_mirror(folder, "own", 2).annotations == ()
    known.file.unlink()
    assert read_mirror(folder, "own", 1).newest is None
    assert folder.pulled.stat().st_mode & 0o077 == 0


def test_a_pull_looks_a_little_further_back():
    assert _earlier("2026-01-01T00:01:00.5Z") == "2025-12-31T23:59:00.500000Z"


@pytest.mark.parametrize("start", [0, 7])
def test_onsets_ten_frames_apart_in_a_row_are_refused(start):
    hopped = [stamped(n, start + 10 * (n * 3 % 7)) for n in range(RUN)]
    judged = without_hops(hopped)
    assert all("Video hop size 1" in a.problem for a in judged)
    assert without_hops(judged) == judged


def test_hops_stay_hops_when_some_are_fetched_again_and_when_more_follow():
    judged = without_hops([stamped(n, 10 * n) for n in range(RUN)])
    again = [*judged[:-3], *(stamped(n, 10 * n) for n in range(RUN - 3, RUN)), stamped(RUN, 10 * RUN)]
    assert all(a.problem is not None for a in without_hops(again))


def test_honest_onsets_are_let_pass():
    short = [stamped(n, 10 * n) for n in range(RUN - 1)]
    assert without_hops(short) == short
    broken = [*short, stamped(RUN, 33), *(stamped(RUN + 1 + n, 10 * n) for n in range(RUN - 1))]
    assert without_hops(broken) == broken
    two_people = [stamped(n, 10 * n, "ann" if n % 2 else "bob") for n in range(RUN)]
    assert without_hops(two_people) == two_people


def test_who_is_to_look_again_is_told_and_read_back():
    note = note_of([("bob@x", "2 onsets, expected one"), ("ann@x", "no grade; odd | thing")])
    assert note.startswith("Please look again, ann@x: no grade")
    assert reason_noted(note, "bob@x") == "2 onsets, expected one"
    assert reason_noted(note, "cy@x") is None
    assert note_of([]) == ""
    assert reason_noted(None, "bob@x") is None


def test_an_answer_that_was_sent_back_is_not_taken_for_a_skipped_one():
    data = {"clip_id": "a", "fps": 30.0, "n_frames": 90, NOTE: note_of([("ann", "no grade")])}
    raw = {"id": 1, "completed_by": 1, "was_cancelled": True, "result": [choice("wink_grade", ["none"])]}
    (hers,) = annotations_of([{"data": data, "annotations": [raw]}], {1: "ann"})
    (his,) = annotations_of([{"data": data, "annotations": [raw | {"completed_by": 2}]}], {2: "bob"})
    assert hers.problem == "no grade"
    assert his.problem == SKIPPED


def test_a_clip_answered_anew_needs_no_mending_any_more():
    wrong = stamped(1, 10, problem="no grade", created_at="2026-01-01T00:00:01Z")
    touched = replace(wrong, updated_at="2026-01-01T00:09:00Z")  # when it was sent back
    anew = replace(stamped(1, 12), annotation_id="anew", updated_at="2026-01-01T00:05:00Z")
    others = stamped(1, 10, "bob", problem="no grade")
    assert set(standing([touched, others])) == {others, touched}
    assert standing([touched, anew]) == [anew]
    (ann,) = headway([touched, anew], 1, "ann")
    assert (ann.done, ann.sent_back, ann.left) == (1, 0, 0)


def test_why_an_answer_was_sent_back_stays_known():
    before = stamped(1, 10, problem="no grade")
    now = replace(before, problem=SKIPPED, updated_at="2026-01-01T00:09:00Z")  # its clip was answered anew
    assert _keeping_reason(now, before) == replace(now, problem="no grade")
    assert _keeping_reason(now, None) == now
    assert _keeping_reason(replace(now, problem=None), before).problem is None


def test_progress_is_told_while_no_pull_runs_of_projects_made_by_hand_too(folder, monkeypatch):
    """`refreshed` rewrites the mirror, which a pull in another process may be rewriting."""
    studio, held = FakeStudio(), []
    for name in ("winklab blind ann", "winklab blind old copy"):
        studio.projects.create(title=name, task_number=3, finished_task_number=1)

    def refreshed(*_):
        held.append(is_held(folder.lock("pull")))
        return SimpleNamespace(annotations=[stamped(1, 10, "ann@winklab.example")]), 0

    monkeypatch.setattr(headway_of, "refreshed", refreshed)
    table = headway_of.progress_table(SimpleNamespace(ls=studio), folder, "winklab").splitlines()
    assert held == [True, True]
    assert not is_held(folder.lock("pull"))
    assert [line.split()[-2] for line in table[1:3]] == ["2", "0"]  # clips left of what is hers; clips sent back
    assert table[2].startswith("winklab blind old copy")


def test_progress_says_which_disputes_the_same_people_answered_again(folder, monkeypatch):
    studio = FakeStudio()
    titles = ("winklab blind", "winklab blind cy", "winklab blind disputed")
    numbers = [studio.projects.create(title=t, task_number=9, finished_task_number=1).id for t in titles]
    first = [stamped(n, 10, who) for n in range(4) for who in ("ann", "bob")]
    again = [
        stamped(0, 11, "ann"),
        stamped(1, 11, "ann"),
        stamped(2, 11, "dee"),
        stamped(3, 11, "bob", problem="no grade"),
    ]
    given = dict(zip(numbers, (first, [stamped(1, 12, "cy@winklab.example")], again), strict=True))
    monkeypatch.setattr(headway_of, "refreshed", lambda _s, _f, n, _p: (SimpleNamespace(annotations=given[n]), 0))
    table = headway_of.progress_table(SimpleNamespace(ls=studio), folder, "winklab")
    (line,) = (line for line in table.splitlines() if "settles nothing" in line)
    assert line.startswith("winklab blind disputed: 1 clip was marked again only by who had marked it before")
    assert first[0].clip_id in line
    assert "annotators=[" in line


class Answered:
    """A project with one answer, and whatever befalls it while it is sent back."""

    def __init__(self, monkeypatch, raw, just_then=None):
        self.raw, self.just_then = raw, just_then
        self.studio = FakeStudio()
        self.studio.annotations = SimpleNamespace(update=self.update)
        self.project = self.studio.projects.create(title="winklab blind").id
        self.studio.projects.import_tasks(id=self.project, request=[{"data": {"clip_id": "c1"}}])
        monkeypatch.setattr(sending_back, "exported", lambda *_: [{"annotations": [dict(self.raw)]}])

    def update(self, **named):
        if self.just_then:
            self.raw |= self.just_then
        self.raw["was_cancelled"] = named["was_cancelled"]
        return SimpleNamespace(result=self.raw["result"])

    def send_back(self, *judged):
        return sending_back.send_back(SimpleNamespace(ls=self.studio), self.project, judged)

    @property
    def note(self):
        (task,) = self.studio.rows.values()
        return task.data.get(NOTE, "")


def test_an_answer_goes_back_once_and_its_reason_stands_above_the_form(monkeypatch):
    judged = stamped(1, 10, problem="no grade")
    there = Answered(
        monkeypatch, {"unique_id": judged.annotation_id, "id": 5, "result": [], "updated_at": judged.updated_at}
    )
    assert (there.send_back(judged), there.send_back(judged)) == (1, 0)
    assert there.raw["was_cancelled"]
    assert there.note == note_of([("ann", "no grade")])
    assert there.send_back(replace(judged, problem=None)) == 0
    assert there.note == ""


def test_an_answer_that_was_mended_since_it_was_judged_is_left_as_it_is(monkeypatch):
    judged = stamped(1, 10, problem="no grade")
    mended = {"unique_id": judged.annotation_id, "id": 5, "result": ["mended"], "updated_at": "2026-01-01T00:05:00Z"}
    there = Answered(monkeypatch, mended)
    assert there.send_back(judged) == 0
    assert not there.raw.get("was_cancelled")
    assert there.note == ""


def test_an_answer_that_is_mended_in_that_very_moment_is_left_as_it_is(monkeypatch):
    judged = stamped(1, 10, problem="no grade")
    raw = {"unique_id": judged.annotation_id, "id": 5, "result": [], "updated_at": judged.updated_at}
    there = Answered(monkeypatch, raw, {"result": ["mended"]})
    assert there.send_back(judged) == 0
    assert not there.raw["was_cancelled"]
    assert there.note == ""


def test_headway_counts_what_counts():
    answers = [
        stamped(1, 10),
        stamped(2, 11, lead_time_s=21.0),
        stamped(3, 12, problem=SKIPPED),
        stamped(4, 13, problem="no grade", lead_time_s=99.0),
        stamped(1, 10, "bob"),
    ]
    ann, bob = headway(answers, 10, "ann")
    assert (ann.done, ann.put_off, ann.sent_back, ann.left, ann.median_s) == (2, 1, 1, 8, 15.0)
    assert (bob.done, bob.left) == (1, None)
    (nobody,) = headway([], 5, "cy")
    assert (nobody.done, nobody.left, nobody.median_s) == (0, 5, None)


def test_progress_of_a_title_nobody_uses_is_refused(folder):
    with pytest.raises(ServerError, match=r"'nope blind'.*title="):
        headway_of.progress_table(SimpleNamespace(ls=FakeStudio()), folder, "nope")
