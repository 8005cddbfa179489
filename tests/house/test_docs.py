"""The pages keep their promises: generated ones are current, what the README says exists."""

import re
import subprocess
import sys
from pathlib import Path

import pages
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(pages.PAGES))
def test_a_generated_page_is_what_the_code_says_today(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == pages.PAGES[name](), (
        f"{name} is old. Run: python scripts/pages.py"
    )


def test_the_readme_tells_the_two_commands_and_no_command_that_does_not_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"bootstrap\.py (\w+)", readme))
    usage = subprocess.run(
        [sys.executable, ROOT / "bootstrap.py", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    known = re.search(r"\{([\w,]+)\}", usage)
    assert known

    assert told >= {"demo", "test"}
    assert told <= set(known[1].split(","))


def test_every_link_of_a_page_to_another_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in [
            *ROOT.glob("*.md"),
            *ROOT.glob("docs/**/*.md"),
            *ROOT.glob("examples/*.md"),
        ]
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if "://" not in link and not (page.parent / link).exists()
    ]

    assert not broken
