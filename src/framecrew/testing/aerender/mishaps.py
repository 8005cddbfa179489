"""What can go wrong at every place: at the launch, when the project opens, in a frame, at the
end.
"""

from framecrew.testing.aerender.faults import Faults, crash, hang, leave_grandchild
from framecrew.testing.aerender.voice import STDERR, STDOUT, Voice

LAUNCH, OPEN, FRAME, EXIT = "launch", "open", "frame", "exit"


class CutShort(Exception):
    """It stops in the middle, and leaves with this number."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


def strike(faults: Faults, voice: Voice, *, at: str, frame: int | None = None) -> None:
    """Let happen what happens here: a child that stays, a line, a crash, a hang."""
    grandchild = faults.strikes("grandchild", frame=frame, at=at)
    if grandchild:
        leave_grandchild(grandchild)
    message = faults.strikes("message", frame=frame, at=at)
    if message:
        text = message["text"] + "\n"
        voice.raw(text.encode(), to=STDERR if message.get("stderr") else STDOUT)
        if "exit_code" in message:
            raise CutShort(message["exit_code"])
    for kind, happen in (("crash", crash), ("hang", hang)):
        fault = faults.strikes(kind, frame=frame, at=at)
        if fault:
            if "text" in fault:
                voice.line(fault["text"])
            happen(fault)
