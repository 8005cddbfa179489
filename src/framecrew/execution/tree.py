"""A process tree that ends as a whole, and that ends when we end, whatever way we end.

POSIX: the renderer runs under `guard.py`, which holds a life line to us. Windows: it runs in a
job object that the system ends with our last handle to it. Both give a `Tree`.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from framecrew.execution.started import StartedProgram, start_program

GUARD = Path(__file__).with_name("guard.py")
CANNOT_START = "framecrew: cannot start "
"""The same as in guard.py, which runs alone."""


class Tree(Protocol):
    """A started process tree."""

    @property
    def pid(self) -> int:
        """Of the guard where there is one, else of the renderer."""
        ...

    @property
    def output(self) -> asyncio.StreamReader:
        """What the tree prints, stdout and stderr as one."""
        ...

    async def wait(self) -> int:
        """The exit code (negative: the signal's number), once nothing of the tree is left."""
        ...

    def ask(self) -> None:
        """Ask the whole tree to end."""
        ...

    def insist(self) -> None:
        """End the whole tree."""
        ...

    def close(self) -> None:
        """Let go of its output, read to the end or not."""
        ...


if sys.platform == "win32":
    import ctypes
    import subprocess
    from contextlib import suppress
    from ctypes import wintypes

    import psutil

    _CREATE_SUSPENDED = 0x4
    _KILL_ON_JOB_CLOSE, _DIE_ON_UNHANDLED_EXCEPTION = 0x2000, 0x400
    _EXTENDED_LIMITS, _ACCOUNTING = 9, 1
    _NO_CRASH_DIALOGS = 0x1 | 0x2 | 0x8000
    _FULL_ACCESS_TO_PROCESS = 0x1F0FFF
    _STOPPED_EXIT_CODE = 1
    _POLL_SECONDS = 0.02

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("Basic", _BasicLimits),
            ("IoCounters", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    class _Accounting(ctypes.Structure):
        _fields_ = (
            ("TotalUserTime", ctypes.c_int64),
            ("TotalKernelTime", ctypes.c_int64),
            ("ThisPeriodTotalUserTime", ctypes.c_int64),
            ("ThisPeriodTotalKernelTime", ctypes.c_int64),
            ("TotalPageFaultCount", wintypes.DWORD),
            ("TotalProcesses", wintypes.DWORD),
            ("ActiveProcesses", wintypes.DWORD),
            ("TotalTerminatedProcesses", wintypes.DWORD),
        )

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.CreateJobObjectW.restype = wintypes.HANDLE
    _kernel.CreateJobObjectW.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR)
    _kernel.SetInformationJobObject.argtypes = (
        wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD,
    )  # fmt: skip
    _kernel.QueryInformationJobObject.argtypes = (
        wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD, ctypes.c_void_p,
    )  # fmt: skip
    _kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    _kernel.TerminateJobObject.argtypes = (wintypes.HANDLE, wintypes.UINT)
    _kernel.OpenProcess.restype = wintypes.HANDLE
    _kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
    _kernel.CloseHandle.argtypes = (wintypes.HANDLE,)

    class _JobTree:
        """A process in a job object of its own; the handle is ours alone and not inherited."""

        def __init__(self, program: StartedProgram, job: int) -> None:
            self._program = program
            self._job = job

        @property
        def pid(self) -> int:
            return self._program.pid

        @property
        def output(self) -> asyncio.StreamReader:
            return self._program.output

        async def wait(self) -> int:
            code = await self._program.wait()
            if self._job:
                _kernel.TerminateJobObject(self._job, _STOPPED_EXIT_CODE)
                while _active_processes(self._job):  # noqa: ASYNC110  a job does not call us
                    await asyncio.sleep(_POLL_SECONDS)
                _kernel.CloseHandle(self._job)
                self._job = 0
            return code

        def ask(self) -> None:
            """A program without a window or a shared console cannot be asked by the system."""

        def insist(self) -> None:
            if self._job:
                _kernel.TerminateJobObject(self._job, _STOPPED_EXIT_CODE)

        def close(self) -> None:
            self._program.close()

    def _active_processes(job: int) -> int:
        accounting = _Accounting()
        _checked(
            _kernel.QueryInformationJobObject(
                job, _ACCOUNTING, ctypes.byref(accounting), ctypes.sizeof(accounting), None
            )
        )
        return int(accounting.ActiveProcesses)

    def _checked(result: int) -> int:
        if not result:
            raise ctypes.WinError(ctypes.get_last_error())
        return result

    def _make_job() -> int:
        job = _checked(_kernel.CreateJobObjectW(None, None))
        limits = _ExtendedLimits()
        limits.Basic.LimitFlags = _KILL_ON_JOB_CLOSE | _DIE_ON_UNHANDLED_EXCEPTION
        _checked(
            _kernel.SetInformationJobObject(
                job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
            )
        )
        return job

    def _keep_to(process: psutil.Process, cpus: Sequence[int]) -> None:
        """Keep it, and all it will start, to those processors of these that we may use."""
        ours = sorted(set(process.cpu_affinity() or ()).intersection(cpus))
        if ours:
            with suppress(OSError, ValueError):
                # Refused where processors lie in several groups: then any will do.
                process.cpu_affinity(ours)

    async def start_tree(
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        cpus: Sequence[int] = (),
    ) -> Tree:
        """Start the program suspended, put it into its job, and only then let it run: it cannot
        slip out.

        Raises OSError when the program cannot be executed.
        """
        # Inherited: a crash ends the process, no dialog waits.
        _kernel.SetErrorMode(_NO_CRASH_DIALOGS)
        job = _make_job()
        try:
            program = await start_program(
                command,
                stdin=asyncio.subprocess.DEVNULL,
                environment=environment,
                folder=folder,
                flags=_CREATE_SUSPENDED | subprocess.CREATE_NO_WINDOW,
            )
        except OSError:
            _kernel.CloseHandle(job)
            raise
        try:
            handle = _checked(_kernel.OpenProcess(_FULL_ACCESS_TO_PROCESS, False, program.pid))  # noqa: FBT003  the system's own signature
            try:
                _checked(_kernel.AssignProcessToJobObject(job, handle))
            finally:
                _kernel.CloseHandle(handle)
            started = psutil.Process(program.pid)
            _keep_to(started, cpus)
            started.resume()
        except OSError:
            program.close()
            _kernel.CloseHandle(job)
            raise
        return _JobTree(program, job)

else:
    import os

    class _GuardedTree:
        """A process below its guard; the guard's standard input is the life line."""

        def __init__(self, program: StartedProgram) -> None:
            self._program = program

        @property
        def pid(self) -> int:
            return self._program.pid

        @property
        def output(self) -> asyncio.StreamReader:
            return self._program.output

        async def wait(self) -> int:
            return await self._program.wait()

        def ask(self) -> None:
            self._program.write(b"t")

        def insist(self) -> None:
            self._program.write(b"k")

        def close(self) -> None:
            self._program.close()

    async def start_tree(
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        cpus: Sequence[int] = (),
    ) -> Tree:
        """Start the program under its guard, in a session and process group of its own.

        A program that cannot be executed ends with code 127 after a line that begins with
        `CANNOT_START`.
        """
        program = await start_program(
            [
                *(sys.executable, "-I", "-S", "-E", str(GUARD)),
                *(str(os.getpid()), str(folder), ",".join(map(str, cpus)), "--", *command),
            ],
            stdin=asyncio.subprocess.PIPE,
            in_new_session=True,
        )
        # Through the life line, not the arguments, which every user of the machine can read;
        # and not as the guard's own environment: what a renderer needs (library paths, say)
        # could break the guard.
        body = b"\0".join(os.fsencode(f"{name}={value}") for name, value in environment.items())
        program.write(b"%010d" % len(body) + body)
        return _GuardedTree(program)
