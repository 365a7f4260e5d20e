"""Log-ins end up told and working, wherever making them fails."""

from types import SimpleNamespace

import httpx
import pytest

from annotate import people
from annotate.folder import ServerFolder
from annotate.people import RefusedLoginError, added_annotator
from wink.errors import ConfigError, ServerError

STEPS = ("invite", "before sign-up", "after sign-up", "name", "try", "told")


class Studio:
    """Log-ins by email, and a fault at one step."""

    url = "http://here"

    def __init__(self, monkeypatch, fault=None):
        self.known, self.fault = {}, fault
        self.ls = SimpleNamespace(users=SimpleNamespace(list=self.list, update=lambda **_: self.step("name")))
        monkeypatch.setattr(people, "_invitation", lambda _: self.step("invite"))
        monkeypatch.setattr(people, "_sign_up", self.sign_up)
        monkeypatch.setattr(people, "opens", self.opens)

    def step(self, name):
        if name == self.fault:
            self.fault = None
            raise httpx.ReadTimeout("no answer")

    def list(self):
        return [SimpleNamespace(id=n, email=email) for n, email in enumerate(self.known)]

    def sign_up(self, _server, login, _invitation):
        self.step("before sign-up")
        assert login.email not in self.known
        self.known[login.email] = login.password
        self.step("after sign-up")

    def opens(self, _url, email, password):
        self.step("try")
        return self.known[email] == password


def add(studio, folder, password=None):
    with added_annotator(studio, folder, "Ann", password) as login:
        studio.step("told")
    return login


@pytest.fixture
def folder(tmp_path):
    folder = ServerFolder(tmp_path)
    folder.make()
    return folder


@pytest.mark.parametrize("password", [None, "as-given-1"])
@pytest.mark.parametrize("fault", STEPS)
def test_what_failed_half_way_is_ended_by_the_same_again(monkeypatch, folder, fault, password):
    studio = Studio(monkeypatch, fault)
    with pytest.raises((ServerError, httpx.ReadTimeout)):
        add(studio, folder, password)
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.root.iterdir() if file.is_file())
    login = add(studio, folder, password)
    assert studio.known == {"ann@winklab.example": login.password}
    assert login.password == (password or login.password)
    assert not [file for file in folder.root.iterdir() if file.is_file()]  # no password is kept


def test_a_log_in_that_is_somebodys_is_not_given_away(monkeypatch, folder):
    studio = Studio(monkeypatch)
    studio.known["ann@winklab.example"] = "hers"
    for password in (None, "a-guess-1"):
        with pytest.raises(ServerError, match="has a log-in already"):
            add(studio, folder, password)


def test_a_password_the_server_refused_is_not_kept(monkeypatch, folder):
    studio = Studio(monkeypatch)

    def refuse(*_):
        raise RefusedLoginError("too short")

    with monkeypatch.context() as refusing:
        refusing.setattr(people, "_sign_up", refuse)
        with pytest.raises(ServerError, match="too short"):
            add(studio, folder, "short")
    assert not list(folder.root.glob("begun*"))
    assert add(studio, folder, "long-enough").password == "long-enough"


def test_a_password_that_is_read_as_a_number_is_refused_before_any_work():
    from omegaconf import OmegaConf

    from annotate.commands import _add_annotators

    with pytest.raises(ConfigError, match="not read as text"):
        _add_annotators(OmegaConf.create({"password": 123}), ["bob"])
