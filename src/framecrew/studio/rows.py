"""Rows: what the house knows of jobs, in the shapes that are told over HTTP."""

import sys
from collections.abc import Iterable
from pathlib import Path

from framecrew.conductor.live import LiveJob
from framecrew.model.answers import (
    AttemptRow,
    EtaRange,
    FailureRow,
    FieldRow,
    FramesTable,
    JobDetail,
    JobRow,
    LossRow,
    OutputRow,
    RendererRow,
    SlotRow,
    TaskRow,
)
from framecrew.model.plans import Plan, Task, TaskKind
from framecrew.model.requests import StitchRequest
from framecrew.model.statuses import JobStatus
from framecrew.model.views import JobView, Loss, TaskView
from framecrew.planning.command_line import command_line, spec_keys
from framecrew.planning.quoting import quoted
from framecrew.planning.spec_fields import SpecField, spec_fields
from framecrew.renderers.contract import Renderer
from framecrew.scheduler.views import progress_of
from framecrew.store.records import StoredJob
from framecrew.studio.record import (
    GIVEN_UP,
    AttemptRecord,
    FailureRecord,
    JobRecord,
    TaskRecord,
)


def job_row(stored: StoredJob, view: JobView | None, *, is_here: bool) -> JobRow:
    """One line of the queue; `view` None: as the store last wrote it down."""
    progress = stored.progress
    if progress is None or (view is None and stored.status is JobStatus.DONE):
        is_done = stored.status is JobStatus.DONE
        progress = 1.0 if is_done else progress_of(stored.done, stored.total, 0, 0)
    phase = "over" if stored.status.is_over else "rendering" if stored.done else "starting"
    slots = threads = 0
    if view is not None:
        live = [attempt for task in view.tasks for attempt in task.in_slots]
        slots, threads = len(live), max((attempt.threads for attempt in live), default=0)
    return JobRow(
        id=stored.id,
        name=stored.name,
        scene=stored.scene,
        renderer=stored.renderer,
        status=(view.status if view else stored.status).value,
        wish=(view.wish if view else stored.wish).value,
        priority=view.priority if view else stored.priority,
        note=stored.note,
        held_because=view.held_because if view else "",
        phase=view.phase if view else phase,
        progress=view.progress if view else progress,
        eta=EtaRange(soonest=view.eta.soonest, latest=view.eta.latest)
        if view and view.eta
        else None,
        done=view.done if view else stored.done,
        lost=sum(len(loss.frames) for loss in view.losses) if view else stored.failed,
        total=view.total if view else stored.total,
        slots=slots,
        slots_wanted=view.slots_wanted if view else stored.spec.slots,
        threads=threads,
        submitted=stored.created,
        started=stored.started,
        finished=stored.finished,
        outputs=stored.patterns,
        is_here=is_here,
    )


def job_detail(
    row: JobRow,
    stored: StoredJob,
    view: JobView,
    record: JobRecord,
    live: LiveJob | None,
    options: type | None,
) -> JobDetail:
    """One job with its tasks, slots and spec."""
    words = command_line(stored.spec, options)
    return JobDetail(
        job=row,
        tasks=tuple(task_row(task, record.plan) for task in view.tasks),
        slots=slot_rows(view, live),
        spec=spec_keys(stored.spec),
        command=quoted(words, sys.platform),
        event=record.event,
    )


def task_row(view: TaskView, plan: Plan | None) -> TaskRow:
    task = next((one for one in plan.tasks if one.id == view.id), None) if plan else None
    checks = task.promises[0].checks if task and task.promises else None
    request = task.request if task else None
    segment = task.segments[0] if task and task.segments else None
    return TaskRow(
        id=view.id,
        kind=view.kind.value,
        target=view.target,
        status=view.status.value,
        frames=str(view.frames),
        total=len(view.frames),
        done=len(view.done),
        missing=str(view.missing),
        slots=view.slots,
        threads=view.threads,
        reason=view.reason,
        seconds_per_frame=round(view.seconds_per_frame, 4),
        footprint_bytes=view.footprint_bytes,
        outputs=tuple(_outputs(view, task)),
        losses=tuple(_loss(view, loss) for loss in view.losses),
        width=checks.width if checks else segment.width if segment else None,
        height=checks.height if checks else segment.height if segment else None,
        fps=request.fps
        if isinstance(request, StitchRequest)
        else segment.fps
        if segment
        else "",
    )


def _outputs(view: TaskView, task: Task | None) -> Iterable[OutputRow]:
    if view.kind is TaskKind.STITCH:
        for path in view.outputs:
            film = Path(path)
            is_there = film.is_file()
            yield OutputRow(
                task=view.id, name="film", pattern=path, is_film=True, is_there=is_there,
                bytes=film.stat().st_size if is_there else 0,
            )  # fmt: skip
        return
    if task is not None:
        # Also of pictures that become a film and are hidden: they can be looked at meanwhile.
        for promise in task.promises:
            yield OutputRow(task=view.id, name=promise.name, pattern=promise.final.text)


def _loss(task: TaskView, loss: Loss) -> LossRow:
    return LossRow(
        task=task.id,
        target=task.target,
        frames=str(loss.frames),
        count=len(loss.frames),
        kind=loss.failure.kind.value,
        reason=loss.failure.reason,
        advice=loss.failure.advice,
        evidence=loss.failure.evidence,
    )


def slot_rows(view: JobView, live: LiveJob | None) -> tuple[SlotRow, ...]:
    """What each slot of a job is doing now."""
    rows = []
    for task in view.tasks:
        for attempt in task.in_slots:
            now = live.attempts.get(attempt.attempt) if live else None
            rows.append(
                SlotRow(
                    attempt=attempt.attempt,
                    job=view.id,
                    task=task.id,
                    slot=attempt.slot,
                    threads=attempt.threads,
                    status=attempt.status.value,
                    pid=attempt.pid or (now.pid if now else 0),
                    frame=now.frame if now else None,
                    percent=now.percent if now else None,
                    memory_bytes=(now.memory_bytes if now else 0) or attempt.memory_bytes,
                    cpu_percent=now.cpu_percent if now else None,
                    seconds_per_frame=round(now.pace, 3) if now and now.pace else None,
                    left=str(attempt.left),
                    finished=attempt.finished,
                )
            )
    return tuple(rows)


def frames_table(record: JobRecord, task: TaskRecord, view: TaskView | None) -> FramesTable:
    """The columns of one task; what is given up already is so, though its task goes on."""
    states = bytearray(task.states)
    if view is not None:
        for loss in view.losses:
            for row in task.column.rows(loss.frames):
                states[row] = GIVEN_UP
    return FramesTable(
        job=record.job,
        task=task.task.id,
        frames=str(task.column.frames),
        runs=task.column.runs,
        states=states.decode("ascii"),
        seconds=tuple([round(value, 3) for value in task.seconds]),
        memory=tuple(task.memory),
        tries=tuple(task.tries),
        attempts=tuple(task.attempts),
        event=record.event,
    )


def attempt_row(attempt: AttemptRecord) -> AttemptRow:
    """One bar of a lane."""
    failure = attempt.failure
    return AttemptRow(
        attempt=attempt.attempt,
        number=attempt.number,
        task=attempt.task,
        slot=attempt.slot,
        threads=attempt.threads,
        frames=str(attempt.frames),
        total=len(attempt.frames),
        started=attempt.started,
        opened=attempt.opened,
        is_reused=attempt.opened is not None and attempt.open_seconds == 0,
        ended=attempt.ended,
        status=attempt.status,
        finished=len(attempt.done),
        pid=attempt.pid,
        kind=failure.kind.value if failure else "",
        reason=failure.reason if failure else "",
        done=tuple(attempt.done),
    )


def failure_row(
    failure: FailureRecord,
    *,
    stored: StoredJob,
    view: JobView,
    lines: Iterable[str],
    options: type | None,
) -> FailureRow:
    """One box of what went wrong."""
    frames = str(failure.frames)
    words = command_line(stored.spec, options, frames=frames)
    given_up = any(
        not (loss.frames and loss.frames.isdisjoint(failure.frames))
        for task in view.tasks
        if task.id == failure.task
        for loss in task.losses
    )
    return FailureRow(
        at=failure.at,
        task=failure.task,
        attempt=failure.attempt,
        frames=frames,
        kind=failure.failure.kind.value,
        reason=failure.failure.reason,
        advice=failure.failure.advice,
        evidence=failure.failure.evidence,
        lines=tuple(lines),
        command=quoted(words, sys.platform),
        is_given_up=given_up,
    )


def field_row(field: SpecField) -> FieldRow:
    """What a form needs to know of a field."""
    return FieldRow(
        name=field.name,
        flag=field.flag,
        type=field.type.value,
        help=field.help,
        metavar=field.metavar,
        default=field.default,
        may_be_absent=field.may_be_absent,
        choices=field.choices,
        items=field.items.value if field.items else "",
        at_least=field.at_least,
        more_than=field.more_than,
        at_most=field.at_most,
        less_than=field.less_than,
        is_path=field.is_path,
        targets=field.target_names.noun if field.target_names else "",
        listed=field.target_names.listed if field.target_names else "",
    )


def renderer_row(card: Renderer) -> RendererRow:
    """One installed renderer with its options."""
    return RendererRow(
        name=card.name,
        title=card.title,
        extensions=card.extensions,
        picture_formats=card.picture_formats,
        film_formats=card.film_formats,
        stays_open=card.traits.stays_open,
        can_inspect=card.open_message is not None,
        options=tuple(field_row(field) for field in spec_fields(card.options)),
    )
