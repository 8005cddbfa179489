"""What a film file holds: its streams as ffmpeg tells of them, and where its frames lie.

ffmpeg alone is asked, for ffprobe is not everywhere. Its text tells of the streams; a copy of
the packets into `framehash`, which decodes nothing, tells each packet's time exactly, and the
hash of the codec's own configuration.
"""

import re
import subprocess
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from film.saying import FilmError, tail

STREAM = re.compile(r"^\s*Stream #\d+:\d+\S*: (Video|Audio): (.+)$")
INNER = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
NTSC = [Fraction(rate * 1000, 1001) for rate in (24, 30, 48, 60, 120)]
FINE = Fraction(1, 2000)
"""A time base finer than this tells a rate better than ffmpeg's two decimals do."""
OWN_ALPHA = ("vp8", "vp9")
"""Codecs that keep alpha as a second picture, which ffmpeg's own decoders do not look at."""
LOSSLESS_SOUND = ("pcm_", "flac", "alac", "wavpack", "tta", "truehd", "mlp")


@dataclass(frozen=True, slots=True)
class Sound:
    """The first sound of a file."""

    codec: str
    rate: int
    layout: str
    sample_format: str

    @property
    def is_lossless(self):
        return self.codec.startswith(LOSSLESS_SOUND)

    @property
    def properties(self):
        return {
            "sound codec": self.codec,
            "sample rate": str(self.rate),
            "channels": self.layout,
            "sample format": self.sample_format,
        }


@dataclass(frozen=True, slots=True)
class Look:
    """What one file was found to hold, before anything of it is decoded."""

    properties: dict
    """Of the pictures, in words: name → value; what must be equal to be joined."""
    tick: Fraction
    """Seconds; the file counts time in these."""
    times: list
    """Of its packets, in the order they are stored, in ticks."""
    packets: list
    """Of its packets, in the order they are stored: size and hash."""
    start: Fraction
    """Seconds at which the file begins, by whichever stream begins first."""
    seconds: Fraction
    rate: str
    """Frames a second as ffmpeg shows them, rounded to two decimals; may be empty."""
    sound: Sound | None
    codec: str = ""
    pixel_format: str = ""
    colour: dict = field(default_factory=dict)
    """`range`, `matrix`, `primaries` and `transfer`, as far as they are told."""

    @property
    def count(self):
        return len(self.times)

    @property
    def has_alpha(self):
        return self.properties["alpha"] == "yes"

    @property
    def offset(self):
        """Seconds from the start of the file to its first picture."""
        return min(self.times) * self.tick - self.start

    @property
    def delay(self):
        """By how many frames decoding must run ahead of showing."""
        shown = {time: place for place, time in enumerate(sorted(self.times))}
        return max(stored - shown[time] for stored, time in enumerate(self.times))


def look_at(path, ffmpeg, what):
    """Ask ffmpeg about a film; FilmError, beginning with `what`, if it holds no pictures."""
    look = read_look(*ask(path, ffmpeg, what, "-map", "0:v:0"))
    if look is None:
        raise FilmError("bad_output", f"{what} holds no pictures")
    return look


def listen_to(path, ffmpeg, what, opening=()):
    """Ask ffmpeg about a sound file; FilmError, beginning with `what`, if it holds none."""
    head, _ = ask(path, ffmpeg, what, "-map", "0:a:0", "-frames:a", "1", opening=opening)
    return read_sound(read_streams(head)["Audio"])


def ask(path, ffmpeg, what, *chosen, opening=()):
    """What ffmpeg says of a file, opened with these options, and the packets of the chosen stream."""
    answer = subprocess.run(
        [
            # Without -copyts, times are shifted so that the earliest stream begins at 0.
            *(ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-copyts", *opening, "-i", path),
            *(*chosen, "-c", "copy", "-f", "framehash", "-hash", "md5", "pipe:1"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    said = answer.stderr.decode("utf-8", "replace")
    if answer.returncode:
        raise FilmError("bad_output", f"{what} cannot be read: {tail(said)}")
    return said.partition("\nOutput #0")[0], answer.stdout.decode("ascii", "replace")


def read_streams(head):
    """The first stream of each kind, in ffmpeg's words."""
    told = {}
    for line in head.splitlines():
        if found := STREAM.match(line):
            told.setdefault(found[1], found[2])
    return told


def read_look(head, packets):
    """From ffmpeg's two texts; None if there are no pictures."""
    told = read_streams(head)
    facts = dict(re.findall(r"^#(\w+) 0: (\S+)", packets, re.MULTILINE))
    rows = [line.split(",") for line in packets.splitlines() if line and line[0] != "#"]
    if "Video" not in told or not rows:
        return None
    configuration = re.search(r"^#extradata 0,\s*(.+)$", packets, re.MULTILINE)
    codec, *parts = split_commas(told["Video"])
    name = codec.split()[0]
    profile, tag = profile_and_tag(codec)
    pixel_format = parts[0].partition("(")[0] if parts else ""
    has_alpha = is_alpha(name, pixel_format, head)
    if has_alpha and name in OWN_ALPHA:
        pixel_format = "yuva" + pixel_format.removeprefix("yuva").removeprefix("yuv")
    colour, fields = colour_and_fields(parts[0] if parts else "")
    rate = re.search(r"([\d.]+k?) fps\b", told["Video"])
    properties = {
        "codec": name,
        "profile": profile,
        "tag": tag,
        "size": facts.get("dimensions", ""),
        "pixel shape": facts.get("sar", "1/1").replace("0/1", "1/1"),
        "pixel format": pixel_format,
        "alpha": "yes" if has_alpha else "no",
        **{f"colour {word}": colour.get(word, "untold") for word in COLOUR},
        **usual_colour(pixel_format, colour),
        "field order": fields,
        "time base": facts["tb"],
        "codec configuration": configuration[1].replace(" ", "") if configuration else "none",
    }
    return Look(
        properties=properties,
        tick=Fraction(facts["tb"]),
        times=[int(row[2]) for row in rows],
        packets=[(int(row[4]), row[5].strip()) for row in rows],
        start=Fraction(found[1]) if (found := re.search(r"start: (-?[\d.]+)", head)) else 0,
        seconds=read_seconds(head),
        rate=rate[1].replace("k", "000") if rate else "",
        sound=read_sound(told["Audio"]) if "Audio" in told else None,
        codec=name,
        pixel_format=pixel_format,
        colour=colour,
    )


COLOUR = ("range", "matrix", "primaries", "transfer")


def split_commas(text):
    """Split at the commas outside of brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def profile_and_tag(text):
    """From `h264 (High) (avc1 / 0x31637661)`."""
    brackets = INNER.findall(text)
    tags = [each.split(" / ")[0].strip() for each in brackets if " / 0x" in each]
    others = [each for each in brackets if " / 0x" not in each]
    # A decoder of another name stands before the profile.
    return (others[-1] if others else "none"), (tags[0] if tags else "none")


def colour_and_fields(text):
    """From `yuv420p(tv, bt470bg/unknown/bt709, progressive)`."""
    colour, fields = {}, "progressive"
    inner = INNER.search(text)
    for part in split_commas(inner[1]) if inner else ():
        if part in {"tv", "pc"}:
            colour["range"] = part
        elif part == "progressive" or " first" in part:
            fields = part
        elif part:
            # Matrix, primaries and transfer; one word where all three are the same.
            words = part.split("/") if "/" in part else [part] * 3
            pairs = zip(COLOUR[1:], words, strict=False)
            colour |= {name: word for name, word in pairs if word != "unknown"}
    return colour, fields


def usual_colour(pixel_format, colour):
    """What everyone takes pictures for, whether they tell it or not."""
    if not pixel_format.startswith(("yuv", "nv", "p0", "gray")):
        return {"colour range": colour.get("range", "pc"), "colour matrix": "gbr"}
    usual = "pc" if pixel_format.startswith("yuvj") else "tv"
    return {"colour range": colour.get("range", usual)}


def is_alpha(codec, pixel_format, head):
    if codec in OWN_ALPHA and re.search(r"alpha_mode\s*: 1", head, re.IGNORECASE):
        return True
    return pixel_format.startswith(
        ("yuva", "gbrap", "rgba", "bgra", "argb", "abgr", "ya", "pal")
    )


def read_sound(text):
    codec, *parts = split_commas(text)
    rate = next((part for part in parts if part.endswith(" Hz")), "0 Hz")
    where = parts.index(rate) if rate in parts else -1
    layout, sample_format = (*parts[where + 1 :], "", "")[:2]
    return Sound(codec.split()[0], int(rate.split()[0]), layout, sample_format.split(" ")[0])


def read_seconds(head):
    found = re.search(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", head)
    if found is None:
        return Fraction(0)
    return int(found[1]) * 3600 + int(found[2]) * 60 + Fraction(found[3])


# ── the grid of time ─────────────────────────────────────────────────────────────────────────


def rate_of(look):
    """Frames a second, as an exact number; FilmError if the file does not tell it."""
    times = sorted(look.times)
    steps = {later - earlier for earlier, later in pairwise(times)}
    if len(steps) == 1 and (step := steps.pop()) > 0 and (look.tick < FINE or step == 1):
        return 1 / (step * look.tick)
    if look.rate and not look.rate.endswith("k"):
        shown = Fraction(look.rate)
        near = [rate for rate in NTSC if abs(rate - shown) <= Fraction(1, 200)]
        return near[0] if near else shown
    raise FilmError("bad_request", "the segments tell no frame rate; give it with --fps")


def find_uneven(look, fps, start=None, slack=1):
    """Which frame is off the grid, with its time and the wanted one; None if all are on it.

    Times are whole ticks: they may be off by `slack` times half of one. Without `start` the
    grid begins at the first frame.
    """
    times = sorted(look.times)
    first = times[0] * look.tick if start is None else start
    most = slack * look.tick / 2 + Fraction(1, 10_000_000)
    for place, time in enumerate(times):
        found, wanted = time * look.tick - first, place / fps
        if abs(found - wanted) > most:
            return place, found, wanted
    return None
