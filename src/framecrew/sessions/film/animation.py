"""Animations (GIF, WebP): each frame tells how long it is shown, and equal ones may be one.

Where a frame is stored as long as several that are the same, it counts as all of them. So the
proof goes by time: each stored frame begins where a picture of the film does, to the tick of the
file's clock, and the last one ends where the film does.
"""

import io
import os

import OpenImageIO
from film.saying import FilmError

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:description="{}"/>'
    "</rdf:RDF></x:xmpmeta>"
)
HAS_XMP, HAS_ALPHA, IS_ANIMATED = 0x04, 0x10, 0x02
"""Flags in the head of a WebP file."""


def complete(path, mark, seconds, ticks):
    """Write into the file what ffmpeg does not: who made it, and the true end of a WebP film."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:3] == b"GIF":
        told = b"\x21\xfe" + bytes([len(mark)]) + mark.encode() + b"\0"
        data = data[:-1] + told + data[-1:]
    else:
        data = _complete_webp(data, mark, round(seconds * ticks))
    with open(path, "wb") as file:
        file.write(data)


def prove_delays(path, count, fps, ticks, progress):
    """Decode every stored frame, and compare all times with those of the film's pictures."""
    delays = read_delays(path)
    _decode(path, len(delays))
    starts = {round(place * ticks / fps): place for place in range(count + 1)}
    begin = 0
    for number, delay in enumerate((*delays, 0), start=1):
        place = next((starts[begin + off] for off in (0, -1, 1) if begin + off in starts), None)
        if place is None or (number > len(delays)) != (place == count):
            raise FilmError(
                "bad_output",
                f"the film shows {len(delays)} frames in {sum(delays)} parts of {ticks} of a "
                f"second, wanted {count} in {round(count * ticks / fps)}; number {number} "
                f"begins at {begin}",
            )
        progress(place)
        begin += delay


def _decode(path, count):
    decoder = OpenImageIO.ImageInput.open(path)
    if decoder is None:
        raise FilmError("bad_output", f"the film cannot be read: {OpenImageIO.geterror()}")
    try:
        for number in range(count):
            whole = decoder.seek_subimage(number, 0) and decoder.read_image(number, 0, 0, 3)
            if whole is False or whole is None or decoder.has_error:
                raise FilmError(
                    "bad_output",
                    f"frame {number + 1} of the film cannot be decoded: {decoder.geterror()}",
                )
        if decoder.seek_subimage(count, 0):
            raise FilmError("bad_output", "the film has more frames than it tells times of")
    finally:
        decoder.close()


# ── how long frames are shown ─────────────────────────────────────────────────────────────────


def read_delays(path):
    """Ticks of each stored frame; FilmError for what is no whole animation."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        return list(_gif_delays(data) if data[:3] == b"GIF" else _webp_delays(data))
    except IndexError:
        raise FilmError("bad_output", f"{os.path.basename(path)} ends too soon") from None


def _webp_delays(data):
    for name, body in _chunks(data):
        if name == b"ANMF":
            yield int.from_bytes(body[12:15], "little")


def _gif_delays(data):
    place = 13 + _table_bytes(data[10])
    delay = 0
    while data[place] != 0x3B:
        if data[place] == 0x21:
            if data[place + 1] == 0xF9:
                delay = int.from_bytes(data[place + 4 : place + 6], "little")
            place += 2
        else:
            yield delay
            place += 10 + _table_bytes(data[place + 9]) + 1
        while data[place]:
            place += data[place] + 1
        place += 1


def _table_bytes(flags):
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


# ── WebP ──────────────────────────────────────────────────────────────────────────────────────


def _chunks(data):
    place = 12
    while place < len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        if place + 8 + size > len(data):
            raise IndexError(place)
        yield data[place : place + 4], data[place + 8 : place + 8 + size]
        place += 8 + size + (size & 1)


def _chunk(name, body):
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) & 1)


def _complete_webp(data, mark, ticks):
    chunks = list(_chunks(data))
    if not any(name == b"ANMF" for name, _ in chunks):
        chunks = _as_animation(chunks)
    shown = 0
    made = io.BytesIO()
    last = max(place for place, (name, _) in enumerate(chunks) if name == b"ANMF")
    for place, (name, body) in enumerate(chunks):
        if name == b"VP8X":
            told = bytes([body[0] | HAS_XMP]) + body[1:]
        elif name == b"ANMF" and place == last:
            told = body[:12] + max(1, ticks - shown).to_bytes(3, "little") + body[15:]
        else:
            told = body
            shown += int.from_bytes(body[12:15], "little") if name == b"ANMF" else 0
        made.write(_chunk(name, told))
    made.write(_chunk(b"XMP ", XMP.format(mark).encode()))
    body = made.getvalue()
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


def _as_animation(chunks):
    """The encoder leaves a still picture where all are the same, and it would have no length."""
    width, height, has_alpha = _still_size(chunks)
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    flags = IS_ANIMATED | (HAS_ALPHA if has_alpha else 0)
    inside = b"".join(
        _chunk(name, body) for name, body in chunks if name in (b"ALPH", b"VP8 ", b"VP8L")
    )
    return [
        (b"VP8X", bytes([flags, 0, 0, 0]) + size),
        (b"ANIM", bytes(6)),
        (b"ANMF", bytes(6) + size + bytes(3) + bytes([0x02]) + inside),
    ]


def _still_size(chunks):
    told = dict(chunks)
    if b"VP8X" in told:
        head = told[b"VP8X"]
        width, height = (int.from_bytes(head[place : place + 3], "little") for place in (4, 7))
        return width + 1, height + 1, bool(head[0] & HAS_ALPHA)
    if b"VP8L" in told:
        bits = int.from_bytes(told[b"VP8L"][1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    head = told[b"VP8 "]
    width, height = (int.from_bytes(head[place : place + 2], "little") for place in (6, 8))
    return width & 0x3FFF, height & 0x3FFF, False
