"""Forking: one process becomes two; the child shares the loaded scene (`docs/sessions.md`)."""

import ctypes
import os
import signal
import sys
import threading

from framecrew_blender.channel import OUR_THREADS
from framecrew_blender.leaving import leave_silently
from framecrew_blender.refusal import RefusedError
from framecrew_blender.streams import flush_streams
from framecrew_blender.words import listed

WHY_NO_FORK = (
    "that is proved only on Linux, for Cycles without a GPU, in a session that has run no Python "
    "of a person and has not rendered with persistent data"
)


def fork(channel, log, *, may_fork):
    """Refuse, or go on as mother and as child: True in the child, which has no channel now and
    prints into `log`.
    """
    known = (threading.main_thread().name, OUR_THREADS)
    strange = [thread.name for thread in threading.enumerate() if thread.name not in known]
    if strange or not may_fork:
        why = f"Python threads run in it ({listed(strange)})" if strange else WHY_NO_FORK
        raise RefusedError(
            "bad_request", f"This session cannot be forked: {why}. Start another one."
        )
    flush_streams()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        become_child(parent, channel, log)
        return True
    channel.say("forked", pid=child)
    threading.Thread(
        target=await_end, args=(child, channel), name=OUR_THREADS, daemon=True
    ).start()
    return False


def become_child(parent, channel, log):
    leave_silently()  # The temporary folder is its mother's.
    # Not `close`: what reads from it in the other thread would keep it open.
    os.close(channel.socket.detach())
    os.setsid()
    die_with(parent)
    # May wait here until somebody reads: the log can be a FIFO.
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.close(descriptor)


def die_with(parent):
    """Linux ends this process with its parent's; elsewhere the closed channel does."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(0)


def await_end(child, channel):
    """Somebody has to take note of a child's end, or it stays in the list of processes."""
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    channel.say("child_ended", pid=child, code=code)
