"""What can be read: the queue, a job, its frames, attempts, failures and lines, the machine."""

import asyncio
from dataclasses import replace
from enum import StrEnum
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.sets import FrameSet
from framecrew.model import answers as an
from framecrew.model.jobs import JobSpec
from framecrew.model.secrets import shown
from framecrew.model.statuses import JobStatus
from framecrew.planning.spec_fields import spec_fields
from framecrew.renderers.film_presets import DEFAULTS, PRESETS
from framecrew.renderers.registry import installed_renderers
from framecrew.studio.daemon import Daemon
from framecrew.studio.examples import example
from framecrew.studio.folders import list_folder
from framecrew.studio.log_book import attempt_named
from framecrew.studio.record import JobRecord, runs_of
from framecrew.studio.rows import (
    attempt_row,
    failure_row,
    field_row,
    frames_table,
    job_detail,
    renderer_row,
)
from framecrew.studio.safe_files import NotShownError, task_named
from framecrew.studio.telling import HIGHEST, JobNumber, told

MOST_ROWS = 10_000
MOST_RUNS = 1_000
LAST_LINES = 12
LONGEST_TEXT = 10_000


class Only(StrEnum):
    """Which lines of a log."""

    ALL = ""
    WARNINGS = "warnings"


Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


def reading_routes(daemon: Daemon) -> APIRouter:
    """All that only reads."""
    routes = APIRouter()

    @routes.get("/status", response_model=an.DaemonStatus, **example(an.DaemonStatus))
    async def status() -> Response:
        """Who answers, and where the journal stands."""
        return told(await daemon.status())

    @routes.get("/jobs", response_model=an.JobList, **example(an.JobList))
    async def jobs(
        status: str = "",
        renderer: Annotated[str, Query(max_length=200)] = "",
        search: Annotated[str, Query(max_length=1_000)] = "",
        limit: Limit = MOST_ROWS,
        before: Annotated[int | None, Query(ge=1, le=HIGHEST)] = None,
    ) -> Response:
        """Jobs that fit, newest first; `status` may name several, parted by commas."""
        known = {one.value for one in JobStatus}
        wanted = [word for word in status.split(",") if word in known]
        if status and not wanted:
            return told(an.JobList(jobs=(), total=0, event=daemon.store.last_number()))
        return told(
            await daemon.rows(
                statuses=wanted, renderer=renderer, search=search, limit=limit, before=before
            )
        )

    @routes.get("/jobs/{job:job}", response_model=an.JobDetail, **example(an.JobDetail))
    async def one_job(job: JobNumber) -> Response:
        """One job with its tasks, slots at work, spec and command line."""
        stored = await asyncio.to_thread(daemon.store.job, job)
        record = await asyncio.to_thread(daemon.records.read, job)
        view = await daemon.any_view(job)
        row = daemon.row_of(stored)
        if daemon.view(job) is None and not stored.status.is_over:
            row = replace(row, done=view.done, total=view.total, progress=view.progress)
        return told(
            job_detail(row, stored, view, record, daemon.live(job), daemon.options_of(stored))
        )

    @routes.get("/jobs/{job:job}/view", response_model=dict[str, object])
    async def one_view(job: JobNumber) -> Response:
        """The model's own picture of a job, for programs that have framecrew."""
        return told(await daemon.any_view(job))

    @routes.get("/jobs/{job:job}/plan", response_model=dict[str, object])
    async def one_plan(job: JobNumber) -> Response:
        """The model's own plan of a job, for programs that have framecrew; secrets masked."""
        record = await asyncio.to_thread(daemon.records.read, job)
        if record.plan is None:
            raise NotShownError("the job has no plan yet")
        return told(shown(record.plan))

    @routes.get(
        "/jobs/{job:job}/frames", response_model=an.FramesTable, **example(an.FramesTable)
    )
    async def frames(
        job: JobNumber, task: Annotated[str, Query(max_length=1_000)] = ""
    ) -> Response:
        """All frames of one task in columns."""
        record = await asyncio.to_thread(daemon.records.read, job)
        name = task_named(record, task)
        view = await daemon.any_view(job)
        pictured = next((one for one in view.tasks if one.id == name), None)
        return told(await asyncio.to_thread(frames_table, record, record.tasks[name], pictured))

    @routes.get(
        "/jobs/{job:job}/attempts", response_model=an.AttemptList, **example(an.AttemptList)
    )
    async def attempts(
        job: JobNumber,
        task: Annotated[str, Query(max_length=1_000)] = "",
        limit: Limit = 2_000,
    ) -> Response:
        """Attempts, oldest first: the bars of the lanes."""
        record = await asyncio.to_thread(daemon.records.read, job)
        found = [one for one in record.attempts.values() if task in ("", one.task)]
        return told(
            an.AttemptList(
                attempts=tuple(attempt_row(one) for one in found[-limit:]),
                total=len(found),
                event=record.event,
            )
        )

    @routes.get(
        "/jobs/{job:job}/failures", response_model=an.FailureList, **example(an.FailureList)
    )
    async def failures(job: JobNumber, limit: Limit = 50) -> Response:
        """What went wrong, newest first, with what to do."""
        stored = await asyncio.to_thread(daemon.store.job, job)
        record = await asyncio.to_thread(daemon.records.read, job)
        view = await daemon.any_view(job)
        options = daemon.options_of(stored)

        def all_of_them() -> an.FailureList:
            newest = list(reversed(record.failures))
            return an.FailureList(
                failures=tuple(
                    failure_row(
                        one,
                        stored=stored,
                        view=view,
                        lines=daemon.logs.last_lines(record, one.attempt, LAST_LINES),
                        options=options,
                    )
                    for one in newest[:limit]
                ),
                total=len(newest),
            )

        return told(await asyncio.to_thread(all_of_them))

    @routes.get("/jobs/{job:job}/log", response_model=an.LogPage, **example(an.LogPage))
    async def log(
        job: JobNumber,
        attempt: Annotated[str, Query(max_length=100)] = "",
        after: Annotated[int, Query(ge=0, le=HIGHEST)] = 0,
        limit: Annotated[int, Query(ge=1, le=5_000)] = 500,
        tail: Annotated[int, Query(ge=0, le=5_000)] = 0,
        search: Annotated[str, Query(max_length=1_000)] = "",
        only: Only = Only.ALL,
        frame: Annotated[int | None, Query(ge=-HIGHEST, le=HIGHEST)] = None,
    ) -> Response:
        """Lines of an attempt: from a number on, the newest, those that fit, or a frame's."""
        record = await asyncio.to_thread(daemon.records.read, job)
        name = attempt_named(record, attempt)
        if not attempt and frame is not None:
            name = _attempt_of(record, frame) or name
        return told(
            await asyncio.to_thread(
                daemon.logs.page,
                record,
                name,
                after=after,
                limit=limit,
                tail=tail,
                search=search,
                only_warnings=only is Only.WARNINGS,
                frame=frame,
            )
        )

    @routes.get("/renderers", response_model=an.RendererList, **example(an.RendererList))
    async def renderers() -> Response:
        """Installed renderers with their options, and the fields that every job has."""
        cards = [card for card in installed_renderers().renderers if card.picture_formats]
        fields = [field for field in spec_fields(JobSpec) if field.name != "options"]
        return told(
            an.RendererList(
                renderers=tuple(renderer_row(card) for card in cards),
                fields=tuple(field_row(field) for field in fields),
            )
        )

    @routes.get("/presets", response_model=an.PresetList, **example(an.PresetList))
    async def presets() -> Response:
        """Film presets, and what may be put into a form at one click."""
        films = tuple(
            an.FilmPresetRow(
                name=one.name,
                title=one.title,
                endings=one.endings,
                bits=one.bits,
                keeps_alpha=one.keeps_alpha,
                bitrate=one.bitrate,
            )
            for one in PRESETS.values()
        )
        saved = await asyncio.to_thread(daemon.presets.all)
        return told(an.PresetList(films=films, by_ending=DEFAULTS, saved=saved))

    @routes.get("/machine", response_model=an.MachineNow, **example(an.MachineNow))
    async def machine(*, fresh: bool = False) -> Response:
        """This computer at this moment; the first look takes seconds."""
        slots = daemon.slots()
        return told(await asyncio.to_thread(daemon.looks.now, slots, is_fresh=fresh))

    @routes.get("/folders", response_model=an.FolderList, **example(an.FolderList))
    async def folders(path: Annotated[str, Query(max_length=4_096)] = "") -> Response:
        """What a folder holds, below the roots that a person allowed."""
        return told(await asyncio.to_thread(list_folder, path, daemon.roots))

    @routes.get("/frames", response_model=an.FramesChecked, **example(an.FramesChecked))
    async def frames_text(text: Annotated[str, Query(max_length=LONGEST_TEXT)]) -> Response:
        """What a frames text names, or the character where it goes wrong."""
        try:
            chosen = FrameSet.parse(text)
        except FrameSyntaxError as error:
            return told(
                an.FramesChecked(text=text, message=error.message, position=error.position)
            )
        return told(
            an.FramesChecked(
                text=str(chosen),
                count=chosen.size,
                first=chosen.first,
                last=chosen.last,
                runs=tuple(islice(runs_of(chosen), MOST_RUNS)),
            )
        )

    return routes


def _attempt_of(record: JobRecord, frame: int) -> str:
    """The attempt that held a frame last; empty when none did."""
    for task in record.tasks.values():
        row = task.column.row(frame)
        if row is not None and task.attempts[row]:
            return f"{record.job}.{task.attempts[row]}"
    return ""
