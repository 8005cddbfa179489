"""Saying: lines for the log, which the renderer's rules read, and the marks between them."""

import itertools
import sys
import threading

_numbers = itertools.count(1)
_lock = threading.Lock()
_origins = []


def leave_out(origin):
    """What lies there is told by its name alone: where it is, was drawn by lot."""
    _origins.append(f"{origin}/")


def plain(text):
    """Words as they are told."""
    for origin in _origins:
        text = text.replace(origin, "")
    return text


def say(text):
    """One line; a page's own line ends do not make two of it."""
    with _lock:
        sys.stdout.write(" ".join(plain(str(text)).split()) + "\n")
        sys.stdout.flush()


def set_mark():
    """What was printed until now belongs to the message that bears this number."""
    number = next(_numbers)
    say(f"framecrew: mark {number}")
    return number


def warn(text, frame=None):
    say(f"framecrew-web: warning {_about(frame)}{text}")


def complain(kind, text, frame=None):
    """What spoils the frame, of this kind of failure."""
    say(f"framecrew-web: error kind={kind} {_about(frame)}{text}")


def _about(frame):
    return "" if frame is None else f"frame {frame}: "
