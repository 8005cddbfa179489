"""Files that can be looked at: pictures, thumbnails, contact sheets, films and whole logs."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse

from framecrew.execution.logs import read_log
from framecrew.frames.sets import FrameSet
from framecrew.media.pixels import UndecodableError
from framecrew.media.thumbnails import contact_sheet, thumbnail
from framecrew.model.answers import Uploaded
from framecrew.model.errors import Mistake, WrongUse
from framecrew.renderers.registry import installed_renderers
from framecrew.studio.daemon import Daemon
from framecrew.studio.examples import example
from framecrew.studio.record import JobRecord
from framecrew.studio.safe_files import (
    BYTES,
    FILM_TYPES,
    PICTURE_TYPES,
    NotShownError,
    film_file,
    picture_file,
    task_named,
)
from framecrew.studio.sent_file import SentFile
from framecrew.studio.telling import HIGHEST, JobNumber, told, trouble

WIDEST = 4_096
MOST_ON_A_SHEET = 400
DECODERS = 2
"""Pictures reduced at a time: the cores are for the renderers."""
KEPT_BYTES = 8 * 1024 * 1024
"""Of thumbnails that were made of late."""

Task = Annotated[str, Query(max_length=1_000)]
Name = Annotated[str, Query(max_length=1_000)]
Frame = Annotated[int, Query(ge=-HIGHEST, le=HIGHEST)]
JPEG = {200: {"content": {"image/jpeg": {}}, "description": "A picture."}}


class As(StrEnum):
    """How a picture is sent."""

    IS = ""
    JPEG = "jpeg"


class Small:
    """Pictures made small, a few at a time, the newest kept."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(DECODERS)
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    async def picture(self, path: Path, width: int, mark: str) -> bytes:
        """A JPEG of a picture; `mark` is another one when the file has changed."""
        known = self._kept.get(mark)
        if known is not None:
            self._kept.move_to_end(mark)
            return known
        async with self._turns:
            made = await asyncio.to_thread(thumbnail, path, width)
        if mark not in self._kept:
            self._kept[mark] = made
            self._bytes += len(made)
        while self._bytes > KEPT_BYTES:
            self._bytes -= len(self._kept.popitem(last=False)[1])
        return made

    async def sheet(self, paths: Sequence[Path], columns: int, width: int) -> bytes:
        """A JPEG with all of them."""
        async with self._turns:
            return await asyncio.to_thread(partial(contact_sheet, paths, columns, width=width))


def file_routes(daemon: Daemon) -> APIRouter:
    """All that sends or takes files."""
    routes = APIRouter()
    small = Small()

    async def record_of(job: int) -> JobRecord:
        return await asyncio.to_thread(daemon.records.read, job)

    @routes.get(
        "/jobs/{job:job}/picture",
        response_class=FileResponse,
        responses={206: {"description": "A part."}},
    )
    async def picture(
        request: Request,
        job: JobNumber,
        frame: Frame,
        task: Task = "",
        name: Name = "",
        shape: Annotated[As, Query(alias="as")] = As.IS,
    ) -> Response:
        """A published picture as it is, or as a JPEG of its full width."""
        path = await asyncio.to_thread(picture_file, await record_of(job), task, name, frame)
        if shape is As.JPEG:
            return await jpeg(request, path, WIDEST)
        return _file(path, PICTURE_TYPES)

    @routes.get("/jobs/{job:job}/thumbnail", response_class=Response, responses=JPEG)  # type: ignore[arg-type]
    async def small_picture(
        request: Request,
        job: JobNumber,
        frame: Frame,
        task: Task = "",
        name: Name = "",
        width: Annotated[int, Query(ge=8, le=WIDEST)] = 320,
    ) -> Response:
        """A published picture as a small JPEG."""
        path = await asyncio.to_thread(picture_file, await record_of(job), task, name, frame)
        return await jpeg(request, path, width)

    async def jpeg(request: Request, path: Path, width: int) -> Response:
        facts = path.stat()
        told_of = f"{path}|{facts.st_mtime_ns}|{facts.st_size}|{width}"
        mark = f'"{hashlib.blake2b(told_of.encode("utf-8", "replace"), digest_size=12).hexdigest()}"'
        headers = {"etag": mark, "cache-control": "private, no-cache"}
        if request.headers.get("if-none-match") == mark:
            return Response(status_code=304, headers=headers)
        try:
            made = await small.picture(path, width, mark)
        except UndecodableError as error:
            raise NotShownError(f"it cannot be decoded: {error}") from error
        return Response(made, media_type="image/jpeg", headers=headers)

    @routes.get("/jobs/{job:job}/sheet", response_class=Response, responses=JPEG)  # type: ignore[arg-type]
    async def sheet(
        job: JobNumber,
        task: Task = "",
        name: Name = "",
        frames: Annotated[str, Query(max_length=10_000)] = "",
        columns: Annotated[int, Query(ge=1, le=100)] = 8,
        width: Annotated[int, Query(ge=8, le=640)] = 200,
    ) -> Response:
        """A contact sheet of what is there of these frames, or of some spread over all."""
        record = await record_of(job)
        whole = record.tasks[task_named(record, task)].column.frames
        wanted = whole & FrameSet.parse(frames) if frames else whole

        def found() -> list[Path]:
            paths: list[Path] = []
            step = max(1, len(wanted) // MOST_ON_A_SHEET)
            for place, frame in enumerate(wanted):
                if place % step or len(paths) == MOST_ON_A_SHEET:
                    continue
                try:
                    paths.append(picture_file(record, task, name, frame))
                except NotShownError:
                    continue
            return paths

        paths = await asyncio.to_thread(found)
        if not paths:
            raise NotShownError("none of these frames is there (yet)")
        return Response(await small.sheet(paths, columns, width), media_type="image/jpeg")

    @routes.get(
        "/jobs/{job:job}/film",
        response_class=FileResponse,
        responses={206: {"description": "A part."}},
    )
    async def film(job: JobNumber, task: Task = "") -> Response:
        """A finished film, also parts of it by `Range`."""
        return _file(await asyncio.to_thread(film_file, await record_of(job), task), FILM_TYPES)

    @routes.get(
        "/jobs/{job:job}/log/text",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}, "description": "Lines."}},
    )
    async def log_text(
        job: JobNumber, attempt: Annotated[str, Query(max_length=100)] = ""
    ) -> Response:
        """A whole log as text, to be saved."""
        path = await asyncio.to_thread(daemon.logs.text_path, await record_of(job), attempt)
        lines = (f"{line}\n" for line in read_log(path))
        return StreamingResponse(
            lines,
            media_type="text/plain; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{path.name}"'},
        )

    @routes.post("/scenes", status_code=201, response_model=Uploaded, **example(Uploaded))
    async def upload(
        request: Request, name: Annotated[str, Query(min_length=1, max_length=200)]
    ) -> Response:
        """Keep a scene that was dropped onto the page; the body is the file's bytes."""
        clean = Path(name.replace("\\", "/")).name
        endings = installed_renderers().extensions
        if clean != name or not clean.lower().endswith(endings) or not clean.isprintable():
            raise WrongUse(
                [
                    Mistake(
                        place="name",
                        wanted=f"a scene's file name ending in {', '.join(endings)}",
                        found=name[:99],
                        advice="Send scenes; textures are found where the scene looks for them.",
                    )
                ]
            )
        folder = daemon.store.scenes_folder / secrets.token_hex(8)
        folder.mkdir(parents=True)
        path = folder / clean
        size = 0
        try:
            with path.open("xb") as file:
                async for block in request.stream():
                    size += len(block)
                    await asyncio.to_thread(file.write, block)
        except BaseException:
            path.unlink(missing_ok=True)
            folder.rmdir()
            raise
        if not size:
            path.unlink()
            folder.rmdir()
            return trouble(422, "Wanted the bytes of a scene; found an empty body.")
        return told(Uploaded(path=str(path), bytes=size), 201)

    return routes


def _file(path: Path, types: dict[str, str]) -> Response:
    """A file with its type; one that is none of these is only to be saved."""
    kind = types.get(path.suffix.lower(), BYTES)
    headers = {"cache-control": "private, no-cache"}
    as_download = kind == BYTES
    return SentFile(
        path,
        media_type=kind,
        headers=headers,
        filename=path.name,
        content_disposition_type="attachment" if as_download else "inline",
    )
