"""The card of the web: what it is told, what is wrong with it, how it speaks and fails."""

import pytest

from framecrew.model.failures import FailureKind
from framecrew.model.requests import RenderRequest
from framecrew.renderers.contract import Complaint, End, FoundProgram, Noise, Severity
from framecrew.renderers.registry import installed_renderers
from framecrew.renderers.web import RENDERER, abilities, open_message, session_key
from framecrew.renderers.web_options import mistakes


def request(made: str = "frame_####.png", **options: object) -> RenderRequest:
    return RenderRequest(
        renderer="web", scene="/a/index.html", program="/b/chrome", made=made, options=options
    )


@pytest.mark.parametrize(
    "scene", ["intro/index.html", "INTRO.HTM", "https://localhost:5173/", "http://host/?a=1"]
)
def test_pages_and_addresses_are_the_webs(scene: str) -> None:
    assert installed_renderers().for_scene(scene).name == "web"


def test_the_date_is_told_in_milliseconds_and_is_utc_unless_it_says_otherwise() -> None:
    def told(date: str) -> object:
        options = open_message(request(date=date))["options"]
        assert isinstance(options, dict)
        return options["date_ms"]

    assert told("1970-01-01T00:00:01") == 1000
    assert told("1970-01-01T01:00:01+01:00") == 1000


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"size": "1920*1080"}, "size"),
        ({"size": "0x10"}, "size"),
        ({"date": "yesterday"}, "date"),
        ({"quality": "101"}, "quality"),
        ({"quality": "good"}, "quality"),
        ({"props": "{}", "props_file": "/a.json"}, "props"),
    ],
)
def test_what_cannot_be_meant_is_told_before_a_browser_is_started(
    options: dict[str, object], place: str
) -> None:
    assert [one.place for one in mistakes(options)] == [f"options.{place}"]


def test_nothing_is_wrong_with_the_defaults() -> None:
    assert mistakes({}) == []


def test_where_a_draft_cannot_be_pictures_of_a_lower_quality_are_taken() -> None:
    told = open_message(request(quality="draft"))["options"]
    assert isinstance(told, dict)
    assert (told["is_draft"], told["quality"]) == (True, 80)
    assert mistakes({"quality": "draft"}) == []


def test_pictures_of_another_kind_or_size_need_another_session() -> None:
    keys = {
        session_key(request()),
        session_key(request(made="frame_####.jpg")),
        session_key(request(size="10x10")),
    }

    assert len(keys) == 3


def test_only_the_shell_is_said_to_draw_when_told_to() -> None:
    shell = FoundProgram(name="", path="/a/chrome-headless-shell", version="")
    chrome = FoundProgram(name="", path="/headless/chrome", version="")

    assert "begin-frame" in abilities(shell)
    assert "begin-frame" not in abilities(chrome)


def readings(line: str) -> list[Complaint]:
    return [one for one in RENDERER.reader(request()).read(line) if isinstance(one, Complaint)]


def test_a_file_that_is_missing_is_an_error_of_its_kind_and_a_console_error_is_a_warning() -> (
    None
):
    (missing,) = readings("framecrew-web: error kind=missing_asset frame 3: /a/b.png")
    (said,) = readings("framecrew-web: warning frame 3: console: oh")

    assert (missing.severity, missing.kind) == (Severity.ERROR, FailureKind.MISSING_ASSET)
    assert missing.text == "frame 3: /a/b.png"
    assert said.severity is Severity.WARNING


@pytest.mark.parametrize(
    "line",
    [
        "[1:2:1121/070000:ERROR:dbus/bus.cc:408] Failed to connect to the bus",
        "[1123/062849.106377:WARNING:media/gpu/vaapi/vaapi_wrapper.cc:1655] drmGetDevices2() has not found any",
        '[1123/063550.974287:INFO:CONSOLE:1] "words of a page", source: index.html (1)',
    ],
)
def test_what_a_browser_says_of_itself_explains_nothing(line: str) -> None:
    assert RENDERER.reader(request()).read(line) == [Noise()]


def test_no_sandbox_explains_a_browser_that_did_not_start() -> None:
    (told,) = readings("[1:1:FATAL:zygote_host_impl_linux.cc(126)] No usable sandbox!")

    assert told.kind is FailureKind.BAD_REQUEST


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (End(exit_code=None, complaints=(), tail=()), None),
        (End(exit_code=0, complaints=(), tail=(), answer="done"), None),
        (End(exit_code=0, complaints=(), tail=(), opened=True), FailureKind.UNKNOWN),
        (End(exit_code=-9, complaints=(), tail=()), FailureKind.CRASH),
        (End(exit_code=None, complaints=(), tail=(), answer="what?"), FailureKind.UNKNOWN),
    ],
)
def test_each_end_of_a_session_has_its_failure(end: End, kind: FailureKind | None) -> None:
    failure = RENDERER.diagnose(end)

    assert (failure.kind if failure else None) == kind
