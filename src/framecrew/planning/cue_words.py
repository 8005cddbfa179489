"""The words of a subtitle: what they say, as each kind of film wants it.

In between they are as in SRT, whose readers take for markup whatever looks like it. What is none
has a word joiner in it, which nobody sees, as ffmpeg's own reader of WebVTT puts one.
"""

import html
import re
from collections.abc import Callable
from enum import Enum, auto


class CueWay(Enum):
    """How a film is given its subtitles."""

    SRT = auto()
    VTT = auto()
    DRAWN = auto()


JOINER = "\N{WORD JOINER}"

_TAG = re.compile(r"(</?(?:[bius]|font)(?:\s[^<>]*)?>|<br\s*/?>|\{\\[^{}]*\})", re.IGNORECASE)
"""What readers of SRT know; with a group, so that `split` tells words and tags by turns."""
_VTT_TAG = re.compile(r"(<[^<>]*>)")
_VTT_KEPT = re.compile(r"<(/?[biu])(?:[.\s][^<>]*)?>")
_LIKE_MARKUP = re.compile(r"<(?=[^<>]*>)|\{|\\(?=[nNh{}])")
_HIDDEN = re.compile(rf"(?<=[<{{\\]){JOINER}")
_LINE = re.compile(r"<br\s*/?>", re.IGNORECASE)


def from_srt(text: str) -> str:
    """Italics, colours and the like as they are; all else is words."""
    return _parted(_TAG, text, words=_literal, tag=str)


def from_vtt(text: str) -> str:
    """Without voices, classes, times and ruby."""

    def kept(tag: str) -> str:
        found = _VTT_KEPT.fullmatch(tag)
        return f"<{found[1]}>" if found else ""

    return _parted(_VTT_TAG, text, words=lambda said: _literal(html.unescape(said)), tag=kept)


def said_as(way: CueWay, text: str) -> str:
    """The words in a file for such a film."""
    match way:
        case CueWay.SRT:
            return text
        case CueWay.VTT:
            return _as_vtt(text)
        case CueWay.DRAWN:
            return _as_drawn(text)


def _as_vtt(text: str) -> str:
    """With what WebVTT knows of markup."""

    def kept(tag: str) -> str:
        return (
            "\n" if _LINE.fullmatch(tag) else "".join(re.findall(r"^</?[biu]>$", tag.lower()))
        )

    def escaped(said: str) -> str:
        return html.escape(_HIDDEN.sub("", said), quote=False)

    return _parted(_TAG, text, words=escaped, tag=kept)


def _as_drawn(text: str) -> str:
    """For libass, which takes all that is in braces for a wish."""
    return _parted(
        _TAG,
        text,
        words=lambda said: re.sub(r"([{}])", r"\\\1", said.replace("{" + JOINER, "{")),
        tag=str,
    )


def _literal(said: str) -> str:
    return _LIKE_MARKUP.sub(lambda found: found[0] + JOINER, said)


def _parted(
    pattern: re.Pattern[str],
    text: str,
    *,
    words: Callable[[str], str],
    tag: Callable[[str], str],
) -> str:
    return "".join(
        (tag if place % 2 else words)(part) for place, part in enumerate(pattern.split(text))
    )
