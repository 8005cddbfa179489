"""The processes of browsers."""

import psutil

PIPE = "--remote-debugging-pipe=cbor"
"""Told to the first process of a browser, and to none below it."""


def browsers_of(family: list[psutil.Process]) -> list[psutil.Process]:
    """The browsers among the processes, without what each has below it."""
    found = {one.pid: one for one in family if PIPE in command_of(one)}
    return [one for one in found.values() if one.ppid() not in found and not type_of(one)]


def pages_of(browser: psutil.Process) -> list[psutil.Process]:
    """The processes that draw its pages."""
    try:
        below = browser.children(recursive=True)
    except psutil.Error:
        return []
    return [one for one in below if type_of(one) == "renderer"]


def type_of(process: psutil.Process) -> str:
    """What a process of the browser is there for; empty for the browser itself."""
    words = (word for word in command_of(process) if word.startswith("--type="))
    return next(words, "").removeprefix("--type=")


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
