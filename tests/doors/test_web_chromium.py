"""Chromium as people have it, and so Chrome and Edge: no headless shell, other sites in processes of their own."""

from pathlib import Path

import pytest
from browser import find_chromium
from doors.web import WITH_BROWSER, Folder, write_hook
from servers import answering

pytestmark = WITH_BROWSER

FEW = ("--slots", 1, "--frames", "2-4", "--frame-order", "any")


def with_frame(tmp_path: Path, address: str) -> Path:
    """A page that holds one of another site."""
    element = f'<iframe hidden src="{address.replace("127.0.0.1", "localhost")}"></iframe>'
    return write_hook(
        tmp_path,
        f"if (!document.querySelector('iframe')) document.body.innerHTML = '{element}'",
    )


def test_a_page_that_holds_one_of_another_site_is_rendered(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with answering() as address:
        scene = with_frame(tmp_path, address)
        said = folder.render(scene, *FEW, "--program", find_chromium())
    assert said.code == 0, said
    assert folder.shown() == {2: 2, 3: 3, 4: 4}


def test_a_frame_in_a_process_of_its_own_is_not_waited_for_in_vain(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with answering() as address:
        said = folder.render(
            with_frame(tmp_path, address),
            *(*FEW, "--capture", "screenshot", "--browser-arguments=--site-per-process"),
        )
    assert said.code == 0, said
    assert folder.shown() == {2: 2, 3: 3, 4: 4}


@pytest.mark.thorough
def test_a_temporary_folder_may_have_a_long_path(tmp_path: Path) -> None:
    folder, temporary = Folder(tmp_path), tmp_path / ("long" * 25)
    temporary.mkdir()
    folder.terminal.environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    said = folder.render(write_hook(tmp_path, ""), *FEW, "--program", find_chromium())
    assert said.code == 0, said
    assert not list(temporary.iterdir())


def test_a_way_of_capture_that_the_browser_has_not_is_refused_with_what_has_it(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    said = folder.render(
        write_hook(tmp_path, ""), "--capture", "begin-frame", "--program", find_chromium()
    )
    assert said.code == 2, said
    assert "does not draw when it is told to, as --capture begin-frame wants it" in said.err
    assert "chromium-headless-shell does" in said.err
    assert not folder.out.exists()
