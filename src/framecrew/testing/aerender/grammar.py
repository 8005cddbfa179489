"""What a render log looks like: timecodes, headers, frame lines and ends, by version, system
and language. Times and names come in; lines come out, without `PROGRESS:`.
"""

import time
from collections.abc import Iterator
from fractions import Fraction

from framecrew.testing.aerender.versions import MAC, Version
from framecrew.testing.aerender.words import WORDS

MINUTE, HOUR = 60, 3600
BEFORE_THE_SPAN = (
    "Proxy Use: Use No Proxies",
    "Effects: Current Settings",
    "Disk Cache: Read Only",
    "Color Depth: Current Settings",
    "Frame Blending: On for Checked Layers",
    "Field Render: Off",
    "Pulldown: Off",
    "Motion Blur: On for Checked Layers",
    "Solos: Current Settings",
)
"""Settings that nothing here depends on, as a log of 18.2 has them."""


class Grammar:
    """How one After Effects writes."""

    def __init__(
        self, *, version: Version, language: str, system: str, quotes: str, counts_frames: bool
    ) -> None:
        self.words = WORDS[language]
        self._version = version
        self._system = system
        self._quotes = quotes or _usual_quotes(version, system, language)
        self._counts_frames = counts_frames or language == "ja"

    def timecode(self, frame: int, fps: Fraction) -> str:
        """`0:00:01:05`, with `;` for drop-frame rates; the bare number if the project counts
        frames.
        """
        return str(frame) if self._counts_frames else timecode(frame, fps)

    def started(self, comp: str) -> str:
        return f"{self._now()}: " + self.words.starting.format(name=self._quoted(comp))

    def finished(self, comp: str) -> str:
        return f"{self._now()}: " + self.words.finished.format(name=self._quoted(comp))

    def header(
        self, *, first: int, last: int, fps: Fraction, size: str, is_custom_span: bool
    ) -> Iterator[str]:
        """What is told of the item's render settings."""
        say, count = self._pair, last - first + 1
        yield from ("Quality: Best", "Resolution: Full", f"Size: {size}")
        yield from BEFORE_THE_SPAN
        yield "Time Span: " + ("Custom" if is_custom_span else "Work Area")
        yield say(self.words.start, self.timecode(first, fps))
        yield say(self.words.end, self.timecode(last, fps))
        duration = self.timecode(count, fps)
        yield say(self.words.duration, f"{duration} ({count})" if self._counts else duration)
        rate = f"{float(fps):.2f}".replace(".", self.words.comma)
        yield say(self.words.frame_rate, f"{rate} (comp)")
        yield from ("Guide Layers: All Off", "Skip Existing Files: Off", "")

    def module(
        self,
        *,
        name: str,
        output: str,
        title: str,
        first: int,
        audio: str,
        alpha: bool,
        size: str,
    ) -> Iterator[str]:
        """What is told of the item's output module."""
        say = self._pair
        yield say(self.words.output_module, name)
        yield say(self.words.output_to, output)
        yield say(self.words.format, title)
        yield from ("Output Info: -", f"Start Frame: {first}", f"Output Audio: {audio}")
        yield "Channels: " + ("RGB + Alpha" if alpha else "RGB")
        yield "Depth: Millions of Colors" + "+" * alpha
        yield "Color: " + ("Straight" if alpha else "Premultiplied")
        yield from ("Resize: -", "Crop: -", f"Final Size: {size}", "Profile: -")
        yield from ("Post-Render Action: None", "")

    def settings(self, name: str) -> str:
        return self._pair(self.words.render_settings, name)

    def frame(self, frame: int, fps: Fraction, *, number: int, seconds: float) -> str:
        """A frame that is done; `number` counts from 1 in each run."""
        return f"{self.timecode(frame, fps)} ({number}): {int(seconds)} {self.words.seconds}"

    def total(self, seconds: float) -> str:
        """`17 Seconds`, `1 Min, 28 Sec`, `26 Hr, 15 Min`."""
        whole, words = int(seconds), self.words
        if whole < MINUTE:
            spent = f"{whole} {words.seconds}"
        elif whole < HOUR:
            spent = f"{whole // MINUTE} {words.minutes}, {whole % MINUTE} {words.seconds[:3]}"
        else:
            spent = f"{whole // HOUR} {words.hours}, {whole % HOUR // MINUTE} {words.minutes}"
        return self._pair(words.total, spent)

    @property
    def _counts(self) -> bool:
        """Newer ones tell the number of frames beside the duration."""
        return self._version.renders_many_frames

    def _pair(self, word: str, value: str) -> str:
        return f"{word}{self.words.colon}{value}"

    def _quoted(self, comp: str) -> str:
        return f"{self._quotes[:1].strip()}{comp}{self._quotes[1:].strip()}"

    def _now(self) -> str:
        text = now(self.words.date)
        if self._system != MAC or self.words is not WORDS["en"]:
            return text
        return f"{text} EDT" if self._version.major < 18 else f"{text} GMT+2"


def now(form: str) -> str:
    """The date and time in this form; months and days without zeros have no portable name."""
    here = time.localtime()
    return form.format(
        year=here.tm_year,
        month=here.tm_mon,
        day=here.tm_mday,
        hour=here.tm_hour,
        hour12=(here.tm_hour - 1) % 12 + 1,
        half="AM" if here.tm_hour < 12 else "PM",
        minute=here.tm_min,
        second=here.tm_sec,
    )


def timecode(frame: int, fps: Fraction) -> str:
    """SMPTE timecode; 29.97 and 59.94 drop numbers, never frames."""
    rate = round(fps)
    is_drop = fps.denominator == 1001 and rate % 30 == 0
    sign, number = ("-", -frame) if frame < 0 else ("", frame)
    if is_drop:
        number = _with_dropped(number, rate)
    mark = ";" if is_drop else ":"
    seconds, frames = divmod(number, rate)
    parts = (seconds // MINUTE % 60, seconds % 60, frames)
    return f"{sign}{seconds // HOUR}{mark}" + mark.join(f"{part:02d}" for part in parts)


def _with_dropped(number: int, rate: int) -> int:
    """Each minute but every tenth starts with its numbers 2 (or 4) instead of 0."""
    dropped = rate // 15
    ten_minutes = rate * 600 - 9 * dropped
    minute = rate * MINUTE - dropped
    tens, rest = divmod(number, ten_minutes)
    minutes = (rest - dropped) // minute if rest >= dropped else 0
    return number + dropped * (9 * tens + max(0, minutes))


def _usual_quotes(version: Version, system: str, language: str) -> str:
    """Opening and closing; blanks for none."""
    if language == "ja":
        return "“”"
    if version.major <= 17:
        return "  "
    return "“”" if system == MAC else '""'
