"""A command can be pasted into a shell."""

import shlex
import subprocess

import pytest

from framecrew.planning.quoting import quoted


def test_on_linux_and_macos_the_shell_reads_back_what_was_quoted() -> None:
    arguments = ["/opt/my blender/blender", "it's", "", "$HOME", "-x"]

    assert shlex.split(quoted(arguments, "linux")) == arguments
    assert quoted(arguments, "darwin") == quoted(arguments, "linux")


@pytest.mark.parametrize(
    "argument",
    ["", "a b", 'say "hi"', "a b\\", 'back\\" slash', "C:\\Program Files\\x\\", "\t"],
)
def test_on_windows_programs_read_back_what_was_quoted(argument: str) -> None:
    spaced = f"{argument} " if argument and not set(argument) & set(" \t") else argument

    assert quoted([spaced], "win32") == subprocess.list2cmdline([spaced])


def test_on_windows_the_shell_is_kept_from_its_own_characters() -> None:
    assert quoted(["C:\\b.exe", "a&b", "plain"], "win32") == 'C:\\b.exe "a&b" plain'
