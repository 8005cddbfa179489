"""Which files may be shown: those a job promised, and nothing that a link makes of them.

Paths never come from a request. They are told from the plan by task, promise and frame; a folder
in them may be a link, for a person chose it, but the file itself may not.
"""

from pathlib import Path

from framecrew.execution.logs import log_parts, log_path
from framecrew.frames.patterns import FramePattern
from framecrew.model.requests import StitchRequest
from framecrew.studio.record import JobRecord

PICTURE_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".avif": "image/avif",
}
FILM_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".avi": "video/x-msvideo",
}
"""Anything else goes as bytes to be saved, for a browser would judge for itself."""
BYTES = "application/octet-stream"
LINK = "a link stands in its place; links are not followed"
NO_FILE = "what stands in its place is no file"


class NotShownError(Exception):
    """There is no such file of the job, or it may not be shown; the message says which."""


def picture_file(record: JobRecord, task: str, name: str, frame: int) -> Path:
    """The published file of a frame."""
    pattern = picture_pattern(record, task, name)
    found = record.tasks[task_named(record, task)]
    if found.column.row(frame) is None:
        raise NotShownError(f"frame {frame} is none of the job's")
    return checked(Path(pattern.path(frame)))


def picture_pattern(record: JobRecord, task: str, name: str) -> FramePattern:
    """Where the frames of a task are published under a promise's name."""
    promises = record.tasks[task_named(record, task)].task.promises
    for promise in promises:
        if promise.name == name or not name:
            return promise.final
    raise NotShownError(
        f"the task has no output {name!r}; there are: "
        f"{', '.join(promise.name for promise in promises) or 'none but its film'}"
    )


def task_named(record: JobRecord, task: str) -> str:
    """The task itself; the first that renders when none is named."""
    if task in record.tasks:
        return task
    if not task and record.tasks:
        return next(iter(record.tasks))
    raise NotShownError(f"the job has no render task {task!r}")


def film_file(record: JobRecord, task: str) -> Path:
    """The film of a stitch; the first when none is named."""
    for one in record.plan.tasks if record.plan else ():
        if isinstance(one.request, StitchRequest) and task in ("", one.id):
            return checked(Path(one.request.film))
    raise NotShownError(f"the job makes no film {task!r}")


def log_file(logs: Path, record: JobRecord, attempt: str) -> Path:
    """The log of an attempt below the folder of logs; it may not be there yet."""
    path = log_path(logs, job=record.job, attempt=attempt)
    for place in (path.parent, *log_parts(path)):
        if place.is_symlink():
            raise NotShownError(LINK)
    if path.exists() and not path.is_file():
        raise NotShownError(NO_FILE)
    return path


def checked(path: Path) -> Path:
    """The file, if it is there and is one: no link, no folder, nothing of the system's."""
    try:
        real = path.resolve(strict=True)
        is_itself = real == path.parent.resolve(strict=True) / path.name
    except (OSError, ValueError) as error:
        raise NotShownError("it is not there (yet)") from error
    if not is_itself:
        raise NotShownError(LINK)
    if not real.is_file():
        raise NotShownError(NO_FILE)
    return real
