"""What aerender starts: After Effects itself, which reads the arguments, opens the project and
renders. A process of its own, that goes on when aerender is gone.
"""

import signal
import time
from collections.abc import Sequence

from framecrew.testing.aerender.arguments import (
    Arguments,
    check_increment,
    check_words,
    parse,
)
from framecrew.testing.aerender.faults import hang
from framecrew.testing.aerender.mishaps import EXIT, LAUNCH, OPEN, CutShort, strike
from framecrew.testing.aerender.project import QUEUED, Item, Project, glance, read
from framecrew.testing.aerender.refusals import (
    FAILURE_FROM_APP,
    RAISED_BY_LOG,
    RefusalError,
    aerender_error,
    after_effects_error,
)
from framecrew.testing.aerender.rendering import render
from framecrew.testing.aerender.voice import Voice

LICENCE = "Unable to obtain a license. Please sign in, or enter a serial number."
MISSING_DEPENDENCIES = (
    "Grouped_Message_{some layers have missing dependencies. Press Ctrl-C to copy this list."
    "|||a layer has missing dependencies.###@0 dependencies are missing:}"
)


def after_effects(words: Sequence[str], *, project_path: str | None, installed: str) -> int:
    """Render what the words ask for; the number to leave with."""
    project = glance(project_path, installed=installed)
    voice = Voice(project)
    if project.ignores_terminate:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    held = bytearray(b"\1") * project.memory
    try:
        _launch(project, voice)
        arguments = parse(words, project.version, project.system)
        exit_code = _work(arguments, voice, installed=installed)
    except RefusalError as refusal:
        voice.fail(refusal.text)
        raised = voice.has_log and refusal.exit_code in RAISED_BY_LOG
        exit_code = refusal.exit_code + raised
    except CutShort as end:
        exit_code = end.exit_code
    voice.close()
    try:
        strike(project.faults, voice, at=EXIT)
    except CutShort as end:
        exit_code = end.exit_code
    del held
    return exit_code


def _launch(project: Project, voice: Voice) -> None:
    faults = project.faults
    strike(faults, voice, at=LAUNCH)
    time.sleep(project.launch_seconds)
    licence = faults.strikes("licence")
    if licence:
        voice.line(licence.get("text", LICENCE))
        if licence.get("how") == "hang":
            hang({})
        raise CutShort(licence.get("exit_code", FAILURE_FROM_APP))
    if not project.launcher_speaks_last:
        voice.launch("...After Effects successfully launched")


def _work(arguments: Arguments, voice: Voice, *, installed: str) -> int:
    voice.heed(arguments)
    check_words(arguments)
    path = arguments.text("-project")
    if path is None:
        raise aerender_error("No project provided and no project open.")
    project = read(path, installed=installed)
    told = project.check_version()
    if told:
        voice.inform(told)
    _tell_what_is_missing(project, voice, goes_on=arguments.has("-continueOnMissingFootage"))
    strike(project.faults, voice, at=OPEN)
    items = _choose(arguments, project, voice)
    started = time.monotonic()
    for item in items:
        render(project, item, voice, mfr_percent=arguments.mfr_percent)
    if items:
        for _ in range(3):
            voice.body("")
    voice.body(project.grammar.total(time.monotonic() - started))
    return 0


def _choose(arguments: Arguments, project: Project, voice: Voice) -> list[Item]:
    """The one item that the arguments name, with their values; else the whole queue, and what
    is ignored is said.
    """
    if not arguments.names_an_item:
        _tell_what_is_ignored(arguments, voice)
        check_increment(arguments)
        return [item for item in project.queue if item.status == QUEUED]
    item = _named_item(arguments, project, voice)
    settings, module = arguments.text("-RStemplate"), arguments.text("-OMtemplate")
    if settings is not None:
        if settings not in project.render_settings:
            raise aerender_error("No render settings template was found with the given name.")
        item.settings = settings
    if module is not None:
        if module not in project.modules:
            raise aerender_error("No output module template was found with the given name.")
        item.module = module
    item.output = arguments.text("-output") or item.output
    if not item.output:
        raise aerender_error("Specified render queue item needs output file but none provided.")
    first, last = arguments.number("-s"), arguments.number("-e")
    item.is_custom_span |= first is not None or last is not None
    item.first = item.first if first is None else first
    item.last = item.last if last is None else last
    item.increment = check_increment(arguments)
    if item.last < item.first:
        raise after_effects_error("timeSpanDuration is out of range.")
    return [item]


def _named_item(arguments: Arguments, project: Project, voice: Voice) -> Item:
    name, index = arguments.text("-comp"), arguments.number("-rqindex")
    if name is None:
        assert index is not None
        if not 1 <= index <= len(project.queue):
            raise aerender_error("No render queue item was found with the given index.")
        return project.queue[index - 1]
    for item in project.queue:
        if item.comp.name == name and item.status == QUEUED:
            return item
    comp = project.comp(name)
    if comp is None:
        raise aerender_error("No comp was found with the given name.")
    voice.launch("Adding specified comp to Render Queue")
    return Item({}, comp)


def _tell_what_is_ignored(arguments: Arguments, voice: Voice) -> None:
    for flags, names in (
        (("-RStemplate",), "-RStemplate argument"),
        (("-OMtemplate",), "-OMtemplate argument"),
        (("-output",), "-output argument"),
        (("-s", "-e"), "-s and/or -e arguments"),
        (("-i",), "-i argument"),
    ):
        if any(map(arguments.has, flags)):
            voice.line(f"WARNING: {names} ignored since no -comp or -rqindex provided.")
    for flag in ("-renderSettings", "-outputSettings"):
        if arguments.has(flag):
            raise aerender_error("No render queue item was specified.")


def _tell_what_is_missing(project: Project, voice: Voice, *, goes_on: bool) -> None:
    faults = project.faults
    fonts = faults.strikes("missing_fonts")
    if fonts:
        for font in fonts.get("names", ["Bebas"]):
            voice.warn(
                f"{MISSING_DEPENDENCIES}Text Layer: Font family: {font}, Font style: Regular"
            )
    effects = faults.strikes("missing_effects")
    if effects:
        for effect in effects.get("names", ["Optical Flares"]):
            voice.inform(
                f"This project contains a reference to a missing effect: {effect}. "
                "Please install the plug-in."
            )
    footage = faults.strikes("missing_footage")
    if footage:
        voice.inform("The following layer dependencies are missing:")
        for name in footage.get("names", ["footage/plate_[0001-0100].exr"]):
            voice.line(f"    {name}")
        if not goes_on:
            raise after_effects_error("a layer has missing dependencies.")
