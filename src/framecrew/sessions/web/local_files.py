"""Local files: the folder of a page, served on loopback to our own browser and to nobody else.

Rule 1: only GET and HEAD, only files below the folder; links that lead out of it are refused.
Rule 2: the host's name is drawn by lot: who does not know it gets nothing, on whatever port.
        A name, and not a path, so that a page's own absolute paths (`/assets/x.js`) stay right.
"""

import hashlib
import mimetypes
import os
import re
import secrets
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TYPES = {
    ".avif": "image/avif",
    ".css": "text/css",
    ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json",
    ".htm": "text/html",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".mjs": "text/javascript",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".otf": "font/otf",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
"""Where a system's own tables are wrong or empty; module scripts are refused with a wrong type."""

BLOCK = 1 << 18

MOVING = re.compile(
    rb"NETSCAPE2\.0|^RIFF....WEBPVP8X.{14}ANIM|acTL|<animate|@keyframes|<set\b", re.DOTALL
)
"""What tells of a picture file that it moves by itself: GIF, WebP, PNG and SVG."""


class LocalFiles:
    """Serves one folder until the process ends."""

    def __init__(self, folder):
        self.folder = os.path.realpath(folder)
        self.name = f"{secrets.token_hex(16)}.localhost"
        self.served = {}
        """File → its size and time, of all that was asked for."""
        self.first = {}
        """The same as it was when it was first asked for: by the sessions before this one too."""
        self.moving = {}
        """Name → whether it was told, of those that were asked for as pictures and move by themselves."""
        owner = self

        class Handler(_Handler):
            files = owner

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(
            target=self.server.serve_forever, name="framecrew files", daemon=True
        ).start()

    @property
    def origin(self):
        return f"http://{self.name}:{self.server.server_address[1]}"

    def address(self, path):
        """The address of a file in the folder."""
        inside = os.path.relpath(os.path.realpath(path), self.folder)
        return f"{self.origin}/{urllib.parse.quote(inside.replace(os.sep, '/'))}"

    def stamp(self):
        """Another text as soon as one of the files that were served is another."""
        facts = sorted(
            (os.path.relpath(path, self.folder), *of) for path, of in self.served.items()
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    @property
    def known(self):
        """What other sessions are told of them, by name."""
        return {os.path.relpath(path, self.folder): of for path, of in self.first.items()}

    def know(self, told):
        """What another session was served is what this one is to be served."""
        for name, of in told.items():
            self.first[os.path.join(self.folder, name)] = tuple(of)

    def changed(self):
        """A file that is not any more what it was; empty if there is none."""
        for path, of in list(self.served.items()):
            if self.first.setdefault(path, of) != of:
                return path
        return ""

    def take_moving(self):
        """Names of pictures that move by themselves and were not asked for here before."""
        names = sorted(name for name, is_told in list(self.moving.items()) if not is_told)
        self.moving.update(dict.fromkeys(names, True))
        return names

    def place(self, path):
        """Where a request's path would lie, which may be outside; empty for what no file is called."""
        words = urllib.parse.unquote(path.partition("?")[0].partition("#")[0])
        if "\0" in words:
            return ""
        return os.path.realpath(os.path.join(self.folder, words.lstrip("/\\")))

    def file(self, path):
        """The file of a request's path; None for a folder, for nothing, and for all outside."""
        full = self.place(path)
        if os.path.isdir(full):
            full = os.path.join(full, "index.html")
        inside = full.startswith(self.folder.rstrip(os.sep) + os.sep)
        return (
            full if inside and os.path.realpath(full) == full and os.path.isfile(full) else None
        )


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A browser that is ended leaves requests behind; all else is told as always."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "framecrew"
    sys_version = ""
    files = None

    def do_GET(self):
        self._serve(with_body=True)

    def do_HEAD(self):
        self._serve(with_body=False)

    def log_message(self, *_values):
        """Say nothing: what fails is told by the browser, with the frame."""

    def _serve(self, *, with_body):
        host = f"{self.files.name}:{self.server.server_address[1]}"
        if not secrets.compare_digest(self.headers.get("Host", "").encode(), host.encode()):
            self._refuse(403)
            return
        path = self.files.file(self.path)
        if path is None:
            self._refuse(404)
            return
        way, mark, asked = self.path.partition("?")
        if os.path.isdir(self.files.place(way)) and not way.endswith("/"):
            # Or what the page there names beside itself would be looked for above its folder.
            self._refuse(301, ("Location", f"/{way.lstrip('/')}/{mark}{asked}"))
            return
        try:
            with open(path, "rb") as file:
                self._send(file, path, with_body=with_body)
        except PermissionError:
            self._refuse(403)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send(self, file, path, *, with_body):
        facts = os.fstat(file.fileno())
        size = facts.st_size
        self.files.served[path] = (size, facts.st_mtime_ns)
        stretch = _stretch(self.headers.get("Range", ""), size)
        if stretch is None:
            self._refuse(416, ("Content-Range", f"bytes */{size}"))
            return
        first, last, is_part = stretch
        self.send_response(206 if is_part else 200)
        if is_part:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        ending = os.path.splitext(path)[1].lower()
        kind = TYPES.get(ending) or mimetypes.guess_type(path)[0] or "application/octet-stream"
        if kind.startswith("text/") and _is_unicode(file):
            # What is in another encoding says so itself, or is in that of its page.
            kind += "; charset=utf-8"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if not with_body:
            return
        if self.headers.get("Sec-Fetch-Dest") == "image" and MOVING.search(file.read(BLOCK)):
            self.files.moving.setdefault(os.path.relpath(path, self.files.folder), False)
        file.seek(first)
        left = last - first + 1
        while left > 0 and (block := file.read(min(BLOCK, left))):
            self.wfile.write(block)
            left -= len(block)

    def _refuse(self, code, *headers):
        self.send_response(code)
        for header in (*headers, ("Content-Length", "0")):
            self.send_header(*header)
        self.end_headers()


def _is_unicode(file):
    try:
        file.read().decode()
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _stretch(wanted, size):
    """First and last byte and whether that is a part; None for one that is not there."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted.strip())
    if not found or found[0] == "bytes=-":
        return 0, size - 1, False
    if not found[1]:
        count = min(int(found[2]), size)
        return (size - count, size - 1, True) if count else None
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    return (first, last, True) if first <= last else None
