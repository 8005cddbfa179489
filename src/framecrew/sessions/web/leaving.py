"""Leaving: the browser goes first, then this process, at once and with its exit code."""

import os

_last_words = []


def before_leaving(action):
    """Have this done when the process leaves, by whatever door of ours."""
    _last_words.append(action)


def leave_at_once(code=0):
    for action in reversed(_last_words):
        try:
            action()
        except Exception as problem:
            print(f"framecrew-web: while leaving: {problem}", flush=True)
    os._exit(code)
