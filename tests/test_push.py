"""Pushing to a server that fails in every way a real one was seen to: nothing lost, nothing twice."""

from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from label_studio_sdk.core.api_error import ApiError

from annotate.access import explained, external_address
from annotate.folder import ServerFolder, place_clip
from annotate.label_studio import task_of
from annotate.project import find_or_make_project, folder_url
from annotate.push import BATCH, push_predictions, push_tasks
from wink.clip import Clip
from wink.errors import ServerError


def clip(number, video=Path("v.mp4")):
    return Clip(f"{number:012x}", video, 30.0, 90, 64, 48, "real", "s", "test", "side", None)


class FakeStudio:
    """As much of Label Studio as a push sees, with its faults on demand."""

    def __init__(self, faults=()):
        self.faults = list(faults)
        self.rows, self.said = {}, {}
        self.sizes = []
        self.tasks = SimpleNamespace(list=self.list_tasks, get=self.get_task, delete=self.delete_task)
        self.projects = SimpleNamespace(import_tasks=self.import_tasks, import_predictions=self.import_predictions)
        self.predictions = SimpleNamespace(
            list=lambda **_: list(self.said.values()), delete=lambda **named: self.said.pop(named["id"])
        )
        self.used = set()

    def list_tasks(self, **_):
        return [SimpleNamespace(id=n, data={"clip_id": c}) for n, c in self.rows.items()]

    def get_task(self, **named):
        return SimpleNamespace(annotations=[1] if int(named["id"]) in self.used else [], drafts=[])

    def delete_task(self, **named):
        del self.rows[int(named["id"])]

    def import_tasks(self, request, request_options, **_):
        assert request_options["max_retries"] == 0
        self.sizes.append(len(request))
        fault = self.faults.pop(0) if self.faults else None
        if fault == "refused":
            raise ApiError(status_code=500, body="database is locked")
        for task in request[: len(request) // 2] if fault == "half" else request:
            self.rows[len(self.rows) + 1] = task["data"]["clip_id"]
        if fault == "late":  # the client gave up, the server finished
            raise httpx.ReadTimeout("timed out")
        return SimpleNamespace(task_count=len(request) // 2 if fault == "half" else len(request))

    def import_predictions(self, request, **_):
        fault = self.faults.pop(0) if self.faults else None
        kept = [] if fault == "lost" else request
        for row in kept:
            self.said[len(self.said) + 1] = SimpleNamespace(id=len(self.said) + 1, **row)
        return SimpleNamespace(created=len(request) if fault == "lost" else len(kept))


TASKS = [task_of(clip(n)) for n in range(2 * BATCH + 3)]


@pytest.mark.parametrize("faults", [[], ["refused"], ["late"], ["half"], [None, "late", "half"]])
def test_a_push_ends_with_every_clip_there_once(faults):
    studio = FakeStudio(faults)
    assert push_tasks(studio, 1, TASKS) == len(TASKS)
    assert sorted(studio.rows.values()) == sorted(t["data"]["clip_id"] for t in TASKS)
    assert max(studio.sizes) == BATCH
    assert push_tasks(studio, 1, TASKS) == 0


def test_a_server_that_never_takes_clips_is_reported():
    with pytest.raises(ServerError, match=r"503 clips did not arrive.*database is locked"):
        push_tasks(FakeStudio(["refused"] * 9), 1, TASKS)


def test_duplicates_go_and_work_stays():
    studio = FakeStudio()
    studio.rows = {1: "a", 2: "a", 3: "a", 4: "b", 5: "b", 6: "c", 7: "c"}
    studio.used = {2, 6, 7}
    push_tasks(studio, 1, [])
    assert studio.rows == {2: "a", 4: "b", 6: "c", 7: "c"}


def prediction(version, frame=5):
    value = {"ranges": [{"start": frame, "end": frame}], "timelinelabels": ["wink_onset"]}
    return {"model_version": version, "score": 0.5, "result": [{"from_name": "phase", "value": value}]}


def test_predictions_lost_silently_are_sent_again_and_changed_ones_replaced():
    studio = FakeStudio()
    push_tasks(studio, 1, TASKS[:3])
    studio.faults = ["lost"]
    wanted = {t["data"]["clip_id"]: [prediction("rule"), prediction("truth")] for t in TASKS[:3]}
    push_predictions(studio, 1, wanted)
    assert len(studio.said) == 6
    assert push_predictions(studio, 1, wanted) == 0
    first = TASKS[0]["data"]["clip_id"]
    studio.said = dict(studio.said)
    assert push_predictions(studio, 1, {first: [prediction("rule", 9)]}) == 1
    assert sorted((p.task, p.model_version) for p in studio.said.values() if p.task == 1) == [(1, "rule"), (1, "truth")]
    with pytest.raises(ServerError, match="have no task"):
        push_predictions(studio, 1, {"stranger": [prediction("rule")]})


def test_faults_of_the_server_are_told_in_our_words():
    with (
        pytest.raises(ServerError, match="working: Label Studio answered 401: the key is not accepted"),
        explained("working"),
    ):
        raise ApiError(status_code=401, body="no")
    with pytest.raises(ServerError, match="was not reached"), explained("working"):
        raise httpx.ConnectError("refused")


def test_two_projects_of_one_name_are_not_guessed_between(tmp_path):
    twins = [SimpleNamespace(id=1, title="winklab blind"), SimpleNamespace(id=2, title="winklab blind")]
    studio = SimpleNamespace(projects=SimpleNamespace(list=lambda **_: twins))
    with pytest.raises(ServerError, match="2 projects are called 'winklab blind'"):
        find_or_make_project(studio, "blind", "winklab", tmp_path)


def test_a_server_of_the_users_own_needs_address_and_key(monkeypatch):
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://here/")
    with pytest.raises(ServerError, match="LABEL_STUDIO_API_KEY is not set"):
        external_address()
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "k")
    assert external_address() == ("http://here", "k")


def test_media_are_named_below_the_servers_document_root(tmp_path, monkeypatch):
    clips = tmp_path / "media" / "clips"
    clips.mkdir(parents=True)
    monkeypatch.delenv("LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT", raising=False)
    assert folder_url(clips) == "clips"
    monkeypatch.setenv("LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT", str(tmp_path))
    assert folder_url(clips) == "media/clips"
    monkeypatch.setenv("LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT", "/elsewhere")
    with pytest.raises(ServerError, match="no folder above"):
        folder_url(clips)


def test_a_clip_is_placed_once_under_its_opaque_name(tmp_path):
    folder = ServerFolder(tmp_path / "server")
    folder.make()
    video = tmp_path / "Jane Doe.mp4"
    video.write_bytes(b"12345")
    for _ in range(2):
        place_clip(folder, clip(7, video))
    assert [f.name for f in folder.clips.iterdir()] == ["000000000007.mp4"]
    with pytest.raises(ServerError, match="cannot be placed"):
        place_clip(folder, clip(8, tmp_path / "gone.mp4"))
