"""A server on this machine that behaves as badly as it is told to."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from brickyard.datasets.downloaders import Transfer


class Server:
    """Paths with behaviours: functions of the request's handler."""

    def __init__(self, port):
        self.address = f"http://127.0.0.1:{port}"
        self.behaviours = {}
        self.requests = []
        self.released = threading.Event()

    def add(self, path, behaviour):
        self.behaviours[path] = behaviour
        return self.address + path

    def ranges(self, path="/data.bin"):
        """The Range header of each request for a path."""
        return [headers.get("Range") for each, headers in self.requests if each == path]

    def file(self, path, content, **options):
        """Serve a file; see `send_file`."""
        return self.add(path, lambda handler: send_file(handler, content, **options))

    def answer(self, path, status, body=b"", **headers):
        """Serve a fixed answer."""

        def behaviour(handler):
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        return self.add(path, behaviour)

    def stall(self, path, content, after):
        """Serve the start of a file, then nothing, until the test is over."""

        def behaviour(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content[:after])
            handler.wfile.flush()
            self.released.wait(60)

        return self.add(path, behaviour)


def send_file(handler, content, *, etag='"v1"', ranges=True, cut=None, wrong=None):
    """Send a file as servers do; `cut`: break off after so many bytes of the body."""
    asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    condition = handler.headers.get("If-Range")
    start = int(asked[1]) if asked and ranges and condition in (None, etag) else 0
    if asked and ranges and start >= len(content):
        handler.send_response(416)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    handler.send_response(206 if start else 200)
    if start:
        span = wrong or f"{start}-{len(content) - 1}"
        handler.send_header("Content-Range", f"bytes {span}/{len(content)}")
    if etag:
        handler.send_header("ETag", etag)
    handler.send_header("Content-Type", "application/octet-stream")
    handler.send_header("Content-Length", str(len(content) - start))
    handler.end_headers()
    handler.wfile.write(content[start:][:cut])


@pytest.fixture
def server(monkeypatch):
    """A running server."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            scripted.requests.append((self.path, dict(self.headers)))
            behaviour = scripted.behaviours.get(self.path)
            if behaviour is None:
                self.send_error(404)
            else:
                behaviour(self)

        def log_message(self, *args):
            """Be silent."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            """Be silent: clients hang up on purpose."""

    with Quiet(("127.0.0.1", 0), Handler) as running:
        scripted = Server(running.server_address[1])
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield scripted
        scripted.released.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def hasty():
    """A transfer that does not wait."""
    return Transfer(timeout_s=5, attempts=2, pause_s=0, chunk_size=100)
