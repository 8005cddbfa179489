"""The proof: a film decoded to its last frame."""

import re
import subprocess
import threading
from dataclasses import dataclass

from film.saying import FilmError, tail

BROKEN = re.compile(r"\[(?:error|fatal|panic)\]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """One frame that was really decoded."""

    time: int
    """Microseconds."""
    bytes: int
    """Of its raw pixels."""
    hash: str


def decode_frames(film, ffmpeg, what, *, before=(), progress=None):
    """Every frame of a film in order of time, and what ffmpeg says of the film.

    `before` are arguments in front of the film, such as its decoder; `what` is what the film
    is called where it cannot be decoded. Decoders patch up what is broken: some end with an
    error then, others only mention it.
    """
    process = subprocess.Popen(
        [
            *(ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"),
            "-xerror",
            *(*before, "-i", film, "-map", "0:v:0"),
            # Else a frame whose time is that of the one before it is left out in silence, and
            # times are rounded to whole frames, so that they always look even.
            *("-fps_mode", "passthrough", "-enc_time_base", "1:1000000"),
            *("-f", "framehash", "-hash", "murmur3", "pipe:1"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    heard = []
    reader = threading.Thread(target=lambda: heard.extend(process.stderr), daemon=True)
    reader.start()
    frames = []
    try:
        for raw in process.stdout:
            if not raw.startswith(b"#"):
                _stream, _dts, time, _duration, size, pixels, *_ = raw.split(b",")
                frames.append(Decoded(int(time), int(size), pixels.strip().decode()))
                if progress:
                    progress(len(frames))
    finally:
        process.stdout.close()
        code = process.wait()
        reader.join()
        process.stderr.close()
    lines = [raw.decode("utf-8", "replace") for raw in heard]
    broken = [line for line in lines if BROKEN.search(line)]
    if code or broken:
        told = tail("".join(broken or lines))
        raise FilmError("bad_output", f"{what} cannot be decoded whole: {told}")
    return frames, "".join(line.replace("[info] ", "", 1) for line in lines)
