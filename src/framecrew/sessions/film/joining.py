"""Joining: the packets of all segments, one behind the other, on an exact grid of time.

ffmpeg's list of files counts in whole microseconds. A segment's `duration` line is therefore
the difference of two rounded places in the film, not its own rounded length, whose error would
add up. What is left is put on the grid by `setts`, which also counts the decoding times anew:
segments whose decoding runs ahead by different numbers of frames would else clash at the seam.
"""

import os
from contextlib import suppress

from film.program import QUIETLY, run_ffmpeg
from film.saying import Progress
from film.streams import OWN_ALPHA

MATROSKA = (".mkv", ".webm")


def join(segments, fps, ffmpeg, request, sound):
    """Copy the packets into one film, with one sound."""
    part, listed = request["part"], request["list"]
    ending = os.path.splitext(part)[1]
    count = sum(segment.count for segment in segments)
    links = []
    try:
        write_list(listed, segments, fps, links)
        run_ffmpeg(
            [
                *(ffmpeg, *QUIETLY, "-loglevel", "error", "-progress", "pipe:1", "-y"),
                # Else all is moved by what a segment's sound begins before its pictures.
                "-copyts",
                # Equal configurations need no conversion; without one, packets stay as they are.
                *("-f", "concat", "-safe", "0", "-auto_convert", "0", "-i", listed),
                *(sound.source if sound else ()),
                *(("-i", request["subtitles"]) if request["subtitles"] else ()),
                # Nothing else: no time code, no data, no second sound.
                *("-map", "0:v:0", "-c:v", "copy", "-bsf:v", on_the_grid(segments, fps)),
                *(("-map", "1:a:0", *sound.coding) if sound else ()),
                *(subtitle_track(request, 2 if sound else 1) if request["subtitles"] else ()),
                *("-map_metadata", "-1", "-metadata", f"comment={request['mark']}"),
                *(alpha_mark(segments[0].look) if ending in MATROSKA else ()),
                # Opus begins before 0, and the pictures would be moved instead.
                *(("-avoid_negative_ts", "disabled") if ending in MATROSKA else ()),
                # Without it, Matroska writes a random number into each film.
                *("-fflags", "+bitexact"),
                *(*request["container"], part),
            ],
            feed=sound.feed if sound else None,
            progress=Progress("joined", count).tell,
        )
    finally:
        for path in (listed, *links):
            with suppress(FileNotFoundError):
                os.unlink(path)


def subtitle_track(request, place):
    """ffmpeg's arguments for a track of subtitles, whose file is input number `place`."""
    return ("-map", f"{place}:s:0", "-c:s", request["subtitle_codec"])


def alpha_mark(look):
    """Told of the stream, not in it; what is not copied would be lost."""
    has_own_stream = look.codec in OWN_ALPHA and look.has_alpha
    return ("-metadata:s:v:0", "alpha_mode=1") if has_own_stream else ()


def on_the_grid(segments, fps):
    """The filter that gives each packet its exact time."""
    delay = max(segment.look.delay for segment in segments)
    offset = float(segments[0].look.offset)
    up, down = fps.numerator, fps.denominator
    return (
        f"setts=pts=round((PTS*TB-{offset:.9f})*{up}/{down})*{down}/{up}/TB"
        f":dts=(N-{delay})*{down}/{up}/TB:duration={down}/{up}/TB"
    )


def write_list(path, segments, fps, links):
    """The list of files; what is made besides is added to `links`."""
    lines = [b"ffconcat version 1.0"]
    place = 0
    for segment, after in zip(segments, [*segments[1:], None], strict=True):
        end = (segment.first + segment.count) / fps
        # The file's own start may lie before its first picture; the next picture counts.
        end += segments[0].look.offset - (after.look.offset if after else 0)
        end = round(end * 1_000_000)
        lines += [quoted(listed_path(segment, links)), b"duration %s" % seconds(end - place)]
        place = end
    with open(path, "wb") as file:
        file.write(b"\n".join(lines) + b"\n")


def seconds(microseconds):
    return b"%d.%06d" % divmod(microseconds, 1_000_000)


def quoted(path):
    return b"file '" + os.fsencode(path).replace(b"'", b"'\\''") + b"'"


def listed_path(segment, links):
    """A list has a file a line, so a path of two lines is given another name."""
    if "\n" not in segment.path and "\r" not in segment.path:
        return segment.path
    link = f".film.part.{segment.number}"
    with suppress(FileNotFoundError):
        os.unlink(link)
    os.symlink(segment.path, link)
    links.append(link)
    return os.path.abspath(link)
