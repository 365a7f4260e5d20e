"""The annotators' log-ins: made by invitation, the only way Label Studio makes one that can sign in."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from annotate.access import authorisation, explained, form_session, opens, proxied
from annotate.folder import ServerFolder, write_private
from wink.errors import ConfigError, ServerError

if TYPE_CHECKING:
    from annotate.connection import Server

#: Where the addresses of people live that have none of their own; no mail can reach it (RFC 2606).
NOWHERE = "winklab.example"
_NAME = re.compile(r"[A-Za-z0-9._+-]{1,60}")


class RefusedLoginError(ServerError):
    """Label Studio makes no such log-in."""


@dataclass(frozen=True)
class Login:
    """What a person signs in with; once it was told, the password is kept nowhere."""

    email: str
    password: str = field(repr=False)


def email_of(name: str) -> str:
    """The log-in of a person: an email address as it is, else one made from the name; always in small letters.

    Raises:
        ConfigError: no log-in can be made of it.
    """
    local, _, domain = name.partition("@")
    if not _NAME.fullmatch(local) or (domain and not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", domain)):
        raise ConfigError(f"{name!r} is no name for a log-in; letters, digits and . _ + -, or an email address")
    return f"{local}@{domain or NOWHERE}".lower()


def name_of(name: str) -> str:
    """A person's one name, however it is written: the log-in, without the address of those who have none.

    Raises:
        ConfigError: no log-in can be made of it.
    """
    return email_of(name).removesuffix(f"@{NOWHERE}")


@contextmanager
def added_annotator(server: Server, folder: ServerFolder, name: str, password: str | None = None) -> Iterator[Login]:
    """Give a person a log-in, and try it; to be told to somebody before the work inside ends.

    Whatever fails after the log-in was made, and before it was told, the same again ends the work: until then its
    password is kept in the server's folder.

    Args:
        server: signed in to.
        folder: of our own server.
        name: an email address, or a name of which one is made.
        password: None chooses one.

    Raises:
        ConfigError: the name makes no log-in.
        ServerError: there is such a log-in already, or the server refuses the password.
    """
    email = email_of(name)
    begun = folder.begun_login(email)
    if _number(server, email) is None:
        login = Login(email, password or secrets.token_urlsafe(12))
        write_private(begun, login.password)
        try:
            _sign_up(server, login, _invitation(server))
        except RefusedLoginError:
            begun.unlink()
            raise
    else:
        login = _begun(server, email, [password, begun.read_text() if begun.exists() else None])
    with explained("naming the new log-in"):
        server.ls.users.update(id=_number(server, email), first_name=name.partition("@")[0])
    if not opens(server.url, email, login.password):
        raise ServerError(f"{email} was made, but its password does not open it; was it changed meanwhile?")
    yield login
    begun.unlink(missing_ok=True)


def log_ins(server: Server) -> dict[str, int]:
    """Number of every user, by the address they sign in with, in small letters."""
    with explained("looking for log-ins"):
        return {str(user.email).lower(): int(user.id) for user in server.ls.users.list()}


def _number(server: Server, email: str) -> int | None:
    """Number of the user with a log-in; None where there is none."""
    return log_ins(server).get(email)


def _begun(server: Server, email: str, passwords: Sequence[str | None]) -> Login:
    """The log-in that was made but not told, by the password that opens it."""
    for password in passwords:
        if password and opens(server.url, email, password):
            return Login(email, password)
    raise ServerError(f"{email} has a log-in already; give this person another name, or use that one")


def _invitation(server: Server) -> str:
    with explained("asking for an invitation"):
        headers = authorisation(server.url, server.key)
        answer = httpx.get(f"{server.url}/api/invite", headers=headers, timeout=60, trust_env=proxied(server.url))
        return str(answer.raise_for_status().json()["token"])


def _sign_up(server: Server, login: Login, invitation: str) -> None:
    path = f"/user/signup/?token={invitation}"
    with explained("signing up"), form_session(server.url, path) as (web, token):
        form = {"email": login.email, "password": login.password, "csrfmiddlewaretoken": token}
        answer = web.post(path, data=form, headers={"Referer": f"{server.url}{path}"})
    if answer.status_code != httpx.codes.FOUND:
        lists = re.findall(r'<ul class="field_errors">(.*?)</ul>', answer.text, re.DOTALL)
        said = [item for each in lists for item in re.findall(r"<li>\s*([^<]+?)\s*</li>", each)]
        reason = html.unescape("; ".join(dict.fromkeys(said))) or f"it answered {answer.status_code}"
        raise RefusedLoginError(f"Label Studio makes no log-in {login.email}: {reason}")
