"""What a film's program says of itself: its lines, its failures, and how far it is.

Every line begins with `framecrew-film: `; `renderers/ffmpeg.py` reads them.
"""

import errno
import sys
import threading
import time
import traceback

_lock = threading.Lock()

QUIET = 0.5
"""Seconds between two lines of progress."""


class FilmError(Exception):
    """The film cannot be made; `kind` is one of framecrew's kinds of failure."""

    def __init__(self, kind, text):
        self.kind = kind
        super().__init__(text)


def tell_failures(work, arguments):
    """Do the work and return the exit code: 0, or 1 behind a line that names the failure."""
    try:
        work(*arguments)
    except FilmError as error:
        return fail(error.kind, str(error))
    except MemoryError:
        return fail("out_of_memory", "not enough memory to make the film")
    except OSError as error:
        return fail(kind_of(error), str(error))
    except Exception as error:
        traceback.print_exc()
        return fail("unknown", f"{type(error).__name__}: {error}")
    return 0


class Progress:
    """Tells how far something is, often enough to be seen alive and not more."""

    def __init__(self, word, count):
        self._word = word
        self._count = count
        self._told = 0.0

    def tell(self, done):
        now = time.monotonic()
        if done == self._count or now - self._told >= QUIET:
            self._told = now
            say(f"{self._word} {done} of {self._count}")


def say(text):
    """One line, whoever says another one meanwhile."""
    # A path may hold what no terminal takes; the line must come whatever it says.
    encoding = sys.stdout.encoding or "utf-8"
    shown = text.encode(encoding, "backslashreplace").decode(encoding)
    with _lock:
        sys.stdout.write(f"framecrew-film: {shown}\n")
        sys.stdout.flush()


def warn(text):
    say(f"warning {' '.join(text.split())}")


def fail(kind, text):
    say(f"error kind={kind} {' '.join(text.split())}")
    return 1


def kind_of(error):
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return "disk_full"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "output_not_writable"
    return "unknown"


def tail(text):
    return "; ".join(line.strip() for line in text.strip().splitlines()[-3:])
