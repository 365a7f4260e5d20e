"""What `wink serve` answers Label Studio, and what it teaches."""

import base64
import json
import os
import threading
import urllib.error
import urllib.request
from dataclasses import replace
from types import SimpleNamespace

import pytest
from fake_studio import FakeStudio
from test_push import clip
from test_rounds import annotation

from annotate.attending import attending
from annotate.backend import Backend, LivePredictions, listen
from annotate.folder import ServerFolder
from annotate.training import lesson
from wink.detection import Detection, write_detections
from wink.errors import ConfigError, ServerError
from wink.onset import Repetition, Wink


def winking(onset_s=1.0, magnitude_deg=25.0):
    wink = Wink("pelvic_reversal_onset", onset_s, 80.0, 50.0, 90.0, magnitude_deg, "before_parallel")
    return replace(clip(7), repetitions=(Repetition(0, 0.0, 2.0, 2.9, 100.0, magnitude_deg, 10.0, (wink,)),))


def answered(grade, frame=None, **changes):
    return annotation(
        clip(7).clip_id, "ann", grade, None if frame is None else frame / 30, onset_frame=frame, **changes
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (answered("clear", 30), "begins at frame 31, clear (25 degrees). Yours is on the frame."),
        (answered("clear", 27), "Yours is 3 frames (100 ms) too early (-3)."),
        (answered("mild", 31), "Yours is 1 frame (33 ms) too late (+1). You graded it mild."),
        (answered("none"), "clear (25 degrees); you did not see it."),
        (answered("marked"), "you marked no onset."),
    ],
)
def test_an_answer_is_told_how_far_it_is_from_the_truth(answer, said):
    assert said in lesson(winking(), answer)


def test_a_clip_without_a_wink_teaches_too():
    clean = replace(clip(7), repetitions=(Repetition(0, 0.0, 2.0, 2.9, 100.0, 3.2, 1.0, ()),))
    assert lesson(clean, answered("none")).endswith("rolls back 3 degrees, less than counts); you saw none either.")
    assert lesson(clean, answered("mild", 30)).endswith("you saw one.")
    assert lesson(clean, answered("cannot_tell")).endswith("you left it open.")
    with pytest.raises(ValueError, match="unknown"):
        lesson(clip(7), answered("none"))


@pytest.fixture
def dataset(tmp_path):
    write_detections(tmp_path / "detections.parquet", (found("rule"), found("other", 1.5)))
    return SimpleNamespace(path=tmp_path, clips=lambda: (clip(7), clip(8)))


def found(detector, onset_s=1.0):
    return Detection(detector, clip(7).clip_id, 0, 0.8, onset_s, 15.0, 1.8, 0.1)


def live(dataset, detector="rule"):
    chosen = LivePredictions([dataset], detector)
    chosen.choose()
    return chosen


def test_predictions_are_those_of_the_file_as_it_is_now(dataset):
    rule = live(dataset)
    before = rule.model_version
    (prediction,) = rule.of_task({"clip_id": clip(7).clip_id})
    assert prediction["model_version"] == before
    assert prediction["result"][0]["value"]["ranges"] == [{"start": 31, "end": 31}]
    assert rule.of_task({"clip_id": clip(8).clip_id}) == rule.of_task({"clip_id": "strange"}) == rule.of_task({}) == []
    file = dataset.path / "detections.parquet"
    write_detections(file, (found("rule", 1.1),))
    os.utime(file, (1, 1))
    (prediction,) = rule.of_task({"clip_id": clip(7).clip_id})
    assert prediction["result"][0]["value"]["ranges"] == [{"start": 34, "end": 34}]
    assert prediction["model_version"] == rule.model_version != before


def test_which_detector_is_shown_must_be_clear(dataset):
    with pytest.raises(ConfigError, match="say model=NAME"):
        live(dataset, None)
    with pytest.raises(ConfigError, match="Did you mean 'rule'"):
        live(dataset, "rul")
    write_detections(dataset.path / "detections.parquet", (found("rule"),))
    assert live(dataset, None).detector == "rule"
    (dataset.path / "detections.parquet").unlink()
    assert live(dataset, None).of_task({"clip_id": clip(7).clip_id}) == []


class Studio(FakeStudio):
    """With the models and webhooks of a review and a training project."""

    def __init__(self):
        super().__init__()
        self.review, self.training = (self.projects.create(title=f"winklab {k}").id for k in ("review", "training"))
        self.ml, self.webhooks = kept_things(), kept_things()

    def predict(self, model_version):
        self.projects.import_predictions(id=self.review, request=[{"task": 1, "model_version": model_version}])

    @property
    def versions(self):
        return [p.model_version for p in self.said.values()]


def kept_things():
    """A list on the server that things are added to and deleted from."""
    things = []

    def create(**named):
        things.append(SimpleNamespace(**{"headers": None} | named | {"id": len(things) + 1}))

    def delete(**named):
        things[:] = [thing for thing in things if thing.id != named["id"]]

    return SimpleNamespace(list=lambda **_: list(things), create=create, delete=delete, things=things)


def test_what_was_connected_and_shown_goes_at_the_end_and_what_is_others_stays(dataset, tmp_path):
    studio, folder = Studio(), ServerFolder(tmp_path / "server")
    folder.make()
    theirs = {"headers": {"Authorization": "Bearer other"}}
    for title in ("wink serve", "wink serve 0123abcd", "their model"):
        studio.ml.create(title=title, url="http://127.0.0.1:9191")
    studio.webhooks.create(url="http://127.0.0.1:5000/webhook")
    studio.webhooks.create(url="http://127.0.0.1:9090/webhook", **theirs)
    for version in ("rule", "their live 012abc", "truth"):
        studio.predict(version)
    before = [list(studio.ml.things), list(studio.webhooks.things), studio.versions]
    rule = live(dataset)
    for _ in range(2):
        with attending(SimpleNamespace(ls=studio), folder, rule, "winklab", None):
            assert (len(studio.ml.things), len(studio.webhooks.things)) == (4, 3)
            studio.predict(rule.model_version)
        assert [studio.ml.things, studio.webhooks.things, studio.versions] == before


def test_what_a_killed_wink_serve_left_goes_when_the_next_begins(dataset, tmp_path):
    studio, folder = Studio(), ServerFolder(tmp_path / "server")
    folder.make()
    killed = attending(SimpleNamespace(ls=studio), folder, live(dataset, "other"), "winklab", None)
    killed.__enter__()
    studio.predict(live(dataset, "other").model_version)
    with attending(SimpleNamespace(ls=studio), folder, live(dataset), "winklab", None) as (url, _):
        assert [backend.url for backend in studio.ml.things] == [url]
        assert [hook.url for hook in studio.webhooks.things] == [f"{url}/webhook"]
        assert studio.versions == []
    killed.__exit__(None, None, None)


@pytest.fixture
def asked(dataset):
    """Ask a backend over the wire; what it heard of is in `asked.heard`."""
    heard = []
    web = listen(Backend("s3cret", live(dataset), lambda *told: heard.append(told)), None, first=19090)
    threading.Thread(target=web.serve_forever, daemon=True).start()

    def ask(path, body=None, authorization="Bearer s3cret"):
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{web.server_address[1]}{path}"
        request = urllib.request.Request(url, data=data, headers={"Authorization": authorization})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, None

    ask.heard, ask.port = heard, web.server_address[1]
    yield ask
    web.shutdown()
    web.server_close()


def test_label_studio_is_answered_over_the_wire(asked):
    assert asked("/health") == (200, {"status": "UP"})
    basic = "Basic " + base64.b64encode(b"wink:s3cret").decode()
    status, setup = asked("/setup", {"project": "1.2", "access_token": "x"}, basic)
    assert status == 200
    tasks = [{"id": 1, "data": {"clip_id": clip(7).clip_id}}, {"id": 2, "data": {"text": "a task of the user's own"}}]
    status, told = asked("/predict", {"tasks": tasks}, basic)
    assert [len(each) for each in told["results"]] == [1, 0]
    assert told["results"][0][0]["model_version"] == setup["model_version"]
    assert asked("/nothing")[0] == 404


def test_strangers_are_answered_nothing(asked):
    for authorization in ("", "Bearer wrong", "Basic " + base64.b64encode(b"wink:wrong").decode()):
        for path, body in (("/health", None), ("/predict", {"tasks": []}), ("/webhook", {})):
            assert asked(path, body, authorization) == (401, None)
    with pytest.raises(ServerError, match="taken by another program"):
        listen(None, asked.port)


def test_answers_are_heard_of_and_nothing_else(asked):
    told = {"action": "ANNOTATION_CREATED", "annotation": {"id": 3, "task": 5, "project": 2}, "project": {"id": 2}}
    assert asked("/webhook", told) == (200, {})
    assert asked("/webhook", told | {"action": "TASKS_CREATED"})[0] == 200
    assert asked("/webhook", {"action": "ANNOTATION_CREATED"})[0] == 200
    assert asked.heard == [(2, 5)]
