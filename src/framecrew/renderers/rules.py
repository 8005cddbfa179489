"""Line patterns as data: what each line of a renderer means, one row a pattern.

1. A line is cleaned first: wrapper prefixes (`STDOUT: `, timestamps, log columns) are cut off.
2. Every row that matches anywhere in the line yields its reading: two streams glued into one
   line are understood as both. What matches no row is noise.
3. A line is at most one complaint: the first complaining row wins, so special rows stand before
   general ones. A row made with `harmless` wins as well, and keeps silent. What stands in a
   place for names is no complaint: a scene may be called `Out of memory`.
4. What is said again and again (once a pixel) is told once, until the next frame, file or mark.
5. A Python traceback becomes one complaint that holds its last line and the place it came from.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from framecrew.model.failures import FailureKind
from framecrew.renderers.contract import (
    Complaint,
    FileWritten,
    FrameBegun,
    FrameClaimed,
    FramePercent,
    Noise,
    Reading,
    Severity,
)
from framecrew.renderers.tracebacks import Traceback, TracebackGatherer, script_error

Make = Callable[[re.Match[str]], Reading | None]

LONGEST_READ = 4000
LAST_READ = 1000
"""Of a longer line this many characters at its begin and at its end are read: whatever stands in
it, a line costs milliseconds. What tells is short, and stands first or was glued to the end."""

LONGEST_TEXT = 500
"""Characters of a line that a complaint keeps; a whole shader can stand in one line."""

MOST_COMPLAINTS = 40
"""Different texts of one kind and severity told about one frame; addresses differ."""

MARK = "framecrew: mark"
"""A session's mark line begins so (`docs/sessions.md`)."""

MOST_SHAPES = 4000
"""Shapes of lines kept in mind; then we start anew, so that a chatty add-on costs no memory."""

DIGITS = str.maketrans("123456789", "000000000")

TIME_OF_DAY = r"\d\d:\d\d:\d\d(?:[.,]\d+)?"
ZONE = r"(?:Z|[+-]\d\d:?\d\d)"

WRAPPERS = (
    # 2024-01-31 12:00:00: (Deadline), 2024-01-31T12:00:00.5+01:00: (Flamenco, containers)
    rf"\d{{4}}-\d\d-\d\d[ T]{TIME_OF_DAY}{ZONE}?:?(?:  (?=\d+: )|\s|$)",
    # 2024/01/31 12:00:00-08:00 (Deadline Cloud, the time in the machine's language). Without a
    # zone it is not taken: After Effects begins its own lines so in some countries.
    rf"\d{{4}}/\d\d/\d\d (?:[^\s|]+ ){{0,3}}?[^\s|]*\d\D?{ZONE}(?: |$)",
    r"\d+:\d\d:\d\d\.\d+\t",  # Open Job Description
    rf"\d\d-\d\d {TIME_OF_DAY} \((?:debug|info|warn\w*|error)\) ",  # SheepIt
    rf"\[{TIME_OF_DAY}\]:? ?",  # OpenCue
    rf"\[\d{{4}}[-/](?:\d\d|[A-Z][a-z]+)[-/]\d\d[ T|]{TIME_OF_DAY}\] ?",  # V-Ray
    # Nov 21 09:46:10 host blender[1234]: (the system's journal)
    rf"[A-Z][a-z]{{2}} [ \d]\d {TIME_OF_DAY} [\w.-]+ [\w./-]+(?:\[\d+\])?: ",
    r"[a-z][\w.-]* +\| ",  # docker compose
    r"std(?:out|err) [FP] ",  # Kubernetes
    r"(?:pid=\d+ )?>(?: |$)",  # Flamenco
    r"\d+: (?=STD(?:OUT|ERR):)",
    r"ADAPTOR_OUTPUT: (?=STD(?:OUT|ERR):)",
    r"STD(?:OUT|ERR):\s?|\[STD(?:OUT|ERR)\]\s?",
)
"""What farms and other machinery put before each line of a renderer."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a pattern searched for anywhere in the cleaned line, and what a match means."""

    pattern: str
    """Asks for digits only as `\\d`, never for a certain one: see `Rules`."""
    make: Make
    """None from it: not a complaint, whatever later rows think."""


def harmless(_match: re.Match[str]) -> None:
    """Make nothing of it: the line looks like a complaint and is none."""


def noise(_match: re.Match[str]) -> Noise:
    """The same of a line that would hide what matters where the last lines are shown."""
    return Noise()


def complaint(severity: Severity, kind: FailureKind = FailureKind.UNKNOWN) -> Make:
    """Make a complaint whose text is the whole cleaned line."""

    def make(match: re.Match[str]) -> Complaint:
        text = match.string.strip()[:LONGEST_TEXT]
        return Complaint(text=text, severity=severity, kind=kind)

    return make


class Rules:
    """Rows to read by; one value serves any number of readers."""

    def __init__(
        self,
        rows: Sequence[Rule],
        *,
        prefixes: Iterable[str] = (),
        names: Iterable[str] = (),
        judge: Callable[[Traceback], Complaint] = script_error,
    ) -> None:
        """`prefixes` are patterns of the renderer's own log columns, cut off like wrappers'.

        `names` are patterns of what a person has named: files, scenes, objects. `judge` classes
        a traceback whose last line no row knows.
        """
        self._written = tuple(rows)
        self._prefixes = tuple(prefixes)
        self._named = tuple(names)
        self._judge = judge
        self._known: dict[str, tuple[int, ...]] = {}
        """Which rows match a line, by its shape; see `_matching`."""

    # Every command knows the rules of every renderer, and few read by them: made ready when they are first needed.

    @cached_property
    def _prefix(self) -> re.Pattern[str]:
        return re.compile("(?:" + "|".join((*WRAPPERS, *self._prefixes)) + ")+")

    @cached_property
    def _rows(self) -> tuple[tuple[re.Pattern[str], Make], ...]:
        return tuple((re.compile(row.pattern), row.make) for row in self._written)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return re.compile("|".join(self._named) or r"(?!)")

    def clean(self, line: str) -> str:
        """The line as the renderer wrote it, without its end and without wrappers' prefixes."""
        line = line.rstrip("\r\n")
        found = self._prefix.match(line)
        return line[found.end() :] if found else line

    def read(self, text: str) -> list[Reading]:
        """The readings of one cleaned line, taken for itself."""
        if len(text) > LONGEST_READ + LAST_READ:
            text = f"{text[:LONGEST_READ]} … {text[-LAST_READ:]}"
        readings: list[Reading] = []
        has_complained = False
        for row in self._matching(text):
            pattern, make = self._rows[row]
            match = pattern.search(text)
            if match is None:
                continue
            reading = make(match)
            if reading is None or isinstance(reading, Complaint):
                if has_complained or pattern.search(self._names.sub("", text)) is None:
                    continue
                has_complained = True
            if reading is not None:
                readings.append(reading)
        return readings

    def _matching(self, text: str) -> tuple[int, ...]:
        """Which rows match the line, by number.

        Renderers print the same lines with other numbers, thousands of times. Patterns do not
        ask which digit stands at a place, so lines that differ in digits match the same rows,
        and each row is searched for only in the first line of a shape: 10 times as fast.
        """
        shape = text.translate(DIGITS)
        rows = self._known.get(shape)
        if rows is None:
            rows = tuple(
                row for row, (pattern, _make) in enumerate(self._rows) if pattern.search(text)
            )
            if len(self._known) >= MOST_SHAPES:
                self._known.clear()
            self._known[shape] = rows
        return rows

    def judge(self, traceback: Traceback) -> Complaint:
        """Class a traceback: how grave it is says the judge, of what kind its last line."""
        verdict = self._judge(traceback)
        for reading in self.read(traceback.last_line):
            if isinstance(reading, Complaint) and reading.kind is not FailureKind.UNKNOWN:
                return replace(verdict, kind=reading.kind)
        return verdict


class RuleReader:
    """Reads one process's lines by rules, and remembers what was said since the last frame."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._gatherer = TracebackGatherer()
        self._frame: int | None = None
        self._is_written = False
        """Whether a file of the frame was told: the same number after it is a frame anew."""
        self._percent: FramePercent | None = None
        self._said: set[Complaint] = set()
        self._told: Counter[tuple[FailureKind, Severity]] = Counter()
        self._silent_line = ""
        """The last line if it told nothing new: printed again, it does so again."""

    def read(self, line: str) -> Sequence[Reading]:
        """All readings of one line, in order; none for noise."""
        text = self._rules.clean(line)
        if text == self._silent_line:
            return ()
        if text.startswith(MARK):
            # A mark parts what was said about one frame from what is said about the next.
            self._forget()
            self._frame = None
            return ()
        # One after the other: what a reading means can depend on the one before it in the line.
        fresh = [
            told
            for reading in self._gathered(text)
            if self._is_new(told := self._in_context(reading))
        ]
        self._silent_line = "" if fresh else text
        return fresh

    def _gathered(self, text: str) -> list[Reading]:
        """The readings of a line, where a traceback speaks for all its lines."""
        readings = self._rules.read(text)
        if not self._gatherer.take(text, is_known=bool(readings)):
            return readings
        told = [reading for reading in readings if not isinstance(reading, Complaint)]
        ended = self._gatherer.hand_over()
        if ended is None:
            return [*told]
        return [*told, self._rules.judge(ended)]

    def _in_context(self, reading: Reading) -> Reading:
        match reading:
            case FileWritten(frame=None):
                return replace(reading, frame=self._frame)
            case _:
                return reading

    def _is_new(self, reading: Reading) -> bool:
        match reading:
            case FrameBegun(frame=frame):
                if frame == self._frame and not self._is_written:
                    return False
                self._forget()
                self._frame = frame
                self._is_written = False
            case FileWritten() | FrameClaimed():
                self._forget()
                self._is_written = True
            case FramePercent():
                if reading == self._percent:
                    return False
                self._percent = reading
            case Complaint(kind=kind, severity=severity):
                if reading in self._said or self._told[kind, severity] >= MOST_COMPLAINTS:
                    return False
                self._told[kind, severity] += 1
                self._said.add(reading)
            case _:
                pass
        return True

    def _forget(self) -> None:
        self._said.clear()
        self._told.clear()
        self._percent = None
        self._silent_line = ""
