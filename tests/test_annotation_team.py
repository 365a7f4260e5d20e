"""The real server with a team: open to others, log-ins, shares, rounds, answers sent back, lessons, uploads."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import httpx
import pytest
from test_annotating import Lab, make_dataset

from annotate.access import authorisation, form_session, sign_in
from annotate.address import own_addresses
from annotate.environment import label_studio_program
from annotate.folder import ServerFolder
from annotate.label_studio import choice, region
from annotate.order import put_first
from annotate.people import email_of
from annotate.prepare import prepare_server
from annotate.project import find_project, find_queues
from annotate.push import push_copies, tasks_by_clip
from annotate.running import find_running
from annotate.stepping import ADVICE
from annotate.withdrawn import note_withdrawn
from wink.annotation import read_annotations
from wink.cli import run
from wink.detection import Detection, write_detections
from wink.errors import WinkError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:The `.*` method is deprecated:DeprecationWarning"),  # the SDK's own
]
ROOT = Path(__file__).parents[1]
CLIPS = [f"5f000000000{n}" for n in range(8)]
PASSWORD = "as-given-1"


class QuickLab(Lab):
    """Runs the verbs in this process: their imports take longer than most of them."""

    def wink(self, *arguments, code=0, **environment):
        """Run a verb and give back what it said."""
        said = io.StringIO()
        kept = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.environment | environment)
        try:
            with redirect_stdout(said):
                run(arguments[0], list(arguments[1:]))
            ended = 0
        except WinkError as error:
            print(error, file=said)
            ended = 2
        finally:
            os.environ.clear()
            os.environ.update(kept)
        assert ended == code, said.getvalue()
        return said.getvalue()


def prepared_copy(root):
    """A lab whose database is a copy of one that was migrated once for all tests."""
    lab = QuickLab(root)
    ready_made = os.environ.get("WINK_LABEL_STUDIO_ENV")
    program = label_studio_program(ROOT / ".cache" / "wink", Path(ready_made) if ready_made else None)
    template = ServerFolder(ROOT / ".cache" / "wink" / "test-server")
    prepare_server(template, program)
    shutil.copytree(template.root, lab.folder.root)
    return lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """An open server that may call `wink serve`, with clips in the blind project and two annotators."""
    lab = prepared_copy(tmp_path_factory.mktemp("team"))
    lab.set = make_dataset(lab.root / "datasets" / "squats", CLIPS)
    make_dataset(lab.root / "datasets" / "gym", ["6a0000000001"], fps=25.0, n_frames=70)
    lab.said = lab.wink("annotate", "squats", "gym", "host=0.0.0.0", "live=true")
    lab.wink("annotate", "add-annotator", "ann", f"password={PASSWORD}")
    lab.bobs = lab.wink("annotate", "add-annotator", "bob")
    try:
        yield lab
    finally:
        lab.wink("annotate", "stop=true")


@pytest.fixture
def ls(lab):
    with lab.signed_in() as ls:
        yield ls


@contextmanager
def person(lab, name, password=PASSWORD):
    """What somebody's browser can do."""
    with sign_in(lab.url, email_of(name), password, "") as web:
        yield web


def answer(web, lab, task, *results, seconds=5.0):
    """Submit an answer as the page does."""
    headers = {"Referer": lab.url, "X-CSRFToken": web.cookies.get("csrftoken") or ""}
    body = {"result": list(results), "lead_time": seconds}
    said = web.post(f"/api/tasks/{task}/annotations/", json=body, headers=headers)
    assert said.status_code == 201, said.text
    return said.json()


def served(web, project):
    """The clip a person's queue gives next, with its task."""
    task = web.get(f"/api/projects/{project}/next").json()
    return task["data"]["clip_id"], task


def wink_at(frame, grade="clear"):
    return region("wink_onset", (frame, frame)), choice("wink_grade", [grade]), choice("wink_depth", ["at_parallel"])


def test_opening_is_told_and_the_server_answers_to_its_names_only(lab):
    assert "no encryption" in lab.said
    assert "no roles" in lab.said
    assert find_running(lab.folder).host == "0.0.0.0"
    port = find_running(lab.folder).port
    for address in own_addresses():
        assert httpx.get(f"http://{address}:{port}/health").json() == {"status": "UP"}
        assert httpx.get(f"http://{address}:{port}/user/login/").status_code == 200
    assert httpx.get(f"{lab.url}/user/login/", headers={"Host": "evil.example"}).status_code == 400
    assert "already runs" in lab.wink("push", "squats", "port=8999", code=2)
    modes = [oct(p.stat().st_mode & 0o777) for p in (lab.folder.root, lab.folder.data, lab.folder.token)]
    assert modes == ["0o700", "0o700", "0o600"]


def test_nothing_is_told_to_anybody(lab):
    seen = Path(f"/proc/{find_running(lab.folder).pid}/environ").read_text()
    for switch in (
        "COLLECT_ANALYTICS=false",
        "SENTRY_DSN=\0",
        "FRONTEND_SENTRY_DSN=\0",
        "CORS_ALLOW_ALL_ORIGINS=false",
    ):
        assert f"LABEL_STUDIO_{switch}" in seen
    page = httpx.get(f"{lab.url}/user/login/").text
    assert "sentry.io" not in page
    with form_session(lab.url, "/user/login/") as (web, token):
        form = {"email": "eve@x.example", "password": "long-enough-1", "csrfmiddlewaretoken": token}
        assert web.post("/user/signup/", data=form, headers={"Referer": lab.url}).status_code == 403


def test_a_log_in_works_and_is_made_once(lab):
    email, password = (re.search(rf"{what}: +(\S+)", lab.bobs)[1] for what in ("email", "password"))
    assert email == "bob@winklab.example"
    with person(lab, "bob", password) as web:
        assert web.get("/api/current-user/whoami").json()["email"] == "bob@winklab.example"
        assert {p["title"] for p in web.get("/api/projects/").json()["results"]} >= {"winklab blind"}
    assert "has a log-in already" in lab.wink("annotate", "add-annotator", "ANN", code=2)
    assert "8" in lab.wink("annotate", "add-annotator", "cy", "password=short", code=2)
    kept = "".join(p.read_text() for p in lab.folder.root.iterdir() if p.is_file())
    assert password not in kept


def test_nothing_in_the_blind_project_tells_truth_or_source(lab, ls):
    with person(lab, "ann") as web:
        project = lab.project(ls, "blind")
        tasks = web.get("/api/tasks", params={"project": project, "fields": "all", "page_size": 100}).json()["tasks"]
        assert len(tasks) == len(CLIPS) + 1
        assert {frozenset(task["data"]) for task in tasks} == {frozenset(("video", "fps", "n_frames", "clip_id"))}
        assert all(not task["meta"] and not task["file_upload"] and not task["predictions"] for task in tasks)
        assert {Path(task["data"]["video"]).name for task in tasks} == {f"{t['data']['clip_id']}.mp4" for t in tasks}
        shown = [web.get(task["data"]["video"], headers={"Range": "bytes=0-0"}) for task in tasks]
        assert {answer.status_code for answer in shown} == {206}
        assert len({answer.headers.get("last-modified") for answer in shown}) == 1
        assert {len(task["data"]["clip_id"]) for task in tasks} == {12}
        page = web.get(f"/api/projects/{project}").json()
        assert not page["show_collab_predictions"]


def test_an_answer_that_breaks_the_rules_comes_back_to_who_gave_it(lab, ls):
    lab.wink("push", "squats", "title=mending")
    project = find_project(ls, "blind", "mending")
    with person(lab, "ann") as web:
        for _ in range(len(CLIPS) - 1):
            answer(web, lab, served(web, project)[1]["id"], choice("wink_grade", ["none"]))
        wrong, task = served(web, project)
        answer(web, lab, task["id"], region("wink_onset", (3, 9)), choice("wink_grade", ["mild"]), seconds=7.0)
        said = lab.wink("pull", "title=mending")
        assert "1 went back" in said
        assert f"clip {wrong} by ann@winklab.example: the onset is the range 4..10" in said
        again, task = served(web, project)
        assert again == wrong
        assert "Please look again, ann@winklab.example: the onset is the range" in task["data"]["look_again"]
        (kept,) = web.get(f"/api/tasks/{task['id']}").json()["annotations"]
        assert kept["result"][0]["value"]["ranges"] == [{"start": 4, "end": 10}]  # nothing she did is lost
        assert "0 new or changed" in lab.wink("pull", "title=mending")
        headers = {"Referer": lab.url, "X-CSRFToken": web.cookies.get("csrftoken") or ""}
        body = {"result": list(wink_at(3)), "was_cancelled": False, "lead_time": 9.0}
        assert web.patch(f"/api/annotations/{kept['id']}/", json=body, headers=headers).status_code == 200
        said = lab.wink("pull", "title=mending")
        assert "to be mended" not in said
        assert "1 new or changed" in said
        assert ls.tasks.get(id=str(task["id"])).data["look_again"] == ""
        assert web.get(f"/api/projects/{project}/next").status_code == 404  # all is done
    (mended,) = (a for a in read_annotations(lab.set.path / "annotations.parquet") if a.clip_id == wrong)
    assert (mended.onset_frame, mended.problem, mended.lead_time_s) == (3, None, 9.0)
    table = lab.wink("annotate", "progress", "title=mending")
    assert "ann@winklab.example  8     0        0" in table
    assert "8 of 8 clips have all the answers they need, 0 left" in table


def test_pulled_answers_survive_what_is_deleted_here(lab, ls):
    file = lab.set.path / "annotations.parquet"
    before = read_annotations(file)
    file.unlink()
    lab.wink("pull", "title=mending")
    assert read_annotations(file) == before
    shutil.rmtree(lab.folder.pulled)
    file.unlink()
    assert "8 new or changed" in lab.wink("pull", "title=mending")
    assert [a.annotation_id for a in read_annotations(file)] == [a.annotation_id for a in before]


def test_onsets_on_every_tenth_frame_are_refused_with_the_reason(lab, ls):
    lab.wink("push", "squats", "title=hops")
    project = find_project(ls, "blind", "hops")
    with person(lab, "ann") as web:
        for n in range(7):
            answer(web, lab, served(web, project)[1]["id"], *wink_at(10 * (n + 1)))
        said = lab.wink("pull", "title=hops")
        assert said.count("Video hop size 1") == 7
        answer(web, lab, served(web, project)[1]["id"], choice("wink_grade", ["none"]))  # what is left is theirs
        assert ADVICE in served(web, project)[1]["data"]["look_again"]
    assert "7 went back" in said


def test_each_annotator_gets_an_even_share_and_the_same_again(lab, ls):
    say = ("push", "squats", "gym", "title=shares", "annotators=[ann,bob,cy]", "overlap=2")
    lab.wink(*say)
    queues = {queue.of: number for number, queue in find_queues(ls, "blind", "shares").items()}
    shares = {name: sorted(tasks_by_clip(ls, number)) for name, number in queues.items()}
    assert sorted(map(len, shares.values())) == [6, 6, 6]
    assert sorted(c for share in shares.values() for c in share) == sorted([*CLIPS, *_gym(lab)] * 2)
    assert lab.wink(*say).count(" 0 clips added, 6 were there") == 3
    assert "shares blind cy" in lab.wink("annotate", "progress", "title=shares")


def _gym(lab):
    return [clip.clip_id for clip in lab.dataset("gym").clips()]


def test_clips_detectors_doubt_come_first(lab, ls):
    (lab.set.path / "annotations.parquet").unlink(missing_ok=True)  # what was marked is not asked for again
    found = [Detection("a", c, 0, 0.95, 1.0, 20.0, 1.8, 0.1) for c in CLIPS]
    found += [Detection("b", c, 0, 0.05 if c in CLIPS[5:7] else 0.95, 1.0, 20.0, 1.8, 0.1) for c in CLIPS]
    write_detections(lab.set.path / "detections.parquet", tuple(found))
    lab.wink("push", "squats", "title=active")
    lab.wink("push", "squats", "title=active", "select=uncertain", "n=2")
    project = find_project(ls, "blind", "active")
    order = sorted((tasks[0].number, c) for c, tasks in tasks_by_clip(ls, project).items())
    assert len(order) == len(CLIPS)
    with person(lab, "ann") as web:
        first = served(web, project)
        assert first[0] in CLIPS[5:7]
        answer(web, lab, first[1]["id"], choice("wink_grade", ["none"]))
        assert {first[0], served(web, project)[0]} == set(CLIPS[5:7])
    assert put_first(ls, project, CLIPS[5:7]) == 0  # they are
    there = tasks_by_clip(ls, project)
    push_copies(ls, project, [{"data": dict(there[c][0].data)} for c in CLIPS[2:4]])  # as a killed push leaves them
    put_first(ls, project, CLIPS[6:7])
    assert {c: len(tasks) for c, tasks in tasks_by_clip(ls, project).items()} == dict.fromkeys(CLIPS, 1)


def test_a_review_of_doubtful_clips_leaves_the_predictions_of_others(lab, ls):
    write_detections(
        lab.set.path / "detections.parquet", tuple(Detection("a", c, 0, 0.9, 1.0, 20.0, 1.8, 0.1) for c in CLIPS)
    )
    lab.wink("push", "squats", "title=doubt", "project=review")
    project = find_project(ls, "review", "doubt")
    before = sorted(p.id for p in ls.predictions.list(project=project))
    assert len(before) >= len(CLIPS)
    lab.wink("push", "squats", "title=doubt", "project=review", "select=uncertain", "n=2")
    assert set(before) <= {p.id for p in ls.predictions.list(project=project)}


def test_a_lesson_follows_an_answer_and_review_shows_what_is_found_meanwhile(lab, ls):
    found = lab.set.path / "detections.parquet"
    found.unlink(missing_ok=True)
    lab.wink("push", "squats", "title=school", "project=training", "annotators=[ann]")
    lab.wink("push", "squats", "title=school", "project=review")
    training, review = find_project(ls, "training", "school", "ann"), find_project(ls, "review", "school")
    with serving(lab, "squats", "title=school", "model=a") as say, person(lab, "ann") as web:
        clip, task = served(web, training)
        assert "lesson" not in task["data"]
        assert not task["predictions"]
        answer(web, lab, task["id"], *wink_at(20))
        taught = wait_for(lambda: (t := ls.tasks.get(id=str(task["id"]))).data.get("lesson") and t)
        assert "Yours is" in taught.data["lesson"] or "Truth" in taught.data["lesson"]
        assert [p.model_version for p in ls.predictions.list(task=int(task["id"]))] == ["truth"]
        assert "lesson" not in served(web, training)[1]["data"]
        number = tasks_by_clip(ls, review)[clip][0].number
        assert web.get(f"/api/tasks/{number}", params={"project": review}).json()["predictions"] == []
        write_detections(found, (Detection("a", clip, 0, 0.9, 1.0, 20.0, 1.8, 0.1),))
        shown = web.get(f"/api/tasks/{number}", params={"project": review}).json()["predictions"]
        assert [p["model_version"] for p in shown if "live" in p["model_version"]]
        shown = web.get(f"/api/tasks/{number}", params={"project": review}).json()["predictions"]
        assert len([p for p in shown if "live" in p["model_version"]]) == 1
        say.send_signal(signal.SIGINT)
        assert "1 lessons given" in say.communicate(timeout=120)[0]
    assert ls.webhooks.list(project=str(training)) == []
    assert list(ls.ml.list(project=review)) == []


@contextmanager
def serving(lab, *arguments):
    command, options = lab.command("serve", *arguments)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, **options, **pipes) as served:
        try:
            told = []
            while not told or (told[-1] and "asks us at" not in told[-1]):
                told.append(served.stdout.readline())
            assert told[-1], "".join(told)
            yield served
        finally:
            served.kill()


def wait_for(there, patience_s=90):
    give_up = time.monotonic() + patience_s
    while not (found := there()):
        assert time.monotonic() < give_up
        time.sleep(0.5)
    return found


def test_a_server_that_may_call_this_machine_may_call_no_other(lab, ls):
    headers = authorisation(lab.url, lab.folder.token.read_text())
    for url, status in (("http://10.0.0.1/x", 403), ("http://192.168.1.1/x", 403), ("http://127.0.0.1:9/x", 201)):
        body = {
            "url": url,
            "project": lab.project(ls, "blind"),
            "send_payload": False,
            "send_for_all_actions": False,
            "actions": ["TASKS_CREATED"],
        }
        said = httpx.post(f"{lab.url}/api/webhooks/", json=body, headers=headers)
        assert said.status_code == status, said.text
        if status == 201:
            httpx.delete(f"{lab.url}/api/webhooks/{said.json()['id']}/", headers=headers)


def test_a_server_elsewhere_gets_its_clips_by_upload(lab, ls):
    own = {"LABEL_STUDIO_URL": lab.url, "LABEL_STUDIO_API_KEY": lab.folder.token.read_text()}
    assert "8 clips added" in lab.wink("push", "squats", "title=far", "media=upload", **own)
    assert "0 clips added" in lab.wink("push", "squats", "title=far", "media=upload", **own)
    project = find_project(ls, "blind", "far")
    tasks = tasks_by_clip(ls, project)
    assert all(len(several) == 1 for several in tasks.values())
    with person(lab, "ann") as web:
        _, task = served(web, project)
        assert task["data"]["fps"] == 30
        shown = web.get(task["data"]["video"], headers={"Range": "bytes=0-0"})
        assert shown.status_code == 206
        assert "/data/upload/" in task["data"]["video"]
    wrong = lab.wink("push", "squats", "title=lost", 'media="/data/local-files/?d=nowhere"', code=2, **own)
    assert "the server does not show" in wrong
    assert json.loads(lab.folder.pushed.read_text())


def test_clips_whose_people_withdrew_leave_every_project_and_what_was_pulled(lab, ls):
    own = {"LABEL_STUDIO_URL": lab.url, "LABEL_STUDIO_API_KEY": lab.folder.token.read_text()}
    made = make_dataset(lab.root / "datasets" / "leaving", ["7d0000000001", "7d0000000002"])
    lab.wink("push", "leaving", "title=leaving", "annotators=[ann]")
    lab.wink("push", "leaving", "title=leaving", "project=review", "truth=true")
    lab.wink("push", "leaving", "title=afar", "media=upload", **own)
    (number,) = find_queues(ls, "blind", "leaving")
    with person(lab, "ann") as web:
        for _ in CLIPS[:2]:
            answer(web, lab, served(web, number)[1]["id"], *wink_at(30))
    lab.wink("pull", "leaving", "title=leaving")
    note_withdrawn(made.path, ["7d0000000001"])
    for verb in (("pull", "title=leaving"), ("annotate", "progress", "title=leaving"), ("push", "squats")):
        assert "still has 1 clip whose" in lab.wink(*verb)
    told = lab.wink("annotate", "withdraw")
    assert "project 'winklab blind ann'" not in told
    for line in ("'leaving blind ann': 1 task, with 1 answer", "'leaving review': 1 task,", "'afar blind': 1 task,"):
        assert line in told
    assert told == lab.wink("annotate", "withdraw")
    told = lab.wink("annotate", "withdraw", "confirm=true", **own)  # as of a server elsewhere, which has uploads
    assert "removed" in told
    upload = re.search(r"media/upload/\d+/\S+-7d0000000001-\S+\.mp4", told)
    assert upload is not None
    assert "nothing is left" in lab.wink("annotate", "withdraw", "confirm=true")
    for title, kind in (("leaving", "blind"), ("leaving", "review"), ("afar", "blind")):
        for project in find_queues(ls, kind, title):
            assert set(tasks_by_clip(ls, project)) == {"7d0000000002"}
    assert not (lab.folder.clips / "7d0000000001.mp4").exists()
    assert (lab.folder.clips / "7d0000000002.mp4").exists()
    kept = read_annotations(made.path / "annotations.parquet")
    assert [a.clip_id for a in kept] == ["7d0000000002"]
    assert "WITHDRAWN" not in lab.wink("pull", "title=leaving")
    left = [f for f in lab.folder.root.rglob("*") if f.is_file() and not f.name.startswith(("server.", "label_studio"))]
    left = [f for f in left if b"7d0000000001" in f.read_bytes() or "7d0000000001" in f.name]
    assert [str(f.relative_to(lab.folder.data)) for f in left] == [upload[0]]  # what a server elsewhere keeps, as told
