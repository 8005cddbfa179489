"""Encodes a sequence of pictures into a film with ffmpeg, and proves the film.

    python film_session.py film.json

It is started in the workspace and imports nothing of framecrew. Given a broken or missing
picture, ffmpeg stops there, leaves a shorter film and exits with 0; so every picture is decoded
here, to its last pixel, and ffmpeg sees raw pixels only. Then the film is decoded again: as
many frames as pictures, in even steps of time.

Colour: integer formats are taken as display-referred and passed through. Float formats (EXR,
HDR) are taken as scene-linear with Rec. 709 primaries: clipped to 0 to 1, then the sRGB curve,
no tone mapping. Where the film stores no alpha, pictures lie over black.

It prints lines that begin with `framecrew-film: `; the exit code is 0 or 1.
"""

import json
import os
import re
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import OpenImageIO
from film.animation import complete, prove_delays
from film.mixing import mix
from film.program import find_ffmpeg, known_coders, run_ffmpeg
from film.proof import decode_frames
from film.saying import FilmError, Progress, say, tell_failures
from film.subtitles import prove_subtitles

WORKERS = max(1, min(4, os.cpu_count() or 1))
TICK = 1010
"""Microseconds a frame's time may be off: Matroska counts in milliseconds."""

FULL = {"uint8": 255, "uint16": 65535}


def main(path):
    OpenImageIO.attribute("threads", 1)
    OpenImageIO.attribute("exr_threads", -1)
    with open(path, encoding="utf-8") as file:
        request = json.load(file)
    make_film(request)


def make_film(request):
    ffmpeg = find_ffmpeg(request)
    first = look_at_all(request["pictures"], request["size"])
    way = choose_way(request["ways"], ffmpeg, first)
    size = padded_size(first, request["even"], request["least"])
    part = request["part"]
    fps, count = Fraction(request["fps"]), len(request["pictures"])
    made = [part, request["palette"], request["audio"] if request["tracks"] else ""]
    try:
        if request["tracks"]:
            mix(request["tracks"], request["audio"], count, fps, ffmpeg)
        encode(request["pictures"], ffmpeg, way, size)
        if request["ticks"]:
            complete(part, request["mark"], count / fps, request["ticks"])
            prove_delays(part, count, fps, request["ticks"], Progress("proved", count).tell)
        else:
            prove(part, ffmpeg, count, fps, bool(request["audio"]))
        if request["subtitles"]:
            prove_subtitles(part, request["subtitles"], ffmpeg)
        os.replace(part, request["made"])
    finally:
        for path in filter(os.path.exists, made):
            os.unlink(path)
    say(f"wrote {request['made']}")
    say(f"done {count} frames, {os.path.getsize(request['made'])} bytes")


# ── before encoding ──────────────────────────────────────────────────────────────────────────


class Head:
    """What a picture's head tells."""

    def __init__(self, spec):
        self.width, self.height = spec.full_width, spec.full_height
        names = spec.channelnames
        self.alpha = spec.alpha_channel if spec.alpha_channel >= 0 else None
        self.colour = colour_channels(names, self.alpha, spec.z_channel)
        self.kind = str(spec.format)
        self.is_wide = self.kind != "uint8"
        self.has_alpha = self.alpha is not None


def look_at_all(pictures, size):
    """Find holes and pictures of another size before an hour of encoding, not after it."""
    missing = [(frame, path) for frame, path in pictures if not os.path.isfile(path)]
    if missing:
        frames = ", ".join(str(frame) for frame, _ in missing[:20])
        more = f" and {len(missing) - 20} more" if len(missing) > 20 else ""
        raise FilmError("hole", f"frame {frames}{more} is missing: there is no {missing[0][1]}")
    progress = Progress("looked at", len(pictures))
    first = None
    for number, (frame, path) in enumerate(pictures, start=1):
        if os.path.getsize(path) == 0:
            raise FilmError("bad_output", f"frame {frame} is empty: {path} has 0 bytes")
        decoder = open_decoder(frame, path)
        head = Head(decoder.spec())
        decoder.close()
        if first is None:
            first = head
            wanted = (size[0] or head.width, size[1] or head.height)
        if (head.width, head.height) != wanted:
            raise FilmError(
                "bad_output",
                f"frame {frame} has {head.width}x{head.height} pixels, "
                f"wanted {wanted[0]}x{wanted[1]}: {path}",
            )
        first.is_wide = first.is_wide or head.is_wide
        first.has_alpha = first.has_alpha or head.has_alpha
        progress.tell(number)
    if first is None:
        raise FilmError("bad_request", "there are no pictures to make a film of")
    return first


def choose_way(ways, ffmpeg, first):
    """The first encoder this ffmpeg has, for what the pictures are."""
    known = known_coders(ffmpeg, "encoders")
    rgb, rgba = ("rgb48le", "rgba64le") if first.is_wide else ("rgb24", "rgba")
    keeps_alpha = any(way["pixel_format"] == rgba for way in ways)
    wanted = rgba if first.has_alpha and keeps_alpha else rgb
    for way in ways:
        if way["pixel_format"] == wanted and way["encoder"] in known:
            return way
    names = " or ".join(dict.fromkeys(way["encoder"] for way in ways))
    raise FilmError(
        "bad_request",
        f"this ffmpeg has no encoder {names}; install a full build, or choose another preset",
    )


def padded_size(first, even, least):
    width = -(-first.width // even[0]) * even[0]
    height = -(-first.height // even[1]) * even[1]
    if (width, height) != (first.width, first.height):
        say(
            f"warning the pictures have {first.width}x{first.height} pixels, the preset stores "
            f"even sizes only; the film has {width}x{height}, its edge repeated once"
        )
    if width < least[0] or height < least[1]:
        raise FilmError(
            "bad_request",
            f"wanted pictures of at least {least[0]}x{least[1]} pixels for this preset, found "
            f"{first.width}x{first.height}: render larger ones, or choose another --film-preset",
        )
    return width, height


# ── encoding ─────────────────────────────────────────────────────────────────────────────────


def encode(pictures, ffmpeg, way, size):
    """In one run, or in two where the first one makes the film's palette."""
    for name, verb in (("palette", "looked through"), ("arguments", "frame")):
        arguments = [one.replace("{size}", f"{size[0]}x{size[1]}") for one in way[name]]
        if arguments:
            progress = Progress(verb, len(pictures))
            run_ffmpeg(
                [ffmpeg, *arguments],
                feed=lambda pipe, told=progress: feed(
                    pictures, way["pixel_format"], size, pipe, told
                ),
            )


def feed(pictures, pixel_format, size, pipe, progress):
    """Decode ahead in threads, so that decoding and encoding overlap."""
    waiting = deque()
    coming = iter(pictures)
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            for number in range(1, len(pictures) + 1):
                while len(waiting) < WORKERS + 1 and (picture := next(coming, None)):
                    waiting.append(pool.submit(raw_pixels, *picture, pixel_format, size))
                pipe.write(waiting.popleft().result())
                progress.tell(number)
        finally:
            for future in waiting:
                future.cancel()


# ── pictures ─────────────────────────────────────────────────────────────────────────────────


def open_decoder(frame, path):
    hints = OpenImageIO.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)
    decoder = OpenImageIO.ImageInput.open(path, hints)
    if decoder is None:
        raise unreadable(frame, path, OpenImageIO.geterror())
    return decoder


def unreadable(frame, path, reason):
    lines = reason.strip().splitlines() or ["the decoder gave no reason"]
    return FilmError("bad_output", f"frame {frame} cannot be decoded whole: {path}: {lines[0]}")


def raw_pixels(frame, path, pixel_format, size):
    """One picture as ffmpeg gets it: RGB or RGBA, 8 or 16 bits, padded to the film's size."""
    decoder = open_decoder(frame, path)
    spec = decoder.spec()
    head = Head(spec)
    is_float = head.kind not in FULL
    pixels = decoder.read_image(OpenImageIO.FLOAT if is_float else spec.format)
    if pixels is None or decoder.has_error:
        raise unreadable(frame, path, decoder.geterror())
    decoder.close()
    pixels = pixels.reshape(spec.height, spec.width, spec.nchannels)
    colour = (
        pixels[:, :, head.colour] if head.colour != (0, 1, 2) or spec.nchannels != 3 else pixels
    )
    alpha = None if head.alpha is None else pixels[:, :, head.alpha, None]
    peak = 65535 if "48" in pixel_format or "64" in pixel_format else 255
    if head.kind in ("half", "float", "double"):
        made = shown_light(colour, alpha, "a" in pixel_format, peak)
    elif is_float:
        made = shown_integers(
            to_whole(colour, 65535),
            None if alpha is None else to_whole(alpha, 65535),
            "a" in pixel_format,
            65535,
            peak,
        )
    else:
        made = shown_integers(colour, alpha, "a" in pixel_format, FULL[head.kind], peak)
    return memoryview(np.ascontiguousarray(framed(made, spec, size))).cast("B")


def shown_integers(colour, alpha, keeps_alpha, full, peak):
    if alpha is not None and not keeps_alpha:
        colour = to_whole(
            colour.astype(np.float32) * (alpha.astype(np.float32) / (full * full)), full
        )
    if keeps_alpha:
        if alpha is None:
            alpha = np.full((*colour.shape[:2], 1), full, colour.dtype)
        colour = np.concatenate([colour, alpha], axis=2)
    if full == peak:
        return colour
    if full < peak:
        return colour.astype(np.uint16) * np.uint16(257)
    return to_whole(colour.astype(np.float32) / full, peak)


def shown_light(colour, alpha, keeps_alpha, peak):
    """Scene-linear light through the sRGB curve; stored multiplied by alpha, so over black."""
    if keeps_alpha and alpha is not None:
        covered = alpha > 0
        colour = np.where(covered, colour / np.where(covered, alpha, 1), 0)
    values = np.clip(np.nan_to_num(colour, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    bright = 1.055 * np.power(values, np.float32(1 / 2.4)) - 0.055
    made = to_whole(np.where(values <= 0.0031308, values * 12.92, bright), peak)
    if not keeps_alpha:
        return made
    if alpha is None:
        cover = np.full((*made.shape[:2], 1), peak, made.dtype)
    else:
        cover = to_whole(np.clip(np.nan_to_num(alpha, nan=0.0), 0, 1), peak)
    return np.concatenate([made, cover], axis=2)


def to_whole(values, peak):
    return np.rint(values * peak).astype(np.uint16 if peak > 255 else np.uint8)


def framed(pixels, spec, size):
    """Put the stored window into the frame, then repeat the edge up to the film's size."""
    height, width = spec.full_height, spec.full_width
    top, left = spec.y - spec.full_y, spec.x - spec.full_x
    if (top, left, *pixels.shape[:2]) != (0, 0, height, width):
        frame = np.zeros((height, width, pixels.shape[2]), pixels.dtype)
        inside = pixels[
            max(0, -top) : max(0, height - top), max(0, -left) : max(0, width - left)
        ]
        rows, columns = max(0, top), max(0, left)
        frame[rows : rows + inside.shape[0], columns : columns + inside.shape[1]] = inside
        pixels = frame
    if (width, height) != tuple(size):
        pixels = np.pad(
            pixels, ((0, size[1] - height), (0, size[0] - width), (0, 0)), mode="edge"
        )
    return pixels


def colour_channels(names, alpha, depth):
    """Red, green and blue of the beauty pass, as far as the names tell; grey counts thrice."""
    layers = {}
    for index, name in enumerate(names):
        layer, _, last = name.rpartition(".")
        layers.setdefault(layer, {})[last.upper()] = index
    coloured = [layer for layer, found in layers.items() if {"R", "G", "B"} <= found.keys()]
    if coloured:
        best = min(
            coloured,
            key=lambda layer: (
                layer != "",
                not layer.lower().endswith(("combined", "beauty", "rgba", "rgb")),
            ),
        )
        return tuple(layers[best][name] for name in "RGB")
    rest = [index for index in range(len(names)) if index not in (alpha, depth)] or [0]
    return tuple(rest[:3]) if len(rest) >= 3 else (rest[0],) * 3


# ── the proof ────────────────────────────────────────────────────────────────────────────────


def prove(film, ffmpeg, count, fps, has_audio):
    """Decode the film: as many frames as pictures, in even steps, and the sound is there."""
    frames, said = decode_frames(
        film, ffmpeg, "the finished film", progress=Progress("proved", count).tell
    )
    times = [frame.time for frame in frames]
    if len(times) != count:
        raise FilmError(
            "bad_output", f"the finished film has {len(times)} frames, wanted {count}"
        )
    for number, found in enumerate(times, start=1):
        wanted = round((number - 1) / fps * 1_000_000)
        if abs(found - times[0] - wanted) > TICK:
            raise FilmError(
                "bad_output",
                f"frame {number} of the film stands at {found - times[0]} us, not {wanted} us",
            )
    if has_audio and not re.search(r"^\s*Stream #0:\S+.*: Audio: ", said, re.MULTILINE):
        raise FilmError(
            "bad_output", "the finished film has no sound, though a sound file was given"
        )


if __name__ == "__main__":
    sys.exit(tell_failures(main, sys.argv[1:]))
