"""What can be done: jobs submitted, planned, cancelled, held, ordered, tried again, forgotten."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any

from annotated_types import Ge, Le, Len
from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import Strict

from framecrew.model import answers as an
from framecrew.model.errors import WrongUse
from framecrew.model.failures import Failure
from framecrew.model.jobs import Existing, JobSpec
from framecrew.model.wire import to_plain
from framecrew.planning.explain import explanation_text
from framecrew.store.records import WishVerb
from framecrew.studio.asked import spec_asked
from framecrew.studio.daemon import Daemon
from framecrew.studio.examples import example
from framecrew.studio.telling import HIGHEST, JobNumber, told, trouble

MOST_JOBS = 10_000
MOST_SLOTS = 1_000
LONGEST_NOTE = 2_000
# Strict: a switch is no number, and text is none either.
Number = Annotated[int, Strict(), Ge(1), Le(HIGHEST)]
Keys = Mapping[str, Any]


class Verb(StrEnum):
    """What can be wished of several jobs at once."""

    CANCEL = "cancel"
    HOLD = "hold"
    RELEASE = "release"
    RETRY = "retry"
    FORGET = "forget"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAsked:
    """Keys of a job file, with absolute paths."""

    job: Keys
    note: Annotated[str, Len(0, LONGEST_NOTE)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FramesAsked:
    """Frames of a job; empty: all that it lacks."""

    frames: Annotated[str, Len(0, 10_000)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityAsked:
    """Higher is sooner."""

    priority: Annotated[int, Strict(), Ge(-1_000_000), Le(1_000_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsAsked:
    """Renderer processes at a time; null: chosen from evidence."""

    slots: Annotated[int, Strict(), Ge(1), Le(MOST_SLOTS)] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAsked:
    """What a person writes about a job."""

    note: Annotated[str, Len(0, LONGEST_NOTE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyAsked:
    """One wish for several jobs."""

    verb: Verb
    jobs: Annotated[list[Number], Len(0, MOST_JOBS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAsked:
    """Live jobs, the one that is to come first in front."""

    jobs: Annotated[list[Number], Len(0, MOST_JOBS)] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanAsked:
    """How long a job must have been over to be forgotten."""

    older_than_days: Annotated[float, Strict(), Ge(0), Le(36_500)] = 30.0


def doing_routes(daemon: Daemon) -> APIRouter:
    """All that changes something."""
    routes = APIRouter()

    async def submitted(spec: JobSpec, note: str) -> Response:
        job = await daemon.crew.submit(spec, note=note)
        return told(an.Submitted(job=job), 201)

    @routes.post("/jobs", status_code=201, response_model=an.Submitted, **example(an.Submitted))
    async def submit(asked: JobAsked) -> Response:
        """A new job. 422 lists every mistake; nothing was started then."""
        return await submitted(spec_asked(asked.job), asked.note)

    @routes.post("/plan", response_model=an.Planned, **example(an.Planned))
    async def plan(asked: JobAsked) -> Response:
        """What a job would do, or all that is wrong with it. Writes nothing."""
        try:
            explanation = await daemon.crew.explain(spec_asked(asked.job))
        except WrongUse as wrong:
            return told(an.Planned(mistakes=wrong.mistakes))
        finally:
            daemon.close_inspected_later()
        plain = to_plain(explanation)
        assert isinstance(plain, dict)
        return told(an.Planned(plan=plain, text=explanation_text(explanation)))

    @routes.post("/inspect", response_model=an.Inspected, **example(an.Inspected))
    async def inspect(asked: JobAsked) -> Response:
        """What a scene holds, told by its renderer."""
        try:
            spec = spec_asked(asked.job)
            found = await daemon.crew.inspect(spec)
        except WrongUse as wrong:
            return told(an.Inspected(mistakes=wrong.mistakes))
        finally:
            daemon.close_inspected_later()
        if isinstance(found, Failure):
            return told(
                an.Inspected(kind=found.kind.value, reason=found.reason, advice=found.advice)
            )
        facts = to_plain(found)
        assert isinstance(facts, dict)
        return told(an.Inspected(renderer=daemon.crew.renderer_of(spec), facts=facts))

    @routes.post("/jobs/many", response_model=an.Done, **example(an.Done))
    async def many(asked: ManyAsked) -> Response:
        """One wish for several jobs; those it did not reach are named with the reason."""
        return told(await daemon.to_many(asked.verb.value, asked.jobs))

    for verb in (WishVerb.CANCEL, WishVerb.HOLD, WishVerb.RELEASE):
        _add_wish(routes, daemon, verb)

    @routes.post("/jobs/{job:job}/retry", response_model=an.Done, **example(an.Done))
    async def retry(job: JobNumber, asked: FramesAsked) -> Response:
        """Go on with what a job lacks; 409 when it lacks nothing."""
        await daemon.retry(job, asked.frames)
        return told(an.Done(jobs=(job,)))

    @routes.post(
        "/jobs/{job:job}/again",
        status_code=201,
        response_model=an.Submitted,
        **example(an.Submitted),
    )
    async def again(job: JobNumber, asked: FramesAsked) -> Response:
        """A new job of the same spec: these frames rendered anew, or all that is not whole."""
        stored = await asyncio.to_thread(daemon.store.job, job)
        spec = replace(stored.spec, existing=Existing.KEEP)
        if asked.frames:
            # A film of these frames alone would take the place of the whole one.
            spec = replace(spec, frames=asked.frames, existing=Existing.REPLACE, film="")
        return await submitted(spec, stored.note)

    @routes.put("/jobs/{job:job}/priority", response_model=an.Done, **example(an.Done))
    async def priority(job: JobNumber, asked: PriorityAsked) -> Response:
        """Higher is sooner."""
        await daemon.wish(job, WishVerb.PRIORITY, str(asked.priority))
        return told(an.Done(jobs=(job,)))

    @routes.put("/jobs/{job:job}/slots", response_model=an.Done, **example(an.Done))
    async def slots(job: JobNumber, asked: SlotsAsked) -> Response:
        """More or fewer renderer processes from now on; what is in work is finished."""
        value = "" if asked.slots is None else str(asked.slots)
        await daemon.wish(job, WishVerb.SLOTS, value)
        return told(an.Done(jobs=(job,)))

    @routes.put("/jobs/{job:job}/note", response_model=an.Done, **example(an.Done))
    async def note(job: JobNumber, asked: NoteAsked) -> Response:
        """What a person writes about a job."""
        await asyncio.to_thread(daemon.store.job, job)
        await asyncio.to_thread(daemon.store.set_note, job, asked.note)
        daemon.changed.add(job)
        return told(an.Done(jobs=(job,)))

    @routes.delete("/jobs/{job:job}", response_model=an.Done, **example(an.Done))
    async def forget(job: JobNumber) -> Response:
        """Forget a job that is over; its frames stay."""
        await daemon.forget(job)
        return told(an.Done(jobs=(job,)))

    @routes.put("/queue", response_model=an.Done, **example(an.Done))
    async def order(asked: OrderAsked) -> Response:
        """Let live jobs stand in this order."""
        await daemon.put_in_order(asked.jobs)
        return told(an.Done(jobs=tuple(asked.jobs)))

    @routes.post("/clean", response_model=an.Cleaned, **example(an.Cleaned))
    async def clean(asked: CleanAsked) -> Response:
        """Forget jobs that have been over for longer; their frames stay."""
        gone = await asyncio.to_thread(daemon.store.clean, asked.older_than_days * 86_400)
        for job in gone:
            daemon.crew.drop(job)
            daemon.records.forget(job)
        daemon.gone.update(gone)
        return told(an.Cleaned(jobs=tuple(gone)))

    @routes.put(
        "/presets/{name:path}", response_model=an.SavedPreset, **example(an.SavedPreset)
    )
    async def save(name: Annotated[str, Path(max_length=200)], asked: JobAsked) -> Response:
        """Keep fields of a job under a name. 422 when they cannot be right together."""
        return told(await asyncio.to_thread(daemon.presets.save, name, asked.job))

    @routes.delete("/presets/{name:path}", response_model=an.Done, **example(an.Done))
    async def forget_preset(name: Annotated[str, Path(max_length=200)]) -> Response:
        """Forget a saved preset."""
        if not await asyncio.to_thread(daemon.presets.forget, name):
            return trouble(404, f"Wanted the saved preset {name!r}; found none of that name.")
        return told(an.Done())

    @routes.post("/links", response_model=an.Link, **example(an.Link))
    async def links(request: Request) -> Response:
        """An address that opens the page once, within a minute. Only for programs."""
        if "framecrew.is_program" not in request.scope:
            return trouble(403, "Wanted the daemon's token; found the page's cookie.")
        host = request.headers["host"]
        key = daemon.keys.make_link()
        return told(an.Link(url=f"{request.url.scheme}://{host}/open?key={key}"))

    @routes.post("/stop", response_model=an.Done, **example(an.Done))
    async def stop(request: Request) -> Response:
        """End the daemon and its renderers; the next start goes on. Only for programs."""
        if "framecrew.is_program" not in request.scope:
            return trouble(403, "Wanted the daemon's token; found the page's cookie.")
        daemon.stop.set()
        return told(an.Done())

    return routes


def _add_wish(routes: APIRouter, daemon: Daemon, verb: WishVerb) -> None:
    words = {
        WishVerb.CANCEL: "End a job; its finished frames stay.",
        WishVerb.HOLD: "Start nothing new of a job.",
        WishVerb.RELEASE: "Let a held job go on.",
    }

    @routes.post(
        f"/jobs/{{job:job}}/{verb.value}",
        response_model=an.Done,
        operation_id=verb.value,
        summary=verb.value.capitalize(),
        description=words[verb],
        **example(an.Done),
    )
    async def wish(job: JobNumber) -> Response:
        await daemon.wish(job, verb)
        return told(an.Done(jobs=(job,)))
