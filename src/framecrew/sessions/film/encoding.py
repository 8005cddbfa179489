"""Encoding segments again, in the manner of the first one, where they cannot be joined.

The codec, its profile, the pixel format and alpha stay what they were; what comes out is one
segment that holds all frames, and is then joined and proved like any other.
"""

from film.program import QUIETLY, known_coders, read_ffmpeg, run_ffmpeg
from film.saying import FilmError, Progress, warn
from film.segments import Segment, decoder_for
from film.streams import look_at

MAY_DIFFER = {"tag", "time base", "codec configuration"}
"""All else the new segment must have in common with the first, and the profile where it says
more than which tools a player needs."""

OPTIONS = {
    "range": ("range", "-color_range"),
    "matrix": ("colorspace", "-colorspace"),
    "primaries": ("color_primaries", "-color_primaries"),
    "transfer": ("color_trc", "-color_trc"),
}
"""How each word of colour is told to ffmpeg's filter and to its encoder; versions heed one or
the other."""


CALLED = {"gbr": "rgb"}
"""What the encoder's option calls otherwise than ffmpeg's texts do."""


def encode_again(segments, fps, ffmpeg, request, reason):
    """One segment made of all of them; FilmError if their codec cannot be encoded here."""
    first = segments[0].look
    count = sum(segment.count for segment in segments)
    way = choose_way(request["families"], first, ffmpeg)
    pixel_format = way["pixel_formats"].get(first.pixel_format, first.pixel_format)
    warn(
        f"the film is encoded again, because {reason}. It becomes {first.codec}, "
        f"{first.pixel_format}, as segment 1 is; "
        f"its pictures lose a little by that, unless the codec loses nothing"
    )
    colour = first.colour.items()
    shape, tag = first.properties["pixel shape"], first.properties["tag"]
    filters = [f"setparams={OPTIONS[name][0]}={told}" for name, told in colour]
    filters.append(f"setsar={shape}")
    path = request["again"]
    frames = Segment(1, f"1-{count}", count, path)
    run_ffmpeg(
        [
            *(ffmpeg, *QUIETLY, "-y", "-f", "rawvideo", "-pixel_format", pixel_format),
            *("-video_size", first.properties["size"], "-framerate", str(fps), "-i", "pipe:0"),
            *("-vf", ",".join(filters)),
            *("-c:v", way["encoder"], *way["arguments"], "-pix_fmt", pixel_format),
            *(way["alpha_arguments"] if first.has_alpha else ()),
            *(
                word
                for name, told in colour
                for word in (OPTIONS[name][1], CALLED.get(told, told))
            ),
            # Apple's players take H.265 under one of its two tags alone.
            *(("-tag:v", tag) if first.codec == "hevc" and tag != "none" else ()),
            *(*request["container"], path),
        ],
        feed=lambda pipe: feed_pictures(pipe, segments, pixel_format, ffmpeg),
    )
    frames.look = look_at(path, ffmpeg, "the newly encoded film")
    may_differ = MAY_DIFFER if way["profiles"] else MAY_DIFFER | {"profile"}
    for name, wanted in first.properties.items():
        found = frames.look.properties[name]
        if found != wanted and name not in may_differ:
            raise FilmError(
                "bad_request", f"this ffmpeg encodes the {name} {found} instead of {wanted}"
            )
    return frames


def choose_way(families, look, ffmpeg):
    """The first encoder of the codec's family that this ffmpeg has."""
    if " first" in look.properties["field order"]:
        raise FilmError("bad_request", "interlaced segments are not encoded again")
    ways = families.get(look.codec, [])
    profile = look.properties["profile"]
    fitting = [way for way in ways if not way["profiles"] or profile in way["profiles"]]
    if not fitting:
        raise FilmError(
            "bad_request",
            f"segments of the codec {look.codec} ({profile}) are not encoded again",
        )
    known = known_coders(ffmpeg, "encoders")
    for way in fitting:
        if way["encoder"] in known:
            return way
    names = " or ".join(way["encoder"] for way in fitting)
    raise FilmError("bad_request", f"this ffmpeg has no encoder {names}; install a full build")


def feed_pictures(pipe, segments, pixel_format, ffmpeg):
    """Write the raw frames of all segments; as many as there must be, or FilmError."""
    progress = Progress("encoded", sum(segment.count for segment in segments))
    size = 0
    for segment in segments:
        fed = 0
        for piece in read_ffmpeg(
            [
                *(ffmpeg, *QUIETLY, *decoder_for(segment.look, ffmpeg), "-i", segment.path),
                *("-map", "0:v:0", "-fps_mode", "passthrough"),
                *("-f", "rawvideo", "-pix_fmt", pixel_format, "pipe:1"),
            ]
        ):
            pipe.write(piece)
            fed += len(piece)
        each, rest = divmod(fed, segment.count)
        size = size or each
        if rest or each != size:
            raise FilmError(
                "bad_output", f"{segment} decodes to {fed} bytes, wanted {size * segment.count}"
            )
        progress.tell(segment.first + segment.count)
