"""`aerender-compat`: the flags of the local aerender runner, so that its scripts go on working."""

import asyncio
import datetime
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import click

from framecrew.cli.codes import STOPPED
from framecrew.cli.doors import reporting_errors
from framecrew.model.errors import FramecrewError, Mistake, WrongUse
from framecrew.model.jobs import Existing, JobSpec
from framecrew.model.plans import TaskKind
from framecrew.model.statuses import JobStatus
from framecrew.model.views import JobView
from framecrew.planning.aerender_flags import AerenderFlags, translated

FAILED, NO_FILM = 1, 2
Say = Callable[[str, str], None]


@click.command("aerender-compat")
@click.option("--project", required=True, metavar="FILE", help="The .aep or .aepx to render.")
@click.option("--comp", default="", metavar="NAME", help="Composition, by name.")
@click.option("--rqindex", type=int, help="Item of the render queue, counted from 1.")
@click.option(
    "--output", required=True, metavar="PATTERN", help="shot_[#####].png, or one film."
)
@click.option("--frames", default="", help="Such as 1-300 or 1-100,150-200; just these.")
@click.option("--start", type=int, help="First frame; wins over --frames.")
@click.option("--end", type=int, help="Last frame.")
@click.option("--chunk_size", type=int, help="Cut --frames into chunks of so many.")
@click.option("--index", type=int, help="Render only this chunk, counted from 0.")
@click.option("--concurrency", type=int, default=0, help="Processes; 0: chosen, and said why.")
@click.option("--max_concurrency", type=int, default=24, help="Most of them, when chosen.")
@click.option("--ram_per_process_gb", type=float, help="Memory of one; measured when absent.")
@click.option("--mfr_threads", type=int, default=0, help="Threads of one, when chosen.")
@click.option("--disable_mfr", is_flag=True, help="No multi-frame rendering.")
@click.option("--sound", default="ON", help="ON or OFF, as aerender's -sound.")
@click.option("--rs_template", default="", metavar="NAME", help="Render-settings template.")
@click.option("--om_template", default="", metavar="NAME", help="Output-module template.")
@click.option("--aerender_path", default="", metavar="FILE", help="The program.")
@click.option("--after_effects_dir", default="", metavar="FOLDER", help="Its folder.")
@click.option(
    "--scratch_root",
    default="",
    envvar="STMPO_SCRATCH_ROOT",
    metavar="FOLDER",
    help="Where unfinished frames lie.",
)
@click.option("--no_scratch", is_flag=True, help="Keep them beside the output.")
@click.option(
    "--stage_project/--no_stage_project",
    default=None,
    help="Render a verified copy of the project.",
)
@click.option("--spawn_delay", type=float, help="Seconds between two starts; 2 when absent.")
@click.option("--child_grace_sec", type=float, default=10.0, help="Silence that is told.")
@click.option(
    "--kill_on_fail", "fail_fast", is_flag=True, help="End all at the first lasting failure."
)
@click.option("--disable_affinity", is_flag=True, help="No processors of its own for each.")
@click.option("--numa_map", default="", metavar="FILE", help="JSON of nodes and processors.")
@click.option("--env_file", default="", metavar="FILE", help="JSON of variables.")
@click.option("--log_file", default="", metavar="FILE", help="Append there; else stdout.")
@click.option("--pid_file", default="", metavar="FILE", help="Gets our process number.")
@click.option("--dry_run", is_flag=True, help="Show frames and commands; write nothing.")
@click.option("--output_is_pattern", is_flag=True, help="The output must be a sequence.")
@click.option(
    "--existing",
    type=click.Choice([each.value for each in Existing]),
    default=Existing.REPLACE.value,
    help="Of ours: what becomes of frames that are there; keep goes on after a stop.",
)
@click.option("--allow-reencode", is_flag=True, help="Of ours, see `framecrew render`.")
@click.option("--ffmpeg", default="", metavar="PATH", help="Of ours: the ffmpeg to use.")
@reporting_errors
def aerender_compat(
    *,
    log_file: str,
    pid_file: str,
    child_grace_sec: float,
    dry_run: bool,
    existing: str,
    **given: Any,
) -> None:
    """Render with the flags of the local segmented aerender runner; its scripts go on working.

    \b
      framecrew aerender-compat --project shot.aep --comp Main \\
        --output "out/f_[#####].png" --frames 1-300 --concurrency 4

    Exit codes are that runner's: 0 everything delivered and proved, 1 frames missing or no
    aerender, 2 wrong use, or all frames but no film, 130 stopped.
    """  # noqa: D301
    flags = AerenderFlags(**given, existing=Existing(existing))
    try:
        job = translated(flags)
        if dry_run:
            sys.exit(_rehearse(job.spec, job.notes))
        with _log(log_file) as say:
            sys.exit(_run(job.spec, job.notes, say, pid_file=pid_file, grace=child_grace_sec))
    except WrongUse as wrong:
        if {mistake.place for mistake in wrong.mistakes} <= {"program", *PROGRAM_VARIABLES}:
            raise NoProgramError(str(wrong)) from wrong
        raise


PROGRAM_VARIABLES = ("AERENDER_PATH", "AE_AERENDER_PATH")


class NoProgramError(FramecrewError):
    """There is no aerender, or not where it was said to be."""


def _run(
    spec: JobSpec, notes: tuple[str, ...], say: Say, *, pid_file: str, grace: float
) -> int:
    from framecrew.cli.compat_log import CompatLog
    from framecrew.cli.pid_files import PidFiles
    from framecrew.cli.running import watched
    from framecrew.cli.summary import summary

    began = time.time()
    with PidFiles(pid_file) as pids:
        say("INFO", f"Runner pid={pids.own}")
        for note in notes:
            say("WARNING", note)
        log = CompatLog(say, grace_seconds=grace, on_tick=pids.refresh)
        try:
            view = asyncio.run(
                watched(spec, show=log.show, on_step=lambda step: say("INFO", step))
            )
        except FramecrewError as error:
            for line in str(error).splitlines():
                say("ERROR", line)
            raise
    if view is None:
        say("WARNING", "Stopped before anything was rendered.")
        return STOPPED
    code = _exit_code(view)
    for line in summary(view, seconds=time.time() - began):
        say("ERROR" if code else "INFO", line)
    return code


def _exit_code(view: JobView) -> int:
    match view.status:
        case JobStatus.DONE:
            return 0
        case JobStatus.CANCELLED | JobStatus.INTERRUPTED:
            return STOPPED
        case _ if not view.missing and any(
            task.missing for task in view.tasks if task.kind is TaskKind.STITCH
        ):
            return NO_FILM
        case _:
            return FAILED


def _rehearse(spec: JobSpec, notes: tuple[str, ...]) -> int:
    from framecrew.api import explained
    from framecrew.planning.explain import explanation_text

    with _log("") as say:
        for note in notes:
            say("WARNING", note)
        explanation = asyncio.run(explained(spec))
        for line in explanation_text(explanation).splitlines():
            if not line.startswith("Command "):
                say("INFO", line)
        for place, command in enumerate(explanation.commands):
            say("INFO", f"DRY RUN child[{place}]: {command}")
    return 0


@contextmanager
def _log(path: str) -> Iterator[Say]:
    """Where lines go: appended to a file, or printed. One that cannot be written costs lines,
    never frames.
    """
    if not path:
        yield lambda level, text: click.echo(_line(level, text))
        return
    with _opened(path) as file:

        def say(level: str, text: str) -> None:
            with suppress(OSError):
                file.write(_line(level, text) + "\n")

        yield say


def _opened(path: str) -> TextIO:
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return Path(path).open("a", encoding="utf-8", errors="replace", buffering=1)
    except OSError as error:
        raise WrongUse(
            [
                Mistake(
                    place="--log_file",
                    wanted="a file that can be written",
                    found=f"{path}: {error.strerror or error}",
                    advice="Choose another, or leave it out.",
                )
            ]
        ) from error


def _line(level: str, text: str) -> str:
    now = datetime.datetime.now().astimezone()
    return f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03} [{level}] {text}"
