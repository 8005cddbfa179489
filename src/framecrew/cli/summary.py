"""The end of a job in words: what was delivered where, and exactly what was not and why."""

from framecrew.cli.codes import STOPPED
from framecrew.cli.words import frames_text, one_line, seconds_text
from framecrew.model.plans import TaskKind
from framecrew.model.statuses import JobStatus
from framecrew.model.views import JobView, TaskView

EXIT_CODES = {
    JobStatus.DONE: 0,
    JobStatus.INCOMPLETE: 3,
    JobStatus.FAILED: 1,
    JobStatus.CANCELLED: STOPPED,
    JobStatus.INTERRUPTED: STOPPED,
}


def exit_code(view: JobView) -> int:
    """0 all, 3 some frames (or the film) missing, 1 none, 130 stopped by a person."""
    return EXIT_CODES.get(view.status, 1)


def summary(view: JobView, *, seconds: float) -> list[str]:
    """The lines to print when a job is over."""
    lines = [_headline(view, seconds)]
    for task in view.tasks:
        if task.kind is TaskKind.RENDER and task.done:
            lines += [f"  {output}" for output in task.outputs]
        elif task.kind is TaskKind.STITCH and not task.missing:
            lines += [
                f"  {output} (every frame of it decoded and counted)" for output in task.outputs
            ]
    for task in view.tasks:
        # No film of frames that are still to come is no news.
        if task.kind is TaskKind.RENDER or exit_code(view) != STOPPED:
            lines += _losses(task)
    missing = view.missing
    if missing:
        lines += _missing(view)
        lines.append(f"  Render them with: {_again(view)}")
        lines.append(f"  What the renderer said: framecrew logs {view.id}")
    return lines


def _again(view: JobView) -> str:
    """A film of the missing frames alone would not be the film."""
    renders = [task for task in view.tasks if task.kind is TaskKind.RENDER]
    if all(not task.outputs for task in renders):
        return f"framecrew retry {view.id}"
    return f"--frames {_quoted(str(view.missing))}"


def _missing(view: JobView) -> list[str]:
    """One line, or one for each of several targets."""
    renders = [task for task in view.tasks if task.kind is TaskKind.RENDER]
    if len(renders) == 1:
        return [f"Missing: {view.missing}"]
    return [f"Missing of {task.target}: {task.missing}" for task in renders if task.missing]


def _headline(view: JobView, seconds: float) -> str:
    took = seconds_text(seconds)
    done = f"{view.done} of {frames_text(view.total)}"
    match view.status:
        case JobStatus.DONE:
            return f"Done: {frames_text(view.total)}, all decoded and checked, in {took}."
        case JobStatus.INCOMPLETE if not view.missing:
            return f"Incomplete: {done} delivered in {took}, but no film."
        case JobStatus.CANCELLED | JobStatus.INTERRUPTED:
            return f"Stopped after {took}: {done} delivered; run the same command to go on."
        case _:
            return f"{str(view.status).capitalize()}: {done} delivered in {took}."


def _losses(task: TaskView) -> list[str]:
    lines: list[str] = []
    for loss in task.losses:
        what = "film" if task.kind is TaskKind.STITCH else f"frames {loss.frames}"
        if len(loss.frames) == 1:
            what = f"frame {loss.frames}"
        where = f" ({task.target})" if task.target else ""
        lines.append(f"{what}{where}: {loss.failure.kind}: {one_line(loss.failure.reason)}")
        lines += [f"    {one_line(line)}" for line in loss.failure.evidence[-6:]]
        lines.append(f"  {loss.failure.advice}")
    return lines


def _quoted(text: str) -> str:
    return f'"{text}"' if any(sign in text for sign in "!, ") else text
