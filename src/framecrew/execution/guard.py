"""The guard: the parent of a renderer on POSIX, so that the renderer's whole process tree ends
when it must.

It is a program of its own, started as `python -I -S -E guard.py OWNER FOLDER CPUS -- COMMAND…`, and
imports nothing but the standard library, so that it is up within some hundredths of a second.

Rule 1: the guard leaves only when nothing of the tree is left, so "guard gone" means "tree
gone".
Rule 2: it leaves as the renderer left: with the same exit code, or by the same signal.
Rule 3: its standard input is a life line. First the renderer's environment comes through it,
then nothing; a `t` asks the tree to end (SIGTERM), a `k` or the end of the line ends it
(SIGKILL). Whatever way our process ends, kill -9 included, the system closes the line.

On Linux it is the "subreaper" of the tree: a process that detaches itself from its parent
becomes the guard's own child instead of getting lost, so the tree is empty exactly when the
guard has no child. Elsewhere, the tree is what `ps` shows below the renderer or in its process
group.
"""

import os
import select
import signal
import sys
import time

assert sys.platform != "win32", "Windows ends a tree by a job object, see tree.py"

CANNOT_START = "framecrew: cannot start "
"""Begins the line that says why the program could not be executed; the exit code is then 127.

The same text stands in tree.py, for this file is not imported.
"""

LINGER_SECONDS = 0.3
"""What the renderer left running when it ended by itself may take to follow."""
ASK_SECONDS = 2.0
"""How long a tree may take to leave after the guard itself was told to end by a signal."""
IS_LINUX = sys.platform.startswith("linux")
OWNER_CHECK_SECONDS = 1.0
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
OUT_OF_MEMORY_SCORE = b"300"
"""When memory runs out, the system shall end a renderer before it ends the desktop or
ourselves."""


def main(arguments: list[str]) -> None:
    owner, folder, cpus, command = int(arguments[0]), arguments[1], arguments[2], arguments[4:]
    environment = read_environment()
    if environment is None:
        return  # The owner ended before it had told us everything.
    wake = watch_signals()
    is_reaper = prctl(PR_SET_CHILD_SUBREAPER)
    renderer = start(command, folder, environment, cpus)
    leave_as(watch(renderer, owner, wake, is_reaper=is_reaper))


def read_environment() -> dict[bytes, bytes] | None:
    """A length in ten digits, then `NAME=value` pairs with a zero byte between."""
    head = read_exactly(10)
    body = read_exactly(int(head)) if len(head) == 10 else b""
    if len(head) < 10 or len(body) < int(head):
        return None
    pairs = (pair.partition(b"=") for pair in body.split(b"\0") if pair)
    return {name: value for name, _, value in pairs}


def read_exactly(size: int) -> bytes:
    parts = []
    while size > 0:
        part = os.read(0, size)
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def watch_signals() -> int:
    """A descriptor that becomes readable when a child ends or someone asks the guard to end."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (
        signal.SIGCHLD,
        signal.SIGTERM,
        signal.SIGINT,
        signal.SIGHUP,
        signal.SIGQUIT,
    ):
        signal.signal(number, lambda *_: None)
    return reader


def prctl(option: int, value: int = 1) -> bool:
    """Set an attribute of this process on Linux; False where that cannot be."""
    if not IS_LINUX:
        return False
    import ctypes

    try:
        return bool(ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def start(
    command: list[str], folder: str, environment: dict[bytes, bytes], cpus: str = ""
) -> int:
    guard = os.getpid()
    renderer = os.fork()
    if renderer:
        return renderer
    try:
        os.setsid()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guard:
            os._exit(127)  # The guard ended before its death could have been noticed.
        prefer_for_sacrifice()
        keep_to(cpus)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        if nothing > 2:
            os.close(nothing)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)  # Python ignores them; a renderer must not.
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.chdir(folder)
        os.execvpe(command[0], command, environment)  # noqa: S606  never through a shell
    except OSError as error:
        os.write(2, f"{CANNOT_START}{command[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def keep_to(cpus: str) -> None:
    """Before the program runs, so that all it starts stays there too; `0,1,2`, or empty for any.

    Processors that we may not use ourselves are left out; if none is left, any will do.
    """
    if cpus and sys.platform == "linux":
        ours = os.sched_getaffinity(0).intersection(map(int, cpus.split(",")))
        if ours:
            os.sched_setaffinity(0, ours)


def prefer_for_sacrifice() -> None:
    try:
        score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    except OSError:
        return
    try:
        os.write(score, OUT_OF_MEMORY_SCORE)
    except OSError:
        pass
    finally:
        os.close(score)


def watch(renderer: int, owner: int, wake: int, *, is_reaper: bool) -> int:
    """The renderer's wait status, once nothing of its tree is left."""
    status: int | None = None
    insist_at: float | None = None
    seen: set[int] = set()
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(wake, select.POLLIN)
    while True:
        has_children, status = reap(renderer, status)
        if status is not None and not has_children and (is_reaper or not tree(renderer, seen)):
            return status
        now = time.monotonic()
        if status is not None:
            insist_at = min(insist_at or now + LINGER_SECONDS, now + LINGER_SECONDS)
        if os.getppid() != owner:
            insist_at = now
        if insist_at is not None and now >= insist_at:
            send(signal.SIGKILL, tree(renderer, seen))
        wait = OWNER_CHECK_SECONDS if insist_at is None else max(0.01, insist_at - now)
        for descriptor, _ in poll.poll(1000 * min(wait, OWNER_CHECK_SECONDS)):
            said = os.read(descriptor, 512)
            if descriptor == wake:
                if any(number != signal.SIGCHLD for number in said):
                    send(signal.SIGTERM, tree(renderer, seen))
                    insist_at = min(insist_at or now + ASK_SECONDS, now + ASK_SECONDS)
            elif not said or b"k" in said:
                insist_at = now
                if not said:
                    poll.unregister(0)
            else:
                send(signal.SIGTERM, tree(renderer, seen))


def reap(renderer: int, status: int | None) -> tuple[bool, int | None]:
    """Whether any child is left, and the renderer's status once it is known."""
    while True:
        try:
            pid, ended = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False, status
        if pid == 0:
            return True, status
        if pid == renderer:
            status = ended


def send(number: int, pids: set[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue  # Gone already, or of another user: `tree` shows it until it is gone.


def tree(renderer: int, seen: set[int]) -> set[int]:
    """All living processes of the renderer's tree; `seen` keeps those whose parent may have
    ended since.
    """
    parents, groups = processes_by_proc() if IS_LINUX else processes_by_ps()
    guard = os.getpid()
    found: set[int] = {pid for pid in seen if pid in parents}
    found |= {pid for pid, group in groups.items() if group == renderer}
    grew = True
    while grew:
        below = {pid for pid, parent in parents.items() if parent == guard or parent in found}
        grew = not below <= found
        found |= below
    found.discard(guard)
    seen.clear()
    seen.update(found)
    return found


def processes_by_proc() -> tuple[dict[int, int], dict[int, int]]:
    """Parent and process group of every process that is no zombie."""
    parents, groups = {}, {}
    for name in os.listdir("/proc"):  # noqa: PTH208  pathlib would double the guard's start-up time
        if not name.isdigit():
            continue
        try:
            stat = os.open(f"/proc/{name}/stat", os.O_RDONLY)
        except OSError:
            continue
        try:
            fields = os.read(stat, 1024).rpartition(b")")[2].split()
        except OSError:
            continue
        finally:
            os.close(stat)
        if fields[0] not in {b"Z", b"X"}:
            parents[int(name)], groups[int(name)] = int(fields[1]), int(fields[2])
    return parents, groups


def processes_by_ps() -> tuple[dict[int, int], dict[int, int]]:
    """The same where there is no /proc."""
    import subprocess

    with subprocess.Popen(
        ["/bin/ps", "-axo", "pid=,ppid=,pgid=,stat="],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    ) as ps:
        rows = [row.split() for row in ps.communicate()[0].decode().splitlines()]
    alive = [row for row in rows if int(row[0]) != ps.pid and not row[3].startswith("Z")]
    return {int(row[0]): int(row[1]) for row in alive}, {
        int(row[0]): int(row[2]) for row in alive
    }


def leave_as(status: int) -> None:
    if not os.WIFSIGNALED(status):
        os._exit(os.WEXITSTATUS(status))
    import resource

    resource.setrlimit(
        resource.RLIMIT_CORE, (0, 0)
    )  # The renderer left the core file worth having.
    number = os.WTERMSIG(status)
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)


if __name__ == "__main__":
    main(sys.argv[1:])
