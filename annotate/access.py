"""Sign in to Label Studio: our own server by its password, a server the user runs by LABEL_STUDIO_API_KEY."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import httpx

from annotate.folder import LEAD, ServerFolder, write_private
from wink.errors import ServerError

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

#: Seconds one request may take: 5,000 tasks were measured at 4 s, exports of 10,000 at 72 s.
REQUEST_TIMEOUT_S = 600


def external_address() -> tuple[str, str] | None:
    """Address and key of a server the user runs, from LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY.

    Raises:
        ServerError: only one of the two is set.
    """
    url, key = os.environ.get("LABEL_STUDIO_URL"), os.environ.get("LABEL_STUDIO_API_KEY")
    if bool(url) != bool(key):
        missing = "LABEL_STUDIO_API_KEY" if url else "LABEL_STUDIO_URL"
        raise ServerError(f"{missing} is not set: a server of your own needs LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY")
    return (url.rstrip("/"), key) if url and key else None


@contextmanager
def client(url: str, key: str, own: bool = True) -> Iterator[LabelStudio]:
    """A client of the server at an address; proxies are for servers elsewhere, not for our own on this machine.

    Raises:
        ServerError: the key is no longer, or not, accepted.
    """
    from label_studio_sdk import LabelStudio

    with httpx.Client(timeout=REQUEST_TIMEOUT_S, follow_redirects=True, trust_env=not own) as connection:
        with explained(f"signing in to {url}"):
            ls = LabelStudio(base_url=url, api_key=key, httpx_client=connection)
            ls.users.whoami()
        yield ls


def access_token(folder: ServerFolder, url: str) -> str:
    """The key of the first user of our own server: the one kept, or a new one if that no longer opens.

    Raises:
        ServerError: the password in `login.txt` is refused.
    """
    if folder.token.exists():
        kept = folder.token.read_text().strip()
        with explained("checking the kept key"):
            answer = httpx.post(f"{url}/api/token/refresh/", json={"refresh": kept}, timeout=60, trust_env=False)
        if answer.status_code == httpx.codes.OK:
            return kept
    with explained("signing in"), closing(_session(folder, url)) as session:
        token = _new_token(session, url)
    write_private(folder.token, token)
    return token


def _session(folder: ServerFolder, url: str) -> httpx.Client:
    hint = f"the one in {folder.login}; if it was changed, write the new one there"
    return sign_in(url, LEAD, folder.password(), hint)


@contextmanager
def form_session(url: str, path: str) -> Iterator[tuple[httpx.Client, str]]:
    """A browser-like session that has opened a page with a form, and the token the form must carry.

    Raises:
        ServerError: there is no form on the page.
    """
    with httpx.Client(base_url=url, timeout=60, trust_env=proxied(url)) as session:
        page = session.get(path).text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if found is None:
            raise ServerError(f"what answers at {url} shows no sign-in form; is it Label Studio?")
        yield session, found[1]


def sign_in(url: str, email: str, password: str, hint: str) -> httpx.Client:
    """A browser-like session, signed in through the form; to be closed.

    Raises:
        ServerError: the password is refused.
    """
    cookies = _cookies(url, email, password)
    if cookies is None:
        raise ServerError(f"Label Studio refuses the password of {email}: {hint}")
    return httpx.Client(base_url=url, timeout=60, trust_env=proxied(url), cookies=cookies)


def opens(url: str, email: str, password: str) -> bool:
    """Whether somebody can sign in with a password.

    Raises:
        ServerError: the server was not reached.
    """
    with explained(f"trying the log-in of {email}"):
        return _cookies(url, email, password) is not None


def _cookies(url: str, email: str, password: str) -> httpx.Cookies | None:
    """What a signed-in session is known by; None where the password is refused."""
    with form_session(url, "/user/login/") as (web, token):
        form = {"csrfmiddlewaretoken": token, "email": email, "password": password}
        answer = web.post("/user/login/", data=form, headers={"Referer": f"{url}/user/login/"})
        return web.cookies if answer.status_code == httpx.codes.FOUND else None


def proxied(url: str) -> bool:
    """Whether proxies are for an address: never for this machine."""
    return httpx.URL(url).host not in ("127.0.0.1", "localhost")


def authorisation(url: str, key: str) -> dict[str, str]:
    """The header that signs a request in: from a personal access token, or else a legacy token."""
    with explained("checking the key"):
        answer = httpx.post(f"{url}/api/token/refresh/", json={"refresh": key}, timeout=60, trust_env=proxied(url))
    if answer.status_code == httpx.codes.OK:
        return {"Authorization": f"Bearer {answer.json()['access']}"}
    return {"Authorization": f"Token {key}"}


def _new_token(session: httpx.Client, url: str) -> str:
    """Make a key; there is one a user and it is shown once, so a lost one is revoked first."""
    headers = {"X-CSRFToken": session.cookies.get("csrftoken") or "", "Referer": url}
    answer = session.post("/api/token/", headers=headers)
    if answer.status_code == httpx.codes.CONFLICT:
        for old in session.get("/api/token/").raise_for_status().json():
            session.post("/api/token/blacklist/", json={"refresh": old["token"]}, headers=headers).raise_for_status()
        answer = session.post("/api/token/", headers=headers)
    return str(answer.raise_for_status().json()["token"])


@contextmanager
def explained(work: str) -> Iterator[None]:
    """Turn what the client raises during a piece of work into an error for the user.

    Raises:
        ServerError: the server refused, failed or was not reached.
    """
    from label_studio_sdk.core.api_error import ApiError

    try:
        yield
    except ApiError as error:
        raise ServerError(f"{work}: Label Studio answered {error.status_code}: {_reason(error)}") from error
    except httpx.HTTPStatusError as error:
        raise ServerError(f"{work}: Label Studio answered {error.response.status_code}") from error
    except httpx.HTTPError as error:
        raise ServerError(f"{work}: Label Studio was not reached ({error or type(error).__name__})") from error


def _reason(error: object) -> str:
    status, body = getattr(error, "status_code", None), getattr(error, "body", None)
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return f"the key is not accepted (LABEL_STUDIO_API_KEY; legacy tokens are off by default): {str(body)[:200]}"
    return str(body)[:500]
