"""Clips whose people withdrew their consent: noted by their dataset, missed on the server, removed when confirmed."""

import json
from dataclasses import replace
from hashlib import sha256
from types import SimpleNamespace

import pytest
from fake_studio import FakeStudio
from simulated_annotators import annotation, golden_dataset

from annotate.delivery import Courier
from annotate.folder import ServerFolder, write_private
from annotate.label_studio import task_of
from annotate.mirror import Mirror
from annotate.origins import remember_origins
from annotate.pushing import Push, push_into
from annotate.rounds import Round
from annotate.withdrawal import Places, warn_of_withdrawn, withdraw_from_server
from annotate.withdrawn import note_returned, note_withdrawn, withdrawn_clips, withdrawn_from
from wink.annotation import read_annotations, write_annotations
from wink.consensus import Consensus, read_consensus, write_consensus
from wink.errors import ConfigError, ServerError
from wink.pose_file import pose_file

GONE, STAYS = "5f0000000001", "5f0000000002"


def clip(clip_id):
    return SimpleNamespace(clip_id=clip_id, fps=30.0, n_frames=90, repetitions=None)


class Lab:
    """A server with two clips in three projects of two teams, one of which is withdrawn; and what was pulled."""

    def __init__(self, root):
        self.ls, self.datasets = FakeStudio(), root / "datasets"
        self.server = SimpleNamespace(ls=self.ls, url="http://x", key="k", external=False)
        self.folder = ServerFolder(root / "server")
        self.folder.make()
        self.cache = root / "cache"
        self.gym = self.datasets / "gym"
        self.gym.mkdir(parents=True)
        remember_origins(self.folder, [SimpleNamespace(path=self.gym)])
        for title in ("winklab blind", "winklab review", "others blind ann"):
            number = self.ls.projects.create(title=title).id
            rows = [task_of(clip(c)) for c in (GONE, STAYS)]
            self.ls.projects.import_tasks(id=number, request=[*rows, {"data": {"text": "somebody else's"}}])
        for clip_id in (GONE, STAYS):
            (self.folder.clips / f"{clip_id}.mp4").write_text(f"video of {clip_id}")
        write_private(self.folder.placed, f'{{"{GONE}": [1], "{STAYS}": [2]}}')
        self.folder.exports.mkdir(parents=True)
        for name, clip_ids in (("one", [GONE, STAYS]), ("other", [STAYS])):
            (self.folder.exports / f"{name}.json").write_text(json.dumps([{"data": {"clip_id": c}} for c in clip_ids]))
        self.marks = tuple(annotation(clip(c), "ann", 40) for c in (GONE, STAYS))
        Mirror(self.folder.pulled / "own-1.parquet").with_changes(self.marks)
        write_annotations(self.gym / "annotations.parquet", self.marks)
        said = [Consensus(c, 1, "clear", 0.9, 1.0, 30, 0.9, 1.1, None, False, None) for c in (GONE, STAYS)]
        write_consensus(self.gym / "consensus.parquet", tuple(said))

    def withdraw(self, *named, confirmed=False):
        places = Places(self.datasets, self.cache)
        return withdraw_from_server(self.server, self.folder, named, places, confirmed)

    def pose(self, content):
        """The pose of a video of that content, kept."""
        file = pose_file(self.cache, sha256(content.encode()).hexdigest())
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("silhouettes")
        return file

    def places(self):
        """Every place that has a clip, by clip."""
        rows = [str(r.data.get("clip_id")) for r in self.ls.rows.values()]
        rows += [file.stem for file in self.folder.clips.glob("*.mp4")]
        rows += [c for c in (GONE, STAYS) if c in self.folder.placed.read_text()]
        for file in (self.folder.pulled / "own-1.parquet", self.gym / "annotations.parquet"):
            rows += [a.clip_id for a in read_annotations(file)]
        rows += [row.clip_id for row in read_consensus(self.gym / "consensus.parquet")]
        return {c: rows.count(c) for c in (GONE, STAYS, "None")}


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


def test_what_is_withdrawn_is_told_first_and_removed_when_confirmed(lab, capsys):
    note_withdrawn(lab.gym, [GONE])
    before = lab.places()
    lab.withdraw()
    said = capsys.readouterr().out
    assert "'others blind ann': 1 task," in said
    assert "1 video" in said
    assert "annotations.parquet: 1 row" in said
    assert "confirm=true" in said
    assert lab.places() == before == {GONE: 8, STAYS: 8, "None": 3}
    assert warn_of_withdrawn(lab.server, lab.folder) == {GONE}
    assert "still has 1 clip whose" in capsys.readouterr().out
    lab.withdraw(confirmed=True)
    assert lab.places() == {GONE: 0, STAYS: 8, "None": 3}
    assert [file.name for file in lab.folder.exports.iterdir()] == ["other.json"]
    capsys.readouterr()
    assert not lab.withdraw(confirmed=True)
    assert "nothing is left" in capsys.readouterr().out
    assert warn_of_withdrawn(lab.server, lab.folder) == {GONE}
    assert capsys.readouterr().out == ""


def test_a_removal_that_is_cut_short_is_ended_by_the_same_again(lab):
    note_withdrawn(lab.gym, [GONE])
    act = lab.ls.actions.create

    def refuse(**named):
        lab.ls.actions.create = act
        raise ServerError("killed")

    lab.ls.actions.create = refuse
    with pytest.raises(ServerError, match="killed"):
        lab.withdraw(confirmed=True)
    lab.withdraw(confirmed=True)
    assert lab.places() == {GONE: 0, STAYS: 8, "None": 3}


def test_tasks_that_stay_are_not_called_removed(lab):
    note_withdrawn(lab.gym, [GONE])
    lab.ls.actions.create = lambda **_: None
    with pytest.raises(ServerError, match="still there"):
        lab.withdraw(confirmed=True)


def test_clips_can_be_named_but_none_that_a_dataset_still_has(lab):
    held = golden_dataset(lab.datasets / "sim", [12.0])
    (clip,) = held.clips()
    with pytest.raises(ConfigError, match=f"{clip.clip_id} is still in"):
        lab.withdraw(clip.clip_id)
    with pytest.raises(ConfigError, match="is no clip"):
        lab.withdraw("gym")
    lab.withdraw(STAYS, confirmed=True)
    assert lab.places() == {GONE: 8, STAYS: 0, "None": 3}


def test_nothing_is_asked_of_the_server_where_nothing_was_withdrawn(lab):
    lab.server.ls = None
    assert warn_of_withdrawn(lab.server, lab.folder) == set()


def test_a_clip_that_is_there_again_is_not_withdrawn(tmp_path):
    note_withdrawn(tmp_path, [GONE, STAYS])
    note_withdrawn(tmp_path, [GONE])
    assert withdrawn_from(tmp_path) == {GONE, STAYS}
    note_returned(tmp_path, [GONE])
    assert withdrawn_clips([tmp_path, tmp_path / "nowhere"]) == {STAYS}


def test_what_one_dataset_withdrew_is_not_pushed_from_another(lab, capsys):
    other = golden_dataset(lab.datasets / "copy", [12.0, 20.0])
    gone, kept = (clip.clip_id for clip in other.clips())
    note_withdrawn(lab.gym, [gone])
    media = SimpleNamespace(bring=lambda _l, _p, clips: {c.clip_id: "/x.mp4" for c in clips}, pictures=lambda *_: {})
    push_into(Courier(lab.server, lab.folder, media), Push("blind", "new", [other], Round()))
    assert lab.ls.clips("new blind") == {kept}
    assert "1 clips are left out" in capsys.readouterr().out


def test_videos_that_lie_elsewhere_are_named(lab, capsys):
    note_withdrawn(lab.gym, [GONE])
    for row in lab.ls.rows.values():
        if row.data.get("clip_id") == GONE:
            row.data = row.data | {"video": f"https://films.example/{GONE}.mp4#abcd1234"}
    lab.withdraw(confirmed=True)
    assert f"lies elsewhere: https://films.example/{GONE}.mp4\n" in capsys.readouterr().out


def test_marks_of_other_annotators_stay_as_they_were(lab):
    note_withdrawn(lab.gym, [GONE])
    lab.withdraw(confirmed=True)
    (kept,) = read_annotations(lab.gym / "annotations.parquet")
    assert kept == replace(lab.marks[1])


@pytest.mark.parametrize("known", ["from the dataset", "from the video on the server"])
def test_the_pictures_that_the_pose_of_a_clip_is_kept_with_go_too(lab, capsys, known):
    gone, stays = (lab.pose(f"video of {c}") for c in (GONE, STAYS))
    content = sha256(f"video of {GONE}".encode()).hexdigest()
    if known == "from the dataset":
        (lab.folder.clips / f"{GONE}.mp4").unlink()
        note_withdrawn(lab.gym, [GONE], {GONE: [content]})
        note_withdrawn(lab.gym, [STAYS])
        note_returned(lab.gym, [STAYS])
        lab.withdraw()
    else:
        lab.withdraw(GONE)
    assert f"{gone.parent}: 1 pose with pictures" in capsys.readouterr().out
    assert gone.exists()
    lab.withdraw(*([] if known == "from the dataset" else [GONE]), confirmed=True)
    assert not gone.exists()
    assert stays.exists()
    assert "may hold" not in capsys.readouterr().out


def test_poses_that_cannot_be_told_from_others_are_spoken_of(lab, capsys):
    (lab.gym / "import").mkdir()
    (lab.gym / "import" / "withdrawn.json").write_text(json.dumps([GONE]))  # as an earlier version wrote it
    (lab.folder.clips / f"{GONE}.mp4").unlink()
    lab.withdraw(confirmed=True)
    assert "may hold" not in capsys.readouterr().out
    other = lab.pose("another video")
    lab.withdraw(confirmed=True)
    assert f"{other.parent} may hold silhouettes of 1 clip" in capsys.readouterr().out
    assert other.exists()
