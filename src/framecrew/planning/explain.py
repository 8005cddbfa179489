"""Explaining a plan: what would be done, as values and as plain text, without doing it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePath

from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.jobs import Existing
from framecrew.model.outputs import Promise
from framecrew.model.plans import Plan, Task, TaskKind
from framecrew.model.requests import FilmRequest, RenderRequest, StitchRequest
from framecrew.model.scenes import SceneFacts
from framecrew.planning.findings import Findings
from framecrew.planning.quoting import quoted
from framecrew.planning.room import need_of
from framecrew.planning.sizes import size_text
from framecrew.renderers.contract import FoundProgram, Renderer
from framecrew.renderers.film_presets import TICKS


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFiles:
    """The files of one promise."""

    name: str
    first: str
    last: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskExplained:
    """One render task."""

    id: str
    target: str
    """Empty: the scene's own."""
    options: Mapping[str, object]
    """Of the renderer; those left at their defaults are not there."""
    frames: FrameSet
    files: tuple[ExpectedFiles, ...]
    """Pictures; none where a film is rendered in segments."""
    segments: tuple[FrameSet, ...] = ()
    """Of a film that the renderer writes itself; each is rendered as one."""
    grid_reason: str = ""
    """Why they are so long."""
    rushes: str = ""
    """The folder of all that becomes a film and is then removed; empty: it stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that `framecrew plan` says."""

    name: str
    scene: str
    program: FoundProgram
    tasks: tuple[TaskExplained, ...]
    films: tuple[StitchRequest, ...]
    slots: int
    threads: int
    reason: str
    """Why so many slots and threads."""
    command: tuple[str, ...]
    """What the first session is started with."""
    command_text: str
    """The same, quoted for this system."""
    commands: tuple[str, ...]
    """What every slot begins with, quoted; each once, so that sessions have one."""
    scratch: str
    """The folder of unfinished frames; empty: beside the output."""
    kept: int
    """Frames whose files are there already; they are verified and then kept."""
    needed_bytes: int | None
    """Of the frames still to come; None when nothing tells."""
    is_measured: bool
    """The need is worked out from frames that are there; else it is the most they can take."""
    free_bytes: int | None
    folder: str
    """Where the frames go."""
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    """How the scene will be rendered, as the session that opened it chose."""

    @property
    def fits(self) -> bool:
        """False if the disk is certainly or probably too small."""
        if self.needed_bytes is None or self.free_bytes is None:
            return True
        return self.needed_bytes <= self.free_bytes


def explain(
    plan: Plan,
    *,
    card: Renderer,
    program: FoundProgram,
    findings: Findings,
    slots: int,
    threads: int,
    reason: str,
    system: str,
    facts: SceneFacts | None = None,
    first_round: Sequence[Assignment] = (),
) -> Explanation:
    """What a plan would do; slots, threads, the reason and the first round of assignments are
    the scheduler's first choice.
    """
    renders = [
        (task, task.request) for task in plan.tasks if isinstance(task.request, RenderRequest)
    ]
    first, request = renders[0]
    films = [task.request for task in plan.tasks if isinstance(task.request, StitchRequest)]
    round_ = [one for one in first_round if isinstance(one.request, RenderRequest)]
    commands = [
        card.open_command(program, assignment).arguments
        for assignment in round_ or [_first_assignment(plan, first, threads)]
    ]
    kept = findings.existing if plan.existing is Existing.KEEP else 0
    need = need_of(plan, findings, facts)
    folder = findings.output_folder
    return Explanation(
        name=plan.name,
        scene=request.scene,
        program=program,
        tasks=tuple(_explained(plan, *render) for render in renders),
        films=tuple(films),
        slots=slots,
        threads=threads,
        reason=reason,
        command=commands[0],
        command_text=quoted(commands[0], system),
        commands=tuple(dict.fromkeys(quoted(command, system) for command in commands)),
        scratch=plan.scratch,
        kept=kept,
        needed_bytes=need.bytes,
        is_measured=need.is_measured,
        free_bytes=folder.free_bytes if folder else None,
        folder=folder.path if folder else "",
        warnings=facts.doubts if facts else (),
        notes=facts.notes if facts else (),
    )


def explanation_text(explanation: Explanation) -> str:
    """The explanation for reading: one fact a line, its name in front."""
    return "\n".join(f"{name:<9} {words}" for name, words in _lines(explanation))


def _lines(explanation: Explanation) -> Iterator[tuple[str, str]]:
    program = explanation.program
    yield "Job", explanation.name
    yield "Scene", explanation.scene
    yield "Program", f"{program.name} {program.version} at {program.path}".replace("  ", " ")
    for task in explanation.tasks:
        yield "Target", task.target or "the scene's own"
        if task.options:
            told = (f"{name}={_shown(value)}" for name, value in task.options.items())
            yield "Options", ", ".join(told)
        yield "Frames", f"{task.frames} ({_counted(task.frames.size, 'frame')})"
        for files in task.files:
            span = files.first if files.count == 1 else f"{files.first} … {files.last}"
            yield "Files", f"{span} ({_counted(files.count, 'file')}, {files.name})"
        if task.segments:
            yield "Segments", _segments(task)
        if task.rushes:
            yield "Rushes", f"{task.rushes}, removed when the film is proved"
    if explanation.kept:
        frames = _counted(explanation.kept, "frame")
        yield "Kept", f"{frames} there already; verified first, rendered again if broken"
    slots = _counted(explanation.slots, "slot")
    threads = _counted(explanation.threads, "thread")
    yield "Sessions", f"{slots} of {threads}: {explanation.reason}"
    for command in explanation.commands:
        yield "Command", command
    yield "Scratch", explanation.scratch or "beside the output, so that delivery is a rename"
    for film in explanation.films:
        sound = f", with {film.audio}" if film.audio else ""
        if film.tracks:
            sound = f", with {_counted(len(film.tracks), 'sound')} of the scene, mixed"
        yield "Film", f"{film.film} ({_made_how(film)}{sound}{_titled(film)})"
    yield "Disk", _disk(explanation)
    for note in explanation.notes:
        yield "Chosen", note
    for warning in explanation.warnings:
        yield "Warning", warning


def _segments(task: TaskExplained) -> str:
    """`8 of 37 or 38 frames, 1-37 … 263-300: why`; with gaps there are many lengths."""
    sizes = sorted({frames.size for frames in task.segments})
    lengths = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    if len(sizes) == 2 and sizes[1] == sizes[0] + 1:
        lengths = f"{sizes[0]} or {sizes[1]}"
    first, last = task.segments[0], task.segments[-1]
    span = f"{first}" if len(task.segments) == 1 else f"{first} … {last}"
    return f"{len(task.segments)} of {lengths} frames, {span}: {task.grid_reason}"


def _disk(explanation: Explanation) -> str:
    if explanation.needed_bytes is None:
        need = "need unknown before the first frame"
    else:
        size = size_text(explanation.needed_bytes)
        need = f"needs about {size}" if explanation.is_measured else f"needs at most {size}"
    if explanation.free_bytes is None:
        return need
    free = f"{need}; {size_text(explanation.free_bytes)} free in {explanation.folder}"
    return free if explanation.fits else f"{free}: TOO LITTLE"


def _explained(plan: Plan, task: Task, request: RenderRequest) -> TaskExplained:
    return TaskExplained(
        id=task.id,
        target=request.target,
        options=request.options,
        frames=task.frames,
        files=tuple(_files(promise, task.frames) for promise in task.promises),
        segments=tuple(segment.frames for segment in task.segments),
        grid_reason=task.grid_reason,
        rushes=next((film.rushes for film in plan.tasks if task.id in film.after), ""),
    )


def _files(promise: Promise, frames: FrameSet) -> ExpectedFiles:
    return ExpectedFiles(
        name=promise.name,
        first=promise.final.path(frames.first),
        last=promise.final.path(frames.last),
        count=frames.size,
    )


def _first_assignment(plan: Plan, task: Task, threads: int) -> Assignment:
    segment = task.segments[0] if task.segments else None
    frames = FrameSet.of([task.frames.first]) if segment is None else segment.frames
    return Assignment(
        attempt="0.1",
        job=0,
        task=task.id,
        kind=TaskKind.RENDER,
        slot=0,
        threads=threads,
        frames=frames,
        sequence=tuple(frames),
        request=task.request,
        promises=task.promises,
        segment=segment,
        traits=task.traits,
        patience=plan.patience,
        scratch=plan.scratch,
        memory_limit=plan.memory_limit,
    )


def _made_how(film: StitchRequest) -> str:
    if isinstance(film, FilmRequest):
        ticks = TICKS.get(PurePath(film.film).suffix.lower())
        return f"{film.preset}, {film.fps} frames/s{_rounded(film.fps, ticks) if ticks else ''}"
    rate = f", {film.fps} frames/s" if film.fps else ""
    sound = "; where theirs is encoded, sound is rendered once more in one piece"
    return f"joined as the segments are{rate}{sound if film.sound_run else ''}"


def _rounded(fps: str, ticks: int) -> str:
    """How long frames are shown in a film that counts in such parts of a second; no sound."""
    least, rest = divmod(ticks, Fraction(fps))
    each = f"{least} or {least + 1}" if rest else f"{least}"
    return f" shown for {each}/{ticks} s each, no sound"


def _titled(film: StitchRequest) -> str:
    if not film.subtitles:
        return ""
    is_burnt = isinstance(film, FilmRequest) and film.burn_subtitles
    return ", with subtitles drawn on it" if is_burnt else ", with subtitles"


def _shown(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
