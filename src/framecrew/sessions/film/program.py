"""ffmpeg itself: where it is, what it can encode, and one run of it."""

import os
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress

from film.saying import FilmError, tail

QUIETLY = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-xerror")


def find_ffmpeg(request):
    """The program itself, also where a Python module brings it."""
    if not request["ask"]:
        return request["ffmpeg"]
    answer = subprocess.run(
        request["ask"], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    lines = answer.stdout.split()
    if answer.returncode or not lines:
        raise FilmError(
            "program_missing",
            f"imageio_ffmpeg names no program: {tail(answer.stderr)}",
        )
    return lines[-1]


def known_coders(ffmpeg, which):
    """Names of all its `encoders` or `decoders`."""
    listed = subprocess.run(
        [ffmpeg, "-hide_banner", f"-{which}"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if listed.returncode:
        raise FilmError("program_missing", f"{ffmpeg} does not work: {tail(listed.stderr)}")
    return {line.split()[1] for line in listed.stdout.splitlines() if len(line.split()) > 1}


def run_ffmpeg(arguments, feed=None, progress=None):
    """Run it to its end; `feed` writes its input, `progress` hears how many frames are done."""
    process = subprocess.Popen(
        arguments,
        stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
        stdout=subprocess.PIPE if progress else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    lines = deque(maxlen=20)
    threads = [threading.Thread(target=relay_lines, args=(process.stderr, lines), daemon=True)]
    if progress:
        reader = threading.Thread(
            target=hear_progress, args=(process.stdout, progress), daemon=True
        )
        threads.append(reader)
    for thread in threads:
        thread.start()
    try:
        if feed:
            feed(process.stdin)
            process.stdin.close()
    except BrokenPipeError:
        pass
    except OSError as error:
        # Windows says "invalid argument" of a pipe whose reader is gone.
        if os.name != "nt":
            process.terminate()
            raise
        lines.append(str(error))
    except BaseException:
        process.terminate()
        raise
    finally:
        if feed:
            # What is buffered still cannot be written when ffmpeg is gone, and need not be.
            with suppress(OSError):
                process.stdin.close()
        code = process.wait()
        for thread in threads:
            thread.join()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
    if code:
        raise FilmError(
            "unknown",
            f"ffmpeg ended with code {code}: {'; '.join(lines) or 'it gave no reason'}",
        )


def read_ffmpeg(arguments, size=1 << 20):
    """What it writes to its output, piece by piece; FilmError when it does not end well."""
    process = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    lines = deque(maxlen=20)
    relay = threading.Thread(target=relay_lines, args=(process.stderr, lines), daemon=True)
    relay.start()
    try:
        while piece := process.stdout.read(size):
            yield piece
    except BaseException:
        process.terminate()
        raise
    finally:
        process.stdout.close()
        code = process.wait()
        relay.join()
        process.stderr.close()
    if code:
        raise FilmError("bad_output", "; ".join(lines) or f"ffmpeg ended with code {code}")


def relay_lines(stream, lines):
    for raw in stream:
        line = raw.decode("utf-8", "replace").rstrip()
        lines.append(line)
        print(line, file=sys.stderr, flush=True)


def hear_progress(stream, progress):
    """ffmpeg's `-progress pipe:1` gives blocks of `key=value` lines."""
    for raw in stream:
        key, _, value = raw.partition(b"=")
        if key == b"frame" and value.strip().isdigit():
            progress(int(value))
