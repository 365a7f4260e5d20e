"""`wink serve` at work: connected to Label Studio, giving predictions, and lessons after each answer in training."""

from __future__ import annotations

import hashlib
import queue
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from annotate.access import explained
from annotate.backend import USER, Backend, LivePredictions, is_live, listen
from annotate.connection import Server
from annotate.folder import ServerFolder, write_private
from annotate.notes import SKIPPED
from annotate.order import worked_on
from annotate.predictions import truth_of
from annotate.project import find_project, find_queues
from annotate.pull import annotations_of, exported
from annotate.push import ONCE
from annotate.secrecy import is_marked_blind
from annotate.training import LESSON, lesson
from wink.clip import Clip
from wink.errors import ServerError


def secret_of(folder: ServerFolder) -> str:
    """The secret of this folder's `wink serve`, chosen at the first call."""
    if not folder.secret.exists():
        write_private(folder.secret, secrets.token_urlsafe(24))
    return folder.secret.read_text().strip()


@dataclass
class Teacher:
    """Shows the truth of a clip once somebody has answered it in a training project."""

    server: Server
    clips: Mapping[str, Clip]
    title: str = "winklab"
    heard: queue.Queue[tuple[int, int] | None] = field(default_factory=queue.Queue)
    n_lessons: int = 0

    def catch_up(self) -> None:
        """Teach of what was answered while nobody listened."""
        for project in find_queues(self.server.ls, "training", self.title):
            for number in sorted(worked_on(self.server.ls, project)):
                self.teach(project, number)

    def work(self) -> None:
        """Teach of every answer that is heard of, until None is."""
        while (told := self.heard.get()) is not None:
            try:
                self.teach(*told)
            except ServerError as error:
                print(f"no lesson for task {told[1]}: {error}", flush=True)

    def teach(self, project: int, number: int) -> bool:
        """Show the truth of a clip that was answered, once; True if it was shown, False if it is unknown or was."""
        for task in exported(self.server, project, [number]):
            data = task["data"]
            clip = self.clips.get(str(data.get("clip_id")))
            answers = [a for a in annotations_of([task], {}) if a.problem != SKIPPED]
            if clip is None or clip.repetitions is None or not answers or data.get(LESSON):
                return False
            if is_marked_blind(self.server.ls, self.title, clip.clip_id):
                print(f"no lesson for task {number}: its clip is in a blind project too", flush=True)
                return False
            shown = truth_of(clip)
            with explained("showing the truth"):
                if shown is not None and not task.get("predictions"):
                    row = {**shown.row(), "task": number}
                    self.server.ls.projects.import_predictions(id=project, request=[row], request_options=ONCE)
                told = {**data, LESSON: lesson(clip, answers[0])}
                self.server.ls.tasks.update(id=str(number), data=told, request_options=ONCE)
            self.n_lessons += 1
        return True


@contextmanager
def attending(
    server: Server, folder: ServerFolder, live: LivePredictions, title: str, port: int | None
) -> Iterator[tuple[str, Teacher]]:
    """Answer Label Studio for as long as the work inside lasts; afterwards it is told that nobody answers.

    Yields:
        The address it is asked at, and the teacher at work.

    Raises:
        ServerError: Label Studio may not, or cannot, ask us.
    """
    secret = secret_of(folder)
    teacher = Teacher(server, live.clips, title)
    web = listen(Backend(secret, live, lambda project, task: teacher.heard.put((project, task))), port)
    url = f"http://{web.server_address[0]!s}:{web.server_address[1]}"
    threads = [threading.Thread(target=work, daemon=True) for work in (web.serve_forever, teacher.work)]
    for thread in threads:
        thread.start()
    try:
        _disconnect(server, title, secret)
        _connect(server, title, url, secret)
        teacher.catch_up()
        yield url, teacher
    finally:
        teacher.heard.put(None)
        threads[1].join(timeout=30)
        with suppress(ServerError):
            _disconnect(server, title, secret)
        web.shutdown()
        web.server_close()


def _connect(server: Server, title: str, url: str, secret: str) -> None:
    """Let the review project ask for predictions, and the training projects tell of answers."""
    review = find_project(server.ls, "review", title)
    with explained("letting Label Studio ask us (a server of our own must run with live=true)"):
        if review is not None:
            server.ls.ml.create(
                url=url,
                project=review,
                title=_title(secret),
                auth_method="BASIC_AUTH",
                basic_auth_user=USER,
                basic_auth_pass=secret,
                is_interactive=False,
            )
        for number in find_queues(server.ls, "training", title):
            server.ls.webhooks.create(
                url=f"{url}/webhook",
                project=number,
                send_payload=True,
                send_for_all_actions=False,
                actions=["ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_CREATED"],
                headers=_headers(secret),
            )


def _disconnect(server: Server, title: str, secret: str) -> None:
    """Take away what an earlier, or this, `wink serve` of our folder connected, and its predictions."""
    review = find_project(server.ls, "review", title)
    with explained("disconnecting"):
        if review is not None:
            for backend in server.ls.ml.list(project=review):
                if backend.title == _title(secret) and backend.id is not None:
                    server.ls.ml.delete(id=backend.id)
            for prediction in server.ls.predictions.list(project=review):
                if is_live(str(prediction.model_version)):
                    server.ls.predictions.delete(id=prediction.id, request_options=ONCE)
        for number in find_queues(server.ls, "training", title):
            for hook in server.ls.webhooks.list(project=str(number)):
                if hook.headers == _headers(secret):
                    server.ls.webhooks.delete(id=int(hook.id))


def _title(secret: str) -> str:
    """What our model is called on the server; others that serve have another secret."""
    return f"wink serve {hashlib.sha256(secret.encode()).hexdigest()[:8]}"


def _headers(secret: str) -> dict[str, str]:
    """What Label Studio says to us with every answer it tells of, and to nobody else."""
    return {"Authorization": f"Bearer {secret}"}
