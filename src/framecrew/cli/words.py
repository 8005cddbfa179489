"""Numbers as people read them."""

from framecrew.model.views import Eta


def seconds_text(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3:05`, `2:10:00`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def bytes_text(count: float) -> str:
    """`512 MB`, `1.4 GB`."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= size:
            value = count / size
            return f"{value:.1f} {unit}" if value < 10 and unit != "KB" else f"{value:.0f} {unit}"
    return f"{count:.0f} B"


def eta_text(eta: Eta | None) -> str:
    """`1:10 to 1:40 left`, or that nothing is known yet."""
    if eta is None:
        return "time left not known yet"
    soonest, latest = seconds_text(eta.soonest), seconds_text(eta.latest)
    return f"{latest} left" if soonest == latest else f"{soonest} to {latest} left"


def frames_text(count: int) -> str:
    return f"{count:,} frame{'' if count == 1 else 's'}"


def layout_text(slots: int, threads: int) -> str:
    """`2 slots × 1 thread`."""
    return f"{slots} slot{'' if slots == 1 else 's'} × {threads} thread{'' if threads == 1 else 's'}"
