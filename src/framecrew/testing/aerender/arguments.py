"""The arguments of aerender: all documented flags, and what is said to a wrong one.

They are read inside After Effects, so that a typing error is told only after the launch.
"""

from collections.abc import Callable, Sequence

from framecrew.testing.aerender.refusals import aerender_error, syntax_error
from framecrew.testing.aerender.versions import Version

USAGE = """\
USAGE: aerender [flags]
  -help                       prints this
  -version                    prints the version, renders nothing
  -v ERRORS | ERRORS_AND_PROGRESS
                              what is printed; the second is the default
  -reuse                      uses an instance that runs already
  -project PATH               the project to open
  -comp NAME                  the comp to render
  -rqindex N                  the render queue item to render, from 1
  -RStemplate NAME            the render settings to apply
  -OMtemplate NAME            the output module to apply
  -renderSettings "K: V; K: V"
  -outputSettings "K: V; K: V"
                              single settings, after the templates
  -output PATH                the files to write, [####] for the number
  -s FRAME  -e FRAME          the first and the last frame
  -i N                        renders each N-th frame and holds it
  -mem_usage IMAGE_CACHE_PERCENT MAX_MEMORY_PERCENT
  -mfr ON|OFF MAX_CPU_PERCENT multi-frame rendering
  -mp                         accepted, without effect
  -close DO_NOT_SAVE_CHANGES | SAVE_CHANGES | DO_NOT_CLOSE
  -sound ON|OFF               a sound at the end
  -continueOnMissingFootage   goes on without missing files
  -log PATH                   messages go to this file
Without -comp and -rqindex the whole render queue is rendered as it stands.
"""

VALUES = {
    "-project": 1,
    "-comp": 1,
    "-rqindex": 1,
    "-RStemplate": 1,
    "-OMtemplate": 1,
    "-renderSettings": 1,
    "-outputSettings": 1,
    "-output": 1,
    "-s": 1,
    "-e": 1,
    "-i": 1,
    "-mem_usage": 2,
    "-mfr": 2,
    "-mp": 0,
    "-reuse": 0,
    "-v": 1,
    "-close": 1,
    "-sound": 1,
    "-continueOnMissingFootage": 0,
    "-log": 1,
}
"""How many values each flag takes."""

HIGHEST_INCREMENT = 100


class Arguments:
    """What stands on the command line, by flag; the last one of two counts."""

    def __init__(self, given: dict[str, tuple[str, ...]]) -> None:
        self._given = given

    def has(self, flag: str) -> bool:
        return flag in self._given

    def text(self, flag: str) -> str | None:
        values = self._given.get(flag)
        return values[0] if values else None

    def number(self, flag: str) -> int | None:
        text = self.text(flag)
        if text is None:
            return None
        try:
            return int(text)
        except ValueError as error:
            raise aerender_error("Runtime error in After Effects.") from error

    @property
    def names_an_item(self) -> bool:
        """Without one of the two the whole queue is rendered, and most flags are ignored."""
        return self.has("-comp") or self.has("-rqindex")

    @property
    def is_verbose(self) -> bool:
        return self.text("-v") != "ERRORS"

    @property
    def mfr_percent(self) -> int | None:
        """0 when multi-frame rendering is switched off; None when nothing is said of it."""
        if "-mfr" not in self._given:
            return None
        switch, percent = self._given["-mfr"]
        return int(percent) if switch.upper() == "ON" else 0


def parse(words: Sequence[str], version: Version, system: str) -> Arguments:
    """Read the command line; RefusalError for a flag that is unknown or lacks its value."""
    unknown = set[str]()
    if not version.renders_many_frames:
        unknown.add("-mfr")
    if not version.overrides_settings:
        unknown |= {"-renderSettings", "-outputSettings"}
    if not version.reuses(system):
        unknown.add("-reuse")
    given: dict[str, tuple[str, ...]] = {}
    place = 0
    while place < len(words):
        flag = words[place]
        if flag not in VALUES or flag in unknown:
            raise syntax_error(f"Illegal argument flag: {flag}")
        values = tuple(words[place + 1 : place + 1 + VALUES[flag]])
        if len(values) < VALUES[flag] or "" in values:
            raise syntax_error(f"no value given for flag: {flag}")
        given[flag] = tuple(map(_unquoted, values))
        place += 1 + VALUES[flag]
    return Arguments(given)


def check_words(arguments: Arguments) -> None:
    """Refuse values outside their few words; this comes before the project is opened."""
    for flag, says, allowed in (
        ("-v", "-verbose", {"ERRORS", "ERRORS_AND_PROGRESS"}),
        ("-close", "-close", {"DO_NOT_CLOSE", "DO_NOT_SAVE_CHANGES", "SAVE_CHANGES"}),
        ("-sound", "-sound", {"ON", "OFF", "on", "off"}),
        ("-mfr", "-mfr", {"ON", "OFF", "on", "off"}),
    ):
        text = arguments.text(flag)
        if text is not None and text not in allowed:
            raise syntax_error(f"Bad value for {says}.")
    if arguments.has("-mfr"):
        _check_percent(lambda: arguments.mfr_percent)


def check_increment(arguments: Arguments) -> int:
    """The increment; this comes after the project, the comp and the templates."""
    increment = arguments.number("-i")
    if increment is None:
        return 1
    if not 1 <= increment <= HIGHEST_INCREMENT:
        raise syntax_error("Bad value for -increment. Must be between 1 and 100, inclusive.")
    return increment


def _check_percent(read: Callable[[], int | None]) -> None:
    try:
        percent = read()
    except ValueError:
        percent = None
    if percent is None or not 0 <= percent <= 100:
        raise syntax_error("Bad value for -mfr.")


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value.startswith('"') and value.endswith('"')
    return value[1:-1] if is_quoted else value
