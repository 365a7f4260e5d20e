"""The real server and a real browser: a mark made on the page comes back on its frame."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from labelling_page import find_browser, signed_in
from videos import write_numbered

from annotate.access import access_token, client
from annotate.environment import label_studio_program
from annotate.folder import LEAD, ServerFolder
from annotate.label_studio import choice
from annotate.project import find_project, find_queues
from annotate.push import tasks_by_clip
from annotate.running import find_running
from wink.annotation import read_annotations
from wink.dataset import Dataset
from wink.dataset_writer import DatasetWriter, Shard
from wink.detection import Detection, write_detections
from wink.onset import Repetition, Wink
from wink.repetition_table import repetition_rows

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:The `.*` method is deprecated:DeprecationWarning"),  # the SDK's own
]

ROOT = Path(__file__).parents[1]
SHARED = ROOT / "../shared/real/clips/front_view.mp4"
WINK = Path(sys.executable).with_name("wink")
#: Frames of a clip at 29.97 frames/s, enough for a rate taken for 30 to be half a frame out near its end.
LONG = 700
MANY = 1500


def make_dataset(path, clip_ids, fps=30.0, n_frames=90):
    """A dataset as simulation leaves it, all of its clips showing the same numbered frames."""
    writer = DatasetWriter(path, {"test": path.name})
    video = write_numbered(path / "videos" / "one.mp4", [k / fps for k in range(n_frames)])
    wink = Wink("pelvic_reversal_onset", 1.2, 80.0, 50.0, 90.0, 25.0, "before_parallel")
    repetition = Repetition(0, 0.2, 1.8, 2.8, 105.0, 25.0, 12.0, (wink,))
    rows = []
    for clip_id in clip_ids:
        known = {"fps": fps, "n_frames": n_frames, "width": 320, "height": 240, "n_repetitions": 1}
        words = {"source": "synthetic", "subject_id": "s1", "split": "test", "view": "side", "license": "CC0-1.0"}
        file = {"clip_id": clip_id, "file_name": f"videos/{video.name}", "sha256": "-", "factors": "{}"}
        rows.append(known | words | file)
    truth = [row for clip_id in clip_ids for row in repetition_rows(clip_id, [repetition], fps)]
    writer.add(Shard("0", rows, truth, None))
    return writer.finish("card")


class Lab:
    """Datasets, a server of their own, and the command line."""

    def __init__(self, root):
        self.root = root
        self.folder = ServerFolder(root / "server")
        program = label_studio_program(ROOT / ".cache" / "wink", _ready_made())
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("LABEL_STUDIO_", "WINK_"))} | {
            "WINK_DATASETS": str(root / "datasets"),
            "WINK_CACHE": str(root / "cache"),
            "WINK_SERVER": str(self.folder.root),
            "WINK_LABEL_STUDIO_ENV": str(program.parent.parent),
        }

    def command(self, *arguments, **environment):
        """A `wink` command and the keyword arguments to start it with."""
        return [str(WINK), *arguments], {"env": self.environment | environment, "cwd": self.root}

    def wink(self, *arguments, code=0, **environment):
        """Run a `wink` command and give back what it said."""
        command, options = self.command(*arguments, **environment)
        done = subprocess.run(command, **options, capture_output=True, text=True, timeout=400, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def dataset(self, name):
        return Dataset(self.root / "datasets" / name)

    @property
    def url(self):
        running = find_running(self.folder)
        assert running is not None
        return running.url

    @contextmanager
    def signed_in(self):
        with client(self.url, access_token(self.folder, self.url)) as ls:
            yield ls

    def project(self, ls, kind):
        number = find_project(ls, kind, "winklab")
        assert number is not None
        return number

    def tasks(self, kind):
        with self.signed_in() as ls:
            return tasks_by_clip(ls, self.project(ls, kind))


def _ready_made():
    given = os.environ.get("WINK_LABEL_STUDIO_ENV")
    return Path(given) if given else None


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A server started from nothing, with a synthetic and a filmed clip pushed to both projects."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    synthetic = make_dataset(lab.root / "datasets" / "synthetic", ["5f0000000001"])
    found = Detection("rule", "5f0000000001", 0, 0.8, 1.3, 25.0, 1.8, 0.1)
    write_detections(synthetic.path / "detections.parquet", (found,))
    film = write_numbered(lab.root / "film.mov", [k / 25 for k in range(70)], sound=True, start_s=0.4)
    long = write_numbered(lab.root / "long.mov", [k * 1001 / 30000 for k in range(LONG)])
    shared = [str(SHARED)] if SHARED.exists() else []
    lab.wink("import", str(film), str(long), *shared, "name=gym", "max_side=320", "cut=false", "faces=kept")
    said = lab.wink("annotate", "synthetic", "gym", "review=true", "truth=true")
    assert str(lab.folder.login) in said
    assert lab.url in said
    try:
        yield lab
    finally:
        lab.wink("annotate", "stop=true")
        assert find_running(lab.folder) is None


@pytest.fixture
def ls(lab):
    with lab.signed_in() as ls:
        yield ls


def clip_of(lab, name, n_frames):
    return next(c for c in lab.dataset(name).clips() if c.n_frames == n_frames)


def test_a_mark_made_on_the_page_comes_back_on_its_frame(lab, ls, tmp_path):
    if find_browser() is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on the path")
    clips = {clip_of(lab, "synthetic", 90): 37, clip_of(lab, "gym", 70): 2, clip_of(lab, "gym", LONG): 690}
    clips |= filmed(lab)
    tasks, project = lab.tasks("blind"), lab.project(ls, "blind")
    with signed_in(lab.url, LEAD, lab.folder.password()) as page:
        for clip, frame in clips.items():
            page.open(project, tasks[clip.clip_id][0].number, clip.n_frames)
            page.mark("q", frame)
            assert page.frame_counted() == frame
            if clip not in filmed(lab):
                assert page.number_shown() == frame - 1
            page.deselect()
            page.mark("w", frame, frame + 5)
            page.deselect()
            page.press("36as")  # clear, before parallel, pain yes changed to no
            page.page.screenshot(path=str(tmp_path / f"{clip.clip_id}.png"))
            page.submit()
    said = lab.wink("pull")
    assert "to be mended" not in said
    for clip, frame in clips.items():
        (annotation,) = of_clip(lab, clip)
        assert annotation.onset_frame == frame - 1
        assert annotation.onset_s == pytest.approx((frame - 1) / clip.fps)
        assert (
            annotation.spans == f'{{"wink_onset": [[{frame - 1}, {frame - 1}]], "wink": [[{frame - 1}, {frame + 4}]]}}'
        )
        assert (annotation.grade, annotation.relation_to_parallel, annotation.pain) == (
            "clear",
            "before_parallel",
            "no",
        )
        assert annotation.problem is None
        assert not annotation.primed
        assert annotation.lead_time_s is not None


def filmed(lab):
    """The shared filmed clip and the frame to mark on it, where there is one."""
    return {c: 30 for c in lab.dataset("gym").clips() if c.n_frames == 175}


def of_clip(lab, clip):
    everything = [a for name in ("synthetic", "gym") for a in read_annotations(annotations_file(lab, name))]
    return [a for a in everything if a.clip_id == clip.clip_id]


def annotations_file(lab, name):
    return lab.dataset(name).path / "annotations.parquet"


def test_a_refused_answer_comes_back_on_the_page_with_its_reason_and_is_mended(lab, ls):
    if find_browser() is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on the path")
    lab.wink("push", "synthetic", "title=mended")
    with signed_in(lab.url, LEAD, lab.folder.password()) as page:
        page.begin_labelling("mended blind")
        for frame in (10, 20):
            page.mark("q", frame)
            page.deselect()
        page.press("36")
        page.submit("Control+Enter")
        assert "2 onsets (10, 20), expected one" in lab.wink("pull", "title=mended")
        page.begin_labelling("mended blind")
        assert page.page.get_by_text(f"Please look again, {LEAD}: 2 onsets (10, 20), expected one").is_visible()
        page.mark("q", 20)
        page.deselect()
        page.press("36")
        page.submit("Control+Enter")
    assert "to be mended" not in lab.wink("pull", "title=mended")
    assert ls.tasks.get(id=str(tasks_of(lab, ls, "mended")["5f0000000001"])).data["look_again"] == ""
    assert "to be mended" not in lab.wink("pull", "title=mended", "full=true")
    told = {a.problem: a.onset_frame for a in of_clip(lab, clip_of(lab, "synthetic", 90)) if a.onset_frame != 36}
    assert told == {"2 onsets (10, 20), expected one": None, None: 19}


def tasks_of(lab, ls, title):
    """Numbers of the tasks of a blind project, by clip."""
    return {c: several[0].number for c, several in tasks_by_clip(ls, find_project(ls, "blind", title)).items()}


def test_skipped_and_invalid_annotations_are_pulled_too(lab, ls):
    clip = clip_of(lab, "synthetic", 90)
    task = lab.tasks("review")[clip.clip_id][0].number
    ls.annotations.create(id=task, result=[], was_cancelled=True)
    said = lab.wink("pull", "synthetic", "project=review")
    assert "1 put off" in said
    skipped = [a for a in of_clip(lab, clip) if a.problem == "skipped by the annotator"]
    assert [a.primed for a in skipped] == [True]  # whoever works in the review project sees predictions


def test_the_review_project_has_every_prediction_and_the_blind_one_none(lab, ls):
    assert list(ls.predictions.list(project=lab.project(ls, "blind"))) == []
    shown = ls.predictions.list(project=lab.project(ls, "review"))
    assert [p.model_version for p in shown] == ["rule"]  # the truth waits for the blind marks
    task = lab.tasks("blind")["5f0000000001"][0]
    if not task.done:
        ls.annotations.create(id=task.number, result=[choice("wink_grade", ["none"])])
    told = lab.wink("push", "synthetic", "gym", "project=review", "truth=true")
    assert "1 predictions added, 1 were there" in told
    again = lab.wink("push", "synthetic", "gym", "project=review", "truth=true")
    assert "0 predictions added, 2 were there" in again
    assert "withdrawn" not in again
    found = Detection("rule", "5f0000000001", 0, 0.8, 1.5, 25.0, 1.8, 0.1)
    write_detections(lab.dataset("synthetic").path / "detections.parquet", (found,))
    assert "1 predictions added, 1 were there" in lab.wink("push", "synthetic", "project=review", "truth=true")
    shown = ls.predictions.list(project=lab.project(ls, "review"))
    assert sorted(p.model_version for p in shown) == ["rule", "truth"]
    (rule,) = (p for p in shown if p.model_version == "rule")
    assert rule.result[0]["value"]["ranges"] == [{"start": 46, "end": 46}]
    surer = replace(found, score=0.9)
    write_detections(lab.dataset("synthetic").path / "detections.parquet", (surer,))
    assert "1 predictions added, 0 were there, 1 withdrawn" in lab.wink("push", "synthetic", "project=review")
    (rule,) = ls.predictions.list(project=lab.project(ls, "review"))
    assert (rule.model_version, rule.score) == ("rule", 0.9)
    write_detections(lab.dataset("synthetic").path / "detections.parquet", ())
    assert "1 withdrawn" in lab.wink("push", "synthetic", "project=review")
    assert ls.predictions.list(project=lab.project(ls, "review")) == []


def test_a_clip_of_a_shared_project_goes_to_one_annotator(lab, ls):
    said = lab.wink("push", "synthetic", "overlap=2", code=2)
    assert "annotators=[ann,bob] overlap=2" in said
    assert ls.projects.get(id=lab.project(ls, "blind")).maximum_annotations == 1
    lab.wink("push", "synthetic", "title=once")
    (once,) = find_queues(ls, "blind", "once")
    (several,) = tasks_by_clip(ls, once).values()
    ls.annotations.create(id=several[0].number, result=[])
    assert tasks_by_clip(ls, once)["5f0000000001"][0].done
    (given,) = ls.annotations.list(id=several[0].number)
    ls.annotations.update(id=given.id, was_cancelled=True)
    assert not tasks_by_clip(ls, once)["5f0000000001"][0].done


def test_pushing_twice_adds_nothing(lab):
    before = lab.tasks("blind")
    assert "0 clips added" in lab.wink("push", "synthetic", "gym")
    assert lab.tasks("blind") == before
    assert all(len(numbers) == 1 for numbers in before.values())


def test_a_killed_push_is_completed_by_the_next_without_duplicates(lab, ls):
    dataset = make_dataset(lab.root / "datasets" / "many", [f"a{k:011x}" for k in range(MANY)], n_frames=4)
    before = len(lab.tasks("blind"))
    command, options = lab.command("push", "many")
    pushing = subprocess.Popen(command, **options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    project = lab.project(ls, "blind")
    give_up = time.monotonic() + 60
    while pushing.poll() is None and ls.projects.get(id=project).task_number == before and time.monotonic() < give_up:
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        pushing.send_signal(signal.SIGKILL)
    pushing.wait()
    killed_at = ls.projects.get(id=project).task_number - before
    lab.wink("push", "many")
    tasks = lab.tasks("blind")
    print(f"killed at {killed_at} of {MANY}")
    assert 0 < killed_at < MANY  # else nothing was interrupted
    assert {c.clip_id for c in dataset.clips()} <= set(tasks)
    assert all(len(numbers) == 1 for numbers in tasks.values())
    assert len(tasks) == before + MANY


def test_strangers_see_nothing_and_cannot_sign_up(lab, ls):
    clip = clip_of(lab, "synthetic", 90)
    video = f"{lab.url}/data/local-files/?d=clips/{clip.clip_id}.mp4"
    assert httpx.get(video).status_code in (401, 403)
    assert httpx.get(f"{lab.url}/api/projects/").status_code == 401
    seen = httpx.get(video, headers={"Authorization": f"Bearer {access_key(lab)}", "Origin": "http://evil.example"})
    assert seen.status_code in (200, 206)
    assert "access-control-allow-origin" not in seen.headers
    with httpx.Client(base_url=lab.url) as stranger:
        stranger.get("/user/login/")
        token = stranger.cookies["csrftoken"]
        form = {"email": "eve@x.example", "password": "long-enough-1", "csrfmiddlewaretoken": token}
        answer = stranger.post("/user/signup/", data=form, headers={"Referer": lab.url})
    assert answer.status_code == 403
    assert "eve@x.example" not in {user.email for user in ls.users.list()}
    with pytest.raises(httpx.ConnectError):
        httpx.get(lab.url.replace("127.0.0.1", "127.0.0.2") + "/health")


def test_whoever_is_invited_can_sign_up_and_is_named_by_the_log_in(lab, ls):
    authorised = {"Authorization": f"Bearer {access_key(lab)}"}
    invitation = httpx.get(f"{lab.url}/api/invite", headers=authorised).json()["invite_url"]
    with httpx.Client(base_url=lab.url) as annotator:
        annotator.get(invitation)
        form = {"email": "ann@x.example", "password": "long-enough-1"}
        form["csrfmiddlewaretoken"] = annotator.cookies["csrftoken"]
        annotator.post(invitation, data=form, headers={"Referer": lab.url}, follow_redirects=True)
        task = lab.tasks("blind")[clip_of(lab, "gym", 70).clip_id][0].number
        said = annotator.post(
            f"/api/tasks/{task}/annotations/",
            json={"result": [choice("wink_grade", ["none"])]},
            headers={"Referer": lab.url, "X-CSRFToken": annotator.cookies["csrftoken"]},
        )
    assert said.status_code == 201
    lab.wink("pull")
    assert "ann@x.example" in {a.annotator for a in of_clip(lab, clip_of(lab, "gym", 70))}


def test_the_server_asks_the_internet_for_nothing(lab):
    """Its home page would ask for tips; the proxy it is given is not there, and no environment of ours reaches it."""
    tips = httpx.get(f"{lab.url}/heidi-tips/", headers={"Authorization": f"Bearer {access_key(lab)}"})
    assert tips.status_code == 404
    pid = find_running(lab.folder).pid
    process = Path(f"/proc/{pid}/environ")
    if process.exists():
        seen = dict(entry.split("=", 1) for entry in process.read_text().split("\0") if "=" in entry)
        assert seen["HTTPS_PROXY"] == "http://127.0.0.1:9"
        assert not {name for name in seen if name.startswith(("WINK_", "OPENBLAS_"))}


def access_key(lab):
    key = httpx.post(f"{lab.url}/api/token/refresh/", json={"refresh": access_token(lab.folder, lab.url)})
    return key.json()["access"]


def test_only_the_owner_can_read_what_the_server_keeps(lab):
    modes = {p.name: oct(p.stat().st_mode & 0o777) for p in (lab.folder.root, lab.folder.data)}
    assert set(modes.values()) == {"0o700"}
    for secret in (lab.folder.database, lab.folder.login, lab.folder.token, lab.folder.log):
        assert secret.stat().st_mode & 0o077 == 0, secret


def test_a_page_changed_under_annotations_is_noticed(lab, ls):
    project = lab.project(ls, "review")
    ls.annotations.create(
        id=next(iter(lab.tasks("review").values()))[0].number, result=[choice("wink_grade", ["none"])]
    )
    page = ls.projects.get(id=project).label_config
    ls.projects.update(id=project, label_config=page.replace('hotkey="q"', 'hotkey="p"'))
    assert "labelling page" in lab.wink("push", "synthetic", "project=review", code=2)
    ls.projects.update(id=project, label_config=page)
    lab.wink("push", "synthetic", "project=review")


def test_a_server_of_the_users_own_is_used_by_its_address(lab):
    own = {"LABEL_STUDIO_URL": lab.url, "LABEL_STUDIO_API_KEY": access_token(lab.folder, lab.url)}
    assert "0 clips added" in lab.wink("push", "gym", **own)
    assert "not accepted" in lab.wink("push", "synthetic", code=2, **own | {"LABEL_STUDIO_API_KEY": "wrong"})
    assert "LABEL_STUDIO_API_KEY is not set" in lab.wink("pull", code=2, LABEL_STUDIO_URL=lab.url)


def test_a_lost_key_is_replaced(lab):
    lab.folder.token.unlink()
    assert "0 clips added" in lab.wink("push", "gym")


def test_a_pull_starts_the_server_it_needs_and_stops_it_again(lab):
    lab.wink("annotate", "stop=true")
    assert find_running(lab.folder) is None
    assert "held in all" in lab.wink("pull")
    assert find_running(lab.folder) is None
    lab.wink("annotate", "synthetic")
    assert find_running(lab.folder) is not None


def test_a_film_in_two_datasets_is_shown_once_and_its_annotations_go_to_both(lab, ls):
    lab.wink("import", str(lab.root / "film.mov"), "name=gym2", "max_side=320", "cut=false", "faces=kept")
    before = len(lab.tasks("blind"))
    assert "0 clips added" in lab.wink("push", "gym", "gym2")
    task = lab.tasks("blind")[clip_of(lab, "gym2", 70).clip_id][0]
    ls.annotations.create(id=task.number, result=[choice("wink_grade", ["none"])])
    assert len(lab.tasks("blind")) == before
    lab.wink("pull")
    one, two = (read_annotations(annotations_file(lab, name)) for name in ("gym", "gym2"))
    assert two
    assert set(two) <= set(one)
