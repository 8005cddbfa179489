"""Failures: how an attempt or a frame went wrong, with one plain sentence of advice each."""

from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """Every kind has its advice in `ADVICE` and its retry rule in `scheduler/retry.py`."""

    MISSING_ASSET = "missing_asset"
    MISSING_LIBRARY = "missing_library"
    PLUGIN_MISSING = "plugin_missing"
    BAD_SCENE = "bad_scene"
    BAD_REQUEST = "bad_request"
    SCRIPT_ERROR = "script_error"
    OUT_OF_MEMORY = "out_of_memory"
    GPU_LOST = "gpu_lost"
    LICENCE = "licence"
    BUSY_INSTANCE = "busy_instance"
    CRASH = "crash"
    START_HANG = "start_hang"
    STALL = "stall"
    EXIT_HANG = "exit_hang"
    OUTPUT_NOT_WRITABLE = "output_not_writable"
    DISK_FULL = "disk_full"
    BAD_OUTPUT = "bad_output"
    SKIPPED_FRAME = "skipped_frame"
    PROGRAM_MISSING = "program_missing"
    HOLE = "hole"
    LOST = "lost"
    UNKNOWN = "unknown"


ADVICE: dict[FailureKind, str] = {
    FailureKind.MISSING_ASSET: "Put the missing file back or relink it in the scene, or allow it with --allow-missing.",
    FailureKind.MISSING_LIBRARY: "Put the linked library back in its place, or allow it with --allow-missing.",
    FailureKind.PLUGIN_MISSING: "Install or enable the add-on or renderer that the scene asks for.",
    FailureKind.BAD_SCENE: "Open it in its program, or a browser; it may be damaged, or newer than the program.",
    FailureKind.BAD_REQUEST: "Correct what the message names.",
    FailureKind.SCRIPT_ERROR: "Correct the script of the scene or page that went wrong; its frames were not trusted.",
    FailureKind.OUT_OF_MEMORY: "Render with fewer slots, a smaller scene, or more memory.",
    FailureKind.GPU_LOST: "Check the graphics driver, or render on the CPU.",
    FailureKind.LICENCE: "Check the licence server and the number of free seats, then retry.",
    FailureKind.BUSY_INSTANCE: "Another instance of the program is open; close it, or let framecrew try again.",
    FailureKind.CRASH: "The renderer crashed; look at the end of its log, and update the program or its drivers.",
    FailureKind.START_HANG: "The renderer never got ready; start it by hand once to see what it waits for.",
    FailureKind.STALL: "The renderer stood still; look at its log, or raise the limit named, else --stall-timeout.",
    FailureKind.EXIT_HANG: "The renderer did not leave after its work and was ended; its frames were checked.",
    FailureKind.OUTPUT_NOT_WRITABLE: "Make the output folder writable, or choose another with --output.",
    FailureKind.DISK_FULL: "Free some space on the named disk; the job goes on by itself.",
    FailureKind.BAD_OUTPUT: "The file on disk is not a whole frame of the right size; look at the defect and the log.",
    FailureKind.SKIPPED_FRAME: "The renderer said it was done but left no file for this frame; look at its log.",
    FailureKind.PROGRAM_MISSING: "Install the program or name it; `framecrew doctor` lists where was looked.",
    FailureKind.HOLE: "The sequence has missing frames; render them first, then the film.",
    FailureKind.LOST: "Framecrew itself ended during this attempt; it is tried again.",
    FailureKind.UNKNOWN: "Look at the end of the attempt's log.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Kind and reason of a failed attempt or frame."""

    kind: FailureKind
    reason: str
    """One sentence with the particulars: which file, which signal, which witness said what."""
    evidence: tuple[str, ...] = ()
    """The lines or measurements the verdict rests on, oldest first; at most about 20."""

    @property
    def advice(self) -> str:
        return ADVICE[self.kind]
