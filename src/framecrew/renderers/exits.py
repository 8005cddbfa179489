"""What an exit code tells, in words: signals, the 128+n of shells, the statuses of Windows."""

from collections.abc import Mapping
from dataclasses import dataclass

from framecrew.model.failures import FailureKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitStory:
    """Why a process ended, as far as its exit code alone can tell."""

    words: str
    """To be said after "the renderer": `was ended by SIGKILL …`."""
    kind: FailureKind = FailureKind.UNKNOWN
    is_crash: bool = False
    """It did not leave by itself."""


@dataclass(frozen=True, slots=True)
class _Row:
    words: str
    kind: FailureKind = FailureKind.CRASH


FROM_OUTSIDE = "from outside: somebody, a batch system or the machine's shutdown ended it"

SIGNALS: Mapping[int, _Row] = {
    1: _Row(f"SIGHUP {FROM_OUTSIDE}"),
    2: _Row(f"SIGINT {FROM_OUTSIDE}"),
    3: _Row(f"SIGQUIT {FROM_OUTSIDE}"),
    4: _Row("SIGILL (an instruction this processor does not know, or a bug)"),
    5: _Row("SIGTRAP (a check inside the program failed)"),
    6: _Row("SIGABRT (the program gave itself up)"),
    7: _Row("SIGBUS (a file or memory behind an address went away)"),
    8: _Row("SIGFPE (an impossible calculation)"),
    9: _Row(
        "SIGKILL from outside: a system that runs out of memory does this, or somebody did"
    ),
    10: _Row("SIGBUS (a file or memory behind an address went away)"),
    11: _Row("SIGSEGV (it used memory that is not its own)"),
    13: _Row("SIGPIPE (whoever read its output was gone)"),
    15: _Row(f"SIGTERM {FROM_OUTSIDE}"),
    24: _Row("SIGXCPU (the limit of processor time)"),
    25: _Row("SIGXFSZ (the limit of file size)", FailureKind.OUTPUT_NOT_WRITABLE),
    31: _Row("SIGSYS (a system call that is forbidden here)"),
}
"""7 and 10 are both SIGBUS, of Linux and of macOS; nobody sends their other meanings."""

WINDOWS: Mapping[int, _Row] = {
    0x40000015: _Row("crashed: it gave itself up (0x40000015)"),
    0x40010004: _Row("was ended from outside (0x40010004)"),
    0x80000003: _Row("crashed: a check inside it failed (breakpoint, 0x80000003)"),
    0xC0000005: _Row("crashed: access violation (0xC0000005)"),
    0xC0000006: _Row("crashed: a file on a disk or network went away (0xC0000006)"),
    0xC0000017: _Row("ran out of memory (0xC0000017)", FailureKind.OUT_OF_MEMORY),
    0xC000001D: _Row("crashed: this processor does not know an instruction (0xC000001D)"),
    0xC0000094: _Row("crashed: division by zero (0xC0000094)"),
    0xC00000FD: _Row("crashed: stack overflow (0xC00000FD)"),
    0xC000012D: _Row(
        "ran out of memory: the paging file is too small (0xC000012D)",
        FailureKind.OUT_OF_MEMORY,
    ),
    0xC0000135: _Row(
        "could not start: a DLL is missing (0xC0000135)", FailureKind.PROGRAM_MISSING
    ),
    0xC0000139: _Row(
        "could not start: a DLL is of the wrong version (0xC0000139)",
        FailureKind.PROGRAM_MISSING,
    ),
    0xC000013A: _Row("was ended by Ctrl+C or a closed window (0xC000013A)"),
    0xC0000142: _Row(
        "could not start: a DLL failed to initialise (0xC0000142)", FailureKind.PROGRAM_MISSING
    ),
    0xC0000374: _Row("crashed: heap corruption (0xC0000374)"),
    0xC0000409: _Row("crashed: it gave itself up after a failed check (0xC0000409)"),
    0xC000041D: _Row("crashed: an exception in a callback (0xC000041D)"),
    0xC06D007E: _Row("crashed: a DLL was not found (0xC06D007E)", FailureKind.PROGRAM_MISSING),
    0xE06D7363: _Row("crashed: a C++ exception nobody caught (0xE06D7363)"),
}


SHELLS: Mapping[int, _Row] = {
    126: _Row(
        "could not be started: it is no program (exit code 126)", FailureKind.PROGRAM_MISSING
    ),
    127: _Row(
        "could not be started: it, or a library it needs, is missing (exit code 127)",
        FailureKind.PROGRAM_MISSING,
    ),
}


def exit_story(exit_code: int) -> ExitStory:
    """Tell an exit code in words.

    Negative numbers are signals (Unix) or a Windows status read as a signed number; 129 to 159
    are a shell's or a container's way of telling a signal: 137 is 128 + 9, SIGKILL.
    """
    if exit_code == 0:
        return ExitStory(words="left with exit code 0")
    status = exit_code & 0xFFFFFFFF
    row = WINDOWS.get(status)
    if row is not None:
        return ExitStory(words=row.words, kind=row.kind, is_crash=True)
    if not -256 < exit_code <= 0x7FFFFFFF:
        return ExitStory(
            words=f"crashed with the Windows status 0x{status:08X}",
            kind=FailureKind.CRASH,
            is_crash=True,
        )
    if exit_code in SHELLS:
        row = SHELLS[exit_code]
        return ExitStory(words=row.words, kind=row.kind)
    signal = -exit_code if exit_code < 0 else exit_code - 128
    row = SIGNALS.get(signal)
    if row is not None:
        said = f" (told as exit code {exit_code})" if exit_code > 0 else ""
        return ExitStory(words=f"was ended by {row.words}{said}", kind=row.kind, is_crash=True)
    if exit_code < 0:
        return ExitStory(
            words=f"was ended by signal {signal}", kind=FailureKind.CRASH, is_crash=True
        )
    return ExitStory(words=f"left with exit code {exit_code}")
