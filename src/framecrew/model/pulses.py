"""Pulses: signs of life, shown and forgotten."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameProgress:
    """Where a slot is inside its frame."""

    attempt: str
    frame: int
    percent: float | None
    """0 to 100; None when only the frame's start is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessMeasured:
    """CPU and memory of an attempt's process tree."""

    attempt: str
    cpu_percent: float
    """Of one core: 200 is two cores busy."""
    memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePrinted:
    """One line of a renderer."""

    attempt: str
    frame: int | None
    text: str
    is_warning: bool = False
    is_error: bool = False


Pulse = FrameProgress | ProcessMeasured | LinePrinted
