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


def check_shown(fetch: Fetch, clips: Sequence[Clip], videos: Mapping[str, str], hint: str, most: int = 2) -> None:
    """Ask for a sample of the clips, the first and the last among them, before anything is pushed.

    Args:
        fetch: what asks.
        clips: that are to be shown.
        videos: addresses, by clip id.
        hint: what to do if one is not.
        most: how many are asked for; they lie evenly over the clips.

    Raises:
        ServerError: the server does not show a clip, or shows another file.
    """
    n = min(most, len(clips))
    for clip in [clips[round(k * (len(clips) - 1) / max(1, n - 1))] for k in range(n)]:
        found, size = fetch(videos[clip.clip_id]), clip.video.stat().st_size
        if found != size:
            said = f"{found} bytes where the clip has {size}" if isinstance(found, int) else found
            raise ServerError(f"the server does not show {videos[clip.clip_id]}: {said}; {hint}")
