"""No clip is marked blind by people who were shown its truth: whatever is pushed, in whatever order."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from fake_studio import FakeStudio
from simulated_annotators import golden_dataset

from annotate import attending
from annotate.attending import Teacher
from annotate.delivery import Courier
from annotate.folder import ServerFolder
from annotate.project import find_queues
from annotate.push import tasks_by_clip
from annotate.pushing import Push, push_into
from annotate.rounds import Round
from annotate.training import LESSON


class NoMedia:
    """Videos that are where they should be."""

    def bring(self, _ls, _project, clips):
        return {clip.clip_id: f"/{clip.clip_id}.mp4" for clip in clips}

    def pictures(self, _ls, _project):
        return {}


class Team:
    """A server, a dataset of simulated clips, and pushes of it."""

    def __init__(self, root):
        self.ls = FakeStudio()
        self.set = golden_dataset(root / "squats", [0.0, 12.0, 20.0, 30.0] * 5)
        self.ids = {clip.clip_id for clip in self.set.clips()}
        self.folder = ServerFolder(root / "server")
        self.folder.make()
        self.bearer = Courier(SimpleNamespace(ls=self.ls), self.folder, NoMedia())

    def push(self, kind, truth=False, **asked):
        push_into(self.bearer, Push(kind, "winklab", [self.set], Round(**asked), truth))

    def true_of(self):
        """Clips whose truth stands as a prediction."""
        return {self.ls.rows[p.task].data["clip_id"] for p in self.ls.said.values() if p.model_version == "truth"}


@pytest.fixture
def team(tmp_path):
    return Team(tmp_path)


def test_what_is_marked_blind_is_not_taught(team, capsys):
    team.push("blind", n=15)
    team.push("training")
    assert team.ls.clips("winklab training") == team.ids - team.ls.clips("winklab blind")
    assert len(team.ls.clips("winklab training")) == 5
    assert "15 clips are in a blind project" in capsys.readouterr().out


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


def test_a_clip_whose_truth_was_shown_is_not_marked_blind_until_it_is_taken_away(team, capsys):
    team.push("review", truth=True, n=15)
    for prediction in list(team.ls.said):  # the push was killed after the curves
        del team.ls.said[prediction]
    team.push("blind")
    wink = {c.clip_id for c in team.set.clips() if c.repetitions[0].wink()} & team.ls.clips("winklab review")
    assert team.ls.clips("winklab blind") == team.ids - wink
    assert f"{len(wink)} clips are left out" in capsys.readouterr().out
    team.push("review", truth=False)
    team.push("blind")
    assert team.ls.clips("winklab blind") == team.ids


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
