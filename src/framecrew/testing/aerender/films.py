"""Films, encoded by ffmpeg: pictures through its standard input, sound over a loopback
connection.
"""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from framecrew.testing.aerender.audio import RATE
from framecrew.testing.aerender.refusals import after_effects_error


class Codec(NamedTuple):
    title: str
    """As the log names the format."""
    ending: str
    encoder: tuple[str, ...]
    pixels: str
    pixels_with_alpha: str = ""
    """Empty: it stores no alpha."""


CODECS = {
    "h264": Codec(
        "H.264",
        ".mp4",
        ("libx264", "-preset", "veryfast", "-crf", "16"),
        "yuv420p",
    ),
    "hevc": Codec(
        "HEVC",
        ".mp4",
        (
            *("libx265", "-preset", "veryfast", "-crf", "18", "-tag:v", "hvc1"),
            *("-x265-params", "log-level=error"),
        ),
        "yuv420p",
    ),
    "prores-422": Codec(
        "QuickTime", ".mov", ("prores_ks", "-profile:v", "standard"), "yuv422p10le"
    ),
    "prores-4444": Codec(
        "QuickTime",
        ".mov",
        ("prores_ks", "-profile:v", "4444", "-alpha_bits", "16"),
        "yuv444p10le",
        "yuva444p10le",
    ),
    "dnxhr": Codec("DNxHR", ".mov", ("dnxhd", "-profile:v", "dnxhr_sq"), "yuv422p"),
    "vp9": Codec(
        "WebM",
        ".mkv",
        ("libvpx-vp9", "-crf", "20", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "8"),
        "yuv420p",
        "yuva420p",
    ),
    "ffv1": Codec("FFV1", ".mkv", ("ffv1", "-level", "3", "-g", "1"), "bgr0", "bgra"),
    "raw": Codec("AVI", ".avi", ("rawvideo",), "bgr24", "bgra"),
}


class SoundFile(NamedTuple):
    ending: str
    encoder: tuple[str, ...]


SOUNDS = {
    "aiff": SoundFile(".aif", ("-c:a", "pcm_s16be", "-f", "aiff")),
    "wav": SoundFile(".wav", ("-c:a", "pcm_s16le", "-f", "wav")),
    "mp3": SoundFile(".mp3", ("-c:a", "libmp3lame", "-f", "mp3")),
}
"""Files of sound alone."""

AUDIO = {"pcm": ("pcm_s16le",), "aac": ("aac", "-b:a", "192k")}


def find_ffmpeg(chosen: str) -> str:
    """The project's, that of the variable FFMPEG, or the one on PATH."""
    found = shutil.which(chosen or os.environ.get("FFMPEG", "") or "ffmpeg")
    if found is None:
        raise after_effects_error("The output module's codec is not available (no ffmpeg).")
    return found


class Film:
    """A film that is being written; its frames come in order."""

    def __init__(
        self,
        path: str,
        *,
        ffmpeg: str,
        codec: Codec,
        size: tuple[int, int],
        fps: Fraction,
        alpha: bool,
        audio: str,
        sound: bytes,
        arguments: Sequence[str],
    ) -> None:
        has_alpha = alpha and bool(codec.pixels_with_alpha)
        command = [ffmpeg, "-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
        command += ["-f", "rawvideo", "-pix_fmt", "rgba" if has_alpha else "rgb24"]
        command += ["-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "pipe:0"]
        if sound:
            port = _serve(sound)
            command += ["-f", "s16le", "-ar", str(RATE), "-ac", "2"]
            command += ["-i", f"tcp://127.0.0.1:{port}", "-map", "0:v", "-map", "1:a"]
            command += ["-c:a", *AUDIO[audio]]
        command += ["-c:v", *codec.encoder]
        command += ["-pix_fmt", codec.pixels_with_alpha if has_alpha else codec.pixels]
        command += [*arguments, path]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        self.has_alpha = has_alpha

    def add(self, pixels: bytes) -> None:
        """One frame; OSError when the encoder has gone."""
        assert self._process.stdin is not None
        self._process.stdin.write(pixels)
        self._process.stdin.flush()

    def close(self) -> str:
        """Write the end; what ffmpeg complained of, empty when it did not."""
        try:
            _, errors = self._process.communicate()
        except OSError as error:
            errors = str(error).encode()
        words = errors.decode(errors="replace").strip()
        return (words or "ffmpeg failed") if self._process.returncode else ""


def write_sound(path: str, sound: bytes, *, ffmpeg: str, kind: str) -> str:
    """Write a file of sound alone; what ffmpeg complained of, empty when it did not."""
    source = ("-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "pipe:0")
    done = subprocess.run(
        [
            ffmpeg,
            "-hide_banner",
            "-loglevel",
            "error",
            "-y",
            *source,
            *SOUNDS[kind].encoder,
            path,
        ],
        check=False,
        input=sound,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    words = done.stderr.decode(errors="replace").strip()
    return (words or "ffmpeg failed") if done.returncode else ""


def _serve(sound: bytes) -> int:
    """Give the sound to whoever asks first; the port to ask at."""
    server = socket.create_server(("127.0.0.1", 0))

    def give() -> None:
        with server:
            connection, _ = server.accept()
            with connection:
                # It may leave early: a film ends with its shorter stream.
                try:
                    connection.sendall(sound)
                except OSError:
                    return

    threading.Thread(target=give, daemon=True).start()
    return int(server.getsockname()[1])
