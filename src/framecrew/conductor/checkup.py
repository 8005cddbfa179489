"""A checkup: what this machine has for rendering, what it lacks, and where was looked."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from framecrew.conductor.settings import Settings, read_settings
from framecrew.machine.asking import Answer, ask
from framecrew.machine.disks import write_speed
from framecrew.machine.facts import MachineFacts, read_facts
from framecrew.machine.programs import Search, find_programs
from framecrew.model.errors import WrongUse
from framecrew.renderers.contract import FoundProgram, ProgramFlavour, Renderer
from framecrew.renderers.ffmpeg import PYTHON_ASKS
from framecrew.renderers.film_presets import PRESETS
from framecrew.renderers.registry import BrokenRenderer, installed_renderers

ANSWER_SECONDS = 20.0
ITSELF = "framecrew"
"""The module that the stand-in renders with: that it works says nothing of a real renderer."""
FILM_RENDERER = "ffmpeg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """Everything `doctor` tells."""

    machine: MachineFacts
    speeds: Mapping[str, float]
    """Folder → bytes a second of one file; a folder that cannot be written to is not there."""
    searches: Mapping[str, Search]
    """Renderer → what was found, and everywhere where was looked."""
    lacking: Mapping[str, bool] = field(default_factory=dict)
    """Film preset → whether the ffmpeg found lacks its encoder."""
    broken: tuple[BrokenRenderer, ...] = ()
    troubles: tuple[str, ...] = ()
    """What a person named wrongly: a variable or a setting that points nowhere."""

    @property
    def can_render(self) -> bool:
        """Whether at least one renderer works."""
        return any(
            search.found for name, search in self.searches.items() if name != FILM_RENDERER
        )


def examine(folders: Sequence[Path], *, with_speeds: bool = True) -> Checkup:
    """Look at everything. Takes seconds the first time: programs are asked their versions.

    `with_speeds`: also write a file to each disk.
    """
    troubles: list[str] = []
    settings = Settings()
    try:
        settings = read_settings()
    except WrongUse as wrong:
        troubles.append(str(wrong))
    searches: dict[str, Search] = {}
    for card in installed_renderers().renderers:
        if card.program.module == ITSELF:
            continue
        searches[card.name] = _search(card, settings, troubles)
    machine = read_facts(folders=dict.fromkeys(folders))
    ffmpeg = searches.get(FILM_RENDERER)
    return Checkup(
        machine=machine,
        speeds={
            disk.folder: write_speed(Path(disk.folder))
            for disk in machine.disks
            if with_speeds and not disk.trouble
        },
        searches=searches,
        lacking=encoders_missing(ffmpeg.found[0]) if ffmpeg and ffmpeg.found else {},
        broken=installed_renderers().broken,
        troubles=tuple(troubles),
    )


def _search(card: Renderer, settings: Settings, troubles: list[str]) -> Search:
    try:
        return find_programs(card.program, configured=settings.programs.get(card.name, ""))
    except WrongUse as wrong:
        troubles.append(str(wrong))
        return Search(program=card.program, found=(), looked=())


def encoders_missing(ffmpeg: FoundProgram) -> dict[str, bool]:
    """Each preset's name, and whether this ffmpeg lacks every encoder for it.

    Empty when it does not tell what it has.
    """
    path = ffmpeg.path
    if ffmpeg.flavour is ProgramFlavour.PYTHON_MODULE:
        path = _said(ask([path, "-c", PYTHON_ASKS], seconds=ANSWER_SECONDS)).strip()
    told = _said(ask([path, "-hide_banner", "-encoders"], seconds=ANSWER_SECONDS))
    known = {words[1] for line in told.splitlines() if len(words := line.split()) > 1}
    if not known:
        return {}
    return {
        preset.name: not known & {encoder.name for encoder in preset.encoders}
        for preset in PRESETS.values()
    }


def _said(answer: Answer) -> str:
    return answer.text if answer.is_good else ""


# ── as values ─────────────────────────────────────────────────────────────────────────────────


def as_plain(found: Checkup) -> dict[str, object]:
    """The same as JSON values."""
    machine = found.machine
    return {
        "can_render": found.can_render,
        "system": machine.system,
        "python": machine.python,
        "cores": asdict(machine.cores),
        "memory": asdict(machine.memory),
        "gpus": [asdict(gpu) for gpu in machine.gpus],
        "disks": [
            {**asdict(disk), "bytes_a_second": found.speeds.get(disk.folder)}
            for disk in machine.disks
        ],
        "programs": {
            name: {
                "found": [asdict(one) for one in search.found],
                "looked": [asdict(look) for look in search.looked],
                "install": search.program.install_hint.get(sys.platform, ""),
            }
            for name, search in found.searches.items()
        },
        "presets": {name: not lacks for name, lacks in found.lacking.items()},
        "broken": [asdict(each) for each in found.broken],
        "troubles": list(found.troubles),
    }
