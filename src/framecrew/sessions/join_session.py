"""Joins the segments of a film into one, and proves the film.

    python join_session.py join.json

It is started in the workspace and imports nothing of framecrew. The segments are copied as
they are where their streams are equal: the packets of the film are theirs. Then the film is
compared with the segments, packet by packet and decoded where they meet, or decoded whole,
frame by frame; only then does it get its name. A
segment that is missing, short, cut or of another kind is a failure that names it, never a
shorter film.

Where the segments' sound was encoded with losses, it asks their renderer for all of it in one
piece, if that can be done (`film/sound_run.py`).

It prints lines that begin with `framecrew-film: `; the exit code is 0 or 1.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from film.encoding import encode_again
from film.joining import join
from film.mixing import mix
from film.program import find_ffmpeg
from film.proof import decode_frames
from film.saying import FilmError, Progress, say, tell_failures
from film.segments import (
    choose_rate,
    compare,
    decode_all,
    decoder_for,
    look_at_all,
    read_segments,
)
from film.sound import choose_sound, prove_sound
from film.sound_run import forget
from film.streams import find_uneven, look_at
from film.subtitles import prove_subtitles

DECODED_BY = ("codec", "profile", "size", "pixel format", "codec configuration")
"""Properties that decide how packets are decoded."""


def main(path):
    with open(path, encoding="utf-8") as file:
        request = json.load(file)
    try:
        count = make_film(request)
        os.replace(request["part"], request["made"])
    finally:
        for name in ("part", "again", "mix"):
            with suppress(FileNotFoundError):
                os.unlink(request[name])
        if request["sound_run"]:
            forget(request["sound_run"])
    say(f"wrote {request['made']}")
    say(f"done {count} frames, {os.path.getsize(request['made'])} bytes")


def make_film(request):
    segments = read_segments(request)
    ffmpeg = find_ffmpeg(request)
    look_at_all(segments, ffmpeg)
    fps = choose_rate(segments, request["fps"])
    reason = compare(segments, request["allow_reencode"])
    if request["tracks"]:
        count = sum(segment.count for segment in segments)
        mix(request["tracks"], request["mix"], count, fps, ffmpeg)
        request["audio"] = request["mix"]
    sound = choose_sound(request, segments, fps, ffmpeg)
    joined = segments
    if reason:
        joined = [encode_again(segments, fps, ffmpeg, request, reason)]
    decoder = decoder_for(joined[0].look, ffmpeg)
    decode_all(joined, ffmpeg, decoder)
    join(joined, fps, ffmpeg, request, sound)
    prove(request["part"], joined, fps, ffmpeg, decoder, sound)
    if request["subtitles"]:
        prove_subtitles(request["part"], request["subtitles"], ffmpeg)
    return sum(segment.count for segment in segments)


def prove(film, segments, fps, ffmpeg, decoder, sound):
    """The film holds every frame of the segments, each at its time, and the sound."""
    wanted = [(segment, digest) for segment in segments for digest in segment.decoded]
    is_known = not decoder and all(one.proof and one.is_closed for one in segments)
    with ThreadPoolExecutor(1) as aside:
        # Decoded while the packets are looked at, which most films were joined of unchanged.
        keys = aside.submit(decode_keys, film, ffmpeg) if is_known else None
        look = look_at(film, ffmpeg, "the finished film")
    prove_times(look, segments[0].look, len(wanted), fps)
    if keys and has_packets_of(look, segments):
        prove_seams(keys.result(), segments, wanted, fps)
    else:
        prove_pictures(film, wanted, ffmpeg, decoder)
    if sound:
        prove_sound(film, look, sound, ffmpeg)
    elif look.sound:
        raise wrong("has a sound that nobody asked for")


def has_packets_of(look, segments):
    """Whether the film stores just what the segments do, so that it decodes as they did, where
    each of them begins anew: what stands before it in the film is not asked for.
    """
    first = segments[0].look
    return all(
        look.properties[name] == first.properties[name] for name in DECODED_BY
    ) and look.packets == [each for segment in segments for each in segment.look.packets]


def decode_keys(film, ffmpeg):
    """Its key frames."""
    before = ("-threads", "1", "-skip_frame", "nokey")
    return decode_frames(film, ffmpeg, "the finished film", before=before)[0]


def prove_seams(frames, segments, wanted, fps):
    """Every segment begins in the film with the picture that it begins with by itself."""
    places = {round(frame.time * fps / 1_000_000): frame.hash for frame in frames}
    for place, digest in places.items():
        if digest != wanted[place][1]:
            raise wrong(f"shows as frame {place + 1} another picture than {wanted[place][0]}")
    for segment in segments:
        if segment.first not in places:
            raise wrong(f"has no key frame where {segment} begins")
    Progress("compared", len(wanted)).tell(len(wanted))


def prove_pictures(film, wanted, ffmpeg, decoder):
    """Every frame of the film, decoded, is that of its segment."""
    frames, _ = decode_frames(
        film,
        ffmpeg,
        "the finished film",
        before=decoder,
        progress=Progress("compared", len(wanted)).tell,
    )
    if len(frames) != len(wanted):
        raise wrong(f"has {len(frames)} frames, wanted {len(wanted)}")
    for place, (frame, (segment, digest)) in enumerate(zip(frames, wanted, strict=True)):
        if frame.hash != digest:
            raise wrong(f"shows as frame {place + 1} another picture than {segment}")


def prove_times(look, first, count, fps):
    """Every frame stands on the grid that begins at 0, and the film says so of itself."""
    if look.count != count:
        raise wrong(f"has {look.count} packets of pictures, wanted {count}")
    # Times that the segments themselves had rounded cannot be finer than they were.
    slack = max(1, first.tick / look.tick)
    if uneven := find_uneven(look, fps, start=0, slack=slack):
        place, found, time = uneven
        raise wrong(f"shows frame {place + 1} at {float(found):.6f} s, not {float(time):.6f} s")
    if count > 1 and look.rate and abs(float(look.rate) - fps) > 0.006:
        raise wrong(f"says it has {look.rate} frames a second, wanted {fps}")
    seconds = count / fps
    if look.seconds and abs(look.seconds - seconds) > 0.06:
        raise wrong(f"is {float(look.seconds)} s long, wanted {float(seconds):.3f} s")


def wrong(found):
    return FilmError("bad_output", f"the finished film {found}")


if __name__ == "__main__":
    sys.exit(tell_failures(main, sys.argv[1:]))
