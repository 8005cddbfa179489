"""Starting a browser whose two ends of the conversation are pipes, which no other process of this machine can reach."""

import contextlib
import os
import subprocess
import sys

FIRST_FREE = 10
"""The browser reads from handle 3 and writes to handle 4; ours lie above both."""

PIPE_BYTES = 1 << 20


class Started:
    """The process and the two ends that are ours."""

    def __init__(self, pid, reader, writer, wait, stop):
        self.pid = pid
        self.reader, self.writer = reader, writer
        self.wait = wait
        self.stop = stop


def start(arguments, environment):
    """Start it. OSError if it cannot be."""
    return (
        _start_on_windows(arguments, environment)
        if sys.platform == "win32"
        else _start(arguments, environment)
    )


def _start(arguments, environment):
    import fcntl
    import signal

    ends = [*os.pipe(), *os.pipe()]
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, FIRST_FREE) for end in ends]
    for end in ends:
        os.close(end)
    theirs_in, ours_out, ours_in, theirs_out = high
    try:
        pid = os.posix_spawn(
            arguments[0],
            arguments,
            environment,
            # What is on PATH may be a script that starts the browser: both are ended together.
            setpgroup=0,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, theirs_in, 3),
                (os.POSIX_SPAWN_DUP2, theirs_out, 4),
            ],
        )
    except OSError:
        os.close(ours_in)
        os.close(ours_out)
        raise
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        # Where the user's share of pipes is used up, smaller ones only take more turns.
        with contextlib.suppress(OSError):
            fcntl.fcntl(ours_in, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def wait():
        try:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        except ChildProcessError:
            return 0

    def stop():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)

    return Started(
        pid, os.fdopen(ours_in, "rb", PIPE_BYTES), os.fdopen(ours_out, "wb"), wait, stop
    )


def _start_on_windows(arguments, environment):
    import msvcrt

    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    handles = [msvcrt.get_osfhandle(end) for end in (theirs_in, theirs_out)]
    for handle in handles:
        os.set_handle_inheritable(handle, True)  # noqa: FBT003
    about = subprocess.STARTUPINFO()
    about.lpAttributeList = {"handle_list": handles}
    pipes = f"--remote-debugging-io-pipes={handles[0]},{handles[1]}"
    process = subprocess.Popen(
        [*arguments, pipes], env=environment, startupinfo=about, close_fds=True
    )
    os.close(theirs_in)
    os.close(theirs_out)
    return Started(
        process.pid,
        os.fdopen(ours_in, "rb", PIPE_BYTES),
        os.fdopen(ours_out, "wb"),
        process.wait,
        process.kill,
    )
