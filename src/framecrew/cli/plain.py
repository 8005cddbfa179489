"""Plain lines, for pipes, files and CI: one line per thing that happened, tagged `[slot pid frame]`."""

import time

import click

from framecrew.cli.shows import Items, Views
from framecrew.cli.words import bytes_text, eta_text, frames_text, layout_text, seconds_text
from framecrew.conductor.bus import Numbered
from framecrew.conductor.live import LiveJob
from framecrew.model import events as ev
from framecrew.model.plans import TaskKind
from framecrew.model.pulses import LinePrinted, Pulse
from framecrew.model.views import JobView

SUM_UP_EVERY = 10.0
"""Seconds between two lines about the whole."""


async def show_plain(watch: Items, crew: Views, job: int) -> None:
    """Print until the watch is closed."""
    live = LiveJob(job)
    next_sum = time.monotonic() + SUM_UP_EVERY
    async for item in watch:
        thing: ev.Event | Pulse = item.event if isinstance(item, Numbered) else item
        text = line_of(thing, live)
        live.take(thing)
        if text:
            click.echo(text)
        if time.monotonic() > next_sum:
            next_sum = time.monotonic() + SUM_UP_EVERY
            click.echo(sums(crew.view(job), live.frames_per_second(time.time())))


def sums(view: JobView, speed: float) -> str:
    """The line about the whole; nobody knows how long a film takes to be joined."""
    how = f"{speed:.2f} frames/s  {eta_text(view.eta)}"
    return (
        f"{100 * view.progress:.1f} %  {view.done}/{view.total}  "
        f"{how if view.phase == 'rendering' else view.phase}"
    )


def line_of(item: ev.Event | Pulse, live: LiveJob) -> str:
    """The line for one item; empty for what is not worth one."""
    match item:
        case ev.JobSubmitted():
            renders = [task for task in item.plan.tasks if task.kind is TaskKind.RENDER]
            count = sum(len(task.frames) for task in renders)
            return f"job {item.job}: {item.plan.name}, {frames_text(count)}"
        case ev.FramesKept() if item.task in live.films:
            return f"film kept, found whole: {live.films[item.task]}"
        case ev.FramesKept() if item.frames:
            kept = f"{frames_text(len(item.frames))} kept, found whole: {item.frames}"
            return f"{_target(item.task, live)}{kept}"
        case ev.FrameDoubted():
            where = _target(item.task, live)
            return f"{where}frame {item.frame} DOUBTED: {item.failure.reason}"
        case ev.LayoutChosen() if item.task not in live.films:
            return f"{layout_text(item.slots, item.threads)}: {item.reason}"
        case ev.SessionOpened() if item.seconds:
            memory = bytes_text(item.memory_bytes)
            tag = _tag(item.attempt, live, pid=item.pid)
            return f"{tag} ready after {seconds_text(item.seconds)}, {memory}"
        case ev.FrameFinished():
            return f"{_tag(item.attempt, live, item.frame)} done in {item.seconds:.2f} s"
        case ev.FrameFailed():
            failure = item.failure
            return f"{_tag(item.attempt, live, item.frame)} FAILED {failure.kind}: {failure.reason}"
        case ev.AttemptFailed():
            failure = item.failure
            tag = _tag(item.attempt, live, item.suspect)
            return (
                f"{tag} FAILED {failure.kind}: {failure.reason.rstrip('.')}. {failure.advice}"
            )
        case ev.QueueHeld():
            return f"job {item.job} held: {item.reason.rstrip('.')}; {_goes_on(item)}"
        case ev.QueueReleased():
            return f"job {item.job} goes on"
        case LinePrinted() if (
            item.is_warning or item.is_error
        ) and item.text not in live.warnings:
            return f"{_tag(item.attempt, live, item.frame)} {item.text}"
        case _:
            return ""


def _goes_on(held: ev.QueueHeld) -> str:
    if held.until is None:
        return "it goes on by itself"
    return f"it is tried again in {max(0.0, held.until - held.at):.0f} s"


def _tag(attempt: str, live: LiveJob, frame: int | None = None, *, pid: int = 0) -> str:
    now = live.attempts.get(attempt)
    slot = "?" if now is None else str(now.slot)
    pid = pid or (now.pid if now else 0)
    tag = f"[{slot} {pid or '-'} {'-' if frame is None else frame}]"
    return tag if now is None else f"{tag} {_target(now.task, live)}".rstrip()


def _target(task: str, live: LiveJob) -> str:
    """`Front: `, where the job has several targets."""
    target = live.target(task)
    return f"{target}: " if target else ""
