"""The board: one line per slot, the whole below, drawn again a few times a second on a terminal."""

import asyncio
import time
from contextlib import suppress

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from framecrew.api import Crew
from framecrew.cli.live import LiveJob, SlotNow
from framecrew.cli.words import bytes_text, eta_text, layout_text, seconds_text
from framecrew.conductor.bus import Numbered, Watch
from framecrew.model.plans import TaskKind
from framecrew.model.statuses import AttemptStatus
from framecrew.model.views import AttemptView, JobView

SHOWN_WARNINGS = 3
REDRAW_EVERY = 0.2


class Board:
    """Draws one job. Use as a context manager; call `draw` as often as you like."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> "Board":
        self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.__exit__(None, None, None)

    def draw(self, view: JobView, live: LiveJob, now: float) -> None:
        self._live.update(picture(view, live, now), refresh=True)


def picture(view: JobView, live: LiveJob, now: float) -> RenderableType:
    """The whole board as one thing to print."""
    rows: list[RenderableType] = [_head(view), _slots(view, live, now), _total(view, live, now)]
    if view.held_because:
        rows.append(Text(f"held: {view.held_because}", style="yellow"))
    for text, count in list(live.warnings.items())[-SHOWN_WARNINGS:]:
        times = f" (×{count})" if count > 1 else ""
        rows.append(Text(f"! {text}{times}", style="yellow", overflow="ellipsis", no_wrap=True))
    return Group(*rows)


def _head(view: JobView) -> Text:
    text = Text()
    text.append(f" {view.name} ", style="bold white on dark_blue")
    text.append(f"  job {view.id}", style="dim")
    for task in view.tasks:
        if task.kind is TaskKind.RENDER and task.attempts and task.slots:
            text.append(f"  {layout_text(task.slots, task.threads)}", style="bold")
            text.append(f"  {task.reason}", style="dim")
            break
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _slots(view: JobView, live: LiveJob, now: float) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 1), show_edge=False, expand=True)
    for title, justify in (("slot", "right"), ("frame", "right")):
        table.add_column(title, justify=justify, header_style="dim", no_wrap=True)  # type: ignore[arg-type]
    table.add_column("", ratio=1, min_width=10)
    for title in ("", "s/frame", "memory", "cpu", "pid"):
        table.add_column(title, justify="right", header_style="dim", no_wrap=True)
    table.add_column("next", header_style="dim", no_wrap=True, overflow="ellipsis", max_width=24)
    for task in view.tasks:
        for attempt in task.attempts:
            is_film = task.kind is TaskKind.STITCH
            table.add_row(*_row(attempt, live.attempts.get(attempt.attempt), now, is_film=is_film))
    return table


def _row(
    attempt: AttemptView, slot: SlotNow | None, now: float, *, is_film: bool
) -> tuple[RenderableType, ...]:
    seen = slot or SlotNow(slot=attempt.slot)
    percent = seen.percent
    pace = sum(seen.seconds) / len(seen.seconds) if seen.seconds else None
    if attempt.status is AttemptStatus.STARTING:
        what: RenderableType = Text(f"starting {seconds_text(now - attempt.started)}", style="cyan")
        number = ""
    elif attempt.status is AttemptStatus.STOPPING:
        what, number = Text("stopping", style="yellow"), ""
    else:
        what = ProgressBar(total=100, completed=percent or 0, complete_style="green")
        number = "film" if is_film else "" if seen.frame is None else str(seen.frame)
    return (
        str(attempt.slot), number, what,
        "" if percent is None else f"{percent:3.0f} %",
        "" if pace is None else f"{pace:.2f}",
        bytes_text(seen.memory_bytes or attempt.memory_bytes),
        f"{seen.cpu_percent:.0f} %", str(seen.pid or attempt.pid or ""),
        "" if is_film else _next_frames(attempt, seen.frame),
    )  # fmt: skip


def _next_frames(attempt: AttemptView, current: int | None) -> str:
    rest = attempt.left if current is None else attempt.left.without_frame(current)
    return str(rest) if rest else ""


def _total(view: JobView, live: LiveJob, now: float) -> Table:
    progress = live.progress(view)
    table = Table(box=None, padding=(0, 1), show_header=False, show_edge=False, expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True)
    speed = live.frames_per_second(now)
    pace = f"{speed:.2f} frames/s" if speed else ""
    words = [
        f"{100 * progress:.1f} %",
        f"{view.done}/{view.total}",
        pace,
        eta_text(view.eta) if view.phase == "rendering" else view.phase,
    ]
    table.add_row(
        Text(view.phase if view.phase != "over" else str(view.status), style="bold"),
        ProgressBar(total=1, completed=progress, complete_style="blue"),
        Text("  ".join(word for word in words if word)),
    )
    return table


async def show_board(watch: Watch, crew: Crew, job: int) -> None:
    """Draw until the watch is closed."""
    live = LiveJob(job)
    with Board(Console()) as board:
        drawing = asyncio.create_task(_keep_drawing(board, live, crew, job))
        async for item in watch:
            live.take(item.event if isinstance(item, Numbered) else item)
        drawing.cancel()


async def _keep_drawing(board: Board, live: LiveJob, crew: Crew, job: int) -> None:
    while True:
        # Until the conductor has taken the job up there is nothing to draw.
        with suppress(KeyError):
            board.draw(crew.view(job), live, time.time())
        await asyncio.sleep(REDRAW_EVERY)
