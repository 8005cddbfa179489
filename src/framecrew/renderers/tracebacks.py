"""Python tracebacks in a renderer's output: many lines, one thing that went wrong."""

import re
from dataclasses import dataclass

from framecrew.model.failures import FailureKind
from framecrew.renderers.contract import Complaint, Severity

LONGEST_TRACEBACK = 300
"""Lines after which we no longer wait for its end; another thread's output may have torn it."""

LIBRARIES = ("/site-packages/", "/scripts/modules/", "/lib/python")
"""A frame in here is rarely the one to correct; the innermost one outside is told."""

_BEGIN = re.compile(r'Traceback \(most recent call last\):\s*$|^Error: Python:\s+File "')
_PLACE = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<name>.+))?')
_EXCEPTION = re.compile(
    r"^(?:\w+\.)*\w*(?:\w(?:Error|Exception|Exit|Interrupt|Iteration|Warning)|\.error|\.Error)"
    r"(?:: |:?\s*$)"
)
_PERHAPS_EXCEPTION = re.compile(r"^[A-Za-z_][\w.]*(?:: |:?\s*$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One frame of a traceback."""

    file: str
    line: int
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traceback:
    """A gathered traceback: its last line, and the way that led there, outermost first."""

    first_line: str
    """What stands before `Traceback (…)` in its line tells who reports it."""
    last_line: str
    places: tuple[Place, ...]

    @property
    def blamed(self) -> Place | None:
        """The innermost place outside of libraries; the innermost of all if all are inside."""
        for place in reversed(self.places):
            path = place.file.replace("\\", "/")
            if not any(library in path for library in LIBRARIES):
                return place
        return self.places[-1] if self.places else None

    @property
    def text(self) -> str:
        """The last line with the place to look at."""
        place = self.blamed
        if place is None:
            return self.last_line
        inside = f", in {place.name}" if place.name else ""
        return f'{self.last_line} (file "{place.file}", line {place.line}{inside})'


def script_error(traceback: Traceback) -> Complaint:
    """A script failed: what it should have done to the frame is not known to be done."""
    return Complaint(
        text=traceback.text, severity=Severity.ERROR, kind=FailureKind.SCRIPT_ERROR
    )


class TracebackGatherer:
    """Takes lines one by one, and holds the traceback that has just ended."""

    def __init__(self) -> None:
        self._first_line = ""
        self._places: list[Place] = []
        self._lines = 0
        self._is_inside = False
        self._is_source_next = False
        """Whether a place has just been told whose blanks a farm's log has cut off: the line
        behind it is its source, which may look like anything."""
        self._ended: Traceback | None = None

    def take(self, line: str, *, is_known: bool) -> bool:
        """Whether the line belongs to a traceback. `is_known` lines mean something by rule."""
        if _BEGIN.search(line):
            self._is_inside, self._lines, self._places = True, 0, []
            self._is_source_next = False
            self._first_line = line.strip()
            self._note_place(line)
            return True
        if not self._is_inside:
            return False
        self._lines += 1
        if self._lines > LONGEST_TRACEBACK:
            self._is_inside = False
            return False
        if not line.strip():
            return True
        if line[0].isspace():
            self._note_place(line)
            return not is_known
        if _PLACE.match(line):
            self._note_place(line)
            self._is_source_next = True
            return True
        if self._is_source_next and not is_known and not _EXCEPTION.match(line):
            self._is_source_next = False
            return True
        if _EXCEPTION.match(line) or (not is_known and _PERHAPS_EXCEPTION.match(line)):
            self._is_inside = False
            self._ended = Traceback(
                first_line=self._first_line,
                last_line=line.strip(),
                places=tuple(self._places),
            )
            return True
        return False

    def hand_over(self) -> Traceback | None:
        """The traceback that ended with the last line taken, once."""
        ended, self._ended = self._ended, None
        return ended

    def _note_place(self, line: str) -> None:
        found = _PLACE.search(line)
        if found:
            self._places.append(
                Place(
                    file=found["file"],
                    line=int(found["line"]),
                    name=(found["name"] or "").strip(),
                )
            )
