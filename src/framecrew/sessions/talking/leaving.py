"""Leaving: the process ends from any thread, at once and with its exit code."""

import os

_last_words = []


def before_leaving(action):
    """Have this done when the process leaves, by whatever door of ours."""
    _last_words.append(action)


def leave_silently():
    """Nothing is to be done any more, as in a process that is a copy of another."""
    _last_words.clear()


def leave_at_once(code=0):
    """`sys.exit` would end a thread only, and a program's own way out may hang."""
    for action in reversed(_last_words):
        try:
            action()
        except Exception as problem:
            print(f"framecrew: while leaving: {problem}", flush=True)
    os._exit(code)
