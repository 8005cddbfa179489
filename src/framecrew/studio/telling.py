"""Telling: answers as JSON, and every error as a `Trouble` with the status that fits."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.routing import Match

from framecrew.frames.errors import FrameSyntaxError
from framecrew.model.answers import Trouble
from framecrew.model.errors import FramecrewError, Mistake, NoSuchJob, StoreError, WrongUse
from framecrew.model.wire import to_json
from framecrew.studio.folders import OutsideError
from framecrew.studio.safe_files import NotShownError

JSON = "application/json"
NOT_THIS_WAY = 405
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
HIGHEST = 2**53 - 1
"""Of job numbers and the like: what JSON's readers in browsers can hold."""


class JobConvertor(Convertor[int]):
    """A job's number in a path; what is none, such as `many`, is another path."""

    regex = "[1-9][0-9]{0,15}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("job", JobConvertor())

JobNumber = Annotated[int, Path(ge=1, le=HIGHEST, description="Number of a job.")]

TROUBLES: dict[int | str, dict[str, Any]] = {
    status: {"model": Trouble, "description": words}
    for status, words in (
        (400, "Not JSON, or no path that may be looked at."),
        (401, "Neither the token nor the page's cookie."),
        (403, "Asked by another site."),
        (404, "There is none."),
        (405, "Not this way."),
        (409, "The job is not in a state for it, or another one writes the same files."),
        (413, "Too large."),
        (421, "Asked for another host."),
        (422, "Mistakes, each with its place."),
        (503, "It cannot be done now."),
    )
}


def told(value: object, status: int = 200) -> Response:
    """An answer as it goes out."""
    return Response(to_json(value), status_code=status, media_type=JSON)


def trouble(status: int, message: str, mistakes: Sequence[Mistake] = ()) -> Response:
    """A refusal as it goes out."""
    return told(Trouble(message=message, mistakes=tuple(mistakes)), status)


def catch_all(app: FastAPI) -> None:
    """Let every error that we can name become a `Trouble`."""
    app.add_exception_handler(WrongUse, _wrong_use)
    app.add_exception_handler(FramecrewError, _framecrew_error)
    app.add_exception_handler(FrameSyntaxError, _frame_syntax)
    app.add_exception_handler(NotShownError, _not_shown)
    app.add_exception_handler(OutsideError, _outside)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _wrong_use(_request: Request, error: Exception) -> Response:
    assert isinstance(error, WrongUse)
    return trouble(422, "The request holds mistakes; nothing was started.", error.mistakes)


async def _framecrew_error(_request: Request, error: Exception) -> Response:
    if isinstance(error, NoSuchJob):
        return trouble(404, str(error))
    return trouble(409 if isinstance(error, StoreError) else 503, str(error))


async def _frame_syntax(_request: Request, error: Exception) -> Response:
    assert isinstance(error, FrameSyntaxError)
    mistake = Mistake(
        place="frames",
        wanted="frames such as 1-240,300",
        found=error.text,
        advice=error.message,
    )
    return trouble(422, str(error), [mistake])


async def _not_shown(_request: Request, error: Exception) -> Response:
    return trouble(404, f"Wanted a file or a log of the job; found that {error}.")


async def _outside(_request: Request, error: Exception) -> Response:
    return trouble(400, f"Wanted a folder that may be looked into; found: {error}.")


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(str(one.get("type", "")).startswith("json") for one in found):
        return trouble(400, f"Wanted a body of JSON; found: {found[0].get('msg', '')}.")
    return trouble(422, "The request holds mistakes.", [_mistake(one) for one in found])


def _mistake(one: Mapping[str, Any]) -> Mistake:
    place = ".".join(str(part) for part in one.get("loc", ())[1:]) or "body"
    return Mistake(
        place=_written(place),
        wanted=str(one.get("msg", "")),
        found=_written(repr(one.get("input"))[:80]),
        advice="See `docs/http.md`, or /api/v1/openapi.json.",
    )


def _written(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = trouble(
        error.status_code, f"{error.detail}. `docs/http.md` lists what can be asked."
    )
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    if error.status_code == NOT_THIS_WAY:
        # Each route knows its own methods only.
        answer.headers["Allow"] = ", ".join(_methods(request))
    return answer


def _methods(request: Request) -> list[str]:
    """All that can be asked of a path; routes may stand inside others, so each is tried."""
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]
