"""Videos and sounds that pages show and play, and what is heard in films of them."""

import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from doors.web import COUNT

WITH_FFMPEG = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg here")

RATE = 48_000
"""Samples a second of what is written and heard here."""


def ffmpeg(*arguments: str) -> bytes:
    return subprocess.run(
        ["ffmpeg", "-v", "error", *arguments, "pipe:1"], capture_output=True, check=True
    ).stdout


def make_video(path: Path, *codec: str, rate: str = "25", step: int = 8) -> None:
    """20 frames, each of one grey: 20 and so much more from frame to frame; without losses."""
    pixels = b"".join(bytes([20 + step * frame]) * 64 * 36 * 3 for frame in range(COUNT))
    size = ("-pixel_format", "rgb24", "-video_size", "64x36", "-framerate", rate)
    source = ("-f", "rawvideo", *size, "-i", "pipe:0")
    # With a key frame at its beginning alone, no picture can be shown without those before it.
    usual = ("-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv420p", "-g", "250", "-bf", "3")
    words = ["ffmpeg", "-v", "error", *source, *(codec or usual), str(path)]
    subprocess.run(words, input=pixels, check=True)


def write_level(path: Path, level: int, seconds: float) -> None:
    """A sound that stands at one level, so that what is added up can be counted."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.full(2 * round(seconds * RATE), level, "<i2").tobytes())


def heard_in(film: Path) -> npt.NDArray[np.int16]:
    raw = ffmpeg("-i", str(film), "-map", "0:a", "-f", "s16le", "-ac", "1")
    return np.frombuffer(raw, np.int16)
