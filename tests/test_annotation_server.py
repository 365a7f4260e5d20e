"""Making the annotation server ready, starting, finding and stopping it: the parts that need no Label Studio."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from annotate import environment, server
from annotate.commands import annotate, pull, push
from annotate.folder import ServerFolder
from annotate.lock import locked, try_lock
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
port = int(sys.argv[sys.argv.index("--port") + 1])
print(f"Starting development server at http://127.0.0.1:{{port + {moves}}}/", flush=True)
HTTPServer(("127.0.0.1", port + {moves}), Answer).serve_forever()
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
    server.stop_server(folder)


def test_a_server_is_started_once_found_again_and_stopped(folder, tmp_path):
    program = fake_program(tmp_path)
    assert server.prepare_server(folder, program)
    assert not server.prepare_server(folder, program)
    running, started = server.start_server(folder, program)
    assert started
    assert server.find_running(folder) == running
    assert server.start_server(folder, program) == (running, False)
    with pytest.raises(ServerError, match="already runs"):
        server.start_server(folder, program, port=running.port + 1)
    assert server.stop_server(folder)
    assert server.find_running(folder) is None
    assert not server.stop_server(folder)


def test_a_leftover_of_a_killed_server_is_not_taken_for_a_running_one(folder, tmp_path):
    program = fake_program(tmp_path)
    server.prepare_server(folder, program)
    running, _ = server.start_server(folder, program)
    os.kill(running.pid, signal.SIGKILL)
    os.waitpid(running.pid, 0)
    folder.state.write_text(json.dumps({"pid": os.getpid(), "port": running.port}))  # a pid that means another now
    assert server.find_running(folder) is None
    assert not server.stop_server(folder)


def test_serving_stops_what_it_started_also_after_an_error(folder, tmp_path):
    program = fake_program(tmp_path)
    with pytest.raises(KeyboardInterrupt), server.serving(folder, program, None, keep=True):
        raise KeyboardInterrupt
    assert server.find_running(folder) is None
    with server.serving(folder, program, None, keep=True):
        pass
    assert server.find_running(folder) is not None
    with server.serving(folder, program, None, keep=False):
        pass
    assert server.find_running(folder) is not None  # it was there before


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_preparation_starts_over_cleanly(folder, tmp_path, sign):
    folder.make()
    script = (
        "import sys; from pathlib import Path; from annotate.commands import _terminable\n"
        "from annotate.folder import ServerFolder; from annotate.server import prepare_server\n"
        "with _terminable(): prepare_server(ServerFolder(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    slow = fake_program(tmp_path, init_s=30)
    command = [sys.executable, "-c", script, str(folder.root), str(slow)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    wait_until(lambda: list(folder.root.glob("data.unfinished*/label_studio.sqlite3")))
    child.send_signal(sign)
    child.wait()
    assert not folder.data.exists()
    assert server.prepare_server(folder, fake_program(tmp_path))
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
        server.prepare_server(folder, fake_program(tmp_path, init_code=3))
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
    server.prepare_server(folder, program)
    with pytest.raises(ServerError, match="cannot start"):
        server.start_server(folder, program)
    assert server.find_running(folder) is None


def test_the_server_sees_nothing_of_our_environment(folder, tmp_path, monkeypatch):
    for name in ("PASSWORD", "HOST", "PORT", "SECRET_TOKEN", "LABEL_STUDIO_HOST", "DEBUG"):
        monkeypatch.setenv(name, "leak")
    server.prepare_server(folder, fake_program(tmp_path))
    seen = json.loads(folder.database.read_text())
    assert "leak" not in seen.values()
    assert seen["LABEL_STUDIO_COLLECT_ANALYTICS"] == "false"
    assert seen["LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK"] == "true"
    assert seen["HOME"].startswith(str(folder.root))


def test_a_taken_port_is_named_with_the_choice():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=rf"port {port} is taken.*port="):
            server.choose_port(port)
    assert server.choose_port(port) == port
    with pytest.raises(ServerError, match="1024 to 65535"):
        server.choose_port(80)


def test_without_a_wish_the_next_free_port_is_taken(monkeypatch):
    monkeypatch.setattr(server, "_is_free", lambda port: port > server.FIRST_PORT + 2)
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


def test_stopping_what_does_not_run_says_so(tmp_path, capsys):
    with settings("annotate", tmp_path, stop=True) as cfg:
        annotate(cfg)
    assert "no Label Studio runs" in capsys.readouterr().out


def test_a_server_that_moved_to_another_port_is_not_taken_for_ours(folder, tmp_path):
    server.prepare_server(folder, fake_program(tmp_path))
    with pytest.raises(ServerError, match="was taken while it started"):
        server.start_server(folder, fake_program(tmp_path, moves=1))
