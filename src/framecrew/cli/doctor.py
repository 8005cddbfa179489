"""`doctor`: what this machine has for rendering, what it lacks, and where was looked."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from framecrew.cli.doors import reporting_errors
from framecrew.cli.words import TIMES, bytes_text
from framecrew.conductor.checkup import FILM_RENDERER, Checkup, as_plain, examine
from framecrew.conductor.settings import settings_file
from framecrew.machine.disks import Disk
from framecrew.machine.places import module_variable
from framecrew.machine.programs import Search
from framecrew.renderers.contract import FoundProgram, ProgramFlavour
from framecrew.renderers.registry import installed_renderers
from framecrew.store.places import home


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also look at the disk of this folder, where frames are to go.",
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@reporting_errors
def doctor(*, output: Path | None, as_json: bool) -> None:
    """Show what this machine has for rendering, and how to get what is missing.

    Exit code 0 when at least one renderer works, else 1.
    """
    folders = [home(), Path.cwd(), *([output.absolute()] if output else [])]
    found = examine(folders)
    if as_json:
        click.echo(json.dumps(as_plain(found), indent=2))
    else:
        for line in told(found):
            click.echo(line)
    sys.exit(0 if found.can_render else 1)


# ── in words ──────────────────────────────────────────────────────────────────────────────────


def told(found: Checkup) -> Iterator[str]:
    """The whole report, line by line."""
    yield from _machine(found)
    for name, search in found.searches.items():
        yield ""
        yield from _program(search, installed_renderers().get(name).abilities)
    yield ""
    yield from _films(found)
    yield f"{'settings':<9} {_file(settings_file())}"
    for each in found.broken:
        yield f"{'broken':<9} renderer {each.name} of {each.source}: {each.reason}"
    yield ""
    yield from _verdict(found)


def _machine(found: Checkup) -> Iterator[str]:
    machine = found.machine
    cores, memory = machine.cores, machine.memory
    yield f"{'system':<9} {machine.system}, Python {machine.python}"
    yield (
        f"{'cores':<9} {cores.usable} usable of {cores.logical} logical, "
        f"{cores.physical} physical{_because(cores.limit)}"
    )
    yield (
        f"{'memory':<9} {bytes_text(memory.free)} free of {bytes_text(memory.total)}"
        f"{_because(memory.limit)}"
    )
    if not machine.gpus:
        yield f"{'gpu':<9} none found; renderers compute on the CPU"
    for gpu in machine.gpus:
        size = "" if gpu.memory_total is None else f", {bytes_text(gpu.memory_total)}"
        if gpu.memory_free is not None:
            size += f", {bytes_text(gpu.memory_free)} free"
        version = f", software {gpu.software_version}" if gpu.software_version else ""
        yield f"{'gpu':<9} {gpu.maker} {gpu.index}: {gpu.name}{size}{version}"
    for disk in machine.disks:
        yield f"{'disk':<9} {_disk(disk, found.speeds.get(disk.folder))}"


def _disk(disk: Disk, speed: float | None) -> str:
    room = f"{bytes_text(disk.free)} free of {bytes_text(disk.total)}"
    kind = f", {disk.file_system}" if disk.file_system else ""
    network = " (network: renames and locks may come late)" if disk.is_network else ""
    pace = f", writes {bytes_text(speed)}/s" if speed else ""
    trouble = f", NOT WRITABLE: {disk.trouble}" if disk.trouble else ""
    return f"{disk.folder}: {room}{kind}{network}{pace}{trouble}"


def _program(search: Search, abilities: Callable[[FoundProgram], str] | None) -> Iterator[str]:
    program = search.program
    if search.found:
        best = search.found[0]
        yield f"{program.name} {best.version or 'of unknown version'}: {best.path}"
        if abilities is not None:
            yield f"    {abilities(best)}"
    else:
        yield f"{program.name}: NOT FOUND"
    for look in search.looked:
        mark = "+" if any(one.path == look.path for one in search.found) else " "
        yield f"  {mark} {look.where}: {look.path}: {look.saw}"
    if program.module:
        variable = module_variable(program)
        modules = [one for one in search.found if one.flavour is ProgramFlavour.PYTHON_MODULE]
        if not modules:
            yield f"    a Python that has the module {program.module} is named by {variable}"


def _films(found: Checkup) -> Iterator[str]:
    if not found.lacking:
        yield f"{'films':<9} none: no ffmpeg that tells which encoders it has"
        return
    have = [name for name, lacks in found.lacking.items() if not lacks]
    lack = [name for name, lacks in found.lacking.items() if lacks]
    yield f"{'films':<9} {', '.join(have) or 'none'}"
    if lack:
        yield f"{'':<9} without an encoder in this ffmpeg: {', '.join(lack)}"


def _verdict(found: Checkup) -> Iterator[str]:
    for trouble in found.troubles:
        yield f"wrong: {trouble}"
    for search in found.searches.values():
        hint = search.program.install_hint.get(sys.platform, "")
        if not search.found:
            yield f"missing: {search.program.name}. To install it: {hint or 'see its pages'}"
    if found.can_render:
        cores = found.machine.cores.usable
        names = ", ".join(
            f"{search.program.name}{_versions(search)}"
            for name, search in found.searches.items()
            if search.found and name != FILM_RENDERER
        )
        yield f"Ready to render with {names} on {cores} core{'' if cores == 1 else 's'}."
    else:
        yield "No renderer works here yet."


def _versions(search: Search) -> str:
    """How many others there are besides the one that is taken."""
    return f" ({len(search.found)} {TIMES})" if len(search.found) > 1 else ""


def _because(limit: str) -> str:
    return f"; {limit}" if limit else ""


def _file(path: Path) -> str:
    return f"{path}" if path.exists() else f"{path} (not there; all as by default)"
