"""No clip is marked blind by people who were shown its truth: whatever is pushed, in whatever order."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from fake_studio import FakeStudio
from simulated_annotators import golden_dataset
from test_rounds import annotation

from annotate import attending, pull, sending_back
from annotate.attending import Teacher
from annotate.delivery import Courier
from annotate.folder import ServerFolder
from annotate.project import find_queues
from annotate.pulling import Pull, pull_into
from annotate.push import tasks_by_clip
from annotate.pushing import Push, push_into
from annotate.rounds import Round
from annotate.training import LESSON
from wink.annotation import write_annotations
from wink.errors import ServerError


class NoMedia:
    """Videos that are where they should be."""

    def bring(self, _ls, _project, clips):
        return {clip.clip_id: f"/{clip.clip_id}.mp4" for clip in clips}

    def pictures(self, _ls, _project):
        return {}


class Team:
    """A server, a dataset of simulated clips, and pushes of it."""

    def __init__(self, root, sizes_deg=(0.0, 12.0, 20.0, 30.0)):
        self.ls = FakeStudio()
        self.set = golden_dataset(root / "squats", list(sizes_deg) * 5)
        self.ids = {clip.clip_id for clip in self.set.clips()}
        self.folder = ServerFolder(root / "server")
        self.folder.make()
        self.server = SimpleNamespace(ls=self.ls, place="own", external=False)
        self.bearer = Courier(self.server, self.folder, NoMedia())

    def push(self, kind, truth=False, **asked):
        push_into(self.bearer, Push(kind, "winklab", [self.set], Round(**asked), truth))

    def pull(self):
        """What `wink pull` brings."""
        return pull_into(self.server, self.folder, Pull("blind", "winklab"), [self.set], self.set.path.parent)

    def true_of(self):
        """Clips whose truth stands as a prediction."""
        return {self.ls.rows[p.task].data["clip_id"] for p in self.ls.said.values() if p.model_version == "truth"}


@pytest.fixture
def team(tmp_path, monkeypatch):
    made = Team(tmp_path)
    for module in (pull, sending_back):
        monkeypatch.setattr(module, "exported", made.ls.export)
    return made


def test_what_is_marked_blind_is_not_taught(team, capsys):
    team.push("blind", n=15)
    team.push("training")
    assert "is not known" not in capsys.readouterr().out
    team.push("training")
    assert team.ls.clips("winklab training") == team.ids - team.ls.clips("winklab blind")
    assert len(team.ls.clips("winklab training")) == 5
    assert "15 clips are in a blind project" in capsys.readouterr().out


def test_clips_without_truth_are_named_where_they_cannot_be_taught(tmp_path, capsys):
    team = Team(tmp_path, [None])
    team.push("training")
    told = capsys.readouterr().out
    assert "the truth of 5 clips is not known" in told
    assert "finds no clip that is left to teach" in told


def test_a_review_with_nothing_to_show_says_what_would_put_something_there(team, capsys):
    team.push("review")
    assert "no detector has looked at these clips" in capsys.readouterr().out
    team.push("review", truth=True)
    assert "no detector" not in capsys.readouterr().out


@pytest.mark.parametrize("people", [(), ("ann", "bob")])
def test_what_is_taught_is_not_marked_blind_and_a_share_of_lessons_stays_the_same(team, people):
    for _ in range(2):
        team.push("training", lessons=0.2, people=people, overlap=None)
        team.push("blind", people=people)
    taught, marked = (
        set().union(*(team.ls.clips(f"winklab {k}{p}") for p in ("", " ann", " bob"))) for k in ("training", "blind")
    )
    assert len(taught) == 4
    assert marked == team.ids - taught


def test_golden_clips_are_chosen_among_those_nobody_is_taught(team):
    for _ in range(2):
        team.push("training", lessons=0.5)
        team.push("blind", select="golden", golden=1.0, n=10)
    assert len(team.ls.clips("winklab training")) == len(team.ls.clips("winklab blind")) == 10


def test_a_review_shows_the_truth_of_what_is_marked_and_of_nothing_that_is_still_to_be(team, capsys):
    team.push("blind", n=2)
    done, waiting = sorted(team.ls.clips("winklab blind"))
    team.ls.finish("winklab blind", done)
    team.push("review", truth=True)
    assert team.ls.clips("winklab review") == team.ids
    assert team.true_of() == team.ids - {waiting}
    assert "the truth of 1 clips is not shown" in capsys.readouterr().out
    (review,) = find_queues(team.ls, "review", "winklab")
    curves = {c: tasks[0].data["curve"] for c, tasks in tasks_by_clip(team.ls, review).items()}
    winking = {c.clip_id for c in team.set.clips() if c.repetitions[0].wink()}
    assert {c for c, curve in curves.items() if ">truth: " in curve} == winking - {waiting}


def test_a_clip_whose_truth_was_shown_is_never_marked_blind_again(team, capsys):
    team.push("review", truth=True, n=15)
    shown = team.ls.clips("winklab review")
    for prediction in list(team.ls.said):  # the push was killed after the curves
        del team.ls.said[prediction]
    team.push("review", truth=False)
    assert team.true_of() == set()
    capsys.readouterr()
    team.push("blind")
    assert team.ls.clips("winklab blind") == team.ids - shown
    said = capsys.readouterr().out
    assert "15 clips left out of what is marked" in said
    assert str(team.folder.told) in said
    team.folder.told.unlink()  # the user knows that nobody looked
    team.push("blind")
    assert team.ls.clips("winklab blind") == team.ids


def test_what_is_told_is_remembered_before_anybody_can_see_it(team, monkeypatch):
    def die(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(team.ls.projects, "import_tasks", die)
    for kind, truth in (("review", True), ("training", False)):
        team.folder.told.unlink(missing_ok=True)
        with pytest.raises(KeyboardInterrupt):
            team.push(kind, truth, n=4)
        assert len(json.loads(team.folder.told.read_text())["winklab"]) == 4


def test_a_golden_push_goes_on_where_every_golden_clip_was_taught(team, capsys):
    team.push("training")
    team.push("blind", select="golden", golden=1.0)
    assert "blind: select=golden finds no clip that is left to mark" in capsys.readouterr().out


def test_a_training_project_that_was_deleted_is_not_forgotten_and_its_clips_are_no_golden_ones(team):
    team.push("training", lessons=0.5)
    taught = team.ls.clips("winklab training")
    for number in find_queues(team.ls, "training", "winklab"):
        del team.ls.made[number]
    team.push("blind", select="golden", golden=1.0)
    assert team.ls.clips("winklab blind") == team.ids - taught
    assert len(taught) == 10


def test_what_somebody_else_put_on_the_server_is_remembered_once_it_was_seen_there(team):
    """As an earlier version, or another machine that pushes to a server of the user's own, may have put it."""
    team.push("review", truth=True, n=5)
    shown = team.ls.clips("winklab review")
    team.folder.told.unlink()
    team.push("review", truth=False)
    team.push("blind")
    assert team.ls.clips("winklab blind") == team.ids - shown


def test_teams_are_told_apart_and_filmed_clips_have_no_truth_to_tell(team):
    push_into(team.bearer, Push("review", "other", [team.set], Round(), truth=True))
    filmed = SimpleNamespace(path=team.set.path, clips=lambda: [replace(c, repetitions=None) for c in team.set.clips()])
    push_into(team.bearer, Push("review", "winklab", [filmed], Round(), truth=True))
    team.push("blind")
    assert team.ls.clips("winklab blind") == team.ids
    assert set(json.loads(team.folder.told.read_text())) == {"other"}


@pytest.mark.parametrize("text", ["{", "[]", '{"winklab": "abc"}', '{"winklab": [1]}'])
def test_a_record_that_was_spoilt_by_hand_is_not_passed_over(team, text):
    team.folder.told.write_text(text)
    with pytest.raises(ServerError, match=r"told\.json .*expected \{\"TITLE\""):
        team.push("blind")
    assert team.ls.made == {}


def test_a_clip_that_is_marked_again_loses_its_truth_in_the_review(team):
    team.push("review", truth=True)
    assert team.true_of() == team.ids
    team.ls._make(title="winklab blind disputed")
    (number,) = find_queues(team.ls, "blind", "winklab")
    clip_id = min(team.ids)
    team.ls.projects.import_tasks(id=number, request=[{"data": {"clip_id": clip_id}}])
    team.push("review", truth=True)
    assert team.true_of() == team.ids - {clip_id}


def test_a_lesson_never_tells_of_a_clip_that_is_marked_blind(team, monkeypatch):
    """As a project made by an earlier version, or by hand, may have it."""
    team.push("training")
    (project,) = find_queues(team.ls, "training", "winklab")
    clip_id = min(team.ids)
    task = tasks_by_clip(team.ls, project)[clip_id][0]
    answered = [{"id": 1, "result": [], "completed_by": 1}]
    monkeypatch.setattr(
        attending, "exported", lambda *_: [{"data": {**task.data}, "annotations": answered, "predictions": []}]
    )
    teacher = Teacher(SimpleNamespace(ls=team.ls), {c.clip_id: c for c in team.set.clips()}, "winklab")
    blind = team.ls._make(title="winklab blind").id
    team.ls.projects.import_tasks(id=blind, request=[{"data": {"clip_id": clip_id}}])
    assert not teacher.teach(project, task.number)
    team.ls.made[blind].title = "another blind"
    assert teacher.teach(project, task.number)
    assert team.ls.rows[task.number].data[LESSON]
    assert team.true_of() == {clip_id}


def test_a_filmed_clip_is_shown_and_marked(team):
    filmed = [replace(clip, repetitions=None) for clip in team.set.clips()]
    team.set = SimpleNamespace(path=team.set.path, clips=lambda: filmed)
    team.push("review", truth=False)
    team.push("blind")
    assert team.ls.clips("winklab blind") == team.ids


NO_GRADE = ()


def test_an_answer_does_not_go_back_once_the_truth_of_its_clip_was_told(team, capsys):
    team.push("blind", n=2)
    early, late = sorted(team.ls.clips("winklab blind"))
    team.ls.finish("winklab blind", early, NO_GRADE)
    team.ls.finish("winklab blind", late)
    team.push("review", truth=True)
    assert team.true_of() == team.ids - {early}  # it is still to be mended
    assert "1 clips is not shown" in capsys.readouterr().out
    (number,) = find_queues(team.ls, "blind", "winklab")
    team.ls.answer(tasks_by_clip(team.ls, number)[late][0].number, NO_GRADE)  # by Quick View, after the truth
    team.pull()
    said = capsys.readouterr().out
    assert [a["was_cancelled"] for a in team.ls.answers.values()] == [True, False, False]
    assert f"not sent back, for the team is or was told the clip's truth: {late}\n" in said
    assert "1 went back" in said
    team.push("review", truth=True)
    assert team.true_of() == team.ids - {early}


def test_of_disputed_clips_only_those_are_spoken_of_whose_truth_was_told(team, capsys):
    differing = sorted(team.ids)[:2]
    made = [annotation(c, who, grade, onset) for c in differing for who, grade, onset in TWO_MINDS]
    write_annotations(team.set.path / "annotations.parquet", tuple(made))
    team.push("review", truth=True, n=1)
    assert team.true_of() == {differing[0]}
    capsys.readouterr()
    team.push("blind", select="disputed")
    assert "blind: 1 clip left out of what is marked" in capsys.readouterr().out
    assert team.ls.clips("winklab blind disputed") == {differing[1]}
    team.push("review", truth=True, n=5)
    capsys.readouterr()
    team.push("blind", select="disputed", people=("ann", "bob", "cy"))
    said = capsys.readouterr().out
    assert "blind: 1 clip left out of what is marked" in said
    assert team.ls.clips("winklab blind cy") == {differing[1]}
    assert team.ls.clips("winklab blind ann") == set()


TWO_MINDS = (("ann@winklab.example", "none", None), ("bob@winklab.example", "clear", 1.0))
