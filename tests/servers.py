"""Servers on loopback, for pages that ask more than their own folder."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Files(SimpleHTTPRequestHandler):
    """Sends the files of a folder and says nothing."""

    def log_message(self, *_values: object) -> None:
        pass


@contextmanager
def serving(
    handler: Callable[..., Any], *, secured_by: ssl.SSLContext | None = None
) -> Iterator[str]:
    """The address of a server, which ends with the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if secured_by:
            server.socket = secured_by.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        name = "https://localhost" if secured_by else "http://127.0.0.1"
        try:
            yield f"{name}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder."""
    with serving(partial(Files, directory=folder)) as address:
        yield address


@contextmanager
def answering(answer: Callable[[], bytes] = bytes) -> Iterator[str]:
    """The address of a server that lets every page in and asks here what to send."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = answer()
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_values: object) -> None:
            pass

    with serving(Handler) as address:
        yield f"{address}/"


@contextmanager
def never_answering() -> Iterator[str]:
    """The address of a server that lets every page in and sends nothing for as long as this lasts."""
    ended = threading.Event()

    def never() -> bytes:
        ended.wait()
        return b""

    with answering(never) as address:
        try:
            yield address
        finally:
            ended.set()
