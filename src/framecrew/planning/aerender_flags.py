"""The flags of the local aerender runner that people use today, as a job of ours.

Scripts that were written for that runner go on working. What a flag meant there it means here,
but for what was a defect: exactly the frames asked for are rendered, half a pair of flags is a
mistake, and a program that was named and is not there is one too. `docs/aerender-compat.md`
tells it flag by flag.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from framecrew.frames.cutting import chunk
from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.errors import Mistake, WrongUse
from framecrew.model.jobs import Existing, JobSpec

RENDERER = "aftereffects"
BACKWARDS = re.compile(r"(?P<before>^|,)\s*(?P<last>\d+)\s*-\s*(?P<first>\d+)\s*(?=,|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class AerenderFlags:
    """The flags as they were given; their names are those on the command line."""

    project: str
    output: str
    comp: str = ""
    rqindex: int | None = None
    start: int | None = None
    end: int | None = None
    frames: str = ""
    chunk_size: int | None = None
    index: int | None = None
    concurrency: int = 0
    """0 or less: chosen here."""
    max_concurrency: int = 24
    ram_per_process_gb: float | None = None
    mfr_threads: int = 0
    disable_mfr: bool = False
    sound: str = "ON"
    rs_template: str = ""
    om_template: str = ""
    aerender_path: str = ""
    after_effects_dir: str = ""
    scratch_root: str = ""
    no_scratch: bool = False
    stage_project: bool | None = None
    spawn_delay: float | None = None
    fail_fast: bool = False
    disable_affinity: bool = False
    numa_map: str = ""
    env_file: str = ""
    output_is_pattern: bool = False
    existing: Existing = Existing.REPLACE
    allow_reencode: bool = False
    ffmpeg: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """The job, and what has to be said of it."""

    spec: JobSpec
    notes: tuple[str, ...]
    """Where something is not done as it was by the old runner, or not at all."""


def translated(flags: AerenderFlags) -> Translated:
    """The job that these flags ask for. WrongUse with all mistakes among them."""
    mistakes = list(_mistakes(flags))
    if mistakes:
        raise WrongUse(mistakes)
    frames, notes = _frames(flags)
    is_auto = flags.concurrency < 1
    memory = flags.ram_per_process_gb if is_auto else None
    options: dict[str, object] = {
        # A comma would part two compositions; there was only ever one.
        "comp": flags.comp.replace(",", "\\,"),
        "rqindex": flags.rqindex,
        "rs_template": flags.rs_template,
        "om_template": flags.om_template,
        "mfr": False if flags.disable_mfr else None,
        "sound": flags.sound.upper() != "OFF",
    }
    spec = JobSpec(
        scene=flags.project,
        renderer=RENDERER,
        program=flags.aerender_path or flags.after_effects_dir,
        frames=frames,
        output=flags.output,
        slots=None if is_auto else flags.concurrency,
        max_slots=max(1, flags.max_concurrency) if is_auto else None,
        memory_per_slot=f"{memory:g}G" if memory is not None else "",
        threads=flags.mfr_threads if is_auto and flags.mfr_threads > 0 else None,
        spawn_delay=flags.spawn_delay,
        affinity=not flags.disable_affinity,
        numa_map="" if flags.disable_affinity else flags.numa_map,
        fail_fast=flags.fail_fast,
        existing=flags.existing,
        scratch="" if flags.no_scratch else flags.scratch_root,
        no_scratch=flags.no_scratch,
        stage=flags.stage_project,
        env_file=flags.env_file,
        allow_reencode=flags.allow_reencode,
        ffmpeg=flags.ffmpeg,
        options={name: value for name, value in options.items() if value not in (None, "")},
    )
    return Translated(spec=spec, notes=(*notes, *_notes(flags)))


# ── what is wrong ────────────────────────────────────────────────────────────────────────────


def _mistakes(flags: AerenderFlags) -> Iterator[Mistake]:
    yield from _half_pairs(flags)
    if flags.start is not None and flags.end is not None:
        if flags.start > flags.end:
            yield Mistake(
                place="--start",
                wanted=f"a first frame that is not behind the last, {flags.end}",
                found=str(flags.start),
                advice="Exchange --start and --end.",
            )
    elif flags.start is None and flags.end is None:
        yield from _frames_mistakes(flags)
    if flags.ram_per_process_gb is not None and not flags.ram_per_process_gb > 0:
        yield Mistake(
            place="--ram_per_process_gb",
            wanted="more than 0",
            found=f"{flags.ram_per_process_gb:g}",
            advice="Leave it out, and it is measured.",
        )
    if flags.output_is_pattern and not _is_pattern(flags.output):
        yield Mistake(
            place="--output_is_pattern",
            wanted="an output with a place for the frame's number",
            found=flags.output,
            advice='Write it: --output "shot_[#####].png".',
        )


def _half_pairs(flags: AerenderFlags) -> Iterator[Mistake]:
    for one, other in (("start", "end"), ("chunk_size", "index")):
        given = {name for name in (one, other) if getattr(flags, name) is not None}
        if len(given) == 1:
            (found,) = given
            lacking = other if found == one else one
            yield Mistake(
                place=f"--{lacking}",
                wanted=f"both --{one} and --{other}, or neither",
                found=f"--{found} alone",
                advice=f"Write --{lacking} too, or leave --{found} out.",
            )


def _frames_mistakes(flags: AerenderFlags) -> Iterator[Mistake]:
    if not flags.frames.strip():
        yield Mistake(
            place="--frames",
            wanted="the frames to render",
            found="none",
            advice="Write --frames 1-300, or --start 1 --end 300.",
        )
        return
    try:
        frames = FrameSet.parse(forwards(flags.frames))
    except FrameSyntaxError as problem:
        yield Mistake(
            place="--frames",
            wanted="frames such as 1-300 or 1-100,150-200",
            found=f"{flags.frames!r}: {problem.message}",
            advice=f"Look at character {problem.position + 1}.",
        )
        return
    if flags.chunk_size is None or flags.index is None:
        return
    try:
        chunk(frames, flags.chunk_size, flags.index)
    except ValueError as problem:
        yield Mistake(
            place="--index",
            wanted="the number of a chunk, counted from 0",
            found=str(problem),
            advice="Choose a lower --index, or another --chunk_size.",
        )


def _is_pattern(output: str) -> bool:
    try:
        FramePattern.parse(output)
    except FrameSyntaxError:
        return False
    return True


# ── which frames ─────────────────────────────────────────────────────────────────────────────


def forwards(text: str) -> str:
    """The frames with every backwards range turned round, as it always was: 10-1 is 1-10."""

    def turned(found: re.Match[str]) -> str:
        first, last = sorted((int(found["first"]), int(found["last"])))
        return f"{found['before']}{first}-{last}"

    return BACKWARDS.sub(turned, text)


def _frames(flags: AerenderFlags) -> tuple[str, list[str]]:
    """The frames to render as text, and what to say of them."""
    if flags.start is not None:
        notes = []
        if flags.frames or flags.index is not None:
            notes.append(
                "--start and --end say the frames; --frames, --chunk_size and --index are not used"
            )
        return f"{flags.start}-{flags.end}", notes
    frames = FrameSet.parse(forwards(flags.frames))
    if flags.chunk_size is not None and flags.index is not None:
        return str(chunk(frames, flags.chunk_size, flags.index)), []
    if frames.size < frames.last - frames.first + 1:
        return str(frames), [
            f"exactly these {frames.size} frames are rendered, not all of {frames.first}-{frames.last}"
        ]
    return str(frames), []


def _notes(flags: AerenderFlags) -> Iterator[str]:
    if flags.sound.upper() not in {"ON", "OFF"}:
        yield f"--sound {flags.sound} is taken for ON"
    if flags.no_scratch:
        yield (
            "--no_scratch: unfinished frames lie in a hidden folder beside the output, and get their"
            " names when they are whole; nothing is ever half there under its own name"
        )
    if flags.aerender_path and flags.after_effects_dir:
        yield "--aerender_path names the program; --after_effects_dir is not used"
