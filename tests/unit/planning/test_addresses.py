"""Scenes on a network: an address is no path, and names its job by what it ends in."""

import pytest

from framecrew.model.jobs import JobSpec
from framecrew.planning.findings import Findings, PathState
from framecrew.planning.mistakes import mistakes
from framecrew.planning.paths import absolute, beside_job_file, is_address, stem
from framecrew.renderers.registry import installed_renderers


@pytest.mark.parametrize("path", ["https://a.b/c", "http://localhost:5173/", "HTTP://a"])
def test_an_address_stays_as_it_is_wherever_it_is_seen_from(path: str) -> None:
    assert is_address(path)
    assert absolute(path, "/job") == path
    assert beside_job_file("scene", path, "/job") == path


@pytest.mark.parametrize("path", ["C:\\a.html", "a/b.html", "/a", "c:/a", "a:b"])
def test_a_path_is_no_address(path: str) -> None:
    assert not is_address(path)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://a.b/intro/index.html?x=1", "index"),
        ("http://localhost:5173/", "localhost-5173"),
        ("https://a.b/shots/one/", "one"),
    ],
)
def test_a_job_is_named_by_its_address(address: str, name: str) -> None:
    assert stem(address) == name


def test_only_a_renderer_that_opens_addresses_is_given_one() -> None:
    def wrong(renderer: str) -> list[str]:
        spec = JobSpec(scene="https://a.b/c", renderer=renderer, output="f_####.png")
        findings = Findings(folder="/job", scene=PathState.NOT_THERE)
        card = installed_renderers().get(renderer)
        return [one.place for one in mistakes(spec, findings, None, card)]

    assert "scene" not in wrong("web")
    assert "scene" in wrong("blender")


@pytest.mark.parametrize(
    ("address", "trouble"),
    [
        ("http://localhost:99999/", "Port out of range"),
        ("http://localhost:port/", "Port could not be cast"),
        ("http:///intro", "no host"),
        ("http://my host/", "a space"),
        ("http://[::1/", "Invalid IPv6"),
        ("http://[::1]:8080/a b?c", ""),
    ],
)
def test_an_address_that_no_browser_opens_is_told_before_one_is_started(
    address: str, trouble: str
) -> None:
    spec = JobSpec(scene=address, renderer="web", output="f_####.png")
    findings = Findings(folder="/job", scene=PathState.NOT_THERE)
    found = mistakes(spec, findings, None, installed_renderers().get("web"))

    told = [one.found for one in found if one.place == "scene"]
    assert [trouble in one for one in told] == ([True] if trouble else [])
