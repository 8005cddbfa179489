"""Segments: the files a film is joined of, looked at and compared before anything is made."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction

from film.program import known_coders
from film.proof import decode_frames
from film.proved import read_proof
from film.saying import FilmError, Progress
from film.streams import OWN_ALPHA, find_uneven, look_at, rate_of, read_look

FAMILIES = ({".mov", ".mp4", ".m4v"}, {".mkv", ".webm"})
"""Endings whose files keep time in the same way."""

MENDABLE = {
    "codec",
    "profile",
    "tag",
    "pixel format",
    "time base",
    "codec configuration",
}
"""What encoding again makes equal, and leaves the pictures as they are."""


@dataclass(slots=True)
class Segment:
    """One file of the film, with what it was found to hold."""

    number: int
    frames: str
    count: int
    path: str
    proof: object = None
    """What was proved of it when it was rendered; None where that is not known."""
    is_closed: bool = False
    """It begins with a key frame, and refers to nothing before that."""
    begins: int = 0
    """Frames between its first one and where the sound of a whole film begins."""
    first: int = 0
    """Place of its first frame in the film, from 0."""
    look: object = None
    decoded: tuple = ()
    """Of each frame in order: its hash."""

    def __str__(self):
        return f"segment {self.number} (frames {self.frames}: {self.path})"


def read_segments(request):
    segments = [
        Segment(
            number,
            each["frames"],
            each["count"],
            each["path"],
            read_proof(each["path"], each["proof"]),
            each["is_closed"],
            each["begins"],
        )
        for number, each in enumerate(request["segments"], start=1)
    ]
    if not segments:
        raise FilmError("bad_request", "there are no segments to make a film of")
    missing = [segment for segment in segments if not os.path.isfile(segment.path)]
    if missing:
        frames = ", ".join(segment.frames for segment in missing[:20])
        raise FilmError("hole", f"frame {frames} is missing: there is no {missing[0].path}")
    for segment in segments:
        check_ending(segment, request["made"])
    first = 0
    for segment in segments:
        segment.first = first
        first += segment.count
    return segments


def check_ending(segment, film):
    """Another kind of file counts time in other ticks, and the frames would not lie on them."""
    found, wanted = (os.path.splitext(path)[1].lower() for path in (segment.path, film))
    if found != wanted and not any({found, wanted} <= family for family in FAMILIES):
        raise FilmError(
            "bad_request",
            f"wanted segments ending in {wanted} as the film does; found {segment}. "
            f"Give the film the segments' ending",
        )


def look_at_all(segments, ffmpeg):
    progress = Progress("looked at", len(segments))
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        looks = pool.map(lambda one: look_of(one, ffmpeg), segments)
        for segment, look in zip(segments, looks, strict=True):
            segment.look = look
            if look.count != segment.count:
                raise FilmError(
                    "bad_output",
                    f"{segment} has {look.count} frames, wanted {segment.count}",
                )
            progress.tell(segment.number)


def look_of(segment, ffmpeg):
    """As it was found when it was proved; else ffmpeg is asked."""
    known = segment.proof and read_look(segment.proof.words, segment.proof.packets)
    return known or look_at(segment.path, ffmpeg, str(segment))


def choose_rate(segments, wanted):
    """Frames a second; every segment's frames are found to follow each other so."""
    told = next((one for one in segments if one.count > 1), segments[0])
    fps = Fraction(wanted) if wanted else rate_of(told.look)
    for segment in segments:
        if uneven := find_uneven(segment.look, fps, slack=2):
            place, found, time = uneven
            raise FilmError(
                "bad_output",
                f"{segment} does not run at {fps} frames a second: its frame {place + 1} stands "
                f"at {float(found):.6f} s, wanted {float(time):.6f} s",
            )
    return fps


def compare(segments, allow_reencode):
    """Why they cannot be joined as they are, in words; empty if they can."""
    wanted = segments[0].look.properties
    found = [
        (name in MENDABLE, f"{segment} has the {name} {value}, segment 1 has {wanted[name]}")
        for segment in segments[1:]
        for name, value in segment.look.properties.items()
        if value != wanted[name]
    ]
    if not found:
        return ""
    # What cannot be mended comes first.
    words = [each for _, each in sorted(found, key=lambda one: one[0])]
    more = f" (and {len(words) - 3} more differences)" if len(words) > 3 else ""
    told = "; ".join(words[:3]) + more
    if not all(is_mendable for is_mendable, _ in found):
        raise FilmError(
            "bad_output", f"the segments are not of one film: {told}. Render those again"
        )
    if not allow_reencode:
        raise FilmError(
            "bad_request",
            f"the segments cannot be joined as they are: {told}. Render those again with the "
            f"same settings, or allow that all are encoded once more with --allow-reencode",
        )
    return told


def decoder_for(look, ffmpeg):
    """Arguments that choose the decoder which shows all that is there."""
    if look.codec in OWN_ALPHA and look.has_alpha:
        name = "libvpx" if look.codec == "vp8" else "libvpx-vp9"
        if name not in known_coders(ffmpeg, "decoders"):
            raise FilmError(
                "bad_request",
                f"this ffmpeg has no decoder {name}, which alone sees alpha; "
                f"install a full build",
            )
        return ("-c:v", name)
    return ()


def decode_all(segments, ffmpeg, decoder):
    """Decode every segment to its last frame, and keep what each frame is.

    One that was proved has been decoded, unless another decoder sees more in it.
    """
    total = sum(segment.count for segment in segments)
    progress = Progress("checked", total)
    for segment in segments:
        proof = segment.proof
        if proof and not decoder and len(proof.pictures) == segment.count:
            segment.decoded = proof.pictures
            progress.tell(segment.first + segment.count)
            continue
        frames, _ = decode_frames(
            segment.path,
            ffmpeg,
            str(segment),
            before=decoder,
            progress=lambda done, first=segment.first: progress.tell(min(first + done, total)),
        )
        if len(frames) != segment.count:
            raise FilmError(
                "bad_output",
                f"{segment} decodes to {len(frames)} frames, wanted {segment.count}",
            )
        segment.decoded = tuple(frame.hash for frame in frames)
