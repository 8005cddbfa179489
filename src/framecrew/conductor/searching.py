"""Searching: what this machine holds for a spec, gathered as values for `planning` to judge."""

import os
import stat
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from framecrew.conductor.keeping import any_standing
from framecrew.conductor.settings import Settings
from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.patterns import FramePattern
from framecrew.machine.asking import ask
from framecrew.machine.disks import (
    existing_folder,
    free_bytes,
    is_network,
    why_not_named,
    why_not_writable,
)
from framecrew.machine.numa import usable_processors
from framecrew.machine.programs import ProgramMissingError, find_programs
from framecrew.model.errors import Mistake, WrongUse
from framecrew.model.jobs import JobSpec
from framecrew.model.plans import Plan, TaskKind
from framecrew.model.requests import StitchRequest
from framecrew.planning.film_output import film_text
from framecrew.planning.findings import Findings, FolderFinding, PathState
from framecrew.planning.paths import absolute
from framecrew.planning.targets import above_place
from framecrew.renderers.contract import FoundProgram, Renderer
from framecrew.renderers.registry import installed_renderers

FILM_RENDERER = "ffmpeg"
ANSWER_SECONDS = 20.0
SMALL_FILES = ("env_file", "numa_map", "subtitles")
"""Fields that name files of text."""


class Search:
    """Looks at this machine. Writes nothing that stays."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def card(self, renderer: str) -> Renderer:
        """The card of a renderer's name. WrongUse for an unknown one."""
        return installed_renderers().get(renderer)

    def program(self, renderer: str, chosen: str) -> FoundProgram:
        """The program of a renderer; `chosen` is the one a person named.

        WrongUse if that one does not work, ProgramMissingError if none is found.
        """
        card = self.card(renderer)
        configured = self._settings.programs.get(card.name, "")
        return find_programs(card.program, explicit=chosen, configured=configured).best

    def look(self, spec: JobSpec, card: Renderer | None) -> tuple[Findings, list[Mistake]]:
        """Everything that is looked at before the scene is opened, and what is wrong with the
        program that a person named. `card` None: no renderer fits, so none is looked for.
        """
        folder = str(Path.cwd())
        program: FoundProgram | None = None
        trouble = ""
        wrong: list[Mistake] = []
        try:
            if card is not None:
                program = self.program(card.name, _named(spec.program, folder))
        except ProgramMissingError as missing:
            trouble = str(missing)
        except WrongUse as named:
            wrong += named.mistakes
        ffmpeg = self.card(FILM_RENDERER).program
        film = film_text(spec, card)
        film_path = absolute(film, folder)
        texts, unreadable = _texts(spec, folder)
        encoder = self._ffmpeg(spec, folder) if film else ""
        audio = absolute(spec.audio, folder)
        findings = Findings(
            folder=folder,
            scene=_state(absolute(spec.scene, folder)),
            scene_stamp=_stamp(absolute(spec.scene, folder)),
            program=program,
            program_trouble=trouble,
            ffmpeg=encoder,
            ffmpeg_hint=ffmpeg.install_hint.get(sys.platform, ""),
            output_folder=_folder(film_path)
            if film and film == spec.output
            else _folder_of_pattern(spec.output, folder),
            film_folder=_folder(film_path) if film else None,
            scratch_folder=_finding(Path(absolute(spec.scratch, folder)))
            if spec.scratch
            else None,
            is_output_remote=bool(spec.output) and is_network(absolute(spec.output, folder)),
            local_scratch=str(Path(tempfile.gettempdir()) / "framecrew-scratch"),
            film=_state(film_path) if film else PathState.NOT_THERE,
            audio=_state(audio) if spec.audio else PathState.FILE,
            is_silent=bool(spec.audio and encoder) and _is_silent(audio, encoder),
            processors=usable_processors(),
            texts=texts,
            unreadable=unreadable,
        )
        return findings, wrong

    def look_at_scratch(self, findings: Findings, spec: JobSpec) -> Findings:
        """The findings, with the scratch folder of an absolute spec, whoever chose it."""
        if not spec.scratch or findings.scratch_folder is not None:
            return findings
        return replace(findings, scratch_folder=_finding(Path(spec.scratch)))

    def look_at_outputs(self, findings: Findings, plan: Plan) -> Findings:
        """The findings, with what stands already where the plan's frames will go."""
        count, size, first = 0, 0, ""
        for task in plan.tasks:
            if task.kind is not TaskKind.RENDER:
                continue
            there = any_standing(task.promises, task.frames)
            count += len(there)
            for segment in task.segments:
                path = Path(segment.path)
                if path.exists():
                    count += len(segment.frames)
                    size += path.stat().st_size
            for promise in task.promises[:1]:
                for frame in there.take(200):
                    path = Path(promise.final.path(frame))
                    if path.exists():
                        first = first or str(path)
                        size += path.stat().st_size * max(1, len(there) // min(200, len(there)))
        films = (
            _state(task.request.film)
            for task in plan.tasks
            if isinstance(task.request, StitchRequest)
        )
        film = next((state for state in films if state is not PathState.NOT_THERE), None)
        return replace(
            findings, existing=count, existing_bytes=size, first_existing=first,
            film=film or PathState.NOT_THERE,
        )  # fmt: skip

    def _ffmpeg(self, spec: JobSpec, folder: str) -> str:
        """Path of ffmpeg, or empty; a wrong one that a person named counts as none."""
        try:
            return self.program(FILM_RENDERER, _named(spec.ffmpeg, folder)).path
        except (ProgramMissingError, WrongUse):
            return ""


def _is_silent(path: str, ffmpeg: str) -> bool:
    """Whether it is a file in which ffmpeg finds no sound."""
    first = ("-map", "0:a:0", "-frames:a", "1", "-c", "copy", "-f", "null", "-")
    words = (ffmpeg, "-v", "error", "-nostdin", "-i", path, *first)
    return _state(path) is PathState.FILE and not ask(words, seconds=ANSWER_SECONDS).is_good


def _texts(spec: JobSpec, folder: str) -> tuple[dict[str, str], dict[str, str]]:
    """What the small files say that the spec names, and why some could not be read."""
    texts: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    for name in SMALL_FILES:
        path = absolute(getattr(spec, name), folder)
        if not path:
            continue
        try:
            texts[name] = Path(path).read_text(encoding="utf-8-sig")
        except OSError as error:
            unreadable[name] = f"{path}: {error.strerror or error}"
        except UnicodeDecodeError:
            unreadable[name] = f"{path}: bytes that are not UTF-8"
    return texts, unreadable


def _named(program: str, folder: str) -> str:
    """A program's path as seen from a folder; a bare name is left to be looked up on PATH."""
    return absolute(program, folder) if Path(program).name != program else program


def _stamp(path: str) -> str:
    """Size and time of change of a file: what tells that it is another one now."""
    try:
        facts = Path(path).stat()
    except OSError:
        return ""
    return f"{facts.st_size} bytes, changed at {facts.st_mtime_ns}"


def _state(path: str) -> PathState:
    try:
        mode = Path(path).stat().st_mode
    except PermissionError:
        return PathState.UNREADABLE
    except (OSError, ValueError):
        return PathState.NOT_THERE
    if stat.S_ISDIR(mode):
        return PathState.FOLDER
    return PathState.FILE if os.access(path, os.R_OK) else PathState.UNREADABLE


def _folder_of_pattern(output: str, folder: str) -> FolderFinding | None:
    if not output:
        return None
    try:
        pattern = FramePattern.parse(absolute(output, folder))
    except FrameSyntaxError:
        return None
    return _finding(Path(above_place(pattern.folder)), Path(pattern.path(1)).name)


def _folder(file: str) -> FolderFinding:
    return _finding(Path(above_place(str(Path(file).parent))), Path(file).name)


def _finding(folder: Path, name: str = "") -> FolderFinding:
    """What is known of a folder in which a file of that name is to be made."""
    try:
        trouble = why_not_named(folder / name) or why_not_writable(folder)
        free = free_bytes(existing_folder(folder))
    except OSError as error:
        return FolderFinding(
            path=str(folder), can_write=False, reason=error.strerror or str(error)
        )
    return FolderFinding(
        path=str(folder), can_write=not trouble, reason=trouble, free_bytes=free
    )
