"""A server whose tables lie in PostgreSQL: a cluster of the test's own, from no tables to an answer that came back."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from test_annotating import make_dataset
from test_annotation_team import PASSWORD, QuickLab, answer, person, served, wink_at

from annotate.label_studio import choice, region
from annotate.project import find_project
from wink.annotation import read_annotations
from wink.detection import Detection, write_detections

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:The `.*` method is deprecated:DeprecationWarning"),  # the SDK's own
]
CLIPS = ["5f0000000001", "5f0000000002"]
DATABASE_PASSWORD = "only-in-the-environment"


def find_programs():
    """Folder of PostgreSQL's programs, or None; Debian keeps them off the path."""
    found = [Path(shutil.which("initdb") or "/nowhere"), *Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return next((program.resolve().parent for program in found if program.exists()), None)


def other_user():
    """Who runs the cluster, as `subprocess` takes it: PostgreSQL refuses to be run by root."""
    return {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}


class Cluster:
    """A PostgreSQL server at a free port of this machine, with nobody but `wink` in it."""

    def __init__(self, root):
        self.root, self.programs = root, find_programs()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"postgresql://wink@127.0.0.1:{self.port}/postgres"

    def start(self):
        secret = self.root / "password"
        secret.write_text(DATABASE_PASSWORD)
        if other_user():
            shutil.chown(self.root, user=other_user()["user"])
        self.run("initdb", "-D", "data", "-U", "wink", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "-N")
        here = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self.run("pg_ctl", "start", "-w", "-D", "data", "-l", "log", "-o", here)

    def stop(self):
        self.run("pg_ctl", "stop", "-w", "-m", "fast", "-D", "data")

    def ask(self, query):
        """What the database answers, a line a row."""
        return self.run("psql", "-d", self.address, "-tA", "-c", query).splitlines()

    def run(self, program, *arguments):
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PGPASSWORD": DATABASE_PASSWORD}
        with (self.root / "said").open("w") as told:  # no pipe: what `pg_ctl` starts would hold it open
            done = subprocess.run(
                [self.programs / program, *arguments],
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=subprocess.STDOUT,
                timeout=60,
                check=False,
                **other_user(),
            )
        said = (self.root / "said").read_text()
        assert done.returncode == 0, said
        return said


@pytest.fixture(scope="module")
def cluster():
    if find_programs() is None:
        pytest.skip("no PostgreSQL (initdb) on the path or in /usr/lib/postgresql")
    with tempfile.TemporaryDirectory(prefix="wink-postgresql-") as root:  # pytest's own folders are closed to others
        cluster = Cluster(Path(root))
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture(scope="module")
def lab(cluster, tmp_path_factory):
    """A server on that cluster, made from no tables at all, with clips in both projects and an annotator."""
    lab = QuickLab(tmp_path_factory.mktemp("postgresql"))
    lab.set = make_dataset(lab.root / "datasets" / "squats", CLIPS)
    write_detections(lab.set.path / "detections.parquet", (Detection("rule", CLIPS[0], 0, 0.8, 1.3, 25.0, 1.8, 0.1),))
    pushed = ("annotate", "squats", "review=true", "truth=true", f"database={cluster.address}")
    lab.said = lab.wink(*pushed, PGPASSWORD=DATABASE_PASSWORD)
    lab.wink("annotate", "add-annotator", "ann", f"password={PASSWORD}")
    try:
        yield lab
    finally:
        lab.wink("annotate", "stop=true")


def test_the_tables_are_there_and_nowhere_else(lab, cluster):
    assert not lab.folder.database.exists()
    assert cluster.ask("select title, count(*) from project join task on project_id = project.id group by 1") == [
        "winklab blind|2",
        "winklab review|2",
    ]
    assert cluster.ask("select model_version, count(*) from prediction group by 1 order by 1") == ["rule|1"]
    assert lab.folder.elsewhere.stat().st_mode & 0o077 == 0
    logs = "".join(path.read_text(errors="replace") for path in lab.folder.root.glob("*.log"))
    assert DATABASE_PASSWORD not in lab.said + logs


def test_a_second_push_adds_nothing_and_needs_no_address(lab, cluster):
    again = lab.wink("push", "squats", "project=review", "truth=true")
    assert "0 clips added, 2 were there" in again
    assert "0 predictions added, 1 were there" in again
    assert cluster.ask("select count(*) from task") == ["4"]
    elsewhere = f"database={cluster.address}_other"
    assert "was prepared on" in lab.wink("annotate", "squats", elsewhere, code=2)


def test_a_refused_answer_goes_back_is_mended_and_survives_a_restart(lab, cluster):
    with lab.signed_in() as ls, person(lab, "ann") as web:
        project = find_project(ls, "blind", "winklab")
        wrong, task = served(web, project)
        answer(web, lab, task["id"], region("wink_onset", (3, 9)), *wink_at(36)[1:])
        assert "1 went back" in lab.wink("pull")
        answer(web, lab, served(web, project)[1]["id"], choice("wink_grade", ["none"]))
        again, task = served(web, project)
        assert again == wrong
        assert "the onset is the range 4..10" in task["data"]["look_again"]
        answer(web, lab, task["id"], *wink_at(36))
    lab.wink("annotate", "stop=true")
    assert "to be mended" not in lab.wink("pull")
    assert cluster.ask("select was_cancelled, count(*) from task_completion group by 1 order by 1") == ["f|2", "t|1"]
    told = {(a.problem, a.onset_frame) for a in read_annotations(lab.set.path / "annotations.parquet")}
    assert told == {("the onset is the range 4..10, expected one frame", None), (None, 36), (None, None)}
