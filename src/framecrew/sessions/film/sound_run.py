"""The sound run: the renderer once more, alone, for nothing but the sound of the whole film.

Segments whose sound was encoded with losses have a seam each that can be heard, whatever is done
to them later. So it is rendered anew in one piece, without losses, before the film is joined. It
is believed when the renderer left with 0 and the file decodes to the length it must have.
"""

import os
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from film.program import read_ffmpeg
from film.saying import FilmError, say
from film.streams import Sound, listen_to

TRIES = 2
PAUSE = 2.0
"""Seconds between two tries: another instance may have to leave first."""
SILENCE = 300.0
"""Seconds after which a renderer that says and writes nothing is ended; a dialog waits for ever."""
LOOK_EVERY = 0.1
ALIVE_EVERY = 1.0
"""Seconds between two words of ours while it says nothing: whoever watches us waits for it."""


@dataclass(frozen=True, slots=True)
class WholeSound:
    """A sound file that begins with the film's first frame."""

    path: str
    sound: Sound


def run_for_sound(run, ffmpeg, lengths):
    """The whole sound; FilmError that says why there is none.

    `lengths` tells of a rate how many samples it must have at the least and at the most.
    """
    error = None
    for number in range(TRIES):
        if number:
            say(f"sound: once more, because {error}")
            time.sleep(PAUSE)
        try:
            render_sound(run)
            return examine(what_it_left(run["file"]), ffmpeg, lengths)
        except FilmError as found:
            error = found
    raise error


def what_it_left(file):
    """The file, or the one of another ending that its template writes instead."""
    stem = os.path.splitext(file)[0]
    found = sorted(
        (name for name in os.listdir() if os.path.splitext(name)[0] == stem),
        key=lambda name: name != file,
    )
    if not found:
        raise FilmError("skipped_frame", f"it left no {file}")
    return found[0]


def forget(run):
    """Remove what a run has left."""
    with suppress(FilmError):
        while True:
            os.unlink(what_it_left(run["file"]))


def examine(path, ffmpeg, lengths):
    sound = listen_to(path, ffmpeg, "the sound that it left")
    if not sound.is_lossless:
        raise FilmError("bad_output", f"it left {sound.codec} sound, which loses something")
    size = 0
    frame = ("-f", "s16le", "-ac", "1", "pipe:1")
    for piece in read_ffmpeg(
        [ffmpeg, "-nostdin", "-v", "error", "-xerror", "-i", path, *frame]
    ):
        size += len(piece)
    samples = size // 2
    least, most = lengths(sound.rate)
    if not least <= samples <= most:
        raise FilmError(
            "bad_output", f"it left {samples} samples of sound, wanted {least} to {most}"
        )
    return WholeSound(path, sound)


def render_sound(run):
    """Run the renderer to its end; FilmError when it does not end well."""
    forget(run)
    folder = os.getcwd()
    arguments = [word.replace("{workspace}", folder) for word in run["arguments"]]
    environment = {
        name: value for name, value in os.environ.items() if name not in run["without"]
    }
    say("sound: rendering it in one piece")
    try:
        process = subprocess.Popen(
            arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise FilmError("program_missing", f"it could not be started: {error}") from error
    lines = []
    threading.Thread(target=relay, args=(process.stdout, lines), daemon=True).start()
    code = wait(process, lines)
    if code:
        said = [line.strip().rstrip(".") for line in lines if line.strip()]
        raise FilmError(
            "unknown", f"it left with code {code}: {said[-1] if said else 'no word'}"
        )


def relay(stream, lines):
    """Its lines become lines about the sound, which mean nothing else to whoever reads them."""
    for raw in stream:
        line = raw.decode("utf-8", "replace").rstrip()
        lines.append(line)
        say(f"sound {line}")


def wait(process, lines):
    """Until it has left, with its code; FilmError if it stands still for too long."""
    seen, moved, told = None, time.monotonic(), time.monotonic()
    while (code := process.poll()) is None:
        time.sleep(LOOK_EVERY)
        now, found = time.monotonic(), (len(lines), bytes_here())
        if found != seen:
            seen, moved = found, now
        if now - moved > SILENCE:
            process.kill()
            process.wait()
            raise FilmError("stall", f"it said and wrote nothing for {SILENCE:.0f} seconds")
        if now - told > ALIVE_EVERY:
            told = now
            say("sound: still at it")
    return code


def bytes_here():
    """Of all files of the workspace together."""
    with os.scandir() as inside:
        return sum(size_of(entry) for entry in inside)


def size_of(entry):
    try:
        return entry.stat().st_size
    except OSError:
        return 0
