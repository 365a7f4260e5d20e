"""A page on this machine that shows what is watched live; nothing leaves 127.0.0.1."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import cv2

from detect.video import Image

_PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>wink live</title>
<style>body{margin:0;background:#11181c;color:#e8ecef;font:16px system-ui,sans-serif;text-align:center}
img{max-width:100vw;max-height:92vh}p{margin:8px}</style>
<img src="/stream" alt="live picture"><p id="now"></p>
<script>setInterval(async()=>{const r=await fetch("/now");
document.getElementById("now").textContent=(await r.json()).words},500)</script></html>"""
_QUALITY = 80


class LivePage:
    """Serves the newest picture as a stream (motion JPEG) and the newest words as JSON."""

    def __init__(self, port: int = 0) -> None:
        """Open a port of 127.0.0.1; 0 = any that is free.

        Raises:
            OSError: the port is taken.
        """
        self._ready = threading.Condition()
        self._jpeg, self._words, self._number, self._closed = b"", "", 0, False
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def show(self, image: Image, words: str) -> None:
        """Put a picture and its words on the page."""
        good, jpeg = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        if good:
            with self._ready:
                self._jpeg, self._words, self._number = jpeg.tobytes(), words, self._number + 1
                self._ready.notify_all()

    def __enter__(self) -> LivePage:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._ready:
            self._closed = True
            self._ready.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def newest(self, after: int) -> tuple[int, bytes] | None:
        """The next picture after a number, and its own; None when all is over."""
        with self._ready:
            self._ready.wait_for(lambda: self._number > after or self._closed)
            return None if self._closed else (self._number, self._jpeg)

    @property
    def words(self) -> str:
        """What is said of the newest picture."""
        return self._words

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        return type("Handler", (_Handler,), {"page": self})


class _Handler(BaseHTTPRequestHandler):
    """Answers a browser."""

    page: LivePage

    def do_GET(self) -> None:
        """Give the page, the stream of pictures, or the words."""
        if self.headers.get("Host", "").split(":")[0] not in ("127.0.0.1", "localhost"):
            self.send_error(403)  # another site's page must not read the camera by a name of its own
        elif self.path == "/stream":
            self._stream()
        elif self.path == "/now":
            self._send("application/json", json.dumps({"words": self.page.words}).encode())
        elif self.path == "/":
            self._send("text/html", _PAGE)
        else:
            self.send_error(404)

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
        self.end_headers()
        number = 0
        try:
            while (newest := self.page.newest(number)) is not None:
                number, jpeg = newest
                head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                self.wfile.write(head.encode() + jpeg + b"\r\n")
        except OSError:
            return  # whoever watched has gone

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""
