"""Where a server listens, which names it answers to, where its tables are, how it gets at clips."""

import socket
from hashlib import sha256
from pathlib import Path

import pytest
from test_push import FakeStudio, clip

from annotate import media
from annotate.address import EVERYWHERE, LOOPBACK, allowed_hosts, check_host, exposure, local_address, own_addresses
from annotate.database import parse_database, remember_database, settle_database
from annotate.folder import ServerFolder
from annotate.label_studio import task_of
from annotate.media import Elsewhere, SharedFolder, Uploads, choose_media
from annotate.page import PICTURES
from annotate.prepare import child_environment, server_environment
from annotate.push import push_tasks
from annotate.running import Running
from annotate.server import Wish
from wink.errors import ConfigError, ServerError


def test_addresses_of_this_machine_are_taken_and_others_refused():
    assert check_host("localhost") == LOOPBACK
    assert check_host(EVERYWHERE) == EVERYWHERE
    with pytest.raises(ConfigError, match="no address of this machine"):
        check_host("192.0.2.77")  # of the documentation block
    assert own_addresses()[0] == LOOPBACK


def test_a_closed_server_answers_to_this_machine_only():
    environment = child_environment(Path("d"), Path("m"))
    assert environment["LABEL_STUDIO_ALLOWED_HOSTS"] == "127.0.0.1,localhost"
    assert allowed_hosts("198.51.100.7") == [LOOPBACK, "localhost", "198.51.100.7"]
    assert socket.gethostname() in allowed_hosts(EVERYWHERE)
    assert "*" not in allowed_hosts(EVERYWHERE)
    assert (local_address(EVERYWHERE), local_address("198.51.100.7")) == (LOOPBACK, "198.51.100.7")


def test_opening_says_what_it_exposes():
    said = exposure(EVERYWHERE, 8080)
    for word in ("no encryption", "no roles", "delete", "invited"):
        assert word in said


def test_a_running_server_that_is_otherwise_than_wished_is_refused():
    runs = Running(1, 8080)
    assert Wish().refused_by(runs) is None
    assert "already runs" in Wish(port=8081).refused_by(runs)
    assert "already runs" in Wish(host=EVERYWHERE).refused_by(runs)
    assert "wink serve" in Wish(live=True).refused_by(runs)
    assert Wish(port=8080, host=LOOPBACK, live=False).refused_by(runs) is None


def test_a_server_that_may_call_us_may_call_nobody_else(tmp_path):
    folder = ServerFolder(tmp_path)
    closed, live = (server_environment(folder, LOOPBACK, live) for live in (False, True))
    assert "LABEL_STUDIO_ML_BLOCK_LOCAL_IP" not in closed
    banned = live["LABEL_STUDIO_USER_ADDITIONAL_BANNED_SUBNETS"].split(",")
    assert not [net for net in banned if net.startswith("127.")]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(banned)


def test_a_database_is_read_from_its_address_and_its_password_hidden(monkeypatch, tmp_path):
    monkeypatch.setenv("PGPASSWORD", "from outside")
    database = parse_database("postgresql://wink@db.example/labels")
    assert (database.port, database.password) == (5432, "from outside")
    given = parse_database("postgres://wink:p%40ss@db.example:5433/labels")
    assert (given.port, given.password) == (5433, "p@ss")
    assert "p@ss" not in repr(given)
    assert parse_database(None) is None
    for wrong in ("mysql://a@b/c", "postgresql://db/labels", "postgresql://a@b", "postgresql://a@b:x/c"):
        with pytest.raises(ConfigError, match="postgresql://USER@HOST"):
            parse_database(wrong)
    folder = ServerFolder(tmp_path)
    folder.make()
    remember_database(folder, given)
    assert folder.elsewhere.stat().st_mode & 0o077 == 0
    assert settle_database(folder, None) == given
    with pytest.raises(ServerError, match="was prepared on postgresql://wink@db.example:5433/labels"):
        settle_database(folder, database)
    environment = server_environment(folder, LOOPBACK, live=False)
    assert environment["LABEL_STUDIO_POSTGRE_PASSWORD"] == "p@ss"


@pytest.fixture
def folder(tmp_path):
    folder = ServerFolder(tmp_path / "server")
    folder.make()
    return folder


def test_a_way_to_get_at_clips_is_chosen(folder, tmp_path, monkeypatch):
    monkeypatch.delenv("LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT", raising=False)
    assert choose_media(folder, "http://s", "k", external=True, wish=None).root == folder.media
    monkeypatch.setenv("LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT", str(tmp_path))
    assert choose_media(folder, "http://s", "k", external=True, wish=None)._below() == "server/media/clips"
    assert choose_media(folder, "http://s", "k", external=False, wish=None)._below() == "clips"
    monkeypatch.setenv("LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT", "/elsewhere")
    with pytest.raises(ServerError, match="no folder above"):
        choose_media(folder, "http://s", "k", external=True, wish=None)._below()
    with pytest.raises(ConfigError, match="for a server you run yourself"):
        choose_media(folder, "http://s", "k", external=False, wish="upload")
    with pytest.raises(ConfigError, match="no way to get at clips"):
        choose_media(folder, "http://s", "k", external=True, wish="uplaod")


def elsewhere(found):
    return Elsewhere("https://films.example/clips/", lambda _: found, Uploads("http://s", "k"))


@pytest.mark.parametrize("content", [b"54321", b"longer than before"])
def test_a_video_that_was_marked_is_not_swapped_where_it_lies_elsewhere(tmp_path, content):
    studio, video = FakeStudio(), tmp_path / "v.mp4"
    one = clip(7, video)

    def push():
        place = elsewhere(video.stat().st_size)
        task = task_of(one)
        task["data"]["video"] = place.bring(studio, 1, [one])[one.clip_id]
        return push_tasks(studio, 1, [task])

    video.write_bytes(b"12345")
    assert push() == 1
    studio.rows[1] = studio.rows[1] | {"video": studio.rows[1]["video"].partition("#")[0]}  # as an earlier version
    studio.used = {1}
    assert push() == 0
    video.write_bytes(content)
    with pytest.raises(ServerError, match="not those that were marked"):
        push()
    studio.used = set()
    assert push() == 0  # nobody marked it: it may change
    assert studio.rows[1]["video"].endswith(sha256(content).hexdigest()[:8])


def test_instructions_have_their_pictures_wherever_the_clips_lie(monkeypatch):
    sent = []
    monkeypatch.setattr(media, "authorisation", lambda *_: {})
    monkeypatch.setattr(media, "_uploaded", lambda *_: {name: f"/data/upload/{name}" for name in sent})
    monkeypatch.setattr(media, "_upload", lambda _web, _project, name, *_: sent.append(name))
    for _ in range(2):
        assert elsewhere(5).pictures(None, 1) == {name: f"/data/upload/{name}" for name in PICTURES}
    assert sent == list(PICTURES)


@pytest.mark.parametrize(("found", "said"), [(4, "4 bytes where the clip has 5"), ("it answers 404", "answers 404")])
def test_a_server_that_shows_no_clip_is_found_out_before_anything_is_pushed(folder, tmp_path, found, said):
    video = tmp_path / "v.mp4"
    video.write_bytes(b"12345")
    place = elsewhere(found)
    with pytest.raises(ServerError, match=said):
        place.bring(FakeStudio(), 1, [clip(7, video)])
    shown = elsewhere(5).bring(FakeStudio(), 1, [clip(7, video)])
    digest = sha256(b"12345").hexdigest()[:8]
    assert shown == {clip(7).clip_id: f"https://films.example/clips/{clip(7).clip_id}.mp4#{digest}"}
    assert SharedFolder(folder, folder.media, lambda _: 5)._below() == "clips"
