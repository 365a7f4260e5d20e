"""Making the annotation server ready, starting, finding and stopping it: the parts that need no Label Studio."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from annotate import environment, running, server
from annotate.commands import annotate, pull, push
from annotate.folder import ServerFolder
from annotate.lock import is_held, locked, try_lock
from annotate.prepare import prepare_server
from annotate.running import Running, find_running, stop_server
from annotate.server import Wish, serving, start_server
from wink.dataset_writer import DatasetWriter
from wink.errors import ConfigError, ServerError

#: Stands in for the `label-studio` program: makes a database, or answers on its port until it is interrupted.
FAKE = """#!{python}
import json, os, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
data = Path(os.environ["LABEL_STUDIO_BASE_DATA_DIR"])
if sys.argv[1] == "init":
    (data / "label_studio.sqlite3").write_text("half")
    (data.parent / "inits").open("a").write("x")
    time.sleep({init_s})
    (data / "label_studio.sqlite3").write_text(json.dumps(dict(os.environ)))
    sys.exit({init_code})
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'{{"status": "UP"}}')
    def log_message(self, *args): pass
if {dies}: sys.exit("cannot start")
moved = data / "moved"
port = int(sys.argv[sys.argv.index("--port") + 1]) + (0 if moved.exists() else {moves})
moved.touch()
print(f"Starting development server at http://127.0.0.1:{{port}}/", flush=True)
HTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""


def fake_program(path, init_s=0.0, init_code=0, dies=False, moves=0):
    program = path / "label-studio"
    program.write_text(FAKE.format(python=sys.executable, init_s=init_s, init_code=init_code, dies=dies, moves=moves))
    program.chmod(0o700)
    return program


@pytest.fixture
def folder(tmp_path):
    folder = ServerFolder(tmp_path / "server")
    yield folder
    stop_server(folder)


def test_a_server_is_started_once_found_again_and_stopped(folder, tmp_path):
    program = fake_program(tmp_path)
    assert prepare_server(folder, program)
    assert not prepare_server(folder, program)
    found = start_server(folder, program)
    assert find_running(folder) == found
    assert start_server(folder, program) == found
    with pytest.raises(ServerError, match="already runs"):
        start_server(folder, program, Wish(port=found.port + 1))
    assert stop_server(folder)
    assert find_running(folder) is None
    assert not stop_server(folder)


def test_a_leftover_of_a_killed_server_is_not_taken_for_a_running_one(folder, tmp_path):
    program = fake_program(tmp_path)
    prepare_server(folder, program)
    found = start_server(folder, program)
    os.kill(found.pid, signal.SIGKILL)
    os.waitpid(found.pid, 0)
    running.write_state(folder, Running(os.getpid(), found.port))  # a pid that means another now
    assert find_running(folder) is None
    assert not stop_server(folder)


def test_a_process_number_that_means_another_now_is_left_alone(folder):
    folder.make()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as bystander:
        running.write_state(folder, Running(bystander.pid, 8080, born="before"))
        with locked(folder.lock("running"), "testing"), pytest.raises(ServerError, match="unknown to wink"):
            stop_server(folder)
        assert bystander.poll() is None
        bystander.kill()


def test_a_server_that_begins_is_not_looked_for_under_the_process_of_the_one_before(folder, tmp_path, monkeypatch):
    program = fake_program(tmp_path)
    prepare_server(folder, program)
    running.write_state(folder, Running(os.getpid(), 8080, running.born(os.getpid())))
    spawn = server._spawn

    def look(*arguments):
        assert running.read_state(folder) is None
        return spawn(*arguments)

    monkeypatch.setattr(server, "_spawn", look)
    start_server(folder, program)


def test_a_busy_server_is_not_taken_for_a_dead_one(folder, tmp_path, monkeypatch):
    program = fake_program(tmp_path)
    prepare_server(folder, program)
    found = start_server(folder, program)
    answers = iter([False, False, True])
    monkeypatch.setattr(running, "is_healthy", lambda _: next(answers))
    assert find_running(folder) == found
    monkeypatch.setattr(running, "is_healthy", lambda _: False)
    assert find_running(folder, patience_s=0.5) is None


def test_looking_at_a_server_does_not_keep_another_from_starting(tmp_path):
    lock = tmp_path / "lock"
    lock.touch()
    with lock.open() as looker:
        fcntl.flock(looker, fcntl.LOCK_SH)
        assert not is_held(lock)
        threading.Timer(0.2, looker.close).start()
        descriptor = try_lock(lock)
    assert descriptor is not None
    assert is_held(lock)
    os.close(descriptor)


def test_serving_stops_what_it_started_also_after_an_error(folder, tmp_path):
    program = fake_program(tmp_path)
    with pytest.raises(KeyboardInterrupt), serving(folder, program, Wish(), stays=True):
        raise KeyboardInterrupt
    assert find_running(folder) is None
    with serving(folder, program, Wish(), stays=True):
        pass
    assert find_running(folder) is not None
    with serving(folder, program, Wish(), stays=False):
        pass
    assert find_running(folder) is not None  # somebody wished it to stay


@pytest.mark.parametrize("stays", [False, True])
def test_the_last_user_stops_the_server_unless_one_wished_it_to_stay(folder, tmp_path, stays):
    program = fake_program(tmp_path)
    first, second = serving(folder, program, Wish(), stays=False), serving(folder, program, Wish(), stays=stays)
    began = first.__enter__()
    assert second.__enter__() == began
    first.__exit__(None, None, None)
    assert find_running(folder) is not None  # the second still works with it
    second.__exit__(None, None, None)
    assert (find_running(folder) is not None) == stays


def test_the_log_of_the_run_before_is_kept_and_no_older_one(folder, tmp_path):
    program = fake_program(tmp_path)
    for port in (None, 8123, 8124):
        with serving(folder, program, Wish(port=port), stays=False):
            pass
    assert "8124" in folder.log.read_text()
    assert folder.log.read_text().count("Starting") == 1
    assert "8123" in folder.log_before.read_text()
    assert folder.log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_preparation_starts_over_cleanly(folder, tmp_path, sign):
    folder.make()
    (tmp_path / "bin").mkdir()
    fake_program(tmp_path / "bin", init_s=30)
    settings = [f"paths.server={folder.root}", f"paths.cache={tmp_path / 'cache'}", f"environment={tmp_path}"]
    command = [sys.executable, "-m", "wink.cli", "annotate", "prepare=true", *settings]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    wait_until(lambda: list(folder.root.glob("data.unfinished*/label_studio.sqlite3")))
    child.send_signal(sign)
    child.wait(20)
    assert not folder.data.exists()
    assert prepare_server(folder, fake_program(tmp_path))
    assert folder.database.read_text() != "half"
    assert not list(folder.root.glob("data.unfinished*"))
    with_group_ended(child.pid)


def wait_until(there, patience_s=20):
    give_up = time.monotonic() + patience_s
    while not there():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def with_group_ended(group):
    """End what a killed process left of its own session."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_a_failed_preparation_says_so_and_leaves_nothing(folder, tmp_path):
    with pytest.raises(ServerError, match=r"could not make its database \(exit 3\)"):
        prepare_server(folder, fake_program(tmp_path, init_code=3))
    assert not folder.data.exists()


def test_the_password_is_kept_over_a_failed_preparation(folder):
    folder.make()
    assert folder.password() == folder.password()
    assert folder.login.stat().st_mode & 0o077 == 0
    folder.login.write_text("email: x\n")
    with pytest.raises(ServerError, match="password"):
        folder.password()


def test_a_server_that_dies_is_reported_with_its_last_words(folder, tmp_path):
    program = fake_program(tmp_path, dies=True)
    prepare_server(folder, program)
    with pytest.raises(ServerError, match="cannot start"):
        start_server(folder, program)
    assert find_running(folder) is None


def test_the_server_sees_nothing_of_our_environment(folder, tmp_path, monkeypatch):
    for name in ("PASSWORD", "HOST", "PORT", "SECRET_TOKEN", "LABEL_STUDIO_HOST", "DEBUG"):
        monkeypatch.setenv(name, "leak")
    prepare_server(folder, fake_program(tmp_path))
    seen = json.loads(folder.database.read_text())
    assert "leak" not in seen.values()
    assert {seen[f"{scheme}_PROXY"] for scheme in ("HTTP", "HTTPS", "ALL")} == {"http://127.0.0.1:9"}
    assert seen["NO_PROXY"] == "127.0.0.1,localhost"
    assert seen["LABEL_STUDIO_COLLECT_ANALYTICS"] == "false"
    assert seen["LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK"] == "true"
    assert seen["LABEL_STUDIO_TASK_LOCK_TTL"] == "1800"
    assert seen["HOME"].startswith(str(folder.root))


def test_a_taken_port_is_named_with_the_choice():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=rf"port {port} is taken.*port="):
            server.choose_port(port)
    assert server.choose_port(port) == port


@pytest.mark.parametrize("port", [80, 70000, "abc", 8080.5, True])
@pytest.mark.parametrize(("verb", "name"), [(annotate, "annotate"), (push, "push"), (pull, "pull")])
def test_what_is_no_port_is_refused_before_work_starts(verb, name, port, tmp_path):
    (tmp_path / "datasets").mkdir()
    dataset = DatasetWriter(tmp_path / "datasets" / "one", {}).finish("")
    with (
        settings(name, tmp_path, port=port, input=[str(dataset.path)]) as cfg,
        pytest.raises(ConfigError, match="1024 to 65535"),
    ):
        verb(cfg)
    assert not (tmp_path / "server").exists()


@pytest.mark.parametrize("overlap", [0, "two", 1.5])
def test_what_is_no_number_of_annotators_is_refused(overlap, tmp_path):
    with settings("push", tmp_path, overlap=overlap) as cfg, pytest.raises(ConfigError, match="1 to 100"):
        push(cfg)


def test_without_a_wish_the_next_free_port_is_taken(monkeypatch):
    monkeypatch.setattr(server, "_is_free", lambda port, _: port > server.FIRST_PORT + 2)
    assert server.choose_port(None) == server.FIRST_PORT + 3


def test_a_lock_is_held_by_one_and_let_go(tmp_path):
    with locked(tmp_path / "lock", "testing"):
        assert try_lock(tmp_path / "lock") is None
    descriptor = try_lock(tmp_path / "lock")
    assert descriptor is not None
    os.close(descriptor)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ServerError, match=r"paths\.server"):
        ServerFolder(tmp_path / "file" / "server").make()


@pytest.mark.parametrize("uv", ["/bin/uv", None])
def test_the_environment_is_installed_from_hashes_only(tmp_path, uv):
    for command in environment.install_commands(tmp_path, tmp_path / "lock", uv)[1:]:
        assert "--require-hashes" in command
    lock = (Path(environment.__file__).parent / "label_studio.lock").read_text()
    assert "label-studio==" in lock
    assert "http" not in lock.replace("httpx", "").replace("httpcore", "").replace("httplib", "")
    pinned = [line for line in lock.splitlines() if "==" in line and not line.startswith("#")]
    assert all(line.endswith("\\") for line in pinned)


def test_an_environment_is_made_once_and_again_after_an_interruption(tmp_path, monkeypatch):
    made = []

    def install(root, lock, uv):
        made.append(1)
        script = f"mkdir -p {root}/bin && touch {root}/bin/label-studio && exit {len(made) == 1:d}"
        return [["/bin/sh", "-c", script]]

    monkeypatch.setattr(environment, "install_commands", install)
    with pytest.raises(ServerError, match="could not be installed"):
        environment.label_studio_program(tmp_path)
    program = environment.label_studio_program(tmp_path)
    assert program.exists()
    assert environment.label_studio_program(tmp_path) == program
    assert len(made) == 2
    monkeypatch.setattr(environment, "lock_digest", lambda: "another lock file")
    environment.label_studio_program(tmp_path)
    assert len(made) == 3


def test_a_ready_made_environment_must_have_the_program(tmp_path):
    with pytest.raises(ServerError, match=r"has no bin/label-studio"):
        environment.label_studio_program(tmp_path, tmp_path)


@contextmanager
def settings(name, tmp_path, **changes):
    root = Path(__file__).parents[1]
    config = OmegaConf.load(root / "configs" / f"{name}.yaml")
    paths = {"paths": {part: str(tmp_path / part) for part in ("datasets", "cache", "server")}}
    yield OmegaConf.merge(config, paths, changes)


@pytest.mark.parametrize(("verb", "name"), [(push, "push"), (pull, "pull")])
def test_a_project_that_does_not_exist_is_refused_before_work_starts(verb, name, tmp_path):
    with settings(name, tmp_path, project="blnd") as cfg, pytest.raises(ConfigError, match="Did you mean 'blind'"):
        verb(cfg)
    assert not (tmp_path / "server").exists()


def test_pushing_nothing_is_refused(tmp_path):
    with settings("push", tmp_path) as cfg, pytest.raises(ConfigError, match="nothing to push"):
        push(cfg)


@pytest.mark.parametrize(("name", "words"), [("pull", []), ("annotate", ["progress"])])
def test_where_no_server_was_ever_made_nothing_is_installed_to_find_nothing(name, words, tmp_path):
    verb = {"pull": pull, "annotate": annotate}[name]
    with settings(name, tmp_path, input=words) as cfg, pytest.raises(ServerError, match="makes one and puts"):
        verb(cfg)
    assert not (tmp_path / "server").exists()


def test_stopping_what_does_not_run_says_so(tmp_path, capsys):
    with settings("annotate", tmp_path, stop=True) as cfg:
        annotate(cfg)
    assert "no Label Studio runs" in capsys.readouterr().out


def test_a_server_that_moved_to_another_port_is_not_taken_for_ours(folder, tmp_path):
    prepare_server(folder, fake_program(tmp_path))
    with pytest.raises(ServerError, match="was taken while it started"):
        start_server(folder, fake_program(tmp_path, moves=1), Wish(port=server.choose_port(None)))
    assert find_running(folder) is None


def test_a_port_that_is_snatched_away_is_followed_by_another_try(folder, tmp_path, capsys):
    prepare_server(folder, fake_program(tmp_path))
    found = start_server(folder, fake_program(tmp_path, moves=1))
    assert "was taken while it started" in capsys.readouterr().out
    assert find_running(folder) == found
