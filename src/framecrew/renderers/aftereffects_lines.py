"""What aerender's lines mean, in every version and language we know.

The words of a log follow the language of After Effects, its numbers the locale of the system.
So what is read is, wherever it can be, the shape of a line and not its words:

- a frame is `<time> (<n>): <seconds> <word>`; `<n>` counts from 1 in each run, may come twice,
  and out of order where several frames are rendered at a time;
- the start and the end of a composition are lines that begin with a date and a time of day;
- aerender's own words, `aerender ERROR`, `WARNING:`, `INFO:` and `PROGRESS:`, are the same in
  all languages, and a line of progress is no complaint, whatever a composition is called.

Two streams and lost line ends can put many records into one line; all of them are read. Sources:
Adobe's manual ("Automated rendering and network rendering"), and logs of 13.5 to 26.0.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from framecrew.model.failures import FailureKind
from framecrew.renderers.contract import (
    Complaint,
    EndSeen,
    FileWritten,
    FrameCounted,
    FramePercent,
    Reading,
    Severity,
)
from framecrew.renderers.rules import Make, Rule, RuleReader, Rules, complaint, harmless

PREFIXES = (r"(?:aerender )?PROGRESS: ?",)

TIME = r"(?:-?\d+(?:[:;.]\d\d){2,3}|-?\d+\+\d\d|-?\d[\d.,'\u2019\u00a0\u202f]*)"
"""Timecode with `:` or, for drop-frame rates, `;`; feet and frames; or a plain frame number."""

FRAME = re.compile(
    rf"(?:^|(?<=\s)){TIME}\s*[(\uff08](?P<count>\d+)\s?[ULul]?[)\uff09][\s\ufffd]?[:\uff1a]\s*"
    r"\d+(?:[.,]\d+)?\s*(?![\d:;])[\w\ufffd]"
)
"""`U` and `L` are the fields of interlaced pictures. The blank and the word for seconds may
be written in bytes that are no UTF-8.
"""

QUOTED = re.compile(
    '"[^"]{0,500}"|\u201c[^\u201c\u201d]{0,500}\u201d|\u201e[^\u201c\u201d]{0,500}[\u201c\u201d]'
    "|\u00ab[^\u00bb]{0,500}\u00bb|\u300c[^\u300d]{0,500}\u300d"
)
"""Names of compositions, which may look like anything."""

DATED = re.compile(
    r"^\s*(?:\w{1,9}\.?,? )?(?:\d{1,4}(?:[./-]|\. ?|\u5e74|\ub144 ?)\s?\d{1,2}"
    r"|\d{1,2}\.?[ -]\w{3,12}\.?[ -]\d{2,4}|\w{3,12}\.? \d{1,2},? \d{4})"
    r".{0,40}?\d{1,2}[:.h\u6642]\d\d(?:[:.]\d\d)?.{0,24}?[:\uff1a] ?\S"
)
"""A line that begins with a date, in whichever order, and a time of day."""

OUTPUT = re.compile(
    r"(?:Output To|Ausgabe (?:in|an|nach|unter|zu)|Sortie (?:vers|dans)|Salida (?:a|en|hacia)"
    r"|Output (?:su|in)|Sa\u00edda (?:para|em)|\u51fa\u529b\u5148|\ucd9c\ub825 \ub300\uc0c1"
    r"|\u8f93\u51fa\u5230)\s?[:\uff1a]\s*(?P<path>.+?)(?=\s{2,}\S|\s*$)"
)

ENDED = re.compile(
    r"Finished composition|Total Time Elapsed|Gesamtzeit|Verstrichene Gesamtzeit"
    r"|Komposition .{0,300}(?:beendet|fertig|abgeschlossen)|[Ff]in de la composition|[Tt]emps total"
    r"|[Cc]omposici\u00f3n .{0,300}(?:finalizada|terminada|acabada)|[Tt]iempo total"
    r"|[Cc]omposizione .{0,300}(?:completata|terminata|finita)|[Tt]empo totale"
    r"|[Cc]omposi\u00e7\u00e3o .{0,300}(?:conclu\u00edda|finalizada)|[Tt]empo total"
    r"|\u7d4c\u904e\u6642\u9593\u306e\u5408\u8a08|\u5408\u8a08\u7d4c\u904e\u6642\u9593"
    r"|\u5408\u8a08\u6642\u9593|\ucd1d \uacbd\uacfc \uc2dc\uac04|\u603b\u8017\u65f6|\u603b\u65f6\u95f4"
)

STARTED = re.compile(r"Starting composition")

SETTING = re.compile(
    r"^ {2}(?![^:]{0,60}(?i:error|fehler|erreur|erro|warning|after effects))[^:]{1,60}: "
)
"""A setting of the render in After Effects' own log file, which has no `PROGRESS:` before it."""

HEADING = re.compile(r"^Running Script: |^Adobe After Effects v\d")
"""Lines that hold the name of a script or a project."""

_ERROR = (
    r"error|fehler|\u30a8\u30e9\u30fc|\S?G\ufffd{3}\[|\uc624\ub958|\u9519\u8bef|\u932f\u8aa4"
)
AE_ERROR = (
    rf"after effects[ -]?(?:{_ERROR})[\s\ufffd]?[:\uff1a]"
    r"|(?:erreur|errore?|erro|\u043e\u0448\u0438\u0431\u043a\u0430)(?: de| di| do)? after effects[\s\ufffd]?[:\uff1a]"
)
"""What After Effects begins an error with, in its languages; Japanese also in its old bytes."""

INFORMING = re.compile(r"INFO ?:")
"""What After Effects tells so stops nothing, but for a render that was told to stop."""

GLUED = re.compile(rf"(?i:aerender (?:syntax )?error|{AE_ERROR})|WARNING ?:|INFO ?:|Error: ")
"""Where a complaint begins that lost the line end before it."""

DEPENDENCIES = re.compile(r"layer dependencies are missing|have missing dependencies")
"""The line that introduces names; those stand in the lines behind it."""

FATAL, ERROR, WARNING = Severity.FATAL, Severity.ERROR, Severity.WARNING


def _row(make: Make, *patterns: str) -> Rule:
    """One row for one thing that is said in many ways, in whichever case."""
    return Rule("(?i:" + "|".join(patterns) + ")", make)


LINES = Rules(
    (
        _row(
            harmless,
            r"Using DXGI",
            r"LoadLibrary \"[^\"]*\" failed",
            r"NVAPI error",
            r"GPU Warning",
            r"Unable to read VR Path Registry",
            r"just leaking",
            r"Prog Error: \d+",
            r"auto-?save",
        ),
        _row(
            complaint(WARNING),
            # The value it had is kept; what else the line says is the expression's own text.
            r"^(?!.*(?:aerender error|\blogged\b)).*(?:expression disabled"
            r"|error at line \d+ (?:of|in) (?:the )?(?:expression|property))",
        ),
        _row(
            complaint(FATAL, FailureKind.LICENCE),
            r"unable to obtain a licen[cs]e",
            r"could not obtain a licen[cs]e",
            r"licen[cs]e (?:was )?not obtained",
            r"no (?:valid )?licen[cs]e|\b(?:not|un)[ -]?licen[cs]ed",
            r"licen[cs]e (?:has )?expired",
            r"trial (?:period )?(?:has )?(?:expired|ended)",
            r"licensing (?:has stopped working|error|failed)",
            r"licen[cs]e (?:server|error|check ?out)[^.]*(?:fail|unreachable|not|error)",
            r"invalid serial number",
            r"using the same serial number",
            r"please (?:sign in|activate|register)\b",
            r"activation (?:is )?(?:required|failed)",
            r"not activated|has not been activated",
        ),
        _row(
            complaint(FATAL, FailureKind.BUSY_INSTANCE),
            r"another instance of aerender",
            r"another instance[^.]*(?:is|may be) (?:already )?running",
            r"can ?not render for aerender",
            r"waiting for (?:a )?response from a modal dialog",
            r"all pipe instances are busy",
        ),
        _row(
            complaint(FATAL, FailureKind.DISK_FULL),
            r"disk (?:is )?full|no space left|(?:not enough|insufficient) (?:free )?disk space",
            r"not enough space on (?:the )?disk|disk quota exceeded",
        ),
        _row(
            complaint(FATAL, FailureKind.MISSING_ASSET),
            r"after effects error: .*missing dependencies",
            r"unable to render: file not found|file format module could not parse",
            # `Erro do After Effects: … arquivo … n\u00e3o localizado`; accents come damaged.
            r"after effects: .{0,300}arquivo .{0,300}n\S{1,2}o (?:localizado|encontrado)",
            r"could not read from source",
            r"source compression type is not supported",
            r"(?:file|footage|source)\b.{0,300}(?:could not|cannot|can't) be found",
            r"(?:missing|offline) footage",
            r"footage\b.{0,300}is missing",
            r"\d+ files? (?:is|are) missing|files? missing since",
        ),
        _row(
            complaint(WARNING, FailureKind.PLUGIN_MISSING),
            r"(?:reference to a )?missing effect",
            r"effects?[^.]{0,200}(?:is|are) (?:missing|not installed)",
            r"missing (?:plug-?in|effect)s?",
            r"rendering plug-?in was not found",
        ),
        _row(
            complaint(WARNING, FailureKind.MISSING_ASSET),
            r"missing fonts?|fontes ausentes",
            r"fonts that are not currently available",
            r"font family: ",
            r"layer has missing dependencies|layer dependencies are missing",
            r"have missing dependencies",
            r"fonts?[^.]{0,200}(?:is|are) (?:missing|not (?:installed|available))",
        ),
        _row(
            complaint(FATAL, FailureKind.OUTPUT_NOT_WRITABLE),
            r"output module[^.]{0,80}already in use",
            r"(?:could not|cannot|can't|unable to|failed to) (?:create|write|save|open)[^.]{0,200}"
            r"(?:output|render|movie|destination)",
            r"(?:access|permission) (?:is |was )?denied|read-only",
            r"path is not valid|directory[^.]{0,120}(?:does not|doesn't) exist",
            r"can ?not open log file",
        ),
        _row(
            complaint(FATAL, FailureKind.BAD_OUTPUT),
            r"output module failed",
            r"file may be damaged or corrupted",
            r"unexpected error occurred while exporting",
        ),
        _row(
            complaint(FATAL, FailureKind.OUT_OF_MEMORY),
            r"out of memory|not enough memory|insufficient memory",
            r"unable to allocate|could not allocate",
        ),
        _row(
            complaint(FATAL, FailureKind.GPU_LOST),
            r"gpu (?:device )?(?:was )?(?:lost|removed|reset)",
            r"(?:cuda|opencl|metal) error[^.]*(?:device|context|launch)",
        ),
        _row(
            complaint(FATAL, FailureKind.BAD_SCENE),
            r"(?:created|saved|written) (?:with|by|in) a (?:newer|later|more recent) version",
            r"newer version of after effects",
            r"created with after effects version .{0,80}cannot be opened",
            r"(?:unable|failed|could not|cannot|can't|not able) to? ?(?:be )?open[^.]{0,40}(?:project|file|\.aep)",
            r"(?:project|file)\b[^.]{0,200}(?:\.aepx?\W+)?(?:is|may be|appears to be) (?:damaged|corrupt)(?! or)",
            r"\bopenfast\b|not a valid (?:after effects )?project",
            r"project[^.]{0,200}(?:could not|cannot) be (?:opened|found|read)",
        ),
        _row(
            complaint(FATAL, FailureKind.BAD_REQUEST),
            r"no comp was found",
            r"aerender syntax error",
            r"illegal argument flag|no value given for flag",
            r"template[^.]{0,200}(?:not found|was not found|does not exist|could not be found|unknown)",
            r"no (?:render settings|output module)? ?template[^.]{0,80}(?:found|named|by)",
            r"no (?:render queue )?item[^.]{0,80}(?:found|index|exists)|rqindex[^.]{0,80}(?:range|invalid)",
            r"no project (?:was )?(?:specified|open)|no output file (?:was |is )?(?:specified|set|given)",
            r"not a valid (?:render queue )?(?:item )?index|no such (?:comp|template|render queue item)",
            r"needs output file|bad value for -|parse an undefined argument",
        ),
        _row(
            complaint(FATAL, FailureKind.CRASH),
            r"AEGetParamPt",
            r"failed to send apple event",
            r"internal verification failure",
            r"unexpected failure during application startup",
            r"after effects (?:has )?(?:crashed|quit unexpectedly|unexpectedly quit)",
            r"crash (?:in progress|occurred)|unhandled exception",
            r"connection was (?:forcibly )?(?:closed|reset|aborted)|unable to (?:receive|send) at line",
            r"after effects (?:has stopped|is not) responding",
            r"^info\s?: render aborted",
        ),
        _row(
            complaint(FATAL, FailureKind.SCRIPT_ERROR),
            r"error executing script",
            r"runtime error in after effects",
            r"unable to execute script|can ?not open script file",
        ),
        _row(
            complaint(FATAL),
            # A message of the system follows without a colon.
            r"aerender (?:syntax )?error\b",
            rf"(?<!warning:)(?:{AE_ERROR})",
            r"^after effects \ufffd+[\s\ufffd]?[:\uff1a]",  # a language whose bytes are lost
            # A warning that tells of errors: `logged 10 errors`, or one in quotes.
            r"^warning\s?:.{0,80}\blogged (?:one|an|\d+) errors?",
            r"^warning\s?:.{0,80}\d.{0,12}(?:\u30a8\u30e9\u30fc|G\ufffd{3}\[)",
            r"^warning\s?:.*after effects.*:.*[\"\u201c\u201e\u00ab\u300c].*after effects.*:",
        ),
        _row(
            complaint(WARNING),
            r"after effects warning\s?:",
            r"expression result must be",
        ),
        _row(complaint(WARNING), r"^\s*WARNING\s?:", r"\btimeSpan(?:Start|End|Duration)\b"),
    ),
    prefixes=PREFIXES,
)
"""Special rows stand before general ones; the first that complains wins."""


class AerenderReader:
    """Reads one run of aerender, or the log file that After Effects itself writes."""

    def __init__(self, *, missing_footage_is_fine: bool = False) -> None:
        self._rules = RuleReader(LINES)
        self._missing_footage_is_fine = missing_footage_is_fine
        self._has_started = False
        self._has_counted = False
        self._names_follow = False

    def read(self, line: str) -> Sequence[Reading]:
        """All readings of one line, in order; none for noise."""
        text = LINES.clean(line)
        bare = QUOTED.sub('""', text)
        counted: list[Reading] = [
            FrameCounted(count=int(match["count"]))
            for match in FRAME.finditer(bare)
            if int(match["count"])
        ]
        complaints = [self._eased(one) for one in self._complaints(line, text)]
        marks = [] if complaints else list(self._marks(bare))
        if counted:
            self._has_started = self._has_counted = True
        if output := OUTPUT.search(text):
            marks.append(FileWritten(path=output["path"]))
        # A line may hold a whole run: its end stands behind its frames.
        ends = [mark for mark in marks if isinstance(mark, EndSeen)]
        return [
            *complaints,
            *(mark for mark in marks if not isinstance(mark, EndSeen)),
            *counted,
            *ends,
        ]

    def _complaints(self, line: str, text: str) -> list[Complaint]:
        spoken = _not_of_progress(line, text)
        told = [one for one in self._rules.read(spoken) if isinstance(one, Complaint)]
        if not told and self._names_follow and text.strip() and not DATED.match(text):
            told = [
                Complaint(text=text.strip(), severity=WARNING, kind=FailureKind.MISSING_ASSET)
            ]
        self._names_follow = bool(
            DEPENDENCIES.search(text)
            or (self._names_follow and told and text.strip() and not FRAME.search(text))
        )
        return told

    def _eased(self, told: Complaint) -> Complaint:
        is_allowed = self._missing_footage_is_fine and told.kind is FailureKind.MISSING_ASSET
        if is_allowed or (INFORMING.match(told.text) and told.kind is not FailureKind.CRASH):
            return replace(told, severity=WARNING)
        return told

    def _marks(self, bare: str) -> Sequence[Reading]:
        """The start and the end of the composition."""
        is_dated = DATED.match(bare) is not None and FRAME.match(bare.strip()) is None
        marks: list[Reading] = []
        if STARTED.search(bare) or (is_dated and not self._has_started):
            self._has_started = True
            marks.append(FramePercent(percent=0.0))
        if ENDED.search(bare) or (is_dated and self._has_counted):
            marks.append(EndSeen())
        return marks


def _not_of_progress(line: str, text: str) -> str:
    """The part of a line that may hold a complaint; `text` is the line without its prefixes."""
    before = line[: line.rindex(text)] if text else line
    if "PROGRESS:" in before or SETTING.match(text) or HEADING.match(text):
        glued = GLUED.search(QUOTED.sub(lambda quoted: " " * len(quoted[0]), text))
        return text[glued.start() :] if glued else ""
    return QUOTED.sub('""', line) if DATED.match(text) else line
