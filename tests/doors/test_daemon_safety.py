"""Who gets in and what they get: no token, other hosts, other sites, odd paths, odd bodies."""

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from daemon import DaemonProcess
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from framecrew.client import Client, Refused
from framecrew.model.errors import WrongUse
from framecrew.model.statuses import JobStatus
from framecrew.testing import write_scene

READING = (
    "status", "jobs", "jobs/1", "jobs/1/view", "jobs/1/plan", "jobs/1/frames", "jobs/1/attempts",
    "jobs/1/failures", "jobs/1/log", "jobs/1/log/text", "jobs/1/picture?frame=1",
    "jobs/1/thumbnail?frame=1", "jobs/1/sheet", "jobs/1/film", "renderers", "presets", "machine",
    "folders", "frames?text=1", "openapi.json",
)  # fmt: skip
DOING = (
    ("POST", "jobs"), ("POST", "plan"), ("POST", "inspect"), ("POST", "jobs/1/cancel"),
    ("POST", "jobs/1/retry"), ("PUT", "jobs/1/priority"), ("PUT", "jobs/1/slots"), ("PUT", "jobs/1/note"),
    ("DELETE", "jobs/1"), ("POST", "jobs/many"), ("PUT", "queue"), ("POST", "clean"),
    ("PUT", "presets/a"), ("DELETE", "presets/a"), ("POST", "links"), ("POST", "stop"),
    ("POST", "scenes?name=a.standin"),
)  # fmt: skip


class Answer:
    """Status, headers and body of one answer."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.read()

    @property
    def plain(self) -> Any:
        return json.loads(self.body)


def ask(
    daemon: DaemonProcess,
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    host: str | None = None,
) -> Answer:
    """One request with just these headers."""
    place = daemon.client.url.removeprefix("http://")
    connection = http.client.HTTPConnection(place, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", place if host is None else host)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None and "Content-Length" not in (headers or {}):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def bearer(daemon: DaemonProcess) -> dict[str, str]:
    token = (daemon.home / "token").read_text()
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def cookie(daemon: DaemonProcess) -> dict[str, str]:
    """What the page has after its link."""
    link = daemon.client.link().partition("/open")[2]
    answer = ask(daemon, f"/open{link}")
    assert answer.status == 303
    return {
        "Cookie": answer.headers["set-cookie"].partition(";")[0],
        "Content-Type": "application/json",
    }


def origin(daemon: DaemonProcess) -> dict[str, str]:
    return {"Origin": daemon.client.url}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    folder = tmp_path_factory.mktemp("daemon")
    (folder / "user").mkdir()
    before = os.environ.get("HOME")
    os.environ["HOME"] = str(folder / "user")
    try:
        with DaemonProcess(folder) as running:
            scene = write_scene(folder / "a.standin", last=3, lines_per_frame=1)
            job = running.client.submit(running.keys(scene))
            running.wait_over(job)
            yield running
    finally:
        if before is not None:
            os.environ["HOME"] = before


# ── who gets in ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", READING)
def test_nothing_is_read_without_a_key(daemon: DaemonProcess, path: str) -> None:
    answer = ask(daemon, f"/api/v1/{path}")

    assert answer.status == 401
    assert "framecrew studio" in answer.plain["message"]
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), DOING)
def test_nothing_is_done_without_a_key(daemon: DaemonProcess, method: str, path: str) -> None:
    assert ask(daemon, f"/api/v1/{path}", method, b"{}").status == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic Og=="},
        {"Authorization": "Bearer \xe4"},
        {"Cookie": "framecrew-4727=x; a"},
        {"Cookie": "framecrew-\x01=;;;==\xff"},
    ],
)
def test_a_wrong_key_is_none(daemon: DaemonProcess, wrong: dict[str, str]) -> None:
    assert ask(daemon, "/api/v1/jobs", headers=wrong).status == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:4727", "127.0.0.1", "localhost.evil.example", ""]
)
def test_another_host_is_refused_whoever_asks(daemon: DaemonProcess, host: str) -> None:
    for path in ("/", "/api/v1/jobs", "/open?key=x"):
        assert ask(daemon, path, headers=bearer(daemon), host=host).status == 421


@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_is_refused_even_with_a_key(
    daemon: DaemonProcess, foreign: dict[str, str]
) -> None:
    for key in (cookie(daemon), bearer(daemon)):
        for method, path in (("GET", "jobs"), ("POST", "jobs/1/cancel")):
            assert ask(daemon, f"/api/v1/{path}", method, headers=key | foreign).status == 403


def test_a_cookie_alone_reads_and_does_nothing(daemon: DaemonProcess) -> None:
    """A form of another site would be sent with the cookie, and with no Origin by old browsers."""
    key = cookie(daemon)

    assert ask(daemon, "/api/v1/jobs", headers=key).status == 200
    assert ask(daemon, "/api/v1/jobs/1/note", "PUT", b'{"note":"x"}', key).status == 403
    own = key | origin(daemon)
    assert ask(daemon, "/api/v1/jobs/1/note", "PUT", b'{"note":"x"}', own).status == 200


def test_the_cookie_is_the_pages_alone_and_no_token(daemon: DaemonProcess) -> None:
    link = daemon.client.link().partition("/open")[2]
    answer = ask(daemon, f"/open{link}")

    told = answer.headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=strict" in told
    assert (daemon.home / "token").read_text() not in answer.headers["set-cookie"]
    for path in ("links", "stop"):
        own = cookie(daemon) | origin(daemon)
        assert ask(daemon, f"/api/v1/{path}", "POST", headers=own).status == 403


def test_a_link_works_once(daemon: DaemonProcess) -> None:
    link = daemon.client.link().partition("/open")[2]

    assert ask(daemon, f"/open{link}").status == 303
    assert ask(daemon, f"/open{link}").status == 401
    assert ask(daemon, "/open?key=").status == 401


@pytest.mark.parametrize(
    ("extra", "key"),
    [
        ({}, False),
        ({"Origin": "http://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Host": "evil.example"}, True),
    ],
)
def test_the_stream_is_guarded_as_everything_else(
    daemon: DaemonProcess, extra: dict[str, str], key: bool
) -> None:
    headers = (cookie(daemon) if key else {}) | extra
    headers.pop("Content-Type", None)
    url = f"{daemon.client.url.replace('http', 'ws')}/api/v1/events"

    with (
        pytest.raises(InvalidStatus) as caught,
        connect(url, additional_headers=headers, proxy=None),
    ):
        pass
    # Two Host headers are no HTTP at all.
    assert caught.value.response.status_code == (400 if "Host" in extra else 403)


def test_a_cookie_without_origin_gets_no_stream(daemon: DaemonProcess) -> None:
    url = f"{daemon.client.url.replace('http', 'ws')}/api/v1/events"
    headers = {"Cookie": cookie(daemon)["Cookie"]}

    with pytest.raises(InvalidStatus), connect(url, additional_headers=headers, proxy=None):
        pass
    with connect(
        url, additional_headers=headers | origin(daemon), origin=None, proxy=None
    ) as socket_:
        assert json.loads(socket_.recv(timeout=10))["type"] == "hello"


# ── what they get ─────────────────────────────────────────────────────────────────────────────


def test_every_answer_forbids_what_comes_from_elsewhere(daemon: DaemonProcess) -> None:
    for path in ("/", "/assets/none.js", "/api/v1/status"):
        answer = ask(daemon, path, headers=bearer(daemon))
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/assets/..%5c..%5c..%5cdaemon.py",
        "/assets/../../daemon.py",
        "/%00",
        "/assets/" + "a" * 5_000,
    ],
)
def test_the_page_shows_no_file_but_its_own(daemon: DaemonProcess, path: str) -> None:
    answer = ask(daemon, path)

    assert answer.status in (200, 404)
    assert b"root:" not in answer.body
    assert b"import" not in answer.body[:200]
    assert answer.headers["content-type"].startswith(("text/html", "application/json"))


ODD = [
    "../../../etc/passwd",
    "/etc/passwd",
    "..",
    "a/../../b",
    "\0",
    "%2e%2e",
    "x" * 900,
    "é\n",
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "path",
    [
        "jobs/1/frames?task={}", "jobs/1/attempts?task={}", "jobs/1/log?attempt={}",
        "jobs/1/log/text?attempt={}", "jobs/1/picture?frame=1&name={}",
        "jobs/1/picture?frame=1&task={}", "jobs/1/thumbnail?frame=1&task={}",
        "jobs/1/thumbnail?frame={}", "jobs/1/sheet?task={}", "jobs/1/sheet?frames={}",
        "jobs/1/film?task={}", "jobs/{}", "jobs/{}/picture?frame=1", "folders?path={}",
        "presets/{}", "frames?text={}",
    ],
)  # fmt: skip
def test_no_path_in_a_parameter_is_followed(daemon: DaemonProcess, path: str, odd: str) -> None:
    answer = ask(daemon, f"/api/v1/{path.format(quote(odd, safe=''))}", headers=bearer(daemon))

    assert answer.status in (200, 400, 404, 405, 422)
    assert b"root:" not in answer.body
    if answer.status == 200:
        assert path.startswith(("frames", "jobs/1/attempts"))


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("odd", ODD)
def test_no_path_in_a_name_is_written(daemon: DaemonProcess, method: str, odd: str) -> None:
    path = f"scenes?name={quote(odd, safe='')}"
    if method == "PUT":
        path = f"presets/{quote(odd, safe='')}"
    body = b"{}" if method == "POST" else b'{"job": {}}'
    before = sorted(daemon.home.parent.rglob("*standin*"))

    answer = ask(daemon, f"/api/v1/{path}", method, body, bearer(daemon))

    assert answer.status in (200, 404, 405, 422)
    assert sorted(daemon.home.parent.rglob("*standin*")) == before
    if method == "PUT" and answer.status == 200:
        assert ask(daemon, f"/api/v1/{path}", "DELETE", headers=bearer(daemon)).status == 200


@pytest.mark.parametrize("name", ["a.standin/..", "a.sh", ".standin\n", "", "a\\b.standin"])
def test_only_a_scene_with_a_plain_name_is_taken(daemon: DaemonProcess, name: str) -> None:
    path = f"/api/v1/scenes?name={quote(name, safe='')}"
    assert ask(daemon, path, "POST", b"{}", bearer(daemon)).status == 422


def test_an_uploaded_scene_lies_in_a_folder_of_its_own(
    daemon: DaemonProcess, tmp_path: Path
) -> None:
    scene = write_scene(tmp_path / "dropped.standin", last=2)

    path = Path(daemon.client.upload(scene))

    assert path.read_bytes() == scene.read_bytes()
    assert path.is_relative_to(daemon.home / "scenes")


@contextmanager
def without(place: Path) -> Iterator[None]:
    """Something else may stand in this place; afterwards all is as it was."""
    kept = place.with_name("kept")
    if place.exists():
        place.rename(kept)
    try:
        yield
    finally:
        if place.is_dir() and not place.is_symlink():
            place.rmdir()
        else:
            place.unlink()
        if kept.exists():
            kept.rename(place)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_in_place_of_a_frame_is_not_followed(
    daemon: DaemonProcess, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    frame = daemon.output / "f_0002.png"
    with without(frame):
        frame.symlink_to(secret)
        for shape in ("picture", "thumbnail"):
            answer = ask(daemon, f"/api/v1/jobs/1/{shape}?frame=2", headers=bearer(daemon))
            assert answer.status == 404
            assert "link" in answer.plain["message"]


def assert_no_log(daemon: DaemonProcess, because: str) -> None:
    for path in ("log?attempt=1", "log/text?attempt=1"):
        answer = ask(daemon, f"/api/v1/jobs/1/{path}", headers=bearer(daemon))
        assert answer.status == 404
        assert because in answer.plain["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
@pytest.mark.parametrize("part", ["1/1.1.log", "1/1.1.log.new", "1"])
def test_a_link_in_place_of_a_log_is_not_followed(
    daemon: DaemonProcess, tmp_path: Path, part: str
) -> None:
    for name in ("elsewhere", "1.1.log"):
        (tmp_path / name).write_text("a secret\n")
    place = daemon.home / "logs" / part
    with without(place):
        place.symlink_to(tmp_path if part == "1" else tmp_path / "elsewhere")
        assert_no_log(daemon, "link")


def test_a_folder_in_place_of_a_log_is_told(daemon: DaemonProcess) -> None:
    place = daemon.home / "logs" / "1" / "1.1.log"
    with without(place):
        place.mkdir()
        assert_no_log(daemon, "no file")


@pytest.mark.parametrize(
    "odd",
    [
        "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=0--1", "bytes=,,",
        "items=0-5", "bytes=0x1-5", "bytes=1_0-2_0", "bytes=0-" + "9" * 5_000, "bytes=\xb2-5",
    ],
)  # fmt: skip
def test_a_range_that_says_nothing_gets_the_whole_file(daemon: DaemonProcess, odd: str) -> None:
    whole = (daemon.output / "f_0001.png").read_bytes()

    answer = ask(
        daemon, "/api/v1/jobs/1/picture?frame=1", headers=bearer(daemon) | {"Range": odd}
    )

    assert answer.status == 200
    assert answer.body == whole


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-3", slice(0, 4)), ("bytes=-5", slice(-5, None)), ("BYTES=4-", slice(4, None))],
)
def test_a_range_gets_its_part(daemon: DaemonProcess, asked: str, part: slice) -> None:
    whole = (daemon.output / "f_0001.png").read_bytes()

    answer = ask(
        daemon, "/api/v1/jobs/1/picture?frame=1", headers=bearer(daemon) | {"Range": asked}
    )

    assert answer.status == 206
    assert answer.body == whole[part]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/api/v1/jobs", "GET, POST"),
        ("GET", "/api/v1/jobs/1/cancel", "POST"),
        ("PUT", "/api/v1/jobs/1", "DELETE, GET"),
        ("POST", "/", "GET"),
    ],
)
def test_who_asks_the_wrong_way_is_told_the_right_ones(
    daemon: DaemonProcess, method: str, path: str, allowed: str
) -> None:
    answer = ask(daemon, path, method, headers=bearer(daemon))

    assert answer.status == 405
    assert answer.headers["allow"] == allowed


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_folders_outside_the_roots_are_not_listed(
    daemon: DaemonProcess, tmp_path: Path
) -> None:
    user = daemon.home.parent / "user"
    (user / "shots").mkdir(exist_ok=True)
    (user / "shots" / "<img src=x>.standin").write_text("{}")
    (user / "way out").symlink_to(tmp_path)
    (user / "way in").symlink_to(user / "shots")

    listed = daemon.client.folders()
    assert {entry.name for entry in listed.entries} == {"shots", "way in"}
    inside = daemon.client.folders(str(user / "way in"))
    assert [entry.renderer for entry in inside.entries] == ["stand-in"]
    for path in (user / "way out", tmp_path, "/", "relative", f"{user}/../"):
        with pytest.raises(Refused, match="name them in config") as caught:
            daemon.client.folders(str(path))
        assert caught.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"7", b"null", b'"x"', b"\xff\xfe", b"{}" * 50, b'{"job": []}',
        b'{"job": {"scene": 7}}', b'{"job": {"scene": "\\u0000"}}',
        b'{"job": {"scene": "\\ud800"}}', b'{"job": {"\\udc80": "\\udfff"}}',
        b'{"job": {"frames": "' + b"1," * 100_000 + b'"}}',
        b'{"job": {"options": {"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}}",
        b'{"job": {"slots": 1e999}}', b'{"job": {"slots": ' + b"9" * 5_000 + b"}}",
        b'{"job": {"environment": {"": null}}}', b'{"job": {"version": 99}}',
    ],
)  # fmt: skip
@pytest.mark.parametrize(("method", "path"), [("POST", "jobs"), ("POST", "plan")])
def test_a_malformed_body_is_refused_in_words(
    daemon: DaemonProcess, method: str, path: str, body: bytes
) -> None:
    before = daemon.client.jobs().total

    answer = ask(daemon, f"/api/v1/{path}", method, body, bearer(daemon))

    is_told = answer.status == 200 and answer.plain["mistakes"]
    assert answer.status in (400, 422) or is_told
    assert daemon.client.jobs().total == before


def test_a_huge_body_is_refused_however_it_is_sent(daemon: DaemonProcess) -> None:
    told = bearer(daemon) | {"Content-Length": str(10**12)}
    assert ask(daemon, "/api/v1/jobs", "POST", b"{", told).status == 413

    host, _, port = daemon.client.url.removeprefix("http://").partition(":")
    head = (
        f"POST /api/v1/jobs HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Authorization: {bearer(daemon)['Authorization']}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=30) as plain:
        plain.sendall(head.encode())
        try:
            for _ in range(40):
                plain.sendall(b"10000\r\n" + b"a" * 0x10000 + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        answered = plain.recv(4_096)
    assert b" 413 " in answered.splitlines()[0]
    assert daemon.client.status().pid


def test_markup_in_names_and_lines_stays_text(daemon: DaemonProcess, tmp_path: Path) -> None:
    name = "<script>alert(1)</script>"
    scene = write_scene(tmp_path / "a.standin", last=1, lines_per_frame=1)
    job = daemon.client.submit(
        daemon.keys(scene, name=name, output=str(tmp_path / "o" / "f_####.png")), note=name
    )
    assert daemon.wait_over(job).status == JobStatus.DONE

    for path in ("jobs", f"jobs/{job}", f"jobs/{job}/log"):
        answer = ask(daemon, f"/api/v1/{path}", headers=bearer(daemon))
        assert answer.headers["content-type"] == "application/json"
    text = ask(daemon, f"/api/v1/jobs/{job}/log/text", headers=bearer(daemon))
    assert text.headers["content-type"].startswith("text/plain")
    assert text.headers["content-disposition"].startswith("attachment")
    assert daemon.row(job).name == name


def test_secrets_of_the_environment_are_told_to_nobody(
    daemon: DaemonProcess, tmp_path: Path
) -> None:
    scene = write_scene(tmp_path / "a.standin", last=1)
    secret = "hunter2-is-secret"
    job = daemon.client.submit(
        daemon.keys(
            scene, output=str(tmp_path / "o" / "f_####.png"), environment={"API_TOKEN": secret}
        )
    )
    daemon.wait_over(job)

    for path in ("", "/view", "/plan", "/attempts", "/failures", "/log"):
        answer = ask(daemon, f"/api/v1/jobs/{job}{path}", headers=bearer(daemon))
        assert answer.status == 200
        assert secret.encode() not in answer.body
    with daemon.client.events(0) as stream:
        while (batch := stream.next_batch(1.0)) is not None:
            assert secret not in json.dumps([dict(event) for event in batch.events])


def test_relative_paths_are_mistakes(daemon: DaemonProcess) -> None:
    with pytest.raises(WrongUse) as caught:
        daemon.client.submit({"scene": "a.standin", "output": "out/f_####.png"})

    places = [mistake.place for mistake in caught.value.mistakes]
    assert places == ["scene", "output"]


# ── presets and TLS ───────────────────────────────────────────────────────────────────────────


def test_a_preset_that_cannot_work_is_not_saved(daemon: DaemonProcess) -> None:
    with pytest.raises(WrongUse) as caught:
        daemon.client.save_preset("Web", {"film_preset": "vp9", "film": "/out/a.mp4"})
    assert [mistake.place for mistake in caught.value.mistakes] == ["film_preset"]
    with pytest.raises(WrongUse):
        daemon.client.save_preset("Odd", {"frame": "1-2"})


@pytest.mark.parametrize("name", ["Web", "Ada/web 50 %", "<b>?a=b#c</b>", "a%2Fb", "Größe"])
def test_a_preset_may_be_called_anything(daemon: DaemonProcess, name: str) -> None:
    daemon.client.save_preset(name, {"film_preset": "vp9", "film": "/out/a.webm"})
    assert name in {one.name for one in daemon.client.presets().saved}
    daemon.client.forget_preset(name)
    assert name not in {one.name for one in daemon.client.presets().saved}


@pytest.mark.skipif(sys.platform == "win32", reason="openssl is not at hand there")
def test_another_address_speaks_tls_and_still_wants_the_token(tmp_path: Path) -> None:
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
            "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    flags = (
        "--listen", "0.0.0.0", "--port", "0", "--name", "localhost",
        "--certificate", str(tmp_path / "cert.pem"), "--key", str(tmp_path / "key.pem"),
    )  # fmt: skip
    with DaemonProcess(tmp_path / "tls", *flags) as daemon:
        assert daemon.client.url.startswith("https://localhost:")
        assert Client.connect(daemon.home).status().live == 0
        with daemon.client.events() as stream:
            assert stream.next_batch(2.0) is not None
        place = daemon.client.url.removeprefix("https://")
        trust = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        connection = http.client.HTTPSConnection(place, context=trust, timeout=20)
        connection.request("GET", "/api/v1/jobs")
        assert connection.getresponse().status == 401
        connection.close()
