"""Numbers as people read them."""

from framecrew.model.views import Eta

TIMES = "\N{MULTIPLICATION SIGN}"
"""As in 2 slots of 4 threads; its own name, for it is easily taken for the letter."""


def seconds_text(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3:05`, `2:10:00`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return _clock(seconds)


def bytes_text(count: float) -> str:
    """`512 MB`, `1.4 GB`."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= size:
            value = count / size
            return (
                f"{value:.1f} {unit}" if value < 10 and unit != "KB" else f"{value:.0f} {unit}"
            )
    return f"{count:.0f} B"


def eta_text(eta: Eta | None) -> str:
    """`10 to 24 s left`, `1:10 to 1:40 left`, or that nothing is known yet."""
    if eta is None:
        return "time left not known yet"
    if eta.latest < 100:
        soonest, latest = f"{eta.soonest:.0f}", f"{eta.latest:.0f} s"
        same = f"{soonest} s"
    else:
        soonest, latest = _clock(eta.soonest), _clock(eta.latest)
        same = soonest
    return f"{latest} left" if same == latest else f"{soonest} to {latest} left"


def frames_text(count: int) -> str:
    return f"{count:,} frame{_s(count)}"


def layout_text(slots: int, threads: int) -> str:
    """Such as 2 slots × 1 thread."""
    return f"{slots} slot{_s(slots)} {TIMES} {threads} thread{_s(threads)}"


def one_line(text: str) -> str:
    """A text that may hold anything as words on one line: no line ends, no control signs."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _clock(seconds: float) -> str:
    """`1:10`, `2:10:00`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
