"""What is printed, and the marks that part it (`docs/sessions.md`)."""

import contextlib
import ctypes
import os
import sys

MARK = "framecrew: mark"


def flush_streams():
    """Push out what Python and C have printed so far."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    with contextlib.suppress(OSError, AttributeError):
        # Blender on Windows prints by the universal C runtime, not by the old msvcrt.
        c_library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
        c_library.fflush(None)


class Marks:
    """Numbers that only grow; each is a line in the log and a word in a message."""

    def __init__(self):
        self.last = 0

    def set(self):
        """Write the line that parts what was printed before from what comes after."""
        flush_streams()
        self.last += 1
        with contextlib.suppress(OSError):
            os.write(1, f"{MARK} {self.last}\n".encode())
        return self.last
