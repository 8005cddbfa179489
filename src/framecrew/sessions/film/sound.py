"""A film's sound: continuous at the seams, exactly as long as the pictures, encoded once.

Sound that was encoded segment by segment begins and ends each time with what the codec needs
to settle; joined as it is, it falls behind the pictures with every seam. So the sound of each
segment is decoded, cut to the samples that its frames cover, and all of it encoded once. Where
theirs was encoded with losses, the renderer is asked for all of it in one piece instead. The
samples are counted from the start of the film (sample = frame * rate / fps, rounded), so that
they do not drift where a frame is no whole number of samples.
"""

import hashlib
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from film.program import QUIETLY, read_ffmpeg
from film.saying import FilmError, warn
from film.sound_run import run_for_sound
from film.streams import Sound, listen_to

SETTLING = 2048
"""Samples that a codec may add or leave out at an end."""

ROUNDED = 0.001
"""Seconds that a segment's sound may lack unheard: its own start is no whole sample of the
film's, and some files tell its length in milliseconds."""

NAMED = {"mono": 1, "stereo": 2, "downmix": 2, "quad": 4, "hexagonal": 6, "octagonal": 8}
"""Channels of the layouts whose name does not count them."""


@dataclass(slots=True)
class FilmSound:
    """Where the film's sound comes from, how it is encoded, and what it must be."""

    sound: Sound
    samples: int
    source: list
    """ffmpeg's arguments for its input."""
    coding: list
    """ffmpeg's arguments for its encoder."""
    feed: object = None
    """Writes it to ffmpeg's input, where it comes from the segments."""
    is_exact: bool = False
    """The film must hold what was fed to the last bit."""
    fed: object = field(default_factory=hashlib.md5)


def sample_at(place, rate, fps):
    """The first sample of a frame; its place is counted from 0."""
    return floor(Fraction(place * rate) / fps + Fraction(1, 2))


def choose_sound(request, segments, fps, ffmpeg):
    """The sound that the film gets; None for a silent one."""
    count = sum(segment.count for segment in segments)
    sounds, codec = request["sounds"], segments[0].look.codec
    usual = sounds["usual"].get(codec, sounds["usual"][""])
    if request["audio"]:
        return sound_of_file(request["audio"], usual, count, fps, ffmpeg)
    if not request["sound"]:
        return None
    heard = [segment for segment in segments if segment.look.sound]
    if not heard:
        return None
    compare_sounds(segments, heard[0])
    sound = heard[0].look.sound
    if not sound.is_lossless and len(segments) > 1:
        whole = whole_sound(request, segments, sound, fps, ffmpeg)
        if whole:
            return sound_of_run(whole, usual, segments, fps, ffmpeg)
    kept = sounds["kept"].get(sound.codec)
    made = FilmSound(
        sound=sound,
        samples=sample_at(count, sound.rate, fps),
        source=raw_source(sound),
        coding=["-c:a", kept, *sample_format(kept, sound)] if kept else usual,
        is_exact=bool(kept),
    )
    made.feed = lambda pipe: feed_sound(pipe, made, segments, fps, ffmpeg)
    return made


def whole_sound(request, segments, sound, fps, ffmpeg):
    """The sound of a run of its own; None, loudly, where there is none."""
    run = request["sound_run"]
    why, advice = "", "Render segments with PCM sound, or give the whole sound as a file"
    if run:
        last = segments[-1]
        ends = last.begins + last.count

        def lengths(rate):
            wanted, slack = sample_at(ends, rate, fps), floor(SETTLING + rate / fps)
            return wanted - slack, wanted + slack

        try:
            return run_for_sound(run, ffmpeg, lengths)
        except FilmError as error:
            why, advice = f"; it could not be rendered in one piece: {error}", run["advice"]
    warn(
        f"the segments hold {sound.codec} sound, which was encoded for each alone: clicks can "
        f"be heard at the seams{why}. {advice}"
    )
    return None


def sound_of_run(whole, coding, segments, fps, ffmpeg):
    """Of one piece, and encoded once; what lies between the segments is left out."""
    made = FilmSound(
        sound=whole.sound,
        samples=sum(end - begin for begin, end in windows(segments, whole.sound, fps)),
        source=raw_source(whole.sound),
        coding=coding,
    )
    made.feed = lambda pipe: feed_whole(pipe, made, whole, segments, fps, ffmpeg)
    return made


def windows(segments, sound, fps):
    """From which sample to which of the whole sound each segment goes."""
    for segment in segments:
        ends = segment.begins, segment.begins + segment.count
        begin, end = (sample_at(place, sound.rate, fps) for place in ends)
        yield begin, end


def feed_whole(pipe, made, whole, segments, fps, ffmpeg):
    """Write the windows of all segments, in their order; silence follows what is too short."""
    size, place = bytes_of_sample(made.sound), 0
    pieces = decode_sound(whole.path, "the film", made.sound, ffmpeg)
    rest = b""
    for begin, end in windows(segments, made.sound, fps):
        begin, end = begin * size, end * size
        while place < end:
            if not rest:
                rest = next(pieces, b"") or bytes(end - place)
            if place < begin:
                passed = min(begin - place, len(rest))
            else:
                passed = min(end - place, len(rest))
                pipe.write(rest[:passed])
            rest, place = rest[passed:], place + passed
    # Read to its end, so that its program is not ended at work.
    for _ in pieces:
        pass


def raw_source(sound):
    """ffmpeg's arguments for raw samples at its input."""
    return [
        *("-f", raw_format(sound), "-ar", str(sound.rate)),
        *("-ch_layout", sound.layout, "-i", "pipe:0"),
    ]


def sound_of_file(path, coding, count, fps, ffmpeg):
    try:
        sound = listen_to(path, ffmpeg, f"the sound {path}")
    except FilmError as error:
        raise FilmError("missing_asset", str(error)) from error
    samples = sample_at(count, sound.rate, fps)
    # Some codecs begin a little after 0; the file's first sound is what is meant.
    filters = [
        "asetpts=PTS-STARTPTS",
        f"apad=whole_len={samples}",
        f"atrim=end_sample={samples}",
    ]
    return FilmSound(
        sound=sound,
        samples=samples,
        source=["-i", path],
        coding=["-af", ",".join(filters), *coding],
    )


def compare_sounds(segments, wanted):
    for segment in segments:
        if segment.look.sound is None:
            raise FilmError("bad_output", f"{segment} has no sound, but {wanted} has")
        for name, value in segment.look.sound.properties.items():
            if value != wanted.look.sound.properties[name]:
                raise FilmError(
                    "bad_output",
                    f"the segments' sounds differ: {segment} has the {name} {value}, "
                    f"{wanted} has {wanted.look.sound.properties[name]}. Render those again",
                )


def raw_format(sound):
    """Samples wide enough for all that the sound can hold."""
    if sound.sample_format.startswith("dbl"):
        return "f64le"
    return "f32le" if sound.sample_format.startswith("flt") else "s32le"


def sample_format(codec, sound):
    """PCM's name tells it; other lossless encoders would take the widest they are given."""
    return [] if codec.startswith("pcm_") else ["-sample_fmt", sound.sample_format]


def bytes_of_sample(sound):
    """Of all channels together."""
    return channels_of(sound.layout) * (8 if raw_format(sound) == "f64le" else 4)


def channels_of(layout):
    """From `stereo`, `5.1(side)` or `3 channels (FL+FR+LFE)`."""
    name = layout.partition("(")[0].strip()
    if name in NAMED:
        return NAMED[name]
    try:
        return sum(int(part) for part in name.removesuffix(" channels").split("."))
    except ValueError:
        raise FilmError("bad_request", f"unknown arrangement of channels {layout!r}") from None


# ── from the segments ────────────────────────────────────────────────────────────────────────


def feed_sound(pipe, made, segments, fps, ffmpeg):
    """Write the samples of all segments, each exactly as long as its pictures."""
    for segment in segments:
        for piece in samples_of(segment, made.sound, fps, ffmpeg):
            made.fed.update(piece)
            pipe.write(piece)


def samples_of(segment, sound, fps, ffmpeg):
    """Cut what goes beyond the segment's last picture, or follow it by silence."""
    size = bytes_of_sample(sound)
    ends = segment.first, segment.first + segment.count
    begin, end = (sample_at(place, sound.rate, fps) for place in ends)
    left = (end - begin) * size
    # What begins after the pictures is preceded by silence, what begins before them is cut.
    start = round(min(segment.look.times) * segment.look.tick * sound.rate)
    aligned = ("-af", f"aresample=async=1:first_pts={start}")
    last = b""
    for piece in decode_sound(segment.path, str(segment), sound, ffmpeg, *aligned):
        last = (last + piece)[-size:] if len(piece) < size else piece[-size:]
        yield piece[: max(left, 0)]
        left -= len(piece)
    lack, most = left // size, SETTLING + sound.rate / fps
    if lack > most:
        raise FilmError("bad_output", f"the sound of {segment} ends {lack} samples too soon")
    if lack > ROUNDED * sound.rate:
        warn(f"the sound of {segment} ends {lack} samples too soon; silence follows it")
        yield bytes(left)
    elif lack > 0:
        # A moment of silence would be heard as a click; a moment of standing still is not.
        yield last * lack
    elif -lack > most:
        warn(f"the sound of {segment} goes on for {-lack} samples too many; they are cut")


def decode_sound(path, what, sound, ffmpeg, *filters):
    try:
        yield from read_ffmpeg(
            [
                *(ffmpeg, *QUIETLY, "-copyts", "-i", path, "-map", "0:a:0", *filters),
                *("-f", raw_format(sound), "pipe:1"),
            ]
        )
    except FilmError as error:
        raise FilmError(
            "bad_output", f"the sound of {what} cannot be decoded: {error}"
        ) from error


# ── the proof ────────────────────────────────────────────────────────────────────────────────


def prove_sound(film, look, made, ffmpeg):
    """Decode the film's sound: its length, and every sample where it is stored without loss."""
    found = look.sound
    if found is None:
        raise FilmError("bad_output", "the finished film has no sound, though it was given one")
    heard, size = hashlib.md5(), 0
    for piece in decode_sound(film, "the finished film", made.sound, ffmpeg):
        heard.update(piece)
        size += len(piece)
    samples = size // bytes_of_sample(made.sound)
    wanted = made.samples * found.rate / made.sound.rate
    slack = (0, 0) if found.is_lossless and found.rate == made.sound.rate else (64, SETTLING)
    if not wanted - slack[0] <= samples <= wanted + slack[1]:
        raise FilmError(
            "bad_output", f"the finished film has {samples} samples of sound, wanted {wanted}"
        )
    if made.is_exact and heard.digest() != made.fed.digest():
        raise FilmError("bad_output", "the finished film's sound is not that of its segments")
