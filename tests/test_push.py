"""Pushing to a server that fails in every way a real one was seen to: nothing lost, nothing twice."""

import os
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import httpx
import jwt
import pytest
from label_studio_sdk.core.api_error import ApiError

from annotate.access import client, explained, external_address
from annotate.delivery import unique_clips, wanted_predictions
from annotate.folder import ServerFolder, is_placed
from annotate.label_studio import task_of
from annotate.media import place_clips
from annotate.origins import remember_models
from annotate.project import Queue, find_project, make_ready
from annotate.push import BATCH, push_predictions, push_tasks
from wink.clip import Clip
from wink.detection import Detection, write_detections
from wink.errors import ServerError


def clip(number, video=Path("v.mp4")):
    return Clip(f"{number:012x}", video, 30.0, 90, 64, 48, "real", "s", "test", "side", None)


class FakeStudio:
    """As much of Label Studio as a push sees, with its faults on demand."""

    def __init__(self, faults=()):
        self.faults = list(faults)
        self.rows, self.said = {}, {}
        self.sizes = []
        self.tasks = SimpleNamespace(
            list=self.list_tasks, get=self.get_task, delete=self.delete_task, update=self.update_task
        )
        self.projects = SimpleNamespace(
            import_tasks=self.import_tasks,
            import_predictions=self.import_predictions,
            list=lambda: [SimpleNamespace(id=1)],
        )
        self.predictions = SimpleNamespace(
            list=lambda **_: list(self.said.values()), delete=lambda **named: self.said.pop(named["id"])
        )
        self.numbers = count(1)
        self.used = set()

    def list_tasks(self, **_):
        return [SimpleNamespace(id=n, data=data) for n, data in self.rows.items()]

    def get_task(self, **named):
        return SimpleNamespace(annotations=[1] if int(named["id"]) in self.used else [], drafts=[])

    def delete_task(self, **named):
        del self.rows[int(named["id"])]

    def update_task(self, **named):
        self.rows[int(named["id"])] = named["data"]

    @property
    def clips(self):
        """Clip id by task number."""
        return {number: data.get("clip_id") for number, data in self.rows.items()}

    def import_tasks(self, request, request_options, **_):
        assert request_options["max_retries"] == 0
        self.sizes.append(len(request))
        fault = self.faults.pop(0) if self.faults else None
        if fault == "refused":
            raise ApiError(status_code=500, body="database is locked")
        for task in request[: len(request) // 2] if fault == "half" else request:
            self.rows[len(self.rows) + 1] = task["data"]
        if fault == "late":  # the client gave up, the server finished
            raise httpx.ReadTimeout("timed out")
        return SimpleNamespace(task_count=len(request) // 2 if fault == "half" else len(request))

    def import_predictions(self, request, **_):
        fault = self.faults.pop(0) if self.faults else None
        kept = [] if fault == "lost" else request
        for row in kept:
            number = next(self.numbers)
            self.said[number] = SimpleNamespace(id=number, **row)
        return SimpleNamespace(created=len(request) if fault == "lost" else len(kept))


TASKS = [task_of(clip(n)) for n in range(2 * BATCH + 3)]


@pytest.mark.parametrize("faults", [[], ["refused"], ["late"], ["half"], [None, "late", "half"]])
def test_a_push_ends_with_every_clip_there_once(faults):
    studio = FakeStudio(faults)
    assert push_tasks(studio, 1, TASKS) == len(TASKS)
    assert sorted(studio.clips.values()) == sorted(t["data"]["clip_id"] for t in TASKS)
    assert max(studio.sizes) == BATCH
    assert push_tasks(studio, 1, TASKS) == 0


def test_a_server_that_never_takes_clips_is_reported():
    with pytest.raises(ServerError, match=r"503 clips did not arrive.*database is locked"):
        push_tasks(FakeStudio(["refused"] * 9), 1, TASKS)


def test_duplicates_of_what_is_pushed_go_and_work_stays():
    studio = FakeStudio()
    a, b, c, other = (task_of(clip(n)) for n in range(4))
    studio.rows = dict(enumerate([t["data"] for t in (a, a, a, b, b, c, c, other, other)], start=1))
    studio.used = {2, 6, 7}
    push_tasks(studio, 1, [a, b, c])
    assert list(studio.rows) == [2, 4, 6, 7, 8, 9]


def test_tasks_of_the_users_own_are_left_alone():
    studio = FakeStudio()
    studio.rows = {n: {"text": "hello"} for n in range(1, 5)} | {5: {}}
    mine = dict(studio.rows)
    assert push_tasks(studio, 1, TASKS[:2]) == 2
    assert {n: studio.rows[n] for n in mine} == mine


def test_a_video_that_moved_is_found_again():
    studio = FakeStudio()
    push_tasks(studio, 1, [task_of(clip(7), "media/clips")])
    push_tasks(studio, 1, [task_of(clip(7))])
    assert studio.rows[1] == task_of(clip(7))["data"]
    assert len(studio.rows) == 1


@pytest.mark.parametrize("change", [{"fps": 29.97}, {"n_frames": 91}])
def test_a_clip_that_counts_its_frames_otherwise_is_refused(change):
    studio = FakeStudio()
    push_tasks(studio, 1, TASKS[:1])
    studio.rows[1] = studio.rows[1] | change
    with pytest.raises(ServerError, match="has 90 frames at 30 frames/s, but task 1 shows it with"):
        push_tasks(studio, 1, TASKS[:1])


def prediction(version, frame=5, score=0.5):
    value = {"ranges": [{"start": frame, "end": frame}], "timelinelabels": ["wink_onset"]}
    mark = {"from_name": "phase", "value": value, "score": score}
    return {"model_version": version, "score": score, "result": [mark]}


def test_predictions_lost_silently_are_sent_again_and_changed_ones_replaced():
    studio = FakeStudio()
    push_tasks(studio, 1, TASKS[:3])
    studio.faults = ["lost"]
    wanted = {t["data"]["clip_id"]: [prediction("rule"), prediction("truth")] for t in TASKS[:3]}
    push_predictions(studio, 1, wanted)
    assert len(studio.said) == 6
    assert push_predictions(studio, 1, wanted) == (0, 0)
    first = TASKS[0]["data"]["clip_id"]
    studio.said = dict(studio.said)
    assert push_predictions(studio, 1, {first: [prediction("rule", 9)]}) == (1, 0)
    assert sorted((p.task, p.model_version) for p in studio.said.values() if p.task == 1) == [(1, "rule"), (1, "truth")]
    with pytest.raises(ServerError, match="have no task"):
        push_predictions(studio, 1, {"stranger": [prediction("rule")]})


def test_a_database_that_turns_keys_around_keeps_a_prediction_the_same():
    studio = FakeStudio()
    push_tasks(studio, 1, TASKS[:1])
    wanted = {TASKS[0]["data"]["clip_id"]: [prediction("rule")]}
    push_predictions(studio, 1, wanted)
    (kept,) = studio.said.values()
    kept.result = [mark | {"value": dict(reversed(mark["value"].items()))} for mark in kept.result]
    assert push_predictions(studio, 1, wanted) == (0, 0)


def test_what_a_model_of_ours_says_no_more_is_withdrawn_and_others_stay():
    studio = FakeStudio()
    push_tasks(studio, 1, TASKS[:2])
    one, two = (t["data"]["clip_id"] for t in TASKS[:2])
    everything = {c: [prediction("rule"), prediction("truth"), prediction("the user's own")] for c in (one, two)}
    push_predictions(studio, 1, everything)
    assert push_predictions(studio, 1, {one: [prediction("rule")]}, {"rule", "truth"}) == (0, 1)
    assert push_predictions(studio, 1, {one: []}, {"rule", "truth"}) == (0, 1)
    left = sorted((p.task, p.model_version) for p in studio.said.values())
    assert left == [(1, "the user's own"), (2, "rule"), (2, "the user's own"), (2, "truth")]


@pytest.mark.parametrize("surer", [{"score": 0.9}, {"result": prediction("rule", score=0.9)["result"]}])
def test_a_model_that_is_surer_now_is_shown_so(surer):
    studio = FakeStudio()
    push_tasks(studio, 1, TASKS[:1])
    first = TASKS[0]["data"]["clip_id"]
    push_predictions(studio, 1, {first: [prediction("rule")]})
    assert push_predictions(studio, 1, {first: [prediction("rule") | surer]}) == (1, 0)
    assert [{"score": p.score, "result": p.result} | surer for p in studio.said.values()] == [
        {"score": p.score, "result": p.result} for p in studio.said.values()
    ]


def test_faults_of_the_server_are_told_in_our_words():
    with (
        pytest.raises(ServerError, match="working: Label Studio answered 401: the key is not accepted"),
        explained("working"),
    ):
        raise ApiError(status_code=401, body="no")
    with pytest.raises(ServerError, match="was not reached"), explained("working"):
        raise httpx.ConnectError("refused")


def test_two_projects_of_one_name_are_not_guessed_between():
    twins = [SimpleNamespace(id=1, title="winklab blind"), SimpleNamespace(id=2, title="winklab blind")]
    studio = SimpleNamespace(projects=SimpleNamespace(list=lambda **_: twins))
    with pytest.raises(ServerError, match="2 projects are called 'winklab blind'"):
        make_ready(studio, Queue("blind", "winklab"))


def test_a_server_of_the_users_own_needs_address_and_key(monkeypatch):
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://here/")
    with pytest.raises(ServerError, match="LABEL_STUDIO_API_KEY is not set"):
        external_address()
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "k")
    assert external_address() == ("http://here", "k")


@pytest.fixture
def folder(tmp_path):
    folder = ServerFolder(tmp_path / "server")
    folder.make()
    return folder


def test_a_clip_is_placed_once_under_its_opaque_name(folder, tmp_path):
    video = tmp_path / "Jane Doe.mp4"
    video.write_bytes(b"12345")
    for _ in range(2):
        place_clips(FakeStudio(), folder, [clip(7, video)])
    assert [f.name for f in folder.clips.iterdir()] == ["000000000007.mp4"]
    with pytest.raises(ServerError, match="cannot be placed"):
        place_clips(FakeStudio(), folder, [clip(8, tmp_path / "gone.mp4")])


def test_halves_that_a_killed_push_left_are_removed(folder, tmp_path):
    video = tmp_path / "v.mp4"
    video.write_bytes(b"12345")
    (folder.clips / ".000000000007.mp4.4711.tmp").write_bytes(b"123")
    place_clips(FakeStudio(), folder, [])
    assert list(folder.clips.iterdir()) == []


def test_the_server_cannot_tell_when_a_clip_was_made(folder, tmp_path):
    for n in (1, 2):
        video = tmp_path / f"{n}.mp4"
        video.write_bytes(b"12345")
        os.utime(video, (n, n))
        if n == 1:  # as an earlier version placed it
            os.link(video, folder.clips / f"{n:012x}.mp4")
        place_clips(FakeStudio(), folder, [clip(n, video)])
        assert video.stat().st_mtime == n  # the dataset's own file is left as it is
    states = [f.stat() for f in folder.clips.iterdir()]
    assert len({s.st_mtime_ns for s in states}) == 1
    assert {s.st_nlink for s in states} == {1}


def test_a_picture_is_not_swapped_under_its_annotations(folder, tmp_path):
    studio, video = FakeStudio(), tmp_path / "v.mp4"
    one = clip(7, video)
    video.write_bytes(b"12345")
    place_clips(studio, folder, [one])
    push_tasks(studio, 1, [task_of(one)])
    video.write_bytes(b"54321")  # as long as before
    assert not is_placed(folder, one)
    studio.used = {1}
    with pytest.raises(ServerError, match="not those that were marked"):
        place_clips(studio, folder, [one])
    assert (folder.clips / f"{one.clip_id}.mp4").read_bytes() == b"12345"
    studio.used = set()
    place_clips(studio, folder, [one])  # nobody marked it: it may change
    assert is_placed(folder, one)


def dataset_of(path, *clips):
    return SimpleNamespace(path=path, clips=lambda: clips)


def test_a_film_that_is_in_two_datasets_is_pushed_once(tmp_path):
    both = [dataset_of(tmp_path / "a", clip(2), clip(1)), dataset_of(tmp_path / "b", clip(2))]
    assert [c.clip_id for c in unique_clips(both)] == [clip(1).clip_id, clip(2).clip_id]
    other = dataset_of(tmp_path / "c", replace(clip(2), fps=25.0))
    with pytest.raises(ServerError, match="bear one id but count frames differently"):
        unique_clips([*both, other])


def test_what_several_datasets_say_of_one_clip_is_put_together(tmp_path):
    known = replace(clip(2), repetitions=())
    for name, detectors in (("a", ("rule", "gone")), ("b", ("rule", "other"))):
        (tmp_path / name).mkdir()
        error = {"gone": "no person"}
        found = tuple(Detection(d, known.clip_id, 0, 0.5, 1.0, 15.0, 1.5, 0.1, error.get(d)) for d in detectors)
        write_detections(tmp_path / name / "detections.parquet", found)
    wanted, models = wanted_predictions([dataset_of(tmp_path / n, known) for n in ("a", "b")], {known.clip_id})
    assert [p.model for p in wanted[known.clip_id]] == ["rule", "truth", "other"]
    assert models == {"rule", "gone", "other", "truth"}


def test_a_detector_that_is_gone_from_the_file_is_still_known_as_ours(folder):
    assert remember_models(folder, {"rule", "truth"}) == {"rule", "truth"}
    assert remember_models(folder, {"truth"}) == {"rule", "truth"}


def test_a_key_that_has_expired_is_told_in_our_words():
    expired = jwt.encode({"exp": 1, "token_type": "refresh"}, "a key of at least thirty-two bytes!")
    with (
        pytest.raises(ServerError, match=r"answered 401: the key is not accepted.*expired"),
        client("http://x", expired),
    ):
        pass


def test_a_server_that_goes_away_while_projects_are_listed_is_told_in_our_words():
    def fail(**_):
        raise httpx.ConnectError("refused")

    studio = SimpleNamespace(projects=SimpleNamespace(list=fail))
    with pytest.raises(ServerError, match="was not reached"):
        find_project(studio, "blind", "winklab")
