"""Whether a server shows the clips it is said to show, asked as a browser's player asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import httpx

from annotate.access import authorisation, proxied
from wink.clip import Clip
from wink.errors import ServerError

#: Size in bytes of what is found at an address, or why nothing is.
Fetch = Callable[[str], int | str]


def fetcher(url: str, key: str) -> Fetch:
    """Ask an address for the first byte of a file, as a browser's player does; the server's own with its key."""

    def fetch(address: str) -> int | str:
        own = address.startswith("/")
        headers = {"Range": "bytes=0-0", **(authorisation(url, key) if own else {})}
        whole = f"{url}{address}" if own else address
        try:
            with httpx.stream("GET", whole, headers=headers, timeout=60, trust_env=proxied(whole)) as answer:
                if answer.status_code == httpx.codes.PARTIAL_CONTENT:
                    return int(answer.headers["content-range"].rpartition("/")[2])
                if answer.status_code == httpx.codes.OK:
                    return "it answers whole files only: browsers could not step through them (no Range)"
                return f"it answers {answer.status_code}"
        except (httpx.HTTPError, KeyError, ValueError) as error:
            return f"it does not answer ({error or type(error).__name__})"

    return fetch


def check_shown(fetch: Fetch, clips: Sequence[Clip], videos: Mapping[str, str], hint: str) -> None:
    """Fetch the first and the last clip, as a sample: a server that shows none is found out before anything is pushed.

    Raises:
        ServerError: the server does not show a clip, or shows another file.
    """
    for clip in {clips[0].clip_id: clips[0], clips[-1].clip_id: clips[-1]}.values() if clips else ():
        found, size = fetch(videos[clip.clip_id]), clip.video.stat().st_size
        if found != size:
            said = f"{found} bytes where the clip has {size}" if isinstance(found, int) else found
            raise ServerError(f"the server does not show {videos[clip.clip_id]}: {said}; {hint}")
