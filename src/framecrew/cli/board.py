"""The board: one line per slot and the whole below, drawn anew a few times a second."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from framecrew.cli.plain import show_plain
from framecrew.cli.shows import Items, Views
from framecrew.cli.signs import Legible
from framecrew.cli.words import (
    TIMES,
    bytes_text,
    eta_text,
    frames_text,
    layout_text,
    one_line,
    seconds_text,
)
from framecrew.conductor.bus import Numbered
from framecrew.conductor.live import LiveJob, SlotNow
from framecrew.model.jobs import Wish
from framecrew.model.plans import TaskKind
from framecrew.model.statuses import AttemptStatus, JobStatus, TaskStatus
from framecrew.model.views import AttemptView, JobView, TaskView
from framecrew.scheduler.views import frames_part

SHOWN_WARNINGS = 3
REDRAW_EVERY = 0.2
NARROWEST = 48
"""Columns; a narrower terminal gets plain lines."""
WIDE_ENOUGH_FOR_PID = 90
WIDE_ENOUGH_FOR_NEXT = 112
OTHER_LINES = 11 + SHOWN_WARNINGS
"""Lines of a board that are no slots, at most."""

BUSY, WHOLE, TROUBLE, QUIET = "cyan", "green", "yellow", "dim"
LABEL_WIDTH = 8
PERCENT_WIDTH = 7
NOTE_WIDTH = 16
TARGET_WIDTH, NARROW_TARGET_WIDTH = 16, 6
"""Of a target's name before the frame, on a wide terminal and on a narrow one."""
WIDE_ENOUGH_FOR_TARGET = 64


class Board:
    """Draws one job. Use it as a context manager; call `draw` as often as you like.

    Whatever happens in the block, the cursor is there again after it.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, vertical_overflow="crop")

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def draw(self, view: JobView, live: LiveJob, now: float) -> None:
        size = self._console.size
        drawn = picture(view, live, now, width=size.width, height=size.height)
        self._live.update(drawn, refresh=True)


def picture(
    view: JobView, live: LiveJob, now: float, *, width: int, height: int
) -> RenderableType:
    """The whole board as one thing to print, no wider and no higher than the terminal."""
    return Legible(Group(*_lines(view, live, now, width, height)))


def _lines(
    view: JobView, live: LiveJob, now: float, width: int, height: int
) -> Iterator[RenderableType]:
    yield from _head(view, width)
    yield Text()
    if not view.status.is_over:
        yield from _slots(view, live, now, width, most=max(1, height - OTHER_LINES))
    yield Text()
    yield _bars(view, live)
    yield _sums(view, live, now)
    if view.held_because:
        yield _cut(f"held: {view.held_because}; it goes on by itself", f"bold {TROUBLE}")
    elif view.status is JobStatus.HELD:
        yield _cut(f"held: framecrew release {view.id} lets it go on", f"bold {TROUBLE}")
    for text, count in list(live.warnings.items())[-SHOWN_WARNINGS:]:
        yield _warning(text, count, width)


# ── the head ──────────────────────────────────────────────────────────────────────────────────


def _head(view: JobView, width: int) -> Iterator[RenderableType]:
    """Name, number and layout; below them why this layout."""
    name = Text(f" {one_line(view.name)} ", style="bold reverse")
    name.truncate(max(12, width // 3), overflow="ellipsis")
    line = Text.assemble(name, (f"  job {view.id}", QUIET), no_wrap=True, overflow="ellipsis")
    for task in view.tasks:
        if task.kind is TaskKind.RENDER and task.slots and not view.status.is_over:
            line.append(f"  {layout_text(task.slots, task.threads)}", style="bold")
            yield line
            yield _cut(task.reason, QUIET)
            return
    yield line


# ── the slots ─────────────────────────────────────────────────────────────────────────────────


def _slots(
    view: JobView, live: LiveJob, now: float, width: int, *, most: int
) -> Iterator[RenderableType]:
    attempts = [(task, attempt) for task in view.tasks for attempt in task.in_slots]
    if not attempts:
        yield _cut(_why_idle(view), QUIET)
        return
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, expand=True)
    table.add_column("slot", justify="right", width=5, header_style=QUIET)
    table.add_column("frame", justify="right", min_width=6, header_style=QUIET, no_wrap=True)
    table.add_column("", ratio=1, min_width=8, no_wrap=True)
    table.add_column("", justify="right", width=5, no_wrap=True)
    titles = ["s/frame", "memory", "cpu"]
    titles += ["pid"] if width >= WIDE_ENOUGH_FOR_PID else []
    for title in titles:
        table.add_column(
            title, justify="right", min_width=7, header_style=QUIET, style=QUIET, no_wrap=True
        )
    if width >= WIDE_ENOUGH_FOR_NEXT:
        table.add_column(
            "then", header_style=QUIET, style=QUIET, no_wrap=True, width=max(12, width // 8)
        )
    longest = TARGET_WIDTH if width >= WIDE_ENOUGH_FOR_PID else NARROW_TARGET_WIDTH
    longest = longest if width >= WIDE_ENOUGH_FOR_TARGET else 0
    for task, attempt in attempts[:most]:
        target = one_line(live.target(task.id))[:longest]
        cells = _row(task, attempt, live.attempts.get(attempt.attempt), now, target)
        table.add_row(*cells[: len(table.columns)])
    yield table
    if len(attempts) > most:
        yield _cut(f"… and {len(attempts) - most} slots more", QUIET)


def _why_idle(view: JobView) -> str:
    if view.wish is Wish.CANCEL:
        return "ending every process"
    if any(task.status is TaskStatus.RESTING for task in view.tasks):
        return "resting before the next try"
    return "no slot is busy"


def _row(
    task: TaskView, attempt: AttemptView, slot: SlotNow | None, now: float, target: str
) -> tuple[RenderableType, ...]:
    seen = slot or SlotNow(slot=attempt.slot)
    is_film = task.kind is TaskKind.STITCH
    number = "film" if is_film else "" if seen.frame is None else str(seen.frame)
    if target:
        number = f"{target} {number}".strip()
    if attempt.status in _DOING:
        words, style = _DOING[attempt.status]
        since = f" {seconds_text(now - attempt.started)}" if attempt.pid == 0 else ""
        doing = Text(f"{words}{since}", style=style)
        return (str(attempt.slot), number, doing, "", "", "", "", "", _rest(attempt, seen))
    percent = seen.percent
    memory = seen.memory_bytes or attempt.memory_bytes
    return (
        str(attempt.slot),
        number,
        _bar(percent or 0.0, 100, BUSY) if seen.tells_percent or is_film else _swaying_bar(now),
        "" if percent is None else f"{percent:.0f} %",
        "" if is_film or seen.pace is None else f"{seen.pace:.2f}",
        bytes_text(memory) if memory else "",
        "" if seen.cpu_percent is None else f"{seen.cpu_percent:.0f} %",
        str(seen.pid or attempt.pid or ""),
        "" if is_film else _rest(attempt, seen),
    )


_DOING = {
    AttemptStatus.STARTING: ("starting", BUSY),
    AttemptStatus.STOPPING: ("stopping", TROUBLE),
    AttemptStatus.FINISHING: ("finishing", BUSY),
}
"""Statuses that have words instead of a bar."""


def _rest(attempt: AttemptView, seen: SlotNow) -> str:
    """The frames this attempt still holds, after the one in work."""
    rest = attempt.left if seen.frame is None else attempt.left.without_frame(seen.frame)
    return str(rest) if rest else ""


# ── the whole ─────────────────────────────────────────────────────────────────────────────────


def _bars(view: JobView, live: LiveJob) -> Table:
    """One bar for the frames, one for the film."""
    table = Table(
        box=None, padding=(0, 2, 0, 0), show_header=False, show_edge=False, expand=True
    )
    table.add_column(no_wrap=True, width=LABEL_WIDTH)
    table.add_column(ratio=1, min_width=8)
    table.add_column(no_wrap=True, justify="right", width=PERCENT_WIDTH)
    table.add_column(no_wrap=True, min_width=NOTE_WIDTH)
    frames = frames_part(view)
    color = TROUBLE if view.status.is_over and view.done < view.total else WHOLE
    table.add_row(
        Text(" frames", style="bold"),
        _bar(frames, 1.0, color),
        f"{100 * frames:.1f} %",
        f"{view.done:,} of {view.total:,}",
    )
    films = [task for task in view.tasks if task.kind is TaskKind.STITCH]
    if films:
        percent, words = _film(films, live)
        table.add_row(
            Text(" film" if len(films) == 1 else " films", style="bold"),
            _bar(percent, 100, WHOLE if percent >= 100 and not _is_lost(films) else BUSY),
            f"{percent:.1f} %" if percent else "",
            Text(words, style=TROUBLE if _is_lost(films) else QUIET),
        )
    return table


def _film(films: list[TaskView], live: LiveJob) -> tuple[float, str]:
    """How far the films are in percent, and in a word."""
    done = sum(task.status is TaskStatus.DONE for task in films)
    running = [task.id for task in films if task.status is TaskStatus.RUNNING]
    inside = live.film_percent(running) if running else 0.0
    percent = (100 * done + inside * len(running)) / len(films)
    many = f" {done} of {len(films)}" if len(films) > 1 else ""
    if done == len(films):
        return 100.0, f"proved{many}"
    if _is_lost(films):
        return percent, f"not made{many}"
    if not running:
        return percent, f"after the frames{many}"
    # The last frame is in; what remains is decoding the whole film again.
    return percent, f"{'proving' if inside >= 100 else 'encoding'}{many}"


def _is_lost(films: list[TaskView]) -> bool:
    return any(task.status in (TaskStatus.FAILED, TaskStatus.SKIPPED) for task in films)


def _sums(view: JobView, live: LiveJob, now: float) -> Text:
    """What is going on, how fast, and how long still."""
    words = [view.phase]
    if view.status.is_over:
        words = [str(view.status)]
    elif view.wish is Wish.CANCEL:
        words = ["stopping"]
    elif any(task.kind is TaskKind.STITCH for task in view.tasks):
        # Without a film the bar above says the same.
        words.append(f"{100 * view.progress:.1f} % of all")
    speed = live.frames_per_second(now)
    if speed and view.phase == "rendering":
        words.append(f"{speed:.2f} frames/s" if speed >= 0.1 else _per_frame(speed))
    if view.phase == "rendering":
        words.append(eta_text(view.eta))
    if view.submitted:
        until = view.finished or now
        words.append(f"{seconds_text(max(0.0, until - view.submitted))}{_so_far(view)}")
    lost = sum(len(loss.frames) for loss in view.losses)
    line = Text(f" {'  ·  '.join(words)}", style=QUIET, no_wrap=True, overflow="ellipsis")
    if lost:
        line.append(f"  ·  {frames_text(lost)} given up", style=f"not dim {TROUBLE}")
    return line


def _so_far(view: JobView) -> str:
    return "" if view.status.is_over else " so far"


def _per_frame(speed: float) -> str:
    return f"a frame every {seconds_text(1 / speed)}"


# ── what all lines are made of ────────────────────────────────────────────────────────────────


def _bar(done: float, total: float, color: str) -> ProgressBar:
    return ProgressBar(
        total=total,
        completed=min(done, total),
        style="grey30",
        complete_style=color,
        finished_style=color,
    )


def _swaying_bar(now: float) -> ProgressBar:
    """For a renderer that does not tell how far inside a frame it is."""
    return ProgressBar(total=None, style="grey30", pulse_style=BUSY, animation_time=now)


def _warning(text: str, count: int, width: int) -> Text:
    """One line, however long and odd the text; the count is never what is cut."""
    times = f"  {TIMES}{count}" if count > 1 else ""
    line = Text(f" ! {one_line(text)}", style=TROUBLE, no_wrap=True)
    line.truncate(max(1, width - len(times) - 1), overflow="ellipsis")
    return line.append(times, style="bold")


def _cut(text: str, style: str) -> Text:
    return Text(f" {one_line(text)}", style=style, no_wrap=True, overflow="ellipsis")


# ── showing it ────────────────────────────────────────────────────────────────────────────────


async def show_board(watch: Items, crew: Views, job: int) -> None:
    """Draw until the watch is closed, and leave the last picture standing."""
    console = Console()
    if console.is_dumb_terminal or console.width < NARROWEST:
        # Nothing can be drawn again where the cursor cannot move.
        await show_plain(watch, crew, job)
        return
    live = LiveJob(job)
    with Board(console) as board:
        drawing = asyncio.create_task(_keep_drawing(board, live, crew, job))
        try:
            async for item in watch:
                live.take(item.event if isinstance(item, Numbered) else item)
        finally:
            drawing.cancel()
            # A board that broke says so here; the job itself went on.
            with suppress(asyncio.CancelledError):
                await drawing
        with suppress(KeyError):
            board.draw(crew.view(job), live, time.time())


async def _keep_drawing(board: Board, live: LiveJob, crew: Views, job: int) -> None:
    while True:
        # Until the conductor has taken the job up there is nothing to draw.
        with suppress(KeyError):
            board.draw(crew.view(job), live, time.time())
        await asyncio.sleep(REDRAW_EVERY)
