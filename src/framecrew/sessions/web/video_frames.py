"""Pictures of videos for a page of Remotion, whose `<OffthreadVideo>` asks its renderer for them.

A page asks `ADDRESS?src=…&time=…&transparent=…`; the browser never sends that, but hands it to us.
The answer is the last picture of the video that begins at the time or before it. Videos are
mostly asked for one picture after the other: so an ffmpeg stays open where it last was. Backwards
they are decoded in stretches, of which the pictures are kept.
"""

import collections
import contextlib
import json
import math
import queue
import re
import struct
import subprocess
import threading
import urllib.parse
from fractions import Fraction

from framecrew_web.leaving import before_leaving
from framecrew_web.troubles import Trouble

PORT = 9
"""Of no server; what is sent there is discarded, by its very definition (RFC 863)."""

MOST_OPEN = 6
"""Ways through videos that stay open; each is an ffmpeg with its pictures."""

AHEAD = 1.0
"""Seconds that are decoded on the way to a later picture, rather than begun anew there."""

BEFORE = (0.15, 2.0, 20.0, 200.0)
"""Seconds before a picture at which decoding begins: it may have been shown for long."""

BACKWARDS = 1.0
"""The same where the picture after it was asked for before."""

KEPT_BYTES = 48_000_000
"""Of the pictures that one way has passed, and may be asked for again."""

ROUNDED = Fraction(1, 2000)
"""Seconds by which times of a page and of a video may miss each other."""

SILENCE = 30.0
"""Seconds after which a server, or an ffmpeg that tells no times, is given up."""

ALONE = ("-format_whitelist", "mov,matroska,avi,mpegts,mpeg,ogg,flv,mxf,asf,gif")
"""What is read as a video: no list of others, which may lie where a page may not see."""

NO_FFMPEG = (
    "its <OffthreadVideo> needs ffmpeg, and there is none: pip install framecrew[ffmpeg]"
)


class VideoFrames:
    """Answers for all pages of a session."""

    ADDRESS = f"http://localhost:{PORT}/proxy"

    def __init__(self, ffmpeg, file_of):
        """`file_of` gives what ffmpeg reads of an address; Trouble where a page may not see it."""
        self.ffmpeg = ffmpeg
        self.file_of = file_of
        self.ways = []
        """The last used one is the last."""
        self.asked = queue.SimpleQueue()
        self.thread = None

    def ask(self, address, answer):
        """`answer` is called, by another thread, with a status, the kind of what follows and its bytes."""
        if self.thread is None:
            self.thread = threading.Thread(
                target=self._serve, name="framecrew videos", daemon=True
            )
            self.thread.start()
            before_leaving(self.close)
        self.asked.put((address, answer))

    def _serve(self):
        while True:
            address, answer = self.asked.get()
            try:
                told = self._answer(address)
            except Exception as problem:
                # As broad as can be: the page waits for an answer, and so do those that ask later.
                reason = getattr(problem, "reason", None) or repr(problem)
                told = 500, "application/json", json.dumps({"error": reason}).encode()
            answer(*told)

    def _answer(self, address):
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
        try:
            source, time = asked["src"][0], Fraction(asked["time"][0])
        except (KeyError, ValueError):
            raise Trouble("bad_request", f"{address} asks for no picture of a video") from None
        if not self.ffmpeg:
            raise Trouble("program_missing", NO_FFMPEG)
        has_alpha = asked.get("transparent") == ["true"]
        picture = self._picture(self.file_of(source), max(time, Fraction(0)), has_alpha)
        return 200, "image/png" if has_alpha else "image/bmp", picture

    def _picture(self, file, time, has_alpha):
        about = (file, has_alpha)
        known = [way for way in self.ways if way.about == about]
        fitting = [way for way in known if way.leads_to(time)]
        if fitting:
            way = max(fitting, key=lambda one: one.first)
            self.ways.remove(way)
        else:
            while len(self.ways) >= MOST_OPEN:
                self.ways.pop(0).close()
            is_backwards = any(time < way.first <= time + BACKWARDS for way in known)
            befores = (BACKWARDS, *BEFORE[1:]) if is_backwards else BEFORE
            way = _find_way(self.ffmpeg, file, has_alpha, time, befores)
        self.ways.append(way)
        return way.picture_at(time)

    def close(self):
        """End all that is open."""
        for way in self.ways:
            way.close()


def _find_way(ffmpeg, file, has_alpha, time, befores):
    """One that begins at the picture or before it."""
    for before in (*befores, time):
        begin = max(Fraction(0), time - Fraction(before))
        way = _Way(ffmpeg, file, has_alpha, begin)
        if way.leads_to(time) or (begin == 0 and way.passed):
            return way
        way.close()
        if begin == 0:
            break
    raise Trouble("missing_asset", f"{file} shows no picture: {way.last_words()}")


class _Way:
    """An ffmpeg that goes through a video, picture by picture."""

    def __init__(self, ffmpeg, file, has_alpha, begin):
        self.about = (file, has_alpha)
        self.begin = begin
        self.passed = collections.deque()
        """Times and bytes of the last pictures, the one it has come to behind them."""
        self.kept_bytes = 0
        self.following = None
        """The picture after those; None at the end."""
        self.tick = Fraction(1)
        self.times = queue.SimpleQueue()
        self.said = collections.deque(maxlen=5)
        kind = ("-c:v", "png", "-pix_fmt", "rgba", "-compression_level", "1")
        try:
            self.process = subprocess.Popen(
                [
                    *(ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info"),
                    *(_own_alpha(ffmpeg, file) if has_alpha else ()),
                    *_patience(file),
                    *(*ALONE, "-ss", f"{float(begin):.6f}", "-i", file, "-map", "0:v:0"),
                    *("-vf", "showinfo=checksum=0", "-fps_mode", "passthrough"),
                    *(kind if has_alpha else ("-c:v", "bmp", "-pix_fmt", "bgr24")),
                    *("-f", "image2pipe", "pipe:1"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as problem:
            raise Trouble("program_missing", f"ffmpeg does not start: {problem}") from problem
        self.listening = threading.Thread(target=self._listen, daemon=True)
        self.listening.start()
        self.following = self._read()
        if self.following is not None:
            self._step()

    @property
    def first(self):
        """When the first of the pictures begins that can be had here."""
        return self.passed[0][0] if self.passed else math.inf

    def leads_to(self, time):
        """Whether the picture of this time is one of those, or not far behind them."""
        return self.first <= time + ROUNDED and time <= self.passed[-1][0] + AHEAD

    def picture_at(self, time):
        """The picture of this time; the last one, where the video is over."""
        while self.following is not None and self.following[0] <= time + ROUNDED:
            self._step()
        shown = [picture for begin, picture in self.passed if begin <= time + ROUNDED]
        return shown[-1] if shown else self.passed[0][1]

    def _step(self):
        self.passed.append(self.following)
        self.kept_bytes += len(self.following[1])
        while self.kept_bytes > KEPT_BYTES and len(self.passed) > 1:
            self.kept_bytes -= len(self.passed.popleft()[1])
        self.following = self._read()

    def _read(self):
        data = _read_picture(self.process.stdout)
        if data is None:
            return None
        try:
            ticks = self.times.get(timeout=SILENCE)
        except queue.Empty:
            raise Trouble("bad_scene", f"{self.about[0]} has pictures without times") from None
        return self.begin + ticks * self.tick, data

    def _listen(self):
        """Times of pictures, which are told before these are written."""
        for line in self.process.stderr:
            text = line.decode(errors="replace").strip()
            if "showinfo" not in text:
                self.said.append(text)
            elif found := re.search(r"\bpts: *(-?\d+)", text):
                self.times.put(int(found[1]))
            elif found := re.search(r"config in time_base: (\d+)/(\d+)", text):
                self.tick = Fraction(int(found[1]), int(found[2]))

    def last_words(self):
        """Of ffmpeg, once it has ended."""
        self.listening.join()
        return " ".join(self.said)[-300:]

    def close(self):
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            self.process.stdout.close()


def _read_picture(stream):
    """The next BMP or PNG; None at the end of the stream."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    if head.startswith(b"BM"):
        (size,) = struct.unpack_from("<I", head, 2)
        rest = stream.read(size - 8)
        return head + rest if len(rest) == size - 8 else None
    parts, kind = [head], b""
    while kind != b"IEND":
        begin = stream.read(8)
        if len(begin) < 8:
            return None
        size, kind = struct.unpack(">I4s", begin)
        parts += (begin, stream.read(size + 4))
    return b"".join(parts)


def _patience(file):
    """What ends waiting for a server."""
    is_address = file.startswith(("http://", "https://"))
    return ("-rw_timeout", str(round(SILENCE * 1e6))) if is_address else ()


def _own_alpha(ffmpeg, file):
    """What chooses the decoder that alone sees the alpha of VP8 and VP9."""
    words = [ffmpeg, "-hide_banner", "-nostdin", *ALONE, "-i", file]
    said = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True).stderr.decode(
        errors="replace"
    )
    found = re.search(r"Video: (vp[89])\b", said)
    decoders = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
    return ("-c:v", decoders[found[1]]) if found else ()
