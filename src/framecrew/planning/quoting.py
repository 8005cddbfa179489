"""Quoting: a command's arguments as one line to be pasted into a shell of a system."""

import shlex
from collections.abc import Sequence

NEEDS_QUOTES = frozenset(" \t\n\v\"&|<>^%()!,;='`")
"""Characters that Windows's shell or its programs would not take as they are."""


def quoted(arguments: Sequence[str], system: str) -> str:
    """The line for a system named as in `sys.platform`."""
    if system == "win32":
        return " ".join(_quoted_for_windows(argument) for argument in arguments)
    return shlex.join(arguments)


def _quoted_for_windows(argument: str) -> str:
    r"""By the rules of Microsoft's C runtime, which reads \ as itself except before a quote."""
    if argument and not NEEDS_QUOTES.intersection(argument):
        return argument
    parts: list[str] = []
    backslashes = 0
    for character in argument:
        if character == "\\":
            backslashes += 1
            continue
        # Before a quote each backslash counts twice, and one more makes the quote a letter.
        doubled = 2 * backslashes + 1 if character == '"' else backslashes
        parts.append("\\" * doubled + character)
        backslashes = 0
    ending = "\\" * (2 * backslashes)
    return f'"{"".join(parts)}{ending}"'
