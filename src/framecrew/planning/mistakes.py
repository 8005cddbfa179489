"""Mistakes: everything wrong with a spec on this machine, at once, before anything starts."""

from collections.abc import Iterator

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.errors import Mistake
from framecrew.model.jobs import Existing, JobSpec
from framecrew.model.scenes import SceneFacts
from framecrew.planning.environments import environment_file, name_mistakes
from framecrew.planning.film_mistakes import film_mistakes
from framecrew.planning.film_output import film_way
from framecrew.planning.findings import Findings, FolderFinding, PathState
from framecrew.planning.numa_maps import numa_map
from framecrew.planning.paths import PATH_FIELDS, absolute, address_trouble, is_address
from framecrew.planning.reading import OPTIONS, did_you_mean, read_options
from framecrew.planning.sizes import parse_size
from framecrew.planning.subtitles import subtitles
from framecrew.planning.target_mistakes import target_mistakes
from framecrew.planning.wanted import all_frames, picture_ending, wanted_frames
from framecrew.renderers.contract import Renderer

MOST_MISSING = 10
"""Of more missing files, the rest are only counted."""


def mistakes(
    spec: JobSpec,
    findings: Findings,
    facts: SceneFacts | None = None,
    card: Renderer | None = None,
) -> list[Mistake]:
    """All mistakes, in the order of the spec's fields; empty when the job can be planned.

    `facts` None: the scene is not inspected, and what depends on it is not judged, except that
    its frames must then be written. `card` None: no renderer fits, which the registry says.
    """
    return [
        *_home_folders(spec),
        *_scene(spec, findings, card),
        *_program(findings, card),
        *_frames(spec, facts, card),
        *_output(spec, findings, facts, card),
        *film_mistakes(spec, findings, facts, card),
        *target_mistakes(spec, facts, card),
        *_chunks(spec, facts),
        *_scratch(spec, findings),
        *_stage(spec, card),
        *_missing_files(spec, facts),
        *_memory(spec),
        *_small_files(findings),
        *_environment(spec, findings),
        *numa_map(findings).mistakes,
        *subtitles(findings).mistakes,
        *_options(spec, card),
    ]


def _home_folders(spec: JobSpec) -> Iterator[Mistake]:
    for name in PATH_FIELDS:
        path = getattr(spec, name)
        if path.startswith("~"):
            yield Mistake(
                place=name,
                wanted="a path that is the same for every user",
                found=path,
                advice="Only a shell knows what ~ is; write the folder in full.",
            )


def _scene(spec: JobSpec, findings: Findings, card: Renderer | None) -> Iterator[Mistake]:
    if not spec.scene:
        yield Mistake(
            place="scene",
            wanted="the file to render",
            found="none",
            advice="Name it: `framecrew render shot.blend`.",
        )
        return
    path = absolute(spec.scene, findings.folder)
    if is_address(path):
        if card is not None and path.partition("://")[0].lower() not in card.schemes:
            yield Mistake(
                place="scene",
                wanted=f"a file of {card.title}",
                found=f"the address {spec.scene}",
                advice="Only web pages are opened by their address (http or https).",
            )
        elif trouble := address_trouble(path):
            yield Mistake(
                place="scene",
                wanted="an address such as http://localhost:5173/",
                found=f"{spec.scene}: {trouble}",
                advice="Copy it from a browser that shows the page.",
            )
        return
    if findings.scene is not PathState.FILE:
        yield Mistake(
            place="scene",
            wanted="a file that can be read",
            found=f"{findings.scene.value} at {path}",
            advice=_SCENE_ADVICE[findings.scene],
        )
    if card is not None and not spec.renderer and not _opens(card, path):
        yield Mistake(
            place="scene",
            wanted=f"a scene of {card.title} ({_either(card.extensions)})",
            found=spec.scene,
            advice="Check the file's name, or name its renderer with --renderer.",
        )


def _opens(card: Renderer, scene: str) -> bool:
    return scene.lower().endswith(card.extensions)


_SCENE_ADVICE = {
    PathState.NOT_THERE: "Check the path; a relative one starts at the working folder, "
    "or at the job file's.",
    PathState.FOLDER: "Name the scene file inside it.",
    PathState.UNREADABLE: "Give yourself the right to read it.",
}


def _program(findings: Findings, card: Renderer | None) -> Iterator[Mistake]:
    if card is None:
        return
    found = findings.program
    if found is None:
        if findings.program_trouble:
            yield Mistake(
                place="program",
                wanted=f"{card.program.name} on this computer",
                found=f"none: {findings.program_trouble}",
                advice="Install it, or name it with --program; "
                "`framecrew doctor` lists where was looked.",
            )
        return
    version = tuple(int(part) for part in found.version.split(".") if part.isdecimal())
    if version and version < card.program.oldest:
        oldest = ".".join(str(part) for part in card.program.oldest)
        yield Mistake(
            place="program",
            wanted=f"{card.program.name} {oldest} or newer",
            found=f"{found.version} at {found.path}",
            advice="Update it, or name a newer one with --program.",
        )


def _frames(
    spec: JobSpec, facts: SceneFacts | None, card: Renderer | None
) -> Iterator[Mistake]:
    frames = _readable_frames(spec, facts)
    if isinstance(frames, FrameSyntaxError):
        yield Mistake(
            place="frames",
            wanted="frames such as 1-240, 1-100x5 or 1,5,9",
            found=f"{spec.frames!r}: {frames.message}",
            advice=f"Look at character {frames.position + 1}.",
        )
    elif not frames and facts is not None:
        yield Mistake(
            place="frames",
            wanted="at least one frame",
            found=(
                "a scene that does not tell how many it has"
                if facts.last == facts.first - 1
                else f"the scene's range {facts.first} to {facts.last}"
            ),
            advice="Write the frames: --frames 1-240.",
        )
    elif not frames and card is not None and card.open_message is None:
        yield Mistake(
            place="frames",
            wanted=f"the frames to render, as {card.title} does not tell the scene's range",
            found="none",
            advice="Write them: --frames 1-240.",
        )


def _readable_frames(spec: JobSpec, facts: SceneFacts | None) -> FrameSet | FrameSyntaxError:
    try:
        return all_frames(spec, facts)
    except FrameSyntaxError as problem:
        return problem


def _output(
    spec: JobSpec, findings: Findings, facts: SceneFacts | None, card: Renderer | None
) -> Iterator[Mistake]:
    """A place for pictures; what is wrong with one for a film is told with films."""
    if film_way(spec, card) is not None:
        return
    try:
        pattern = FramePattern.parse(absolute(spec.output, findings.folder) or spec.output)
        extension = picture_ending(spec, facts).lower()
    except FrameSyntaxError as problem:
        yield Mistake(
            place="output",
            wanted="a place for the frames, such as renders/shot_####.png",
            found=f"{spec.output!r}: {problem.message}" if spec.output else "none",
            advice="Write #### where the frame's number goes: --output renders/shot_####.png.",
        )
        return
    if card is not None and extension not in card.picture_formats:
        yield Mistake(
            place="output",
            wanted=f"pictures that {card.title} can write ({_either(card.picture_formats)})",
            found=extension,
            advice=did_you_mean(extension, card.picture_formats) or "Choose another ending.",
        )
    if pattern.match(absolute(spec.scene, findings.folder)) is not None:
        yield Mistake(
            place="output",
            wanted="files that are not the scene",
            found=f"a pattern that {spec.scene} fits",
            advice="Choose another folder or ending for the frames.",
        )
    yield from _folder("output", findings.output_folder)
    if spec.existing is Existing.REFUSE and findings.existing:
        yield Mistake(
            place="output",
            wanted="no frame there yet, as `existing` is refuse",
            found=f"{findings.existing} of them, such as {findings.first_existing}",
            advice="Choose another place, or --existing keep or replace.",
        )


def _folder(place: str, finding: FolderFinding | None) -> Iterator[Mistake]:
    if finding is not None and not finding.can_write:
        yield Mistake(
            place=place,
            wanted="a folder that can be written",
            found=f"{finding.path}, but {finding.reason or 'it may not be written'}",
            advice=f"Make that folder writable, or choose another with --{place}.",
        )


def _scratch(spec: JobSpec, findings: Findings) -> Iterator[Mistake]:
    yield from _folder("scratch", findings.scratch_folder)
    if spec.scratch and spec.no_scratch:
        yield Mistake(
            place="no_scratch",
            wanted="unfinished frames in one place",
            found=f"--no-scratch beside --scratch {spec.scratch}",
            advice="Leave one of them out.",
        )


def _stage(spec: JobSpec, card: Renderer | None) -> Iterator[Mistake]:
    if spec.stage and card is not None and not card.traits.works_locally:
        yield Mistake(
            place="stage",
            wanted="a renderer whose scenes can be opened elsewhere",
            found=f"{card.title}, whose scenes name files by where they lie themselves",
            advice="Leave --stage out.",
        )


def _chunks(spec: JobSpec, facts: SceneFacts | None) -> Iterator[Mistake]:
    if spec.chunk_index is None:
        return
    if spec.chunk_size is None:
        yield Mistake(
            place="chunk_index",
            wanted="--chunk-size beside it",
            found="none",
            advice="Say of how many frames the chunks are: --chunk-size 10.",
        )
        return
    if not _readable_frames(spec, facts):
        return
    try:
        wanted_frames(spec, facts)
    except FrameSyntaxError:
        return
    except ValueError as problem:
        yield Mistake(
            place="chunk_index",
            wanted="the number of a chunk, counted from 0",
            found=str(problem),
            advice="Choose a lower number, or another --chunk-size.",
        )


def _missing_files(spec: JobSpec, facts: SceneFacts | None) -> Iterator[Mistake]:
    if facts is None or spec.allow_missing:
        return
    shown = facts.missing[:MOST_MISSING]
    for missing in shown:
        yield Mistake(
            place="scene",
            wanted=f"{missing.path}, which {missing.user} refers to",
            found=missing.found or "no such file",
            advice="Put it back or relink it, or render without it: --allow-missing.",
        )
    if len(facts.missing) > len(shown):
        yield Mistake(
            place="scene",
            wanted="all files it refers to",
            found=f"{len(facts.missing) - len(shown)} more missing ones",
            advice="Open the scene and let its program report missing files.",
        )


def _memory(spec: JobSpec) -> Iterator[Mistake]:
    for place in ("memory_limit", "memory_per_slot"):
        text = getattr(spec, place)
        if text and not _is_size(text):
            yield Mistake(
                place=place,
                wanted="a size such as 8G or 512MB",
                found=text,
                advice="Write a number with K, M, G or T.",
            )


def _is_size(text: str) -> bool:
    try:
        return parse_size(text) > 0
    except ValueError:
        return False


def _small_files(findings: Findings) -> Iterator[Mistake]:
    for name, trouble in findings.unreadable.items():
        yield Mistake(
            place=name,
            wanted="a file of text that can be read",
            found=trouble,
            advice=f"Check the path of --{name.replace('_', '-')}.",
        )


def _environment(spec: JobSpec, findings: Findings) -> Iterator[Mistake]:
    yield from environment_file(findings).mistakes
    for name, value in spec.environment.items():
        yield from name_mistakes("environment", name)
        if "\0" in value:
            yield Mistake(
                place="environment",
                wanted="texts without a zero byte",
                found=f"one in {name}",
                advice="Leave it out.",
            )


def _options(spec: JobSpec, card: Renderer | None) -> list[Mistake]:
    if card is None:
        return []
    _, wrong = read_options(card.options, spec.options, renderer=card.title)
    if card.mistakes is None:
        return wrong
    # What is wrong by itself is told once, and keeps nothing else from being looked at.
    told = {".".join(mistake.place.split(".")[:2]) for mistake in wrong}
    rest = {
        name: value for name, value in spec.options.items() if f"{OPTIONS}.{name}" not in told
    }
    options, _ = read_options(card.options, rest, renderer=card.title)
    together = card.mistakes(options)
    return [*wrong, *(mistake for mistake in together if mistake.place not in told)]


def _either(words: tuple[str, ...]) -> str:
    return " or ".join(words) if len(words) < 3 else ", ".join(words)
